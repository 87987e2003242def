"""Arithmetic of stays, done one way everywhere.

Convention: both ends count (1 April to 30 September is 183 days), and months go by calendar
anniversary (1 April to 30 September is six months). Real systems subtract dates and then need
184 days for "183"; the pages that show a figure name this convention.
"""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, order=True)
class Period:
    """A closed range of days: both ``start`` and ``end`` belong to it."""

    start: date
    end: date

    def __post_init__(self):
        if self.end < self.start:
            raise ValueError("period ends before it starts")

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    def overlaps(self, other: "Period") -> bool:
        return self.start <= other.end and other.start <= self.end

    def clip(self, other: "Period") -> "Period | None":
        """The part inside ``other``, or None: a 1 June–31 May stay has 214 days in its first year."""
        if not self.overlaps(other):
            return None
        return Period(max(self.start, other.start), min(self.end, other.end))

    def contains(self, day: date) -> bool:
        return self.start <= day <= self.end

    @classmethod
    def year(cls, year: int) -> "Period":
        return cls(date(year, 1, 1), date(year, 12, 31))

    def __str__(self):
        return f"{self.start:%Y-%m-%d} 至 {self.end:%Y-%m-%d}"


def add_months(day: date, months: int) -> date:
    """The anniversary ``months`` later; a missing day (30 February) becomes the month's last."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def whole_months(period: Period) -> tuple[int, int]:
    """(full calendar months, days left over) of a closed period, counted from its start."""
    after = period.end + timedelta(days=1)
    months = (after.year - period.start.year) * 12 + after.month - period.start.month
    if add_months(period.start, months) > after:
        months -= 1
    return months, (after - add_months(period.start, months)).days


def union(periods: Iterable[Period]) -> list[Period]:
    """The same days as disjoint, non-touching periods in order."""
    merged: list[Period] = []
    for period in sorted(periods):
        if merged and period.start <= merged[-1].end + timedelta(days=1):
            merged[-1] = Period(merged[-1].start, max(merged[-1].end, period.end))
        else:
            merged.append(period)
    return merged


def total_days(periods: Iterable[Period]) -> int:
    """Distinct days covered; a day in two periods counts once."""
    return sum(period.days for period in union(periods))
