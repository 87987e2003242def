"""The December list (拟申报名单): who applies when, and what each still lacks."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from accounts.models import User
from staffing.models import Clinician, PromotionCandidate
from staffing.promotion.ledger import PromotionLedger, Verdict
from staffing.selectors.promotion import Account, Application, promotion_accounts
from staffing.titles import LEVEL_ORDER, TitleLevel


@dataclass(frozen=True)
class CandidateLine:
    candidate: PromotionCandidate
    account: Account

    @property
    def pk(self) -> int:
        return self.candidate.pk

    @property
    def ledger(self) -> PromotionLedger:
        return self.account.ledger


# worst first where that is a question
SORTS: dict[str, Callable[[CandidateLine], tuple]] = {
    "name": lambda line: (),
    "hospital": lambda line: (line.candidate.clinician.organisation.name_key,),
    "year": lambda line: (line.candidate.application_year,),
    "target": lambda line: (LEVEL_ORDER.index(line.candidate.target_level),),
    "proved": lambda line: (line.ledger.proved.about_days,),
    "shortfall": lambda line: (line.ledger.shortfall,),
    "verdict": lambda line: (list(Verdict).index(line.ledger.verdict),),
}
DEFAULT_SORT = "-shortfall"


def candidates(
    user: User,
    *,
    q: str = "",
    year: int | None = None,
    target: str = "",
    organisation: int | None = None,
) -> QuerySet[PromotionCandidate]:
    """The visible candidates that fit; ``q`` is a name, its pinyin or a staff number."""
    rows = PromotionCandidate.objects.visible_to(user).select_related("clinician__organisation__region")
    if q:
        rows = rows.filter(
            Q(clinician__name__icontains=q)
            | Q(clinician__name_key__startswith=q.lower())
            | Q(clinician__staff_no__startswith=q)
        )
    if year:
        rows = rows.filter(application_year=year)
    if target:
        rows = rows.filter(target_level=target)
    if organisation:
        rows = rows.filter(clinician__organisation=organisation)
    return rows.order_by("clinician__name_key", "clinician__staff_no", "pk")


def candidate_lines(
    rows: Iterable[PromotionCandidate], *, sort: str = "", only_lacking: bool = False
) -> list[CandidateLine]:
    """Every candidate with the ledger, all at once. ``sort``: a key of SORTS, “-” before it for falling."""
    rows = list(rows)
    accounts = promotion_accounts(
        [Application(row.clinician, TitleLevel(row.target_level), row.application_year) for row in rows]
    )
    lines = [CandidateLine(row, account) for row, account in zip(rows, accounts, strict=True)]
    if only_lacking:
        lines = [line for line in lines if line.ledger.is_lacking]
    sort = sort if sort.removeprefix("-") in SORTS else DEFAULT_SORT
    # equal ones stay in the order of names either way
    lines.sort(key=_by_name)
    lines.sort(key=SORTS[sort.removeprefix("-")], reverse=sort.startswith("-"))
    return lines[::-1] if sort == "-name" else lines


def _by_name(line: CandidateLine) -> tuple:
    person = line.candidate.clinician
    return person.name_key, person.staff_no, line.candidate.pk


def verdict_counts(lines: Iterable[CandidateLine]) -> list[tuple[str, int]]:
    """How many of each verdict, those that occur."""
    found = Counter(line.ledger.verdict for line in lines)
    return [(verdict.label, found[verdict]) for verdict in Verdict if found[verdict]]


def people_to_list(user: User) -> QuerySet[Clinician]:
    """People at work in the user's own organisation whose title is not the highest."""
    return (
        Clinician.objects.owned_by(user)
        .filter(organisation=user.organisation_id, left_on__isnull=True)
        .with_level()
        .exclude(level=TitleLevel.SENIOR)
        .order_by("name_key", "staff_no")
    )
