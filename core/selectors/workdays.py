"""Working days: the announced calendar, corrected by the table of holidays and make-up days.

A year that neither knows is taken as the plain week (Monday to Friday); ``unknown_years`` tells which,
so that a page can say that the holidays of that year are still to be entered.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache

import chinese_calendar

from core.dates import Period
from core.models import CalendarDay


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
    """Years of the period whose holidays are neither announced in the library nor in the table."""
    unknown = [year for year in range(period.start.year, period.end.year + 1) if not _is_announced(year)]
    entered = set(
        CalendarDay.objects.filter(day__year__in=unknown).values_list("day__year", flat=True).distinct()
    )
    return [year for year in unknown if year not in entered]


def _is_announced(year: int) -> bool:
    try:
        chinese_calendar.is_workday(date(year, 1, 1))
    except NotImplementedError:
        return False
    return True
