"""Lets the demonstration happen on the days it tells of.

The services stamp what they do with the clock (filed, arrived, confirmed) and refuse days to come.
A case of 2012 is therefore told with the clock of 2012, or every filing would look years late. The
audit log keeps the true time of loading.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta

from django.utils import timezone


@contextmanager
def as_of(day: date, hour: int = 10) -> Iterator[None]:
    """Inside, ``timezone.now()`` is the given day and hour. For the one-threaded loading command only."""
    moment = datetime.combine(day, time(hour), tzinfo=timezone.get_default_timezone())
    real = timezone.now
    timezone.now = lambda: moment
    try:
        yield
    finally:
        timezone.now = real


def days_after(day: date, days: int) -> date:
    return day + timedelta(days=days)
