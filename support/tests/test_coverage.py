"""Coverage: planned recipients with an agreement in force, 7 hospitals and 10 clinics in one year."""

from datetime import date
from decimal import Decimal

import pytest

from support.selectors.coverage import coverage
from support.services.agreements import agreement_terminate
from testing import builders as build

pytestmark = pytest.mark.django_db

START, END = date(2012, 6, 30), date(2012, 12, 31)


class Town:
    """Seven hospitals, ten clinics; the first three hospitals hold two clinics each."""

    def __init__(self, filed: int = 10):
        bureau = build.bureau("451000")
        self.cycle = build.cycle(build.programme(bureau), date(2012, 1, 1), date(2012, 12, 31))
        hospitals = [build.organisation("hospital", at="451000") for _ in range(7)]
        self.clinics = [build.organisation("township_clinic") for _ in range(10)]
        self.cycle.recipients_planned.set(self.clinics)
        self.agreements = [
            (build.agreement_in_force if number < filed else build.agreement_draft)(
                hospitals[number % 7], clinic, START, END, within=self.cycle
            )
            for number, clinic in enumerate(self.clinics)
        ]

    def on(self, day: date):
        found = coverage(cycle=self.cycle, on=day)
        assert found.planned == len(found.covered) + len(found.uncovered)
        return len(found.covered), found.planned, found.percent


def test_ten_of_ten_from_the_first_day_to_the_last():
    town = Town()
    assert town.on(date(2012, 6, 29)) == (0, 10, Decimal("0.0"))
    assert town.on(START) == town.on(date(2012, 7, 30)) == town.on(END) == (10, 10, Decimal("100.0"))
    assert town.on(date(2013, 1, 1)) == (0, 10, Decimal("0.0"))


def test_a_draft_does_not_cover():
    town = Town(filed=9)
    assert town.on(date(2012, 7, 30)) == (9, 10, Decimal("90.0"))
    assert coverage(cycle=town.cycle, on=date(2012, 7, 30)).uncovered == [town.clinics[9]]


def test_a_clinic_without_any_agreement_stays_in_the_denominator():
    town = Town()
    alone = build.organisation("township_clinic")
    town.cycle.recipients_planned.add(alone)
    assert town.on(date(2012, 7, 30)) == (10, 11, Decimal("90.9"))
    assert coverage(cycle=town.cycle, on=date(2012, 7, 30)).uncovered == [alone]


def test_two_supporters_of_one_clinic_cover_it_once():
    town = Town()
    second = build.organisation("hospital")
    build.agreement_in_force(second, town.clinics[0], START, END, within=town.cycle)
    assert town.on(date(2012, 7, 30)) == (10, 10, Decimal("100.0"))


def test_an_agreement_of_another_cycle_does_not_cover():
    town = Town(filed=9)
    other = build.cycle(build.programme(), date(2012, 1, 1), date(2012, 12, 31))
    build.agreement_in_force(build.organisation(), town.clinics[9], START, END, within=other)
    assert town.on(date(2012, 7, 30))[0] == 9


def test_termination_uncovers_from_the_next_day():
    town = Town()
    officer = build.officer(town.cycle.programme.bureau)
    agreement_terminate(agreement=town.agreements[3], on=date(2012, 9, 30), reason="撤并", by=officer)
    assert town.on(date(2012, 9, 30))[0] == 10
    assert town.on(date(2012, 10, 1))[0] == 9


def test_without_a_plan_every_recipient_of_an_agreement_is_the_denominator():
    town = Town(filed=9)
    town.cycle.recipients_planned.clear()
    assert town.on(date(2012, 7, 30)) == (9, 10, Decimal("90.0"))


def test_nothing_planned_is_no_percentage():
    assert coverage(cycle=build.cycle(), on=date(2026, 6, 1)).percent is None
