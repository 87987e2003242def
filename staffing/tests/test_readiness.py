"""On post by the deadline: 10 pairs, deadline 30 July; the lists of the 29th, the 30th and the 31st."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from staffing.selectors.readiness import Readiness, not_on_post, readiness
from staffing.services.postings import posting_cancel
from testing import builders as build

pytestmark = pytest.mark.django_db

DUE = date(2012, 7, 30)
START, END = date(2012, 6, 30), date(2012, 12, 31)
DAY_BEFORE, DAY_AFTER = date(2012, 7, 29), date(2012, 7, 31)


class Town:
    """Pairs of a hospital and a clinic each, under one programme with its deadline."""

    def __init__(self, pairs: int = 10, due: date | None = DUE):
        bureau = build.bureau("451000")
        self.cycle = build.cycle(build.programme(bureau), date(2012, 1, 1), date(2012, 12, 31))
        if due:
            build.deadline(self.cycle, "arrival", due)
        self.hospitals = [build.organisation("hospital", at="451000") for _ in range(7)]
        self.pairs = []
        self.add(pairs)

    def add(self, pairs: int) -> None:
        for _ in range(pairs):
            clinic = build.organisation("township_clinic")
            hospital = self.hospitals[len(self.pairs) % 7]
            self.pairs.append(build.agreement_in_force(hospital, clinic, START, END, within=self.cycle))

    def arrive(self, number: int, on: date, **fields):
        return build.posting(self.pairs[number], start=date(2012, 7, 1), end=END, arrived=on, **fields)

    def missing(self, on: date) -> set[int]:
        """Which pairs are listed as without anybody."""
        return {self.pairs.index(row.agreement) for row in not_on_post(cycle=self.cycle, on=on)}

    def states(self, on: date) -> dict[int, tuple[str, int]]:
        return {
            self.pairs.index(row.agreement): (row.state, row.days)
            for row in readiness(cycle=self.cycle, on=on)
        }


@pytest.fixture
def town():
    """0–5 early, 6 on the day before, 7 on the day itself, 8 one day late, 9 never."""
    town = Town()
    for number in range(6):
        town.arrive(number, date(2012, 7, 20))
    town.arrive(6, DAY_BEFORE)
    town.arrive(7, DUE)
    town.arrive(8, DAY_AFTER)
    build.posting(town.pairs[9], start=date(2012, 7, 1), end=END, arrived=False)
    return town


def test_the_three_days(town):
    assert town.missing(date(2012, 7, 19)) == set(range(10))
    assert town.missing(DAY_BEFORE) == {7, 8, 9}
    assert town.missing(DUE) == {8, 9}
    assert town.missing(DAY_AFTER) == {9}


def test_what_is_said_of_each_pair(town):
    on_time = (Readiness.ON_TIME, 0)
    before, due, after = (town.states(day) for day in (DAY_BEFORE, DUE, DAY_AFTER))
    assert {number: before[number] for number in (6, 7, 8, 9)} == {
        6: on_time,
        7: (Readiness.WAITING, 1),
        8: (Readiness.WAITING, 1),
        9: (Readiness.WAITING, 1),
    }
    assert {number: due[number] for number in (6, 7, 8, 9)} == {
        6: on_time,
        7: on_time,
        8: (Readiness.DUE_TODAY, 0),
        9: (Readiness.DUE_TODAY, 0),
    }
    assert {number: after[number] for number in (6, 7, 8, 9)} == {
        6: on_time,
        7: on_time,
        8: (Readiness.LATE, 1),
        9: (Readiness.OVERDUE, 1),
    }
    assert town.states(date(2012, 8, 29))[9] == (Readiness.OVERDUE, 30)
    assert len(before) == len(due) == len(after) == 10


def test_the_first_arrival_counts_and_later_ones_change_nothing(town):
    town.arrive(0, date(2012, 8, 20))
    assert town.states(date(2012, 9, 1))[0] == (Readiness.ON_TIME, 0)


def test_only_posted_doctors_count():
    """An escort or a liaison officer who is there does not put a pair on post."""
    town = Town(pairs=3)
    town.arrive(0, DUE, role="escort")
    town.arrive(1, DUE, role="liaison")
    town.arrive(2, DUE, role="leader")
    assert town.missing(DUE) == {0, 1}


def test_a_cancelled_posting_is_nobody():
    town = Town(pairs=1)
    planned = build.posting(town.pairs[0], start=date(2012, 7, 1), end=END, arrived=False)
    posting_cancel(posting=planned, by=build.coordinator(town.pairs[0].sender), reason="生病")
    assert town.missing(DAY_AFTER) == {0}


def test_somebody_who_came_and_left_was_there():
    town = Town(pairs=1)
    build.posting(
        town.pairs[0],
        start=date(2012, 7, 1),
        end=END,
        arrived=date(2012, 7, 10),
        ended=date(2012, 7, 20),
    )
    assert town.states(DAY_AFTER)[0] == (Readiness.ON_TIME, 0)


def test_short_term_help_counts_as_somebody_on_post():
    town = Town(pairs=1)
    town.arrive(0, DUE, kind="short_term")
    assert town.missing(DUE) == set()


def test_without_a_deadline_nobody_is_late():
    town = Town(pairs=2, due=None)
    town.arrive(0, DAY_AFTER)
    assert town.states(END) == {0: (Readiness.ON_TIME, 0), 1: (Readiness.NO_DEADLINE, 0)}


def test_only_agreements_in_force_are_asked():
    town = Town(pairs=1)
    build.agreement_draft(
        town.hospitals[0], build.organisation("township_clinic"), START, END, within=town.cycle
    )
    assert len(readiness(cycle=town.cycle, on=DUE)) == 1
    assert readiness(cycle=town.cycle, on=date(2012, 6, 29)) == []


def test_the_overdue_come_first():
    town = Town(pairs=3)
    town.arrive(1, DUE)
    rows = not_on_post(cycle=town.cycle, on=DAY_AFTER)
    assert [row.state for row in rows] == [Readiness.OVERDUE] * 2


def test_twice_the_pairs_same_queries():
    town = Town(pairs=4)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            for row in readiness(cycle=town.cycle, on=DUE):
                assert row.agreement.sender.name and row.agreement.recipient.name
        return len(found)

    before = queries()
    town.add(4)
    assert queries() == before <= 2
