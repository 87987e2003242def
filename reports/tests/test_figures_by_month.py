"""Figures month by month against counting by hand, and months against the year."""

from collections import Counter
from datetime import date, timedelta

import pytest

from core.dates import Period, add_months
from reports.figures import FIGURES, Frame
from testing import builders as build

pytestmark = pytest.mark.django_db
DATED = sorted(code for code, figure in FIGURES.items() if figure.day)
DAY = timedelta(days=1)
DAYS = (date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 28), date(2026, 10, 31))


@pytest.fixture
def filled():
    cycle = build.cycle(build.programme(build.bureau()))
    hospital = build.organisation("hospital")
    agreements = [
        build.agreement_in_force(hospital, build.organisation("township_clinic"), within=cycle)
        for _ in range(2)
    ]
    for agreement in agreements:
        for day in DAYS:
            build.activity(agreement, on=day, measures={"lectures": 2, "lecture_audience": 30})
            build.activity(agreement, "operation", on=day, measures={"operations_led": 1, "operations": 4})
            build.donation(agreement, on=day)
            build.study(agreement, start=day, end=day)
        build.activity(agreement, on=DAYS[0], status="submitted")
    return Frame(hospital, "hospital", cycle, Period.year(2026)), agreements


def test_a_month_takes_what_began_in_it(filled):
    frame, agreements = filled
    by_hand = Counter()
    for day in DAYS:
        by_hand[day.replace(day=1)] += 2 * len(agreements)
    assert FIGURES["lectures"].by_month(frame) == by_hand
    assert set(by_hand) == {date(2026, 1, 1), date(2026, 2, 1), date(2026, 10, 1)}


def test_months_make_the_year_and_agree_with_a_frame_of_each_month(filled):
    frame, _ = filled
    months = [
        Period(date(2026, number, 1), add_months(date(2026, number, 1), 1) - DAY) for number in (1, 2, 3, 10)
    ]
    for code in DATED:
        figure = FIGURES[code]
        found = figure.by_month(frame)
        for month in months:
            single = Frame(frame.organisation, frame.edition, frame.cycle, month)
            assert found.get(month.start, 0) == figure.value(single), code
        if figure.adds_up:
            assert sum(found.values()) == figure.value(frame), code


def test_what_lasts_has_no_months(filled):
    with pytest.raises(ValueError, match="no day"):
        FIGURES["agreements"].by_month(filled[0])
