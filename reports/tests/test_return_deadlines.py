"""Deadlines of months and quarters are met by the returns themselves."""

from datetime import date

import pytest

from reports.demo.clock import as_of
from reports.models import ReturnRule
from reports.selectors.deadline_facts import facts_of
from reports.selectors.deadlines import deadline_state
from reports.selectors.return_deadlines import months_named
from reports.selectors.returns_due import returns_due
from support.models import CycleDeadline
from testing import builders as build

pytestmark = pytest.mark.django_db
APRIL = date(2026, 4, 1)


@pytest.fixture
def county():
    """One hospital with two clinics; a doctor at the first alone."""
    bureau = build.bureau(build.COUNTY)
    cycle = build.cycle(build.programme(bureau))
    hospital = build.organisation("hospital")
    clinics = [build.organisation("township_clinic") for _ in range(2)]
    agreements = [build.agreement_in_force(hospital, clinic, within=cycle) for clinic in clinics]
    build.posting(agreements[0], build.clinician(hospital))
    return bureau, cycle, hospital, clinics


def deadline(cycle, kind, period, side, due_on):
    return CycleDeadline.objects.create(cycle=cycle, kind=kind, period=period, side=side, due_on=due_on)


def parts(row):
    return {item.label: item.done_on for item in facts_of([row])[row.pk]}


def test_a_clinic_is_done_with_every_form_it_owes(county):
    _, cycle, _, (staffed, empty) = county
    row = deadline(cycle, "return_month", "2026-04", "clinic", date(2026, 5, 5))
    assert parts(row) == {staffed.display_name: None, empty.display_name: None}
    build.month_sheet(staffed, APRIL)
    for day, form, unit in ((4, "workload", staffed), (4, "workload", empty), (7, "attendance", staffed)):
        assert parts(row)[staffed.display_name] is None
        with as_of(date(2026, 5, day)):
            build.monthly_return("clinic", unit, APRIL, form=form)
    assert parts(row) == {staffed.display_name: date(2026, 5, 7), empty.display_name: date(2026, 5, 4)}
    state = deadline_state(row, day=date(2026, 6, 1), items=facts_of([row])[row.pk])
    assert (state.standing, state.days) == ("late", 2)
    # a corrected version does not move the day
    with as_of(date(2026, 5, 20)):
        build.activity(cycle.agreements.get(recipient=empty), "lecture", APRIL, measures={"lectures": 1})
        build.monthly_return("clinic", empty, APRIL, reason="漏报一次讲座")
    assert parts(row)[empty.display_name] == date(2026, 5, 4)


def test_a_quarter_asks_for_its_three_months(county):
    _, cycle, hospital, _ = county
    row = deadline(cycle, "return_quarter", "2026年第2季度", "hospital", date(2026, 7, 10))
    for month in (4, 5, 6):
        for form in ("workload", "attendance"):
            assert parts(row) == {hospital.display_name: None}
            with as_of(date(2026, 7, month)):
                build.monthly_return("hospital", hospital, date(2026, month, 1), form=form)
    assert parts(row) == {hospital.display_name: date(2026, 7, 6)}


def test_months_before_a_bureau_began_are_not_asked_for(county):
    bureau, cycle, _, (staffed, _) = county
    row = deadline(cycle, "return_month", "2026-04", "clinic", date(2026, 5, 5))
    keeper = build.coordinator(staffed)
    before = {one.subject.month for one in returns_due(keeper, day=date(2026, 7, 20))}
    assert APRIL in before
    ReturnRule.objects.create(
        bureau=bureau, level="clinic", due_day=5, from_month=date(2026, 5, 1), basis="本局通知"
    )
    assert parts(row) == {}
    after = {
        one.subject.month for one in returns_due(keeper, day=date(2026, 7, 20)) if not one.subject.clinician
    }
    assert after == {date(2026, 5, 1), date(2026, 6, 1)}


@pytest.mark.parametrize(
    ("period", "months"),
    [("2026-03", [3]), ("2026-03补报", [3]), ("2026年第4季度", [10, 11, 12]), ("", []), ("上半年", [])],
)
def test_periods_as_rules_write_them(period, months):
    assert months_named(period) == [date(2026, month, 1) for month in months]
