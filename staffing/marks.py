"""The text of a month's marks: two letters a day, and how it fits the days of a stay.

Pure functions over strings; what a mark means for the days of service is selectors/attendance.py.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from core.dates import Period
from staffing.models import Half, Mark
from staffing.models.attendance import OUTSIDE, UNFILLED, month_period

HALVES = tuple(Half.values)
ALL_DAY = ""  # both halves of a day


@dataclass(frozen=True)
class Cell:
    """A mark for a half-day (or, with ``half`` empty, for a day) of a posting.

    ``seen``: what the page showed there when it was typed, None when that does not matter.
    """

    posting: int
    day: date
    half: str
    mark: str
    seen: str | None = None


def place(day: date, half: str) -> int:
    return (day.day - 1) * 2 + HALVES.index(half)


def mark_at(marks: str, day: date, half: str) -> str:
    return marks[place(day, half)]


def with_mark(marks: str, day: date, half: str, mark: str) -> str:
    index = place(day, half)
    return marks[:index] + mark + marks[index + 1 :]


def half_days(period: Period) -> Iterator[tuple[date, str]]:
    for offset in range(period.days):
        for half in HALVES:
            yield period.start + timedelta(days=offset), half


def stay_in(month: date, arrived_on: date | None, end_on: date) -> Period | None:
    """The days of the month that belong to the stay."""
    if arrived_on is None or end_on < arrived_on:
        return None
    return Period(arrived_on, end_on).clip(month_period(month))


def fitted(marks: str, month: date, stay: Period | None, working: Iterable[date]) -> str:
    """The marks with exactly the stay's days open: '-' outside, rest days R and due days '.' where new.

    What was marked on a day of the stay is kept; marks on days that left the stay are dropped.
    """
    whole = month_period(month)
    found = []
    for index, (day, _half) in enumerate(half_days(whole)):
        old = marks[index] if marks else OUTSIDE
        if stay is None or not stay.contains(day):
            found.append(OUTSIDE)
        elif old != OUTSIDE:
            found.append(old)
        else:
            found.append(UNFILLED if day in working else Mark.REST.value)
    return "".join(found)


def unfilled(marks: str, month: date) -> list[tuple[date, str]]:
    return [key for key, mark in zip(half_days(month_period(month)), marks, strict=True) if mark == UNFILLED]


def in_words(halves: Iterable[tuple[date, str]]) -> str:
    """“03-05 上午、03-06 至 03-08” of half-days in order."""
    runs: list[list] = []  # [first, last, halves of a single day]
    by_day: dict[date, set[str]] = {}
    for day, half in halves:
        by_day.setdefault(day, set()).add(half)
    for day in sorted(by_day):
        whole = len(by_day[day]) == 2
        if whole and runs and runs[-1][2] is None and runs[-1][1] + timedelta(days=1) == day:
            runs[-1][1] = day
        else:
            runs.append([day, day, None if whole else Half(by_day[day].pop()).label])
    return "、".join(
        f"{first:%m-%d} {half}" if half else f"{first:%m-%d}" + (f" 至 {last:%m-%d}" if last > first else "")
        for first, last, half in runs
    )


def changes(before: str, after: str, month: date) -> list[tuple[date, str, str, str]]:
    """(day, half, old, new) of every half-day that differs; ``before`` may be empty."""
    before = before or OUTSIDE * len(after)
    return [
        (day, half, old, new)
        for (day, half), old, new in zip(half_days(month_period(month)), before, after, strict=True)
        if old != new
    ]


def mark_label(mark: str) -> str:
    if mark == UNFILLED:
        return "未填"
    return "不在岗期内" if mark == OUTSIDE else Mark(mark).label
