"""Arithmetic of stays, held against an oracle that walks day by day, and the published edge cases."""

from datetime import date, timedelta

import pytest
from django import forms
from hypothesis import example, given
from hypothesis import strategies as st

from core.dates import Period, add_months, total_days, union, whole_months

DAY = timedelta(days=1)
FIRST = date(2019, 12, 20)

day = st.integers(0, 1000).map(lambda offset: FIRST + DAY * offset)


@st.composite
def periods(draw, most_days=420):
    start = draw(day)
    return Period(start, start + DAY * draw(st.integers(0, most_days)))


def days_of(period: Period | None) -> set[date]:
    """The oracle: every day from start to end, one after the other."""
    found = set()
    walker = period.start if period else date.max
    while period and walker <= period.end:
        found.add(walker)
        walker += DAY
    return found


def next_month(start: date, months: int) -> date:
    """The oracle's anniversary: walk to the right month, then to its day or its last."""
    year, month = start.year, start.month
    for _ in range(months):
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    for number in (start.day, 30, 29, 28):
        try:
            return date(year, month, number)
        except ValueError:
            continue
    raise AssertionError


# ---- against the oracle
@given(periods())
def test_days_count_both_ends(period):
    assert period.days == len(days_of(period))


@given(periods(), periods())
@example(Period(FIRST, FIRST + DAY), Period(FIRST + DAY, FIRST + 2 * DAY))
@example(Period(FIRST, FIRST), Period(FIRST + DAY, FIRST + DAY))
def test_overlap_means_a_common_day(one, other):
    assert one.overlaps(other) == other.overlaps(one) == bool(days_of(one) & days_of(other))


@given(periods(), periods())
def test_clip_keeps_exactly_the_common_days(one, other):
    assert days_of(one.clip(other)) == days_of(one) & days_of(other)


@given(periods(), day)
def test_contains_is_membership(period, when):
    assert period.contains(when) == (when in days_of(period))


@given(st.lists(periods(90), max_size=7))
@example([Period(FIRST, FIRST), Period(FIRST + DAY, FIRST + DAY)])
def test_union_is_the_same_days_apart(found):
    merged = union(found)
    assert set().union(*map(days_of, merged)) == set().union(*map(days_of, found))
    # in order, and at least one free day between two of them
    assert all(one.end + DAY < other.start for one, other in zip(merged, merged[1:], strict=False))


@given(st.lists(periods(90), max_size=7))
def test_a_day_in_two_stays_counts_once(found):
    assert total_days(found) == len(set().union(*map(days_of, found)))


@given(day, st.integers(0, 40))
@example(date(2020, 1, 31), 1)
@example(date(2020, 2, 29), 12)
@example(date(2020, 12, 31), 2)
def test_anniversary(start, months):
    assert add_months(start, months) == next_month(start, months)


@given(periods(1200))
@example(Period(date(2021, 8, 31), date(2022, 2, 27)))
@example(Period(date(2020, 2, 29), date(2021, 2, 27)))
def test_whole_months_are_the_most_that_fit(period):
    after = period.end + DAY
    months = 0
    while next_month(period.start, months + 1) <= after:
        months += 1
    assert whole_months(period) == (months, (after - next_month(period.start, months)).days)


# ---- the published edge cases
@pytest.mark.parametrize(
    ("start", "end", "days", "months"),
    [
        (date(2026, 1, 1), date(2026, 7, 2), 183, (6, 2)),  # by subtraction 182, and wrongly "short"
        (date(2026, 4, 1), date(2026, 9, 30), 183, (6, 0)),
        (date(2026, 1, 1), date(2026, 7, 1), 182, (6, 1)),
        (date(2026, 3, 1), date(2026, 8, 30), 183, (5, 30)),  # enough days, one day short of months
        (date(2015, 6, 20), date(2015, 12, 20), 184, (6, 1)),
        (date(2015, 6, 20), date(2015, 10, 20), 123, (4, 1)),
        (date(2021, 6, 1), date(2022, 5, 31), 365, (12, 0)),
        (date(2020, 1, 1), date(2020, 3, 1), 61, (2, 1)),
        (date(2012, 7, 30), date(2012, 12, 30), 154, (5, 1)),
        (date(2012, 1, 15), date(2012, 11, 13), 304, (9, 30)),  # 9 months and 30 days: not ten
        (date(2012, 1, 15), date(2012, 11, 14), 305, (10, 0)),
        (date(2026, 2, 28), date(2026, 2, 28), 1, (0, 1)),
    ],
)
def test_published_stays(start, end, days, months):
    period = Period(start, end)
    assert (period.days, whole_months(period)) == (days, months)


def test_stay_over_new_year_is_split_at_the_year():
    stay = Period(date(2021, 6, 1), date(2022, 5, 31))
    assert [part.days for part in (stay.clip(Period.year(2021)), stay.clip(Period.year(2022)))] == [214, 151]
    assert stay.clip(Period.year(2020)) is None
    assert stay.clip(Period.year(2023)) is None


def test_stay_of_early_2020_belongs_to_2020_only():
    stay = Period(date(2020, 1, 1), date(2020, 3, 1))
    assert {year: part.days for year in range(2018, 2023) if (part := stay.clip(Period.year(year)))} == {
        2020: 61
    }


def test_the_shortest_six_months_have_181_days():
    """From 1 September of a year before a common February; a rule of 183 days is another rule."""
    assert whole_months(Period(date(2022, 9, 1), date(2023, 2, 28))) == (6, 0)
    assert Period(date(2022, 9, 1), date(2023, 2, 28)).days == 181


def test_period_that_ends_before_it_starts_cannot_exist():
    with pytest.raises(ValueError, match="ends before"):
        Period(date(2026, 3, 2), date(2026, 3, 1))


@pytest.mark.parametrize("text", ["2026-02-31", "完全不是日期", "2026-13-01", "20260231", "2025-02-29", ""])
def test_impossible_dates_are_refused_where_they_are_typed(text):
    field = forms.DateField()
    with pytest.raises(forms.ValidationError) as caught:
        field.clean(text)
    assert not any("a" <= letter.lower() <= "z" for letter in "".join(caught.value.messages))


def test_a_period_reads_as_people_write_it():
    assert str(Period(date(2026, 3, 1), date(2026, 8, 31))) == "2026-03-01 至 2026-08-31"
