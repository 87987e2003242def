"""Advanced study: months against the agreement's least, persons and person-times by recipient.

Persons (人) and person-times (人次) are different figures: somebody who comes twice is one person and two
person-times. The rows of the split add up to its total.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, F, QuerySet, Sum, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone

from core.dates import Period, add_months, whole_months
from core.numbers import plain
from staffing.models import AdvancedStudy
from support.models import AgreementTarget


@dataclass(frozen=True)
class StudyVerdict:
    """Calendar months reached against the least that the agreement promises (None: it promises none).

    State: none, running (the last day is not over), met, short.
    """

    months: int
    days: int
    required: Decimal | None
    is_running: bool

    @property
    def state(self) -> str:
        if self.required is None:
            return "none"
        if self.is_running:
            return "running"
        return "met" if self.months >= self.required else "short"

    @property
    def label(self) -> str:
        return {"none": "未约定", "running": "进行中", "met": "达到", "short": "不足"}[self.state]

    @property
    def text(self) -> str:
        reached = f"{self.months} 个月" + (f" {self.days} 天" if self.days else "")
        if self.required is None:
            return f"{reached}，协议没有约定最短时间"
        return f"{reached}，协议要求不少于 {plain(self.required)} 个月：{self.label}"


def least_months(agreement_ids: Iterable[int]) -> dict[int, Decimal]:
    """{agreement: least months of study} by its text in force; the strictest where it names several."""
    rows = AgreementTarget.objects.filter(
        version__agreement__in=set(agreement_ids),
        version=F("version__agreement__current_version"),
        kind=AgreementTarget.Kind.TRAINEE_MONTHS,
    )
    found: dict[int, Decimal] = {}
    for agreement, minimum in rows.values_list("version__agreement", "minimum"):
        found[agreement] = max(minimum, found.get(agreement, minimum))
    return found


def study_verdict(
    study: AdvancedStudy, required: Decimal | None, *, today: date | None = None
) -> StudyVerdict:
    """Of a study under way, the months up to today; of one to come, none."""
    today = today or timezone.localdate()
    last = min(study.end_on, today)
    months, days = (0, 0) if last < study.start_on else whole_months(Period(study.start_on, last))
    return StudyVerdict(months, days, required, is_running=study.end_on >= today and not study.is_closed)


def with_verdicts(studies: Iterable[AdvancedStudy]) -> list[AdvancedStudy]:
    """Each with ``verdict``; one statement however many."""
    studies = list(studies)
    required = least_months(study.agreement_id for study in studies)
    for study in studies:
        study.verdict = study_verdict(study, required.get(study.agreement_id))
    return studies


@dataclass(frozen=True)
class SplitRow:
    label: str
    persons: int
    person_times: int


@dataclass(frozen=True)
class TraineeSplit:
    rows: list[SplitRow]

    @property
    def person_times(self) -> int:
        return sum(row.person_times for row in self.rows)

    @property
    def persons(self) -> int:
        """A person belongs to one recipient at a time, and is counted with each that sent them."""
        return sum(row.persons for row in self.rows)


def trainee_split(studies: QuerySet[AdvancedStudy]) -> TraineeSplit:
    """Persons and person-times of the confirmed studies by recipient: one grouped statement."""
    recipient = "agreement__recipient"
    label = Coalesce(NullIf(F(f"{recipient}__short_name"), Value("")), F(f"{recipient}__name"))
    grouped = (
        studies.confirmed()
        .order_by()
        .values(recipient)
        .annotate(label=label, persons=Count("trainee", distinct=True), person_times=Count("pk"))
        .order_by(f"{recipient}__name_key", recipient)
    )
    return TraineeSplit([SplitRow(row["label"], row["persons"], row["person_times"]) for row in grouped])


WAIVED = {"进修费": "tuition", "住宿费": "lodging", "伙食费": "meals", "其他": "other"}


def waived_amounts(studies: QuerySet[AdvancedStudy]) -> dict[str, Decimal]:
    """Yuan waived by kind over the confirmed studies, kinds without a stated amount left out.

    Never added to donations.
    """
    sums = studies.confirmed().aggregate(**{name: Sum(f"{column}_amount") for name, column in WAIVED.items()})
    return {name: amount for name, amount in sums.items() if amount}


def months_of(study: AdvancedStudy, *, today: date | None = None) -> list[date]:
    """First days of the months in which there was something to write down, the newest first."""
    last = min(study.end_on, today or timezone.localdate())
    months, month = [], study.start_on.replace(day=1)
    while month <= last:
        months.append(month)
        month = add_months(month, 1)
    return months[::-1]
