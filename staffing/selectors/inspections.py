"""Unannounced inspections: who should be there, and who sees what was found."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from accounts.models import Organisation, User
from staffing.models import Inspection, InspectionFinding, Leave, Posting, PostingKind
from staffing.selectors.attendance import leave_halves, leave_is_proper

Result = InspectionFinding.Result
OFF_POST = Q(findings__result__in=InspectionFinding.OFF_POST)


@dataclass(frozen=True)
class Expected:
    """Somebody who should be on duty; ``suggested`` is empty unless leave is on the books."""

    posting: Posting
    suggested: str = ""
    note: str = ""


def postings_covering(*, recipient: Organisation, day: date) -> QuerySet[Posting]:
    """Arrived postings of posted staff at the recipient that hold the day."""
    return (
        Posting.objects.arrived()
        .staff()
        .on_day(day)
        .filter(agreement__recipient=recipient, arrived_on__lte=day)
        .select_related("clinician", "agreement__sender")
        .order_by("agreement__sender__name_key", "clinician__name_key", "pk")
    )


def people_expected(*, recipient: Organisation, day: date, half: str) -> list[Expected]:
    """Those to be met that half-day, circuits aside (they come on single days); two statements.

    Leave approved in time is suggested as such; leave on the books without it, as 手续不规范.
    """
    postings = list(postings_covering(recipient=recipient, day=day).exclude(kind=PostingKind.CIRCUIT))
    leaves: dict[int, list[Leave]] = defaultdict(list)
    on_the_day = Leave.objects.filter(posting__in=postings, start_on__lte=day, end_on__gte=day)
    for leave in on_the_day.exclude(status__in=[Leave.Status.REFUSED, Leave.Status.WITHDRAWN]):
        if (day, half) in leave_halves(leave):
            leaves[leave.posting_id].append(leave)
    return [_expected(posting, leaves[posting.pk]) for posting in postings]


def _expected(posting: Posting, leaves: list[Leave]) -> Expected:
    if not leaves:
        return Expected(posting)
    proper = [leave for leave in leaves if leave_is_proper(leave)]
    if proper:
        return Expected(posting, Result.ON_LEAVE, f"{proper[0].get_kind_display()} {proper[0].period}")
    leave = leaves[0]
    approved = (
        f"{leave.approved_at:%Y-%m-%d} 批准，晚于开始" if leave.approved_at else leave.get_status_display()
    )
    return Expected(posting, Result.IRREGULAR, f"{leave.get_kind_display()} {leave.period}，{approved}")


def with_counts(rows: QuerySet[Inspection], user: User) -> QuerySet[Inspection]:
    """Annotates ``checked`` and ``off_post`` as far as the user sees the findings."""
    seen = Q(findings__in=InspectionFinding.objects.visible_to(user))
    return rows.annotate(
        checked=Count("findings", filter=seen), off_post=Count("findings", filter=seen & OFF_POST)
    )


def inspection_list(user: User) -> QuerySet[Inspection]:
    """Visible inspections with their counts, the newest first."""
    rows = Inspection.objects.visible_to(user).select_related("recipient", "bureau")
    return with_counts(rows, user).order_by("-inspected_on", "-pk")


def findings_shown(user: User) -> QuerySet[InspectionFinding]:
    """Published findings that the user may see, the newest first: for the pages of a stay and a person."""
    return (
        InspectionFinding.objects.visible_to(user)
        .filter(inspection__status__in=[Inspection.Status.CONCLUDED, Inspection.Status.REVOKED])
        .select_related(
            "inspection__bureau",
            "inspection__recipient",
            "posting__clinician",
            "posting__agreement__recipient",
        )
        .order_by("-inspection__inspected_on", "-inspection__half", "pk")
    )
