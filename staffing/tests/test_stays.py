"""Days of stay: resident days alone count toward duration rules; the published edge cases on real rows."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.dates import Period
from staffing.models import Posting
from staffing.selectors.postings import people_on_post
from staffing.selectors.stays import meets_days, meets_months, stay_totals
from testing import builders as build

DAY = timedelta(days=1)


def row(start: date, end: date, kind: str = "resident", **fields) -> Posting:
    return Posting(start_on=start, end_on=end, kind=kind, **fields)


@pytest.mark.parametrize(
    ("start", "end", "six_months", "days_183"),
    [
        (date(2026, 1, 1), date(2026, 7, 2), True, True),
        (date(2026, 4, 1), date(2026, 9, 30), True, True),
        (date(2015, 6, 20), date(2015, 12, 20), True, True),  # 184 days
        (date(2015, 6, 20), date(2015, 10, 20), False, False),  # 123 days
        (date(2022, 9, 1), date(2023, 2, 28), True, False),  # six months of 181 days
        (date(2026, 3, 1), date(2026, 8, 30), False, True),  # 183 days, a day short of six months
    ],
)
def test_half_a_year_by_month_and_by_day(start, end, six_months, days_183):
    stay = Period(start, end)
    assert (meets_months(stay, 6), meets_days(stay, 183)) == (six_months, days_183)


@pytest.mark.parametrize(("end", "allowed"), [(date(2012, 11, 13), False), (date(2012, 11, 14), True)])
def test_ten_months_to_the_day(end, allowed):
    """Nine months and thirty days are not ten."""
    assert meets_months(Period(date(2012, 1, 15), end), 10) is allowed


def test_a_cycle_over_new_year_counts_in_each_year_what_lies_in_it():
    stay = [row(date(2021, 6, 1), date(2022, 5, 31))]
    in_year = {year: stay_totals(stay, Period.year(year)).resident for year in (2020, 2021, 2022, 2023)}
    assert in_year == {2020: 0, 2021: 214, 2022: 151, 2023: 0}
    assert [year for year, days in in_year.items() if days >= 183] == [2021]
    assert stay_totals(stay).resident == 365


def test_sixty_one_days_appear_under_2020_only():
    stay = [row(date(2020, 1, 1), date(2020, 3, 1))]
    assert {year for year in range(2015, 2026) if stay_totals(stay, Period.year(year)).all} == {2020}
    assert stay_totals(stay, Period.year(2020)).resident == 61


def test_three_hundred_days_of_circuit_are_no_resident_day():
    totals = stay_totals([row(date(2026, 1, 1), date(2026, 10, 27), "circuit")])
    assert (totals.all, totals.resident) == (300, 0)


def test_two_stretches_of_twenty_and_forty_days():
    stays = [row(date(2026, 3, 1), date(2026, 3, 20)), row(date(2026, 5, 1), date(2026, 6, 9))]
    assert stay_totals(stays).resident == 60
    assert [meets_months(stay.period, 1) for stay in stays] == [False, True]


@pytest.mark.django_db
def test_blank_title_is_no_obstacle_to_the_days_and_stays_unknown():
    agreement = build.agreement_in_force(build.organisation(), build.organisation("township_clinic"))
    posting = build.posting(
        agreement, build.clinician(agreement.sender, title=""), date(2026, 1, 1), date(2026, 9, 7)
    )
    assert stay_totals([posting]).resident == 250
    assert meets_months(posting.period, 6)
    assert posting.title_level == "unknown" and posting.clinician.title_label == "未填"


days = st.integers(0, 300).map(lambda offset: date(2025, 10, 1) + DAY * offset)


@st.composite
def postings(draw):
    start = draw(days)
    kind = draw(st.sampled_from(["resident", "short_term", "circuit"]))
    return row(start, start + DAY * draw(st.integers(0, 120)), kind)


@settings(max_examples=150)
@given(st.lists(postings(), max_size=6), st.none() | st.tuples(days, st.integers(0, 200)))
def test_totals_are_a_count_of_days(stays, cut):
    """The oracle counts single days; a day on two rows of a kind is one day."""
    period = Period(cut[0], cut[0] + DAY * cut[1]) if cut else None
    counted = {"resident": set(), "other": set()}
    for stay in stays:
        for number in range(200):
            day = stay.start_on + DAY * number
            if day <= stay.end_on and (period is None or period.start <= day <= period.end):
                counted["resident" if stay.kind == "resident" else "other"].add(day)
    totals = stay_totals(stays, period)
    assert (totals.resident, totals.other) == (len(counted["resident"]), len(counted["other"]))


@pytest.mark.django_db
def test_on_post_means_confirmed_and_holding_the_day():
    agreement = build.agreement_in_force(build.organisation(), build.organisation("township_clinic"))
    there = build.posting(agreement)
    build.posting(agreement, arrived=False)
    build.posting(agreement, ended=date(2026, 5, 31))
    assert set(people_on_post(day=date(2026, 8, 31))) == {there}
    assert people_on_post(day=date(2026, 5, 31)).count() == 2
    assert not people_on_post(day=date(2026, 9, 1)).exists()
    assert not people_on_post(day=date(2026, 2, 28)).exists()
