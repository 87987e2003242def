"""What attendance amounts to: days of service of a stay, from month sheets, leave and inspections.

One function answers for screens, certificates, promotion ledgers and assessments. Two half-days a day.
The order of truth on a half-day: an inspection's finding, then the month sheet; a leave mark without
leave approved in time is off-post (脱岗), unless an inspector saw the papers and found them in order. Days whose sheet is not locked are never counted as proved.
"""

from collections import Counter, defaultdict
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
from staffing.models.attendance import OUTSIDE, UNFILLED
from staffing.models.inspection import Inspection

ON_DUTY = (Mark.PRESENT, Mark.BUSINESS)
OFF_POST = "O"  # found by an inspection, or leave not properly approved
HALVES = tuple(Half.values)
ALL_PRESENT = Mark.PRESENT.value * 2  # most days of most rows
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
    as far as earlier duty on rest days of the stay backs it; ``leave``: properly approved; ``absent``: 旷工;
    ``off_post``: 脱岗. These three count rest days too when they are marked so, because such days are no
    days of service. ``due_*`` are their parts on working days; with ``present_halves`` and
    ``due_idle_halves`` (rest on a working day) they add up to ``due_halves``.
    """

    posting: Posting
    period: Period
    locked_days: int = 0
    due_halves: int = 0
    present_halves: int = 0
    leave_halves: int = 0
    absent_halves: int = 0
    off_post_halves: int = 0
    due_leave_by_kind: Counter = field(default_factory=Counter)  # "" where an inspection says so
    due_absent_halves: int = 0
    due_off_post_halves: int = 0
    due_idle_halves: int = 0
    unlocked: list[Period] = field(default_factory=list)

    @property
    def stay_days(self) -> int:
        return self.period.days

    @property
    def due_leave_halves(self) -> int:
        return sum(self.due_leave_by_kind.values())

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
    return leave.status == Leave.Status.APPROVED and leave.approved_at < leave_begins(leave)


def leave_begins(leave: Leave) -> datetime:
    """The moment from which an approval comes too late (补批)."""
    begins = time(12) if leave.start_half == Half.AFTERNOON else time(0)
    return timezone.make_aware(datetime.combine(leave.start_on, begins))


def leave_halves(leave: Leave) -> set[tuple[date, str]]:
    """Every (day, half) that the leave covers."""
    found = {(day, half) for day in days_of(leave.period) for half in Half.values}
    if leave.start_half == Half.AFTERNOON:
        found.discard((leave.start_on, Half.MORNING.value))
    if leave.end_half == Half.MORNING:
        found.discard((leave.end_on, Half.AFTERNOON.value))
    return found


def service_days(postings: Iterable[Posting], period: Period | None = None) -> list[ServiceDays]:
    """One answer a posting that was confirmed as arrived; four statements however many there are.

    The stay runs from the confirmed arrival to its end, or to today while it goes on. What a half-day
    counts as does not depend on the period: the months of a stay add up to the stay.
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


@dataclass
class _Facts:
    """What is known of one posting: rows by month, proper leave and findings by half-day."""

    rows: dict[date, AttendanceRow] = field(default_factory=dict)
    proper: dict[tuple[date, str], str] = field(default_factory=dict)  # → kind of leave
    overrides: dict[tuple[date, str], str] = field(default_factory=dict)

    def known_on(self, day: date) -> AttendanceRow | None:
        """The locked row that says something about the day.

        A stay that was extended after the lock leaves '-' on days that now belong to it: nothing is
        proved there until the sheet is corrected.
        """
        row = self.rows.get(day.replace(day=1))
        if row is None or {UNFILLED, OUTSIDE} & set(row.mark_on(day)):
            return None
        return row

    def meaning(self, day: date, half: str, mark: str) -> str:
        """The mark that counts: a finding as it is, leave only when it was approved in time."""
        key = (day, half)
        if key in self.overrides:
            return self.overrides[key]
        return OFF_POST if mark == Mark.LEAVE and key not in self.proper else mark


def _count(found: list[ServiceDays]) -> None:
    ids = {entry.posting.pk for entry in found}
    facts: dict[int, _Facts] = defaultdict(_Facts)
    locked = AttendanceRow.objects.filter(posting__in=ids, sheet__status=MonthSheet.Status.LOCKED)
    for row in locked.select_related("sheet"):
        facts[row.posting_id].rows[row.sheet.month] = row
    for leave in Leave.objects.filter(posting__in=ids, status=Leave.Status.APPROVED):
        if leave_is_proper(leave):
            facts[leave.posting_id].proper |= dict.fromkeys(leave_halves(leave), leave.kind)
    findings = InspectionFinding.objects.filter(
        posting__in=ids, inspection__status=Inspection.Status.CONCLUDED
    )
    for finding in findings.select_related("inspection"):
        key = (finding.inspection.inspected_on, finding.inspection.half)
        # two bureaus on one half-day: whoever found nobody there is believed
        overrides = facts[finding.posting_id].overrides
        if overrides.get(key) != OFF_POST:
            overrides[key] = OVERRIDES[finding.result]
    first = min(entry.posting.arrived_on for entry in found)
    working = working_days(Period(first, max(entry.period.end for entry in found)))
    for entry in found:
        _count_one(entry, facts[entry.posting.pk], working)


def _count_one(entry: ServiceDays, facts: _Facts, working: set[date]) -> None:
    backed = _backed(entry, facts, working)
    unlocked = []
    for day in days_of(entry.period):
        row = facts.known_on(day)
        if row is None:
            unlocked.append(Period(day, day))
            continue
        entry.locked_days += 1
        is_due = day in working
        entry.due_halves += 2 * is_due
        if not facts.overrides and row.mark_on(day) == ALL_PRESENT:
            entry.present_halves += 2 * is_due
            continue
        for half, mark in zip(HALVES, row.mark_on(day), strict=True):
            mark = facts.meaning(day, half, mark)
            entry.leave_halves += mark == Mark.LEAVE
            entry.absent_halves += mark == Mark.ABSENT
            entry.off_post_halves += mark == OFF_POST
            if not is_due:
                continue
            if mark in ON_DUTY or (mark == Mark.COMPENSATED and (day, half) in backed):
                entry.present_halves += 1
            elif mark == Mark.LEAVE:
                entry.due_leave_by_kind[facts.proper.get((day, half), "")] += 1
            elif mark == Mark.ABSENT:
                entry.due_absent_halves += 1
            elif mark == OFF_POST:
                entry.due_off_post_halves += 1
            else:
                entry.due_idle_halves += 1
    entry.unlocked = union(unlocked)


def _backed(entry: ServiceDays, facts: _Facts, working: set[date]) -> set[tuple[date, str]]:
    """Half-days of compensatory rest that earlier duty on rest days of the stay pays for.

    Looks at the whole stay up to the period's end, so that rest taken in May may be earned in April.
    """
    if not any(Mark.COMPENSATED.value in row.marks for row in facts.rows.values()):
        return set()
    earned, found = 0, set()
    for day in days_of(Period(entry.posting.arrived_on, entry.period.end)):
        if (row := facts.known_on(day)) is None:
            continue
        for half, mark in zip(HALVES, row.mark_on(day), strict=True):
            mark = facts.meaning(day, half, mark)
            if day not in working:
                earned += mark in ON_DUTY
            elif mark == Mark.COMPENSATED and earned:
                earned -= 1
                found.add((day, half))
    return found
