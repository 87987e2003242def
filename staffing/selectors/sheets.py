"""Month sheets as people see them: whose rows, which days, what is missing.

Rows of an open sheet are fitted to the stays as they are today, in memory: reading writes nothing, and
a posting that arrived, was extended or ended since yesterday shows at once.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Exists, F, Func, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, ExtractMonth, ExtractYear, Greatest, Least
from django.utils import timezone

from accounts.models import Organisation, Role, User
from core.dates import Period, add_months
from core.selectors.workdays import working_days
from staffing.marks import fitted, in_words, mark_at, stay_in
from staffing.models import AttendanceCorrection, AttendanceRow, Half, Leave, Mark, MonthSheet, Posting
from staffing.models.attendance import month_period
from staffing.selectors.attendance import leave_halves, leave_is_proper

LOOK_BACK = 12  # months whose missing sheets are still asked for


def postings_of_month(recipient_id: int, month: date) -> QuerySet[Posting]:
    """Everybody whose arrival is confirmed and who has a day of the month there; no escorts, no liaison."""
    period = month_period(month)
    return (
        Posting.objects.arrived()
        .staff()
        .filter(agreement__recipient=recipient_id, arrived_on__lte=period.end, end_on__gte=period.start)
        .filter(end_on__gte=F("arrived_on"))
        .select_related("clinician", "agreement__sender", "agreement__recipient")
        .order_by("clinician__name_key", "clinician__staff_no", "arrived_on", "pk")
    )


@dataclass
class PersonMonth:
    """One row of the grid. ``stay``: the days of the month that belong to it."""

    posting: Posting
    marks: str
    stay: Period | None
    row: AttendanceRow | None = None
    leave: set = field(default_factory=set)  # half-days of approved leave, in time or not
    improper: list = field(default_factory=list)  # half-days marked 请假 without leave approved in time
    pending: bool = False

    @property
    def name(self) -> str:
        return self.posting.clinician.name

    @property
    def improper_in_words(self) -> str:
        return in_words(self.improper)


def leave_of(postings: Iterable[int]) -> dict[int, tuple[set, set]]:
    """Posting → (half-days of approved leave, those approved in time); one statement."""
    found: dict[int, tuple[set, set]] = defaultdict(lambda: (set(), set()))
    for leave in Leave.objects.filter(posting__in=postings, status=Leave.Status.APPROVED):
        halves = leave_halves(leave)
        found[leave.posting_id][0].update(halves)
        if leave_is_proper(leave):
            found[leave.posting_id][1].update(halves)
    return found


def sheet_people(sheet: MonthSheet, *, user: User | None = None) -> list[PersonMonth]:
    """The rows of a sheet; with a user only those that the user may see. Constant number of statements.

    A locked sheet shows its rows as they are, and people whose arrival was confirmed after the lock
    with an empty row.
    """
    postings = postings_of_month(sheet.recipient_id, sheet.month)
    rows = AttendanceRow.objects.filter(sheet=sheet)
    known = {row.posting_id: row for row in rows}
    if sheet.is_locked:
        postings = postings | Posting.objects.filter(pk__in=known).select_related(
            "clinician", "agreement__sender", "agreement__recipient"
        )
    if user is not None:
        postings = postings.visible_to(user)
    postings = list(postings)
    working = working_days(sheet.period)
    leave = leave_of(posting.pk for posting in postings)
    pending = set(
        AttendanceCorrection.objects.filter(
            sheet=sheet, status=AttendanceCorrection.Status.REQUESTED
        ).values_list("posting", flat=True)
    )
    found = []
    for posting in postings:
        row = known.get(posting.pk)
        stay = stay_in(sheet.month, posting.arrived_on, posting.end_on)
        kept = row.marks if row else ""
        marks = kept if sheet.is_locked and row else fitted(kept, sheet.month, stay, working)
        approved, proper = leave[posting.pk]
        found.append(
            PersonMonth(
                posting,
                marks,
                stay,
                row,
                approved,
                [key for key in marked_leave(marks, sheet.month) if key not in proper],
                posting.pk in pending,
            )
        )
    return found


def marked_leave(marks: str, month: date) -> list[tuple[date, str]]:
    return [(day, half) for day, half in _halves(month) if mark_at(marks, day, half) == Mark.LEAVE]


def _halves(month: date):
    return [(kind, half) for kind in _days(month) for half in Half.values]


def _days(month: date) -> list[date]:
    period = month_period(month)
    return [period.start + timedelta(days=offset) for offset in range(period.days)]


# ---- which sheets
def may_fill(recipient_id: int, user: User) -> bool:
    """The recipient's own coordinator keeps its sheets."""
    return user.has_role(Role.RECIPIENT_COORDINATOR) and user.organisation_id == recipient_id


def sheets_for(user: User) -> QuerySet[MonthSheet]:
    """Sheets of the user's own unit or region whatever their state; of other units only locked ones.

    The sender sees what the recipient has submitted, never what it is still filling in. A person
    posted sees the own row at any time.
    """
    reach = user.reach()
    rows = MonthSheet.objects.visible_to(user)
    if reach.everything:
        return rows
    seen = Q(status=MonthSheet.Status.LOCKED)
    if reach.organisations is not None:
        seen |= Q(recipient__in=reach.organisations)
    if reach.person is not None:
        own = AttendanceRow.objects.filter(sheet=OuterRef("pk"), posting__clinician__user=reach.person)
        seen |= Q(Exists(own))
    return rows.filter(seen)


def months_of(recipient_id: int, *, today: date, back: int = LOOK_BACK) -> list[date]:
    """Months, newest first, in which the recipient has or had people; at most ``back`` before this one."""
    first = add_months(today.replace(day=1), -back)
    spans = (
        Posting.objects.arrived()
        .staff()
        .filter(agreement__recipient=recipient_id, arrived_on__lte=today, end_on__gte=first)
        .values_list("arrived_on", "end_on")
    )
    return sorted(_months(spans, first, today), reverse=True)


def _months(spans, first: date, last: date) -> set[date]:
    found = set()
    for arrived_on, end_on in spans:
        month, until = max(arrived_on, first).replace(day=1), min(end_on, last)
        while month <= until and end_on >= arrived_on:
            found.add(month)
            month = add_months(month, 1)
    return found


@dataclass(frozen=True)
class MissingSheet:
    recipient: Organisation
    month: date
    people: int
    sheet: MonthSheet | None

    @property
    def state(self) -> str:
        return "填报中" if self.sheet else "没有建表"


def sheets_missing(user: User, *, day: date, back: int = LOOK_BACK) -> list[MissingSheet]:
    """Past months in which a unit had people and has no locked sheet; newest first. Three statements.

    Looks ``back`` months: what was before the system was used stays out.
    """
    first = add_months(day.replace(day=1), -back)
    last = day.replace(day=1) - timedelta(days=1)
    spans = (
        Posting.objects.visible_to(user)
        .arrived()
        .staff()
        .filter(arrived_on__lte=last, end_on__gte=first)
        .values_list("agreement__recipient", "arrived_on", "end_on")
    )
    people: dict[tuple[int, date], int] = defaultdict(int)
    for recipient, arrived_on, end_on in spans:
        for month in _months([(arrived_on, end_on)], first, last):
            people[recipient, month] += 1
    sheets = MonthSheet.objects.filter(
        month__range=(first, last), recipient__in={recipient for recipient, _ in people}
    )
    known = {(sheet.recipient_id, sheet.month): sheet for sheet in sheets}
    units = Organisation.objects.in_bulk({recipient for recipient, _ in people})
    found = []
    for (recipient, month), count in people.items():
        sheet = known.get((recipient, month))
        if sheet is None or not sheet.is_locked:
            found.append(MissingSheet(units[recipient], month, count, sheet))
    return sorted(found, key=lambda one: (-one.month.toordinal(), one.recipient.name_key, one.recipient.pk))


def _month_number(expression):
    return ExtractYear(expression) * 12 + ExtractMonth(expression)


def postings_without_attendance(*, user: User) -> QuerySet[Posting]:
    """People with a past month that no locked sheet covers; the desk's count and the list behind it."""
    today = timezone.localdate()
    first, last = add_months(today.replace(day=1), -LOOK_BACK), today.replace(day=1) - timedelta(days=1)
    covered = (
        AttendanceRow.objects.filter(
            posting=OuterRef("pk"), sheet__status=MonthSheet.Status.LOCKED, sheet__month__range=(first, last)
        )
        .order_by()
        .values("posting")
        .annotate(number=Func(F("pk"), function="count", output_field=IntegerField()))
        .values("number")
    )
    return (
        Posting.objects.visible_to(user)
        .arrived()
        .staff()
        .filter(arrived_on__lte=last, end_on__gte=Greatest("arrived_on", Value(first)))
        .annotate(
            months=_month_number(Least("end_on", Value(last)))
            - _month_number(Greatest("arrived_on", Value(first)))
            + 1,
            months_locked=Coalesce(Subquery(covered), 0),
        )
        .filter(months__gt=F("months_locked"))
    )
