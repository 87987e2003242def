"""People there day by day, and contacts of mentors, against counting by hand."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dates import Period
from reports.targets import Verdict
from reports.targets.staff import presence
from reports.tests.targets_world import World, stand
from staffing.models import MentorContact
from staffing.selectors.coverage import coverage_totals
from staffing.selectors.coverage_sql import By
from support.models import Agreement
from testing import builders as build

DAY = timedelta(days=1)
FIRST = date(2026, 1, 1)
PERIODS = st.builds(
    lambda start, days: Period(FIRST + start * DAY, FIRST + (start + days) * DAY),
    st.integers(0, 60),
    st.integers(0, 40),
)


@given(st.lists(PERIODS, max_size=6), PERIODS)
def test_runs_are_the_days_counted_one_by_one(stays, within):
    runs = presence(stays, within)
    by_day = {}
    for period, people in runs:
        for number in range(period.days):
            day = period.start + number * DAY
            assert day not in by_day
            by_day[day] = people
    expected = {
        within.start + number * DAY: sum(stay.contains(within.start + number * DAY) for stay in stays)
        for number in range(within.days)
    }
    assert by_day == expected


@pytest.mark.django_db
def test_the_fewest_people_are_those_of_the_coverage_calendar():
    world = World()
    agreement = world.agreement(dict(kind="resident_staff", minimum=1, unit="人"))
    for start, end in ((1, 6), (3, 9), (9, 10)):
        build.posting(agreement, start=date(2026, start, 5), end=date(2026, end, 20))
    build.posting(agreement, start=date(2026, 2, 1), end=date(2026, 10, 1), kind="circuit")
    build.posting(agreement, start=date(2026, 2, 1), end=date(2026, 10, 1), arrived=False)
    today = date(2026, 10, 15)
    row = stand(agreement, today)
    (totals,) = coverage_totals(
        Agreement.objects.filter(pk=agreement.pk), by=By.PAIR, period=Period.year(2026), today=today
    )
    assert f"应 {totals.due} 天，达到 {totals.covered} 天" in row.says[0]
    assert stand(agreement, date(2027, 1, 1)).reached == 0


@pytest.mark.django_db
def test_each_pair_of_mentor_and_apprentice_has_its_month():
    world = World()
    agreement = world.agreement(dict(kind="mentor_visits", minimum=3, maximum=5, per="month", unit="次"))
    assert stand(agreement, date(2026, 4, 5)).verdict == Verdict.UNKNOWN
    pairs = [build.mentorship(agreement) for _ in range(2)]
    for month, visits in ((1, (3, 5)), (2, (3, 2)), (3, (4, None))):
        for pair, times in zip(pairs, visits, strict=True):
            MentorContact.objects.create(mentorship=pair, month=date(2026, month, 1), mentor_visits=times)
    row = stand(agreement, date(2026, 4, 5))
    assert [item.state for item in row.occurrences[:4]] == ["met", "missing", "missing", "running"]
    assert row.verdict == Verdict.BEHIND
