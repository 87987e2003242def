"""Figures against brute-force counts over the same records, and their definitions one by one."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.dates import Period
from reports.figures import FIGURES, Frame
from reports.selectors.facts import FORM_COLUMNS, gather
from staffing.models import Activity, Posting
from staffing.services.activities import Quantity
from support.models.donation import Qualifier
from testing import builders as build

pytestmark = pytest.mark.django_db
YEAR = Period.year(2026)


@pytest.fixture
def world():
    """One hospital with two clinics in two counties below one bureau."""
    bureau = build.bureau()
    cycle = build.cycle(build.programme(bureau))
    hospital = build.organisation("hospital")
    near = build.organisation("township_clinic")
    other = build.organisation("central_clinic", at=build.OTHER_COUNTY)
    first = build.agreement_in_force(hospital, near, within=cycle)
    second = build.agreement_in_force(hospital, other, within=cycle)
    return bureau, cycle, hospital, first, second


def frame(organisation, cycle, edition, period=YEAR):
    return Frame(organisation, edition, cycle, period)


def value(code, *args, **kwargs):
    return FIGURES[code].value(frame(*args, **kwargs))


def test_a_batch_to_two_clinics_is_one_batch_and_its_people_are_counted_each(world):
    bureau, cycle, hospital, first, second = world
    team = build.batch(first, "short_term", date(2026, 3, 1))
    person = build.clinician(hospital)
    stay = dict(start=date(2026, 3, 1), end=date(2026, 3, 5), kind="short_term", within=team)
    build.posting(first, person, **stay)
    build.posting(first, build.clinician(hospital), **stay)
    build.posting(
        second, person, start=date(2026, 3, 6), end=date(2026, 3, 9), kind="short_term", within=team
    )
    of_hospital = frame(hospital, cycle, "hospital")
    assert FIGURES["batches"].value(of_hospital) == 1
    assert FIGURES["person_times"].value(of_hospital) == 3
    assert FIGURES["persons"].value(of_hospital) == 2
    assert FIGURES["batches"].by(of_hospital, "recipient") == {first.recipient_id: 1, second.recipient_id: 1}
    assert FIGURES["person_times_short_term"].value(of_hospital) == 3
    assert FIGURES["person_times_resident"].value(of_hospital) == 0


def test_escorts_liaison_officers_unarrived_and_cancelled_do_not_count(world):
    _, cycle, hospital, first, _ = world
    build.posting(first)
    build.posting(first, role=Posting.Role.ESCORT)
    build.posting(first, role=Posting.Role.LIAISON)
    build.posting(first, arrived=False)
    cancelled = build.posting(first, arrived=False)
    Posting.objects.filter(pk=cancelled.pk).update(status=Posting.Status.CANCELLED)
    of_hospital = frame(hospital, cycle, "hospital")
    assert FIGURES["person_times"].value(of_hospital) == 1
    assert FIGURES["person_times"].pending(of_hospital) == 1


def test_only_confirmed_activities_count_and_the_rest_is_shown_beside(world):
    _, cycle, hospital, first, _ = world
    for status in ("confirmed", "confirmed", "submitted", "returned", "draft"):
        build.activity(first, status=status, measures={"lectures": 1, "lecture_audience": 30})
    of_hospital = frame(hospital, cycle, "hospital")
    assert FIGURES["lectures"].value(of_hospital) == 2
    assert FIGURES["lecture_audience"].value(of_hospital) == 60
    assert FIGURES["lectures"].pending(of_hospital) == 3


def test_figures_of_different_units_are_never_one_number(world):
    _, cycle, hospital, first, _ = world
    build.activity(first, "free_clinic", measures={"free_clinic_sessions": 1, "free_clinic_patients": 30})
    of_hospital = frame(hospital, cycle, "hospital")
    assert FIGURES["outreach_sessions"].value(of_hospital) == 1
    assert FIGURES["outreach_patients"].value(of_hospital) == 30


def test_donations_have_three_subtotals_and_an_unknown_amount_is_not_guessed(world):
    _, cycle, hospital, first, _ = world
    build.donation(first, "cash", "5154.00")
    build.donation(first, "goods", "18000", qualifier=Qualifier.ABOUT)
    build.donation(first, "goods", None, items=[("病床", 2, "张")])
    build.donation(first, "waived", "200.50")
    of_hospital = frame(hospital, cycle, "hospital")
    assert [FIGURES[code].value(of_hospital) for code in ("donated_cash", "donated_goods", "waived_fees")] == [
        Decimal("5154.00"), Decimal("18000.00"), Decimal("200.50"),
    ]  # fmt: skip
    assert gather(of_hospital)["approximate"] == {"donated_goods": "about"}


def test_a_year_takes_batches_by_departure_and_activities_by_start(world):
    bureau, _, hospital, *_ = world
    cycle = build.cycle(build.programme(bureau), date(2025, 6, 1), date(2026, 5, 31))
    clinic = build.organisation("township_clinic")
    agreement = build.agreement_in_force(hospital, clinic, date(2025, 6, 1), date(2026, 5, 31), within=cycle)
    build.posting(agreement, start=date(2025, 12, 20), end=date(2026, 2, 1))
    build.activity(agreement, on=date(2026, 1, 5))
    by_year = {
        year: (
            value("person_times", hospital, cycle, "hospital", Period.year(year)),
            value("lectures", hospital, cycle, "hospital", Period.year(year)),
        )
        for year in (2025, 2026)
    }
    assert by_year == {2025: (1, 0), 2026: (0, 1)}


def test_each_edition_sees_its_own_side(world):
    bureau, cycle, hospital, first, second = world
    build.activity(first)
    build.activity(second)
    build.activity(second)
    county = build.bureau(build.COUNTY)
    assert value("lectures", hospital, cycle, "hospital") == 3
    assert value("lectures", first.recipient, cycle, "clinic") == 1
    assert value("lectures", bureau, cycle, "bureau") == 3
    # the hospital stands in this county, so its bureau sees what it does elsewhere too
    assert value("lectures", county, cycle, "bureau") == 3
    far = build.bureau(build.OTHER_COUNTY)
    assert value("lectures", far, cycle, "bureau") == 2


def test_every_figure_opens_to_exactly_the_records_it_counted(world):
    _, cycle, hospital, first, second = world
    expected = {build.activity(agreement).pk for agreement in (first, second)}
    build.activity(first, status="submitted")
    figure = FIGURES["lectures"]
    assert set(figure.records(frame(hospital, cycle, "hospital"))) == expected
    assert (
        sum(
            row.measures.get(measure__code="lectures").value
            for row in Activity.objects.filter(pk__in=expected)
        )
        == 2
    )


@pytest.mark.parametrize("code", sorted(FIGURES))
def test_parts_make_the_whole(world, code):
    """By recipient, additive figures sum to the total; distinct counts never exceed the sum of parts."""
    _, cycle, hospital, first, second = world
    person = build.clinician(hospital)
    build.posting(first, person, date(2026, 1, 5), date(2026, 1, 9), kind="circuit")
    build.posting(second, person, date(2026, 2, 5), date(2026, 2, 9), kind="circuit")
    for agreement in (first, second):
        build.activity(agreement)
        build.study(agreement)
        build.donation(agreement)
    of_hospital = frame(hospital, cycle, "hospital")
    figure = FIGURES[code]
    parts = sum(figure.by(of_hospital, "recipient").values())
    total = figure.value(of_hospital)
    if figure.adds_up or code == "recipients":
        assert parts == total
    else:
        assert parts >= total


def test_the_form_names_only_declared_figures_and_each_states_its_definition():
    assert set(FORM_COLUMNS) <= set(FIGURES)
    assert all(figure.definition.endswith("。") and figure.unit for figure in FIGURES.values())
    assert [FIGURES[code].column for code in FORM_COLUMNS] == sorted(
        FIGURES[code].column for code in FORM_COLUMNS
    )


def test_facts_take_the_same_number_of_statements_when_data_double(world):
    _, cycle, hospital, first, second = world

    def fill():
        for agreement in (first, second):
            build.posting(agreement)
            build.activity(agreement)
            build.study(agreement)
            build.donation(agreement)

    fill()
    of_hospital = frame(hospital, cycle, "hospital")
    with CaptureQueriesContext(connection) as before:
        gather(of_hospital)
    fill()
    clinic = build.organisation("township_clinic")
    first = build.agreement_in_force(hospital, clinic, within=cycle)
    fill()
    with CaptureQueriesContext(connection) as after:
        gather(frame(hospital, cycle, "hospital"))
    assert len(after) == len(before)


def test_more_demonstrations_than_operations_is_a_warning_not_an_error(world):
    _, cycle, hospital, first, _ = world
    build.activity(first, "operation", measures={"operations": 300})
    build.activity(first, "surgery_demo", measures={"surgery_demos": 304})
    facts = gather(frame(hospital, cycle, "hospital"))
    assert any("304" in warning and "300" in warning for warning in facts["warnings"])
    assert facts["figures"]["surgery_demos"]["value"] == "304.00"


def test_growth_is_named_after_its_base_and_has_none_without_one(world):
    _, cycle, hospital, first, second = world
    build.outcome_value(first.recipient, "570", 2023, baseline=True)
    build.outcome_value(first.recipient, "745.7", 2026)
    build.outcome_value(second.recipient, "0", 2023, baseline=True)
    build.outcome_value(second.recipient, "153", 2026)
    rows = {row["recipient"]: row for row in gather(frame(hospital, cycle, "hospital"))["growths"]}
    assert rows[first.recipient.name]["since_support"] == "30.8%"
    assert rows[first.recipient.name]["year_on_year"] == "—"
    assert rows[second.recipient.name]["since_support"] == "—"


def test_an_inexact_number_is_marked(world):
    _, cycle, hospital, first, _ = world
    build.activity(
        first,
        measures={"lectures": 1, "lecture_audience": Quantity(Decimal(3000), Qualifier.OVER, "3000多人次")},
    )
    assert gather(frame(hospital, cycle, "hospital"))["approximate"] == {"lecture_audience": "over"}
