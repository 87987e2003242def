"""What a promise amounts to over days: the periods that are due, the amount planned, the amount expected by a day.

* A month or quarter is a calendar one. At the edges of an agreement it is due when the agreement is in force
  on more than half of its days; an even half counts where the agreement begins. So a year from 15 June owes
  twelve months, not thirteen.
* A year runs from the agreement's first day to its anniversary. What is left over at the end is due as one
  more year when it has six whole months or more.
* An agreement owes at least one period, however short it is.
* A window takes the months and quarters that begin in it, and of a year or the whole term the share of its
  days that lies in the window: windows that make up the agreement make up its promise.
* A month or quarter is expected once it is over. Of a year or the term so much is expected as days are over.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache

from core.dates import Period, add_months, whole_months
from support.models import AgreementTarget

Per = AgreementTarget.Per
STEPS = {Per.MONTH: 1, Per.QUARTER: 3}
DAY = timedelta(days=1)
LEAST_MONTHS_OF_A_YEAR = 6
# most agreements of a cycle share their days
KEPT = 4096


@dataclass(frozen=True)
class Unit:
    """One period that is due. ``calendar``: the whole month, quarter, year or term by which records fall
    into it; ``period``: its days on which the agreement is in force."""

    calendar: Period
    period: Period
    per: str

    def is_over(self, today: date) -> bool:
        return self.period.end < today

    def __hash__(self) -> int:
        return hash((self.period, self.per))

    @property
    def label(self) -> str:
        start = self.calendar.start
        if self.per == Per.MONTH:
            return f"{start:%Y-%m}"
        if self.per == Per.QUARTER:
            return f"{start.year} 年第 {(start.month + 2) // 3} 季度"
        return str(self.period)


@lru_cache(maxsize=KEPT)
def due_units(per: str, term: Period) -> tuple[Unit, ...]:
    """The periods of an agreement that are due, in order; never empty."""
    if per == Per.TERM:
        return (Unit(term, term, per),)
    return tuple(_years(term) if per == Per.YEAR else _calendar_units(per, term))


def calendar_start(per: str, day: date) -> date:
    """The first day of the month or quarter of a day."""
    step = STEPS[per]
    return date(day.year, (day.month - 1) // step * step + 1, 1)


def _calendar_units(per: str, term: Period) -> list[Unit]:
    step, start, units = STEPS[per], calendar_start(per, term.start), []
    while start <= term.end:
        whole = Period(start, add_months(start, step) - DAY)
        units.append(Unit(whole, whole.clip(term), per))
        start = whole.end + DAY
    due = [unit for unit in units if _is_mostly_held(unit, term)]
    return due or [max(units, key=lambda unit: (unit.period.days, unit.period.start))]


def _is_mostly_held(unit: Unit, term: Period) -> bool:
    twice = 2 * unit.period.days
    begins_here = unit.calendar.start < term.start
    return twice > unit.calendar.days or (twice == unit.calendar.days and begins_here)


def _years(term: Period) -> list[Unit]:
    units, number = [], 0
    while (start := add_months(term.start, 12 * number)) <= term.end:
        whole = Period(start, add_months(term.start, 12 * (number + 1)) - DAY)
        held = whole.clip(term)
        if number == 0 or whole_months(held)[0] >= LEAST_MONTHS_OF_A_YEAR:
            units.append(Unit(whole, held, Per.YEAR))
        number += 1
    return units


@lru_cache(maxsize=KEPT)
def in_window(units: tuple[Unit, ...], window: Period) -> tuple[Unit, ...]:
    """Months and quarters that begin in the window; years and terms that have a day in it."""
    return tuple(
        unit
        for unit in units
        if (window.contains(unit.period.start) if unit.per in STEPS else window.overlaps(unit.period))
    )


@lru_cache(maxsize=KEPT)
def periods_planned(units: tuple[Unit, ...], window: Period) -> Fraction:
    """How many periods the window owes; a fraction where it cuts a year or a term."""
    return sum((_share(unit, window) for unit in units), Fraction(0))


@lru_cache(maxsize=KEPT)
def periods_expected(units: tuple[Unit, ...], window: Period, today: date) -> Fraction:
    """How many of them should be done before ``today``."""
    return sum((_expected(unit, window, today) for unit in units), Fraction(0))


def _share(unit: Unit, window: Period) -> Fraction:
    if unit.per in STEPS:
        return Fraction(window.contains(unit.period.start))
    part = unit.period.clip(window)
    return Fraction(part.days, unit.period.days) if part else Fraction(0)


def _expected(unit: Unit, window: Period, today: date) -> Fraction:
    if unit.per in STEPS:
        return _share(unit, window) if unit.is_over(today) else Fraction(0)
    part = unit.period.clip(window)
    if part is None or today <= part.start:
        return Fraction(0)
    return Fraction((min(part.end, today - DAY) - part.start).days + 1, unit.period.days)
