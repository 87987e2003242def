"""Working days: the announced calendar, corrected by the table of holidays and make-up days.

A year that neither knows is taken as the plain week (Monday to Friday); ``unknown_years`` tells which,
so that a page can say that the holidays of that year are still to be entered.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import chinese_calendar

from core.dates import Period
from core.models import CalendarDay

HOLIDAYS = {holiday.value: holiday.chinese for holiday in chinese_calendar.Holiday}


def days_of(period: Period) -> list[date]:
    """Every day of the period in order."""
    return [period.start + timedelta(days=offset) for offset in range(period.days)]


@lru_cache(maxsize=20_000)
def _announced(day: date) -> bool:
    try:
        return chinese_calendar.is_workday(day)
    except NotImplementedError:
        return day.weekday() < 5


def working_days(period: Period) -> set[date]:
    """The working days of the period; one statement whatever its length."""
    table = dict(
        CalendarDay.objects.filter(day__range=(period.start, period.end)).values_list("day", "is_working")
    )
    return {day for day in days_of(period) if table.get(day, _announced(day))}


def working_day_count(periods: Iterable[Period]) -> int:
    """Distinct working days covered by the periods."""
    periods = list(periods)
    if not periods:
        return 0
    whole = Period(min(period.start for period in periods), max(period.end for period in periods))
    working = working_days(whole)
    return sum(any(period.contains(day) for period in periods) for day in working)


def unknown_years(period: Period) -> list[int]:
    """Years of the period whose holidays are neither announced in the library nor in the table.

    Days of January alone do not make a year known: New Year's holiday often stands in the old year's notice.
    """
    unknown = [year for year in range(period.start.year, period.end.year + 1) if not _is_announced(year)]
    entered = set(
        CalendarDay.objects.filter(day__year__in=unknown, day__month__gt=1)
        .order_by()
        .values_list("day__year", flat=True)
        .distinct()
    )
    return [year for year in unknown if year not in entered]


@dataclass(frozen=True)
class DayKind:
    """``name``: why the day differs from the plain week, empty where it does not."""

    day: date
    is_working: bool
    name: str = ""
    basis: str = ""

    @property
    def is_special(self) -> bool:
        return bool(self.name)

    @property
    def short(self) -> str:
        """For a narrow column: the holiday's name, “班” for a working day that differs from the week."""
        return "班" if self.name and self.is_working else self.name[:3]


@lru_cache(maxsize=20_000)
def _announced_name(day: date) -> str:
    """The library's name of a day that the notices speak of; empty on plain days."""
    try:
        is_rest, english = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        return ""
    if english is None:
        return ""
    name = HOLIDAYS.get(english, "节假日")
    return name if is_rest else f"{name}调休上班"


def day_kinds(period: Period) -> list[DayKind]:
    """Every day of the period with its name, by the table or else by the library; one statement."""
    table = {row.day: row for row in CalendarDay.objects.filter(day__range=(period.start, period.end))}
    found = []
    for day in days_of(period):
        if row := table.get(day):
            found.append(DayKind(day, row.is_working, row.name, row.basis))
        else:
            found.append(DayKind(day, _announced(day), _announced_name(day)))
    return found


def _is_announced(year: int) -> bool:
    try:
        chinese_calendar.is_workday(date(year, 1, 1))
    except NotImplementedError:
        return False
    return True
