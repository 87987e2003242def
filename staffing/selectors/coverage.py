"""Coverage (在岗覆盖): whether a clinic, a pair or a hospital's people had somebody there on every day due.

Counted: resident stays of members and leaders, cancelled ones aside. Up to today only confirmed arrivals,
from the day of arrival to the last day; from tomorrow also what is planned or approved (expected). Due:
every day on which an agreement of the unit is in force. How many must be there is the active floor of
the agreement's programme (StayRule); a rule for one recipient goes before the general one, of several
programmes the strictest is asked, and without a rule one person is enough. Both ends of a stay count.

Every function answers for all units in one statement, limited to the agreements it is given; pass
``Agreement.objects.visible_to(user)``.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import groupby

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet, TextChoices

from core.dates import Period
from staffing.models import StayRule
from staffing.selectors import coverage_sql as sql
from staffing.selectors.coverage_sql import By
from support.models import Agreement

DAY = timedelta(days=1)


@dataclass(frozen=True, order=True)
class Unit:
    """Ids of the organisations looked at: one of the two, or both for a pair."""

    sender: int | None
    recipient: int | None

    @classmethod
    def read(cls, number: int, by: str) -> "Unit":
        if by == By.RECIPIENT:
            return cls(None, number)
        if by == By.SENDER:
            return cls(number, None)
        return cls(*divmod(number, sql.HALF))


class State(TextChoices):
    EMPTY = "empty", "无人在岗"
    BELOW = "below", "人数不足"
    MET = "met", "达到要求"
    ABOVE = "above", "超过要求"


@dataclass(frozen=True)
class Segment:
    """Days of which nothing differs. ``rules``: keys of the rules that set the floor, none by default."""

    period: Period
    present: int
    floor: int
    rules: tuple[int, ...]
    expected: bool

    @property
    def state(self) -> State:
        if not self.present:
            return State.EMPTY
        if self.present < self.floor:
            return State.BELOW
        return State.ABOVE if self.present > self.floor else State.MET


@dataclass(frozen=True)
class Gap:
    """Days due without anybody. ``period`` lies in the year asked for, ``whole`` reaches beyond it as far
    as the verdict needs: three days of January may end three weeks."""

    period: Period
    whole: Period
    tolerance: int
    rules: tuple[int, ...]
    expected_days: int

    @property
    def is_tolerated(self) -> bool:
        return self.whole.days <= self.tolerance

    @property
    def is_expected(self) -> bool:
        """It has not begun yet."""
        return self.expected_days == self.period.days

    @property
    def verdict(self) -> str:
        if self.is_tolerated:
            return "在容许天数内"
        return "预计断档" if self.is_expected else "断档"

    @property
    def reaches_beyond(self) -> bool:
        return self.whole != self.period


@dataclass(frozen=True)
class Totals:
    """Days of a unit in the period: up to today, and ``_ahead`` after it.

    ``below``: fewer people than the floor, nobody included; ``gap``: nobody for longer than tolerated.
    ``least`` and ``most``: head-count of the days due so far, None before the first.
    """

    unit: Unit
    due: int
    covered: int
    below: int
    gap: int
    due_ahead: int
    below_ahead: int
    gap_ahead: int
    least: int | None
    most: int | None

    @property
    def empty(self) -> int:
        return self.due - self.covered

    @property
    def worst_first(self) -> tuple[int, ...]:
        return (-self.gap, -self.below, -self.gap_ahead, -self.below_ahead)


@dataclass(frozen=True)
class EarlyWarning:
    """After ``last_day`` of this posting fewer people than the floor are left, and nobody is planned."""

    unit: Unit
    posting: int
    last_day: date
    present: int
    floor: int
    rules: tuple[int, ...]


@dataclass(frozen=True)
class Calendar:
    unit: Unit
    segments: tuple[Segment, ...]
    gaps: tuple[Gap, ...]

    @cached_property
    def rules(self) -> set[int]:
        return {rule for segment in self.segments for rule in segment.rules}


def fetch(
    tail: str, agreements: QuerySet[Agreement], by: str, period: Period, today: date, wider: str = ""
) -> list:
    """The rows of one statement; none for somebody who sees no agreement."""
    try:
        text, values = sql.statement(
            tail, agreements=agreements, by=by, period=period, today=today, wider=wider
        )
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        return cursor.fetchall()


def coverage_totals(agreements: QuerySet[Agreement], *, by: str, period: Period, today: date) -> list[Totals]:
    """One row a unit with days due in the period, in the order of the units' keys."""
    rows = fetch(sql.SEGMENTS + sql.TOTALS, agreements, by, period, today, "tolerance_days")
    found = [Totals(Unit.read(number, by), *days) for number, *days in rows]
    return sorted(found, key=lambda row: (row.unit.sender or 0, row.unit.recipient or 0))


def coverage_calendars(
    agreements: QuerySet[Agreement], *, by: str, period: Period, today: date
) -> dict[Unit, Calendar]:
    """Segments and gaps of every unit with days due in the period."""
    rows = fetch(sql.SEGMENTS + sql.SHOWN, agreements, by, period, today, "tolerance_days")
    return {
        Unit.read(number, by): _calendar(Unit.read(number, by), list(group), today)
        for number, group in groupby(rows, key=lambda row: row[0])
    }


def _calendar(unit: Unit, rows: list, today: date) -> Calendar:
    segments: list[Segment] = []
    runs: dict[date, list] = {}
    for _, day, until, present, floor, rules, run_day, run_until, tolerance in rows:
        segment = Segment(Period(day, until - DAY), present, int(floor), tuple(rules), day > today)
        segments.append(segment)
        if not present:
            runs.setdefault(run_day, [Period(run_day, run_until - DAY), tolerance, []])[2].append(segment)
    gaps = tuple(_gap(whole, tolerance, parts) for whole, tolerance, parts in runs.values())
    return Calendar(unit, tuple(_joined(segments)), gaps)


def _gap(whole: Period, tolerance: int, parts: list[Segment]) -> Gap:
    rules = tuple(sorted({rule for part in parts for rule in part.rules}))
    expected = sum(part.period.days for part in parts if part.expected)
    return Gap(Period(parts[0].period.start, parts[-1].period.end), whole, tolerance, rules, expected)


def _joined(segments: list[Segment]) -> list[Segment]:
    """Neighbours that tell the same (one agreement followed by its renewal) as one."""
    joined: list[Segment] = []
    for segment in segments:
        last = joined[-1] if joined else None
        if (
            last
            and last.period.end + DAY == segment.period.start
            and (last.present, last.floor, last.rules, last.expected)
            == (segment.present, segment.floor, segment.rules, segment.expected)
        ):
            period = Period(last.period.start, segment.period.end)
            joined[-1] = Segment(period, last.present, last.floor, last.rules, last.expected)
        else:
            joined.append(segment)
    return joined


def coverage_warnings(agreements: QuerySet[Agreement], *, by: str, today: date) -> list[EarlyWarning]:
    """Stays that end within the rule's warning days and leave too few behind, the soonest first."""
    rows = fetch(sql.SEGMENTS + sql.LEAVING, agreements, by, Period(today, today), today, "warning_days")
    return [
        EarlyWarning(Unit.read(number, by), posting, day, present, int(floor), tuple(rules))
        for number, posting, day, present, floor, rules in rows
    ]


@dataclass(frozen=True)
class PromisedDepartment:
    """A subject that an agreement promises, with the days on which nobody of it was there.

    ``speciality``: key of the promised subject (帮扶科室); a narrower one of the same code covers it.
    ``days``: up to today; ``days_ahead``: after it.
    """

    unit: Unit
    speciality: int
    uncovered: tuple[Period, ...]
    days: int
    days_ahead: int


def promised_departments(
    agreements: QuerySet[Agreement], *, by: str, period: Period, today: date
) -> list[PromisedDepartment]:
    rows = fetch(sql.UNCOVERED, agreements, by, period, today)
    found = []
    for (number, speciality), days in groupby(rows, key=lambda row: row[:2]):
        uncovered = tuple(Period(start, until - DAY) for *_, start, until in days if start)
        whole = sum(part.days for part in uncovered)
        so_far = sum(max((min(part.end, today) - part.start).days + 1, 0) for part in uncovered)
        found.append(PromisedDepartment(Unit.read(number, by), speciality, uncovered, so_far, whole - so_far))
    return found


def speciality_unfilled(
    agreements: QuerySet[Agreement], *, by: str, period: Period, today: date
) -> dict[Unit, int]:
    """People present in the period whose speciality is not filled in: they cover no department."""
    rows = fetch(sql.UNKNOWN, agreements, by, period, today)
    return {Unit.read(number, by): count for number, count in rows}


def rules_named(keys: set[int]) -> dict[int, StayRule]:
    """The rules that verdicts speak of; whoever may read the verdict may read its rule."""
    return StayRule.objects.select_related("programme").in_bulk(keys)
