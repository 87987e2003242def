"""Builders: locked month sheets and leave, through the real services.

month_sheet(clinic, date(2026, 3, 1))                            # everybody present, submitted
month_sheet(clinic, date(2026, 3, 1), absent={posting: [date(2026, 3, 5)]})
lock_months(posting)                                             # every past month of a stay
leave(posting, date(2026, 3, 9), date(2026, 3, 10))              # approved the week before
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta

import time_machine
from django.utils import timezone

from accounts.models import Organisation, User
from core.dates import add_months
from staffing.marks import ALL_DAY, Cell
from staffing.models import ApprovalLevel, Leave, MonthSheet, Posting
from staffing.services.attendance import sheet_fill_present, sheet_mark, sheet_open, sheet_submit
from staffing.services.leave import leave_decide, leave_request
from testing.builders.places import coordinator, officer, user


def month_sheet(
    recipient: Organisation,
    month: date,
    *,
    marks: Mapping[Posting, Mapping[date, str]] | None = None,
    absent: Mapping[Posting, Iterable[date]] | None = None,
    locked: bool = True,
    by: User | None = None,
) -> MonthSheet:
    """The unit's sheet of a month: ``marks`` as given (a letter for the day, two for its halves), the
    rest present or on approved leave; submitted unless ``locked=False``. The month must be over."""
    by = by or coordinator(recipient, sending=False)
    sheet = sheet_open(recipient=recipient, month=month, by=by)
    cells = [
        Cell(posting.pk, day, half, mark[index % len(mark)])
        for posting, known in (marks or {}).items()
        for day, mark in known.items()
        for index, half in enumerate(("am", "pm"))
    ]
    cells += [Cell(posting.pk, day, ALL_DAY, "A") for posting, days in (absent or {}).items() for day in days]
    if cells:
        sheet_mark(sheet=sheet, cells=cells, by=by)
    if locked:
        sheet_fill_present(sheet=sheet, by=by)
        sheet = sheet_submit(sheet=sheet, by=by)
    return sheet


def lock_months(posting: Posting, *, until: date | None = None) -> list[MonthSheet]:
    """Submit every month of the stay that is over, all present where nothing was marked."""
    last = min(until or timezone.localdate(), posting.end_on)
    month, found = posting.arrived_on.replace(day=1), []
    while month <= last:
        sheet = MonthSheet.objects.filter(recipient=posting.agreement.recipient, month=month).first()
        if add_months(month, 1) <= timezone.localdate() and not (sheet and sheet.is_locked):
            found.append(month_sheet(posting.agreement.recipient, month))
        month = add_months(month, 1)
    return found


def leave(
    posting: Posting,
    start: date,
    end: date | None = None,
    *,
    approved: datetime | bool = True,
    kind: str = "personal",
    reason: str = "家中有事",
    by: User | None = None,
    **halves,
) -> Leave:
    """Leave asked for by the sender's coordinator. ``approved``: the moment (True: a week before it
    starts, False: still waiting)."""
    made = leave_request(
        posting=posting,
        kind=kind,
        start_on=start,
        end_on=end or start,
        reason=reason,
        by=by or coordinator(posting.agreement.sender, sending=True),
        **halves,
    )
    if approved is False:
        return made
    moment = approved
    if approved is True:
        moment = timezone.make_aware(datetime.combine(start - timedelta(days=7), time(9)))
    deciders = {
        ApprovalLevel.RECIPIENT: lambda: _other(
            posting.agreement.recipient, made.requested_by, sending=False
        ),
        ApprovalLevel.SENDER: lambda: _other(posting.agreement.sender, made.requested_by, sending=True),
        ApprovalLevel.BUREAU: lambda: officer(posting.agreement.cycle.programme.bureau),
    }
    with time_machine.travel(moment, tick=False):
        for level in made.levels:
            made = leave_decide(leave=made, approved=True, by=deciders[level]())
    return made


def _other(of: Organisation, than: User, *, sending: bool) -> User:
    first = coordinator(of, sending=sending)
    if first.pk != than.pk:
        return first
    return user("hospital_coordinator" if sending else "recipient_coordinator", of)
