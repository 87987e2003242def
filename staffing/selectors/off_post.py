"""Off-post findings (脱岗): rates, the findings themselves, and people found more than once.

A rate is off-post ÷ checked person by person; the rate of a total is the sums divided, never a mean of
rates. Two findings of one person on the same day (morning and afternoon, or two bureaus) are one day
off post. 旷工 on a month sheet is no finding; only inspections are.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import CharField, Count, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, NullIf, Substr

from accounts.models import Region
from core.dates import Period
from core.numbers import ratio_percent
from staffing.models import Clinician, InspectionFinding

Result = InspectionFinding.Result


@dataclass(frozen=True)
class OffPostRow:
    """Person-checks of one group: ``checked`` includes everybody met or missed."""

    key: str
    label: str
    checked: int
    absent: int
    irregular: int

    @property
    def off_post(self) -> int:
        return self.absent + self.irregular

    @property
    def rate(self) -> Decimal | None:
        """Per cent with two decimals, half up; None when nobody was checked."""
        return ratio_percent(self.off_post, self.checked, 2)


@dataclass(frozen=True)
class OffPostTable:
    rows: list[OffPostRow]

    @property
    def total(self) -> OffPostRow:
        """Sums of the rows; its rate is the sums divided."""
        sums = (sum(getattr(row, name) for row in self.rows) for name in ("checked", "absent", "irregular"))
        return OffPostRow("", "合计", *sums)


def _party(path: str) -> dict:
    name = Coalesce(NullIf(F(f"{path}__short_name"), Value("")), F(f"{path}__name"))
    return {"key": F(f"{path}__code"), "label": name}


def _county() -> dict:
    """Townships count to their county: the first six digits of the code."""
    code = Substr("inspection__recipient__region__code", 1, 6)
    name = Region.objects.filter(code=OuterRef("key")).values("name")[:1]
    return {
        "key": code,
        "label": Coalesce(Subquery(name, output_field=CharField()), F("inspection__recipient__region__name")),
    }


GROUPS = {
    "county": ("县区", _county),
    "recipient": ("受援单位", lambda: _party("inspection__recipient")),
    "sender": ("支援单位", lambda: _party("posting__agreement__sender")),
}


def off_post_rate(*, findings: QuerySet[InspectionFinding], by: str = "county") -> OffPostTable:
    """Concluded findings of the queryset by county, recipient or sender: one grouped statement."""
    _, expressions = GROUPS[by]
    known = expressions()
    grouped = (
        findings.concluded()
        .order_by()
        .annotate(key=known["key"])
        .annotate(label=known["label"])
        .values("key", "label")
        .annotate(
            checked=Count("pk"),
            absent=Count("pk", filter=Q(result=Result.ABSENT)),
            irregular=Count("pk", filter=Q(result=Result.IRREGULAR)),
        )
        .order_by("key")
    )
    return OffPostTable([OffPostRow(**row) for row in grouped])


def off_post_findings(
    *, findings: QuerySet[InspectionFinding], period: Period | None = None
) -> QuerySet[InspectionFinding]:
    """The concluded off-post findings of the queryset, in order of day."""
    found = findings.concluded().off_post()
    if period is not None:
        found = found.within(period)
    return found.select_related("inspection__recipient", "inspection__bureau", "posting__clinician").order_by(
        "inspection__inspected_on", "inspection__half", "pk"
    )


@dataclass(frozen=True)
class Offender:
    clinician: Clinician
    findings: list[InspectionFinding]

    @property
    def days(self) -> int:
        return len(days_off_post(self.findings))


def days_off_post(findings: Iterable[InspectionFinding]) -> list[date]:
    """Distinct days, in order."""
    return sorted({finding.inspection.inspected_on for finding in findings})


def repeat_offenders(
    *, findings: QuerySet[InspectionFinding], period: Period | None = None, at_least: int = 2
) -> list[Offender]:
    """People found off post on so many days, each with the findings that say so; two statements."""
    off_post = off_post_findings(findings=findings, period=period)
    often = (
        off_post.order_by()
        .values("posting__clinician")
        .annotate(days=Count("inspection__inspected_on", distinct=True))
        .filter(days__gte=at_least)
        .values("posting__clinician")
    )
    by_person: dict[Clinician, list[InspectionFinding]] = defaultdict(list)
    cited = off_post.filter(posting__clinician__in=often)
    for finding in cited.select_related("posting__clinician__organisation"):
        by_person[finding.posting.clinician].append(finding)
    return sorted(
        (Offender(person, found) for person, found in by_person.items()),
        key=lambda offender: (-offender.days, offender.clinician.name_key, offender.clinician.pk),
    )


def finding_text(finding: InspectionFinding) -> str:
    inspection = finding.inspection
    note = f"，{finding.note}" if finding.note else ""
    return (
        f"{inspection.inspected_on:%Y-%m-%d}{inspection.get_half_display()}在"
        f"{inspection.recipient.display_name}，{finding.get_result_display()}{note}"
    )
