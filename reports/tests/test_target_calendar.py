"""Periods that a promise owes, against counting day by day."""

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from core.dates import Period, add_months
from reports.targets.calendar import Per, due_units, in_window, periods_expected, periods_planned

DAY = timedelta(days=1)
DAYS = st.dates(date(2019, 1, 1), date(2031, 12, 31))


@st.composite
def terms(draw):
    start = draw(DAYS)
    return Period(start, start + timedelta(days=draw(st.integers(0, 1500))))


def by_hand(per: str, term: Period) -> list[tuple[int, int]]:
    """(year, number) of the calendar periods that are due, counted day by day."""
    step = {"month": 1, "quarter": 3}[per]

    def key(day):
        return day.year, (day.month - 1) // step

    held: dict[tuple, int] = {}
    day = term.start
    while day <= term.end:
        held[key(day)] = held.get(key(day), 0) + 1
        day += DAY
    due = []
    for period, days in held.items():
        first = date(period[0], period[1] * step + 1, 1)
        whole = (add_months(first, step) - first).days
        starts_before = first >= term.start
        if days * 2 > whole or (days * 2 == whole and not starts_before):
            due.append(period)
    most = max(held.values())
    return due or [max(period for period, days in held.items() if days == most)]


@given(terms(), st.sampled_from(["month", "quarter"]))
def test_months_and_quarters_are_those_counted_by_hand(term, per):
    step = {"month": 1, "quarter": 3}[per]
    found = [
        (unit.calendar.start.year, (unit.calendar.start.month - 1) // step) for unit in due_units(per, term)
    ]
    assert found == by_hand(per, term)


@given(DAYS, st.integers(1, 5))
def test_whole_years_owe_twelve_months_each_and_as_many_years_whatever_the_day_they_begin(start, years):
    term = Period(start, add_months(start, 12 * years) - DAY)
    assert len(due_units(Per.MONTH, term)) == 12 * years
    assert len(due_units(Per.YEAR, term)) == years


@given(terms(), st.sampled_from(list(Per)))
def test_calendar_years_make_up_the_promise(term, per):
    units = due_units(per, term)
    whole = periods_planned(units, term)
    years = range(term.start.year, term.end.year + 1)
    assert sum(periods_planned(units, Period.year(year).clip(term)) for year in years) == whole == len(units)
    assert sum(len(in_window(units, Period.year(year).clip(term))) for year in years) >= len(units)


@given(terms(), st.sampled_from(["year", "term"]), DAYS)
def test_expected_is_the_share_of_days_that_are_over(term, per, today):
    units = due_units(per, term)
    by_days = Fraction(0)
    for unit in units:
        day = unit.period.start
        over = 0
        while day <= unit.period.end and day < today:
            over += 1
            day += DAY
        by_days += Fraction(over, unit.period.days)
    assert periods_expected(units, term, today) == by_days


@given(terms(), st.sampled_from(list(Per)), DAYS, DAYS)
def test_expected_never_falls_and_ends_at_the_plan(term, per, one, other):
    units = due_units(per, term)
    early, late = sorted((one, other))
    assert periods_expected(units, term, early) <= periods_expected(units, term, late) <= len(units)
    assert periods_expected(units, term, term.start) == 0
    assert periods_expected(units, term, term.end + DAY) == len(units)


def test_a_month_is_over_on_the_day_after_its_last():
    (first, *_) = due_units(Per.MONTH, Period(date(2026, 1, 1), date(2026, 12, 31)))
    assert not first.is_over(date(2026, 1, 31))
    assert first.is_over(date(2026, 2, 1))


def test_a_year_from_the_middle_of_june_owes_june_once():
    units = due_units(Per.MONTH, Period(date(2026, 6, 15), date(2027, 6, 14)))
    assert [unit.label for unit in units][::11] == ["2026-06", "2027-05"]


def test_half_a_year_more_is_one_more_year_and_less_is_none():
    more = Period(date(2026, 1, 1), date(2027, 6, 30))
    less = Period(date(2026, 1, 1), date(2027, 6, 29))
    assert len(due_units(Per.YEAR, more)) == 2
    assert len(due_units(Per.YEAR, less)) == 1
    assert len(due_units(Per.YEAR, Period(date(2026, 1, 1), date(2026, 1, 5)))) == 1
