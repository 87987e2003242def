"""What attendance amounts to: days of service of a stay, from month sheets, leave and inspections.

One function answers for screens, certificates, promotion ledgers and assessments. Two half-days a day.
The order of truth on a half-day: an inspection's finding, then the month sheet; a leave mark without
leave approved in time is off-post (脱岗). Days whose sheet is not locked are never counted as proved.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal

from django.utils import timezone

from core.dates import Period, union
from core.numbers import ratio_percent
from core.selectors.workdays import days_of, working_days
from staffing.models import (
    AttendanceRow,
    Half,
    InspectionFinding,
    Leave,
    Mark,
    MonthSheet,
    Posting,
)
from staffing.models.attendance import UNFILLED
from staffing.models.inspection import Inspection

OFF_POST = "O"  # found by an inspection, or leave not properly approved
OVERRIDES = {
    InspectionFinding.Result.PRESENT: Mark.PRESENT.value,
    InspectionFinding.Result.ON_LEAVE: Mark.LEAVE.value,
    InspectionFinding.Result.BUSINESS: Mark.BUSINESS.value,
    InspectionFinding.Result.ABSENT: OFF_POST,
    InspectionFinding.Result.IRREGULAR: OFF_POST,
}


@dataclass
class ServiceDays:
    """The days of one stay (clipped to a period). ``*_halves`` are half-days of locked sheets.

    ``due``: working half-days; ``present``: of these on duty or on business, compensatory rest included
    as far as duty on rest days backs it; ``leave``: properly approved; ``absent``: 旷工; ``off_post``: 脱岗.
    """

    posting: Posting
    period: Period
    locked_days: int = 0
    due_halves: int = 0
    present_halves: int = 0
    leave_halves: int = 0
    absent_halves: int = 0
    off_post_halves: int = 0
    unlocked: list[Period] = field(default_factory=list)

    @property
    def stay_days(self) -> int:
        return self.period.days

    @property
    def qualifying_days(self) -> Decimal:
        """Calendar days proved by locked sheets, less leave, absence and off-post."""
        lost = self.leave_halves + self.absent_halves + self.off_post_halves
        return self.locked_days - Decimal(lost) / 2

    @property
    def working_days(self) -> Decimal:
        """Working days on duty proved by locked sheets."""
        return Decimal(self.present_halves) / 2

    @property
    def is_proved(self) -> bool:
        return not self.unlocked

    @property
    def rate(self) -> Decimal | None:
        """Attendance rate in per cent: present ÷ due; None when nothing was due."""
        return ratio_percent(self.present_halves, self.due_halves, 2)


def leave_is_proper(leave: Leave) -> bool:
    """Approved, and before it began: the day before at the latest, for an afternoon by noon of the day."""
    if leave.status != Leave.Status.APPROVED:
        return False
    begins = time(12) if leave.start_half == Half.AFTERNOON else time(0)
    moment = timezone.make_aware(datetime.combine(leave.start_on, begins))
    return leave.approved_at < moment


def leave_halves(leave: Leave) -> set[tuple[date, str]]:
    """Every (day, half) that the leave covers."""
    found = {(day, half) for day in days_of(leave.period) for half in Half.values}
    if leave.start_half == Half.AFTERNOON:
        found.discard((leave.start_on, Half.MORNING.value))
    if leave.end_half == Half.MORNING:
        found.discard((leave.end_on, Half.AFTERNOON.value))
    return found


def service_days(postings: Iterable[Posting], period: Period | None = None) -> list[ServiceDays]:
    """One answer a posting that was confirmed as arrived; five statements however many there are.

    The stay runs from the confirmed arrival to its end, or to today while it goes on.
    """
    today = timezone.localdate()
    found = []
    for posting in postings:
        last = min(posting.end_on, today)
        if posting.arrived_on is None or last < posting.arrived_on:
            continue
        stay = Period(posting.arrived_on, last)
        part = stay.clip(period) if period else stay
        if part is not None:
            found.append(ServiceDays(posting, part))
    if found:
        _count(found)
    return found


def _count(found: list[ServiceDays]) -> None:
    ids = [entry.posting.pk for entry in found]
    whole = Period(min(entry.period.start for entry in found), max(entry.period.end for entry in found))
    working = working_days(whole)
    rows: dict[int, dict[date, AttendanceRow]] = defaultdict(dict)
    locked = AttendanceRow.objects.filter(posting__in=ids, sheet__status=MonthSheet.Status.LOCKED)
    for row in locked.select_related("sheet"):
        rows[row.posting_id][row.sheet.month] = row
    proper: dict[int, set] = defaultdict(set)
    for leave in Leave.objects.filter(posting__in=ids, status=Leave.Status.APPROVED):
        if leave_is_proper(leave):
            proper[leave.posting_id] |= leave_halves(leave)
    overrides: dict[int, dict] = defaultdict(dict)
    findings = InspectionFinding.objects.filter(
        posting__in=ids, inspection__status=Inspection.Status.CONCLUDED
    )
    for finding in findings.select_related("inspection"):
        key = (finding.inspection.inspected_on, finding.inspection.half)
        overrides[finding.posting_id][key] = OVERRIDES[finding.result]
    for entry in found:
        pk = entry.posting.pk
        _count_one(entry, rows[pk], proper[pk], overrides[pk], working)


def _count_one(entry: ServiceDays, rows, proper, overrides, working) -> None:
    overtime = compensated = 0
    unlocked = []
    for day in days_of(entry.period):
        row = rows.get(day.replace(day=1))
        if row is None or UNFILLED in row.mark_on(day):
            unlocked.append(Period(day, day))
            continue
        entry.locked_days += 1
        is_due = day in working
        entry.due_halves += 2 * is_due
        for half, mark in zip(Half.values, row.mark_on(day), strict=True):
            mark = overrides.get((day, half), mark)
            if mark == Mark.LEAVE and (day, half) not in proper:
                mark = OFF_POST
            entry.leave_halves += mark == Mark.LEAVE
            entry.absent_halves += mark == Mark.ABSENT
            entry.off_post_halves += mark == OFF_POST
            on_duty = mark in (Mark.PRESENT, Mark.BUSINESS)
            entry.present_halves += on_duty and is_due
            overtime += on_duty and not is_due
            compensated += mark == Mark.COMPENSATED and is_due
    entry.present_halves += min(overtime, compensated)
    entry.unlocked = union(unlocked)
