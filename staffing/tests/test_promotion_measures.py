"""Lengths in months, days and working days against a walk through the calendar."""

import calendar
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from core.dates import Period, add_months
from staffing.promotion.measures import Amount, best_steps, days_by_year, month_steps, served_steps
from staffing.promotion.terms import Unit

days = st.dates(date(1999, 1, 1), date(2040, 12, 31))
DAY = timedelta(days=1)


def walked(start: date, end: date) -> int:
    """Steps by walking: a month is full on the day before its anniversary; 29 left-over days at most."""
    months, day, last_anniversary = 0, start, start
    while day <= end:
        year, month = divmod(start.year * 12 + start.month - 1 + months + 1, 12)
        last = calendar.monthrange(year, month + 1)[1]
        anniversary = date(year, month + 1, min(start.day, last))
        if day + DAY == anniversary:
            months, last_anniversary = months + 1, anniversary
        day += DAY
    return 30 * months + min((end + DAY - last_anniversary).days, 29)


@given(days, st.integers(0, 900))
def test_month_steps_are_those_of_a_walk(start, length):
    end = start + length * DAY
    assert month_steps(Period(start, end)) == walked(start, end)


@given(days, st.integers(1, 40))
def test_full_months_and_one_day_less(start, months):
    end = add_months(start, months) - DAY
    assert month_steps(Period(start, end)) == 30 * months
    if end > start:
        assert month_steps(Period(start, end - DAY)) < 30 * months


@given(days, st.integers(0, 900))
def test_a_day_more_on_either_side_never_counts_less(start, length):
    end = start + length * DAY
    here = month_steps(Period(start, end))
    assert here <= month_steps(Period(start, end + DAY))
    assert here <= month_steps(Period(start - DAY, end))


def test_examples():
    assert month_steps(Period(date(2026, 4, 1), date(2026, 9, 30))) == 180
    assert month_steps(Period(date(2026, 1, 1), date(2026, 7, 2))) == 182
    assert month_steps(Period(date(2026, 2, 1), date(2026, 2, 28))) == 30
    assert month_steps(Period(date(2026, 1, 1), date(2026, 1, 30))) == 29, "thirty days of a long month"


@given(days, st.lists(st.tuples(st.integers(1, 90), st.integers(0, 90)), min_size=1, max_size=5))
def test_neighbours_are_never_worse_together(start, lengths):
    """One after the other: at least each alone summed, and at least as one stretch where nothing is lost."""
    parts, day = [], start
    for length, lost in lengths:
        parts.append((day, Decimal(max(length - lost, 0))))
        day += length * DAY
    found = best_steps(parts, Unit.MONTHS)
    assert found >= sum(served_steps(first, served, Unit.MONTHS) for first, served in parts)
    if all(lost == 0 for _, lost in lengths):
        assert found >= month_steps(Period(start, day - DAY))
    assert found >= best_steps(parts[1:], Unit.MONTHS) and found >= best_steps(parts[:-1], Unit.MONTHS)


@given(days, st.integers(0, 1500))
def test_days_by_year_sum_to_the_stay(start, length):
    period = Period(start, start + length * DAY)
    found = days_by_year(period)
    walked = {}
    for offset in range(period.days):
        year = (start + offset * DAY).year
        walked[year] = walked.get(year, 0) + 1
    assert found == walked


def test_the_two_clipping_rows_of_the_cases():
    assert days_by_year(Period(date(2021, 6, 1), date(2022, 5, 31))) == {2021: 214, 2022: 151}
    assert days_by_year(Period(date(2020, 1, 1), date(2020, 3, 1))) == {2020: 61}


def test_amounts_say_themselves():
    assert str(Amount(Fraction(299), Unit.MONTHS)) == "9 个月 29 天"
    assert str(Amount(Fraction(300), Unit.MONTHS)) == "10 个月"
    assert str(Amount(Fraction(0), Unit.MONTHS)) == "0 天"
    assert str(Amount(Fraction(397, 2), Unit.WORKING_DAYS)) == "198.5 个工作日"
    assert Amount(Fraction(3, 2), Unit.WORKING_DAYS).missing == "2 个工作日"
    assert str(Amount(Fraction(100, 3), Unit.MONTHS)) == "1 个月 3 天"
    assert Amount(Fraction(100, 3), Unit.MONTHS).missing == "1 个月 4 天"
    assert str(Amount(Fraction(0), Unit.DAYS)) == "0 天" and str(Amount.of(100, Unit.DAYS)) == "100 天"
