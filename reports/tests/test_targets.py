"""Targets of an agreement against the cases' own numbers and against counting by hand."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.dates import Period
from reports.figures import FIGURES, Frame
from reports.targets import Verdict, progress_of
from reports.targets.kinds import FIGURE_OF, JUDGED, Kind
from reports.tests.targets_world import World, stand, stands
from support.models import Agreement, OutcomeIndicator
from testing import builders as build

pytestmark = pytest.mark.django_db
OVER = date(2027, 1, 1)
AUTUMN = date(2026, 10, 15)
MONTHLY = dict(kind="lectures", minimum=1, per="month", unit="期")


@pytest.fixture
def world():
    return World()


def test_every_kind_is_counted_one_way():
    assert set(FIGURE_OF) | set(JUDGED) == set(Kind)
    assert not set(FIGURE_OF) & set(JUDGED)
    assert set(FIGURE_OF.values()) <= set(FIGURES)
    assert all(FIGURES[code].day for code in FIGURE_OF.values())


@pytest.mark.parametrize(
    ("came", "verdict", "exceeds"),
    [(1, "missed", False), (2, "met", False), (3, "met", False), (4, "met", False), (5, "met", True)],
)
def test_two_to_four_trainees_take_two_three_and_four_and_five_is_more_than_promised(
    world, came, verdict, exceeds
):
    agreement = world.agreement(dict(kind="trainees", minimum=2, maximum=4, per="year", unit="人"))
    for _ in range(came):
        build.study(agreement)
    row = stand(agreement, OVER)
    assert (row.verdict, row.exceeds, row.reached) == (verdict, exceeds, came)
    assert row.planned_text == "2–4"


def test_a_month_with_two_lectures_does_not_fill_another(world):
    agreement = world.agreement(MONTHLY)
    for month in (1, 2, 4, 6, 7, 9, 10):
        build.activity(agreement, on=date(2026, month, 9))
    build.activity(agreement, on=date(2026, 7, 30))
    build.activity(agreement, on=date(2026, 3, 2), status="submitted")
    row = stand(agreement, date(2026, 11, 5))
    assert row.reached == 8
    assert row.verdict == Verdict.BEHIND
    assert row.occurrences_text == ("应 12 个月，达到 7 个月，缺 2026-03、2026-05、2026-08，未到期 2 个月")
    assert row.occurrences[2].unconfirmed == 1
    assert (row.planned, row.expected, row.unconfirmed) == (12, 10, 1)
    over = stand(agreement, OVER)
    assert over.verdict == Verdict.MISSED
    assert over.occurrences_text.endswith("缺 2026-03、2026-05、2026-08、2026-11、2026-12")


def test_a_month_that_is_not_over_is_not_missed(world):
    agreement = world.agreement(MONTHLY)
    assert stand(agreement, date(2026, 1, 31)).verdict == Verdict.NOT_DUE
    assert stand(agreement, date(2026, 2, 1)).verdict == Verdict.BEHIND
    build.activity(agreement, on=date(2026, 1, 31))
    assert stand(agreement, date(2026, 1, 31)).verdict == Verdict.AHEAD
    assert stand(agreement, date(2026, 2, 28)).verdict == Verdict.ON_PACE
    assert stand(agreement, date(2025, 12, 31)).verdict == Verdict.NOT_STARTED


def test_an_agreement_from_the_middle_of_a_month_owes_that_month_once(world):
    agreement = world.agreement(MONTHLY, start=date(2025, 6, 15), end=date(2026, 6, 14))
    build.activity(agreement, on=date(2026, 6, 3))
    row = stand(agreement, AUTUMN)
    assert len(row.occurrences) == 12
    assert row.occurrences[0].label == "2025-06"
    assert row.occurrences[-1].label == "2026-05"
    assert row.reached == 1  # counted, though June 2026 is not owed
    assert row.verdict == Verdict.MISSED


@pytest.mark.parametrize(("value", "verdict"), [("10499", "missed"), ("10500", "met")])
def test_c10_the_plan_of_the_clinic(world, value, verdict):
    indicator = OutcomeIndicator.objects.get(code="outpatient_visits")
    promised = [
        dict(kind="outcome_growth", minimum=5, unit="%", indicator=indicator),
        dict(kind="techniques", minimum=15, unit="项"),
        dict(kind="resident_staff", minimum=15, unit="人"),
        MONTHLY,
        dict(kind="guidance", minimum=1, per="month", unit="次"),
        dict(kind="trainees", minimum=2, maximum=4, per="year", unit="人"),
        dict(kind="donation_times", minimum=1, unit="次"),
    ]
    agreement = world.agreement(*promised)
    build.outcome_value(agreement.recipient, "10000", 2025, baseline=True, indicator="outpatient_visits")
    build.outcome_value(agreement.recipient, value, 2026, indicator="outpatient_visits")
    for month in range(1, 12):
        build.activity(agreement, on=date(2026, month, 5))
        kind = "free_clinic" if month % 2 else "teaching_round"
        measure = "free_clinic_sessions" if month % 2 else "teaching_rounds"
        build.activity(agreement, kind, on=date(2026, month, 6), measures={measure: 1})
    build.activity(agreement, "technique", on=date(2026, 3, 1), measures={"techniques": 15})
    for _ in range(3):
        build.study(agreement)
    build.donation(agreement, "goods", None, items=[("药品", 20, "盒")])
    for _ in range(15):
        build.posting(agreement, start=date(2026, 1, 1), end=date(2026, 12, 31))
    growth, techniques, staff, lectures, guidance, trainees, given = stands(agreement, OVER)
    assert growth.verdict == verdict
    assert growth.planned == 10500
    assert growth.reached == Decimal(value)
    assert (techniques.verdict, techniques.reached) == ("met", 15)
    assert (staff.verdict, staff.reached) == ("met", 15)
    assert [len(row.occurrences) for row in (lectures, guidance)] == [12, 12]
    assert lectures.occurrences_text == guidance.occurrences_text == "应 12 个月，达到 11 个月，缺 2026-12"
    assert lectures.verdict == guidance.verdict == "missed"
    assert (trainees.verdict, given.verdict) == ("met", "met")


def test_growth_without_a_base_cannot_be_computed(world):
    promise = dict(
        kind="outcome_growth",
        minimum=5,
        unit="%",
        indicator=OutcomeIndicator.objects.get(code="outpatient_visits"),
    )
    agreement = world.agreement(promise)
    build.outcome_value(agreement.recipient, "10500", 2026, indicator="outpatient_visits")
    row = stand(agreement, OVER)
    assert (row.verdict, row.says) == (Verdict.UNKNOWN, ("没有基数，无法计算。",))
    build.outcome_value(agreement.recipient, "0", 2025, baseline=True, indicator="outpatient_visits")
    assert stand(agreement, OVER).says == ("基数为 0，无法计算增长。",)


@pytest.mark.parametrize(
    ("value", "verdict"), [("9.01", "missed"), ("9", "met"), ("6", "met"), ("4", "missed")]
)
def test_a_stay_in_hospital_between_five_and_nine_days(world, value, verdict):
    indicator = OutcomeIndicator.objects.get(code="average_stay")
    agreement = world.agreement(
        dict(kind="outcome_level", minimum=5, maximum=9, unit="天", indicator=indicator)
    )
    build.outcome_value(agreement.recipient, value, 2026, indicator="average_stay")
    assert stand(agreement, OVER).verdict == verdict


@pytest.mark.parametrize(("value", "verdict"), [("18.1", "missed"), ("18", "met")])
def test_a_share_that_should_fall_by_two_points(world, value, verdict):
    indicator = OutcomeIndicator.objects.get(code="referral_out_rate")
    promise = dict(kind="outcome_growth", minimum=2, unit="百分点", indicator=indicator)
    agreement = world.agreement(promise)
    build.outcome_value(agreement.recipient, "20", 2025, baseline=True, indicator="referral_out_rate")
    build.outcome_value(agreement.recipient, value, 2026, indicator="referral_out_rate")
    assert stand(agreement, OVER).verdict == verdict


def test_c03_fifteen_counties_owe_150_trainees_and_75_posted(world):
    promised = (
        dict(kind="trainees", minimum=10, per="year", unit="人"),
        dict(kind="trainee_months", minimum=3, unit="个月"),
        dict(kind="resident_staff", minimum=5, unit="人"),
    )
    agreements = [world.agreement(*promised) for _ in range(15)]
    rows = [row for agreement in agreements for row in stands(agreement, AUTUMN)]
    planned = {
        kind: sum(row.planned for row in rows if row.target.kind == kind)
        for kind in ("trainees", "resident_staff")
    }
    assert planned == {"trainees": 150, "resident_staff": 75}
    build.study(agreements[0], start=date(2026, 3, 1), end=date(2026, 5, 31))
    build.study(agreements[0], start=date(2026, 3, 1), end=date(2026, 5, 30))
    months = stands(agreements[0], AUTUMN)[1]
    assert (months.verdict, months.reached, months.planned) == (Verdict.BEHIND, 1, 2)


def test_c15_sessions_and_patients_are_kept_apart(world):
    promised = (
        dict(kind="free_clinics", minimum=200, unit="次"),
        dict(kind="patients", minimum=6000, unit="人次"),
    )
    agreement = world.agreement(*promised)
    build.activity(
        agreement, "free_clinic", measures={"free_clinic_sessions": 200, "free_clinic_patients": 6000}
    )
    sessions, patients = stands(agreement, OVER)
    assert (sessions.verdict, sessions.reached) == (Verdict.MET, 200)
    # treating patients at the clinic and seeing them at a free clinic are different figures
    assert (patients.verdict, patients.reached) == (Verdict.MISSED, 0)


def test_staff_present_every_day_but_for_the_days_between(world):
    agreement = world.agreement(dict(kind="resident_staff", minimum=2, maximum=3, unit="人"))
    build.posting(agreement, start=date(2026, 1, 1), end=date(2026, 12, 31))
    build.posting(agreement, start=date(2026, 1, 1), end=date(2026, 5, 31))
    build.posting(agreement, start=date(2026, 6, 11), end=date(2026, 12, 31))
    row = stand(agreement, AUTUMN)
    assert (row.verdict, row.reached) == (Verdict.BEHIND, 2)
    assert row.says == ("应 288 天，达到 278 天，不足 2026-06-01 至 2026-06-10",)
    build.stay_rule(agreement.cycle.programme, "floor", 1, "persons", tolerance_days=10)
    assert stand(agreement, AUTUMN).verdict == Verdict.ON_PACE
    assert stand(agreement, OVER).verdict == Verdict.MET


def test_everybody_stays_long_enough(world):
    agreement = world.agreement(dict(kind="stay_months", minimum=6, unit="个月"))
    assert stand(agreement, AUTUMN).verdict == Verdict.NOT_DUE
    build.posting(agreement, start=date(2026, 1, 1), end=date(2026, 6, 30))
    renewed = build.clinician(world.hospital)
    build.posting(agreement, renewed, start=date(2026, 1, 1), end=date(2026, 4, 30))
    build.posting(agreement, renewed, start=date(2026, 5, 1), end=date(2026, 7, 31))
    assert stand(agreement, AUTUMN).verdict == Verdict.ON_PACE
    build.posting(agreement, start=date(2026, 1, 1), end=date(2026, 6, 29))
    row = stand(agreement, AUTUMN)
    assert (row.verdict, row.reached, row.planned) == (Verdict.BEHIND, 2, 3)
    assert "5 个月 29 天" in row.says[0]


def test_pace_of_a_year_is_by_days_and_asked_in_wholes(world):
    agreement = world.agreement(dict(kind="techniques", minimum=12, per="year", unit="项"))
    build.activity(agreement, "technique", on=date(2026, 1, 20), measures={"techniques": 5})
    # 150 of 365 days are over: 4.93 expected
    assert stand(agreement, date(2026, 5, 31)).verdict == Verdict.ON_PACE
    assert stand(agreement, date(2026, 3, 1)).verdict == Verdict.AHEAD
    # from 5.98 to 6.02: one is missing from the day on which six whole ones are due
    assert stand(agreement, date(2026, 7, 2)).verdict == Verdict.ON_PACE
    behind = stand(agreement, date(2026, 7, 3))
    assert (behind.verdict, behind.expected_text) == (Verdict.BEHIND, "6")


def test_a_calendar_year_of_a_longer_agreement_owes_its_share(world):
    agreement = world.agreement(
        dict(kind="techniques", minimum=10, unit="项"), start=date(2025, 7, 1), end=date(2026, 6, 30)
    )
    parts = [stand(agreement, AUTUMN, year).planned for year in (2025, 2026)]
    assert sum(parts) == 10
    assert parts[0] == Decimal(10) * 184 / 365 or parts[0] * 365 == 1840


def test_what_waits_stands_beside_and_a_correction_is_not_counted_twice(world):
    agreement = world.agreement(dict(kind="lectures", minimum=2, unit="期"))
    build.activity(agreement)
    build.activity(agreement, status="submitted")
    build.activity(agreement, status="draft")
    row = stand(agreement, OVER)
    assert (row.reached, row.unconfirmed, row.verdict) == (1, 2, Verdict.MISSED)


def test_words_alone_are_not_counted(world):
    row = stand(world.agreement(dict(kind="other", minimum=1, unit="项", detail="三年达标")), OVER)
    assert row.verdict == Verdict.UNKNOWN
    assert row.url == ""


def fill(agreement: Agreement) -> None:
    for month in (1, 3, 8):
        build.activity(agreement, on=date(2026, month, 9))
        build.activity(
            agreement,
            "consultation",
            on=date(2026, month, 9),
            measures={"consultations": 2},
            status="submitted",
        )
    person = build.clinician(agreement.recipient)
    build.study(agreement, person, date(2026, 2, 1), date(2026, 3, 1))
    build.study(agreement, person, date(2026, 5, 1), date(2026, 6, 1))
    build.donation(agreement, "cash", "120.50")
    build.donation(agreement, "goods", 99, status="submitted")
    build.posting(agreement)


def test_a_target_and_the_figure_of_the_agreement_are_the_same_number(world):
    """One figure, one selector: what the target reached is what opens behind it."""
    promised = [dict(kind=kind, minimum=1, unit="次") for kind in FIGURE_OF]
    agreement = world.agreement(*promised)
    other = world.agreement()
    fill(agreement)
    fill(other)
    frame = Frame(
        agreement.recipient, "clinic", agreement.cycle, agreement.effective_period, agreement=agreement.pk
    )
    for row in stands(agreement, AUTUMN):
        figure = FIGURES[FIGURE_OF[row.target.kind]]
        assert row.reached == figure.value(frame), row.target.kind
        late = Frame(
            agreement.recipient, "clinic", agreement.cycle, Period.year(2026), agreement=agreement.pk
        )
        assert row.reached == figure.value(late), row.target.kind


def test_many_agreements_take_as_many_statements_as_few(world):
    indicator = OutcomeIndicator.objects.get(code="outpatient_visits")
    promised = [
        dict(kind=kind, minimum=1, unit="次")
        | ({"indicator": indicator} if kind.startswith("outcome") else {})
        for kind in Kind.values
    ]
    agreements = [world.agreement(*promised) for _ in range(2)]
    fill(agreements[0])

    def rows():
        return list(Agreement.objects.filter(cycle=world.cycle).select_related("cycle", "current_version"))

    found = rows()
    with CaptureQueriesContext(connection) as before:
        progress_of(found, today=AUTUMN)
    for _ in range(2):
        fill(world.agreement(*promised))
    found = rows()
    with CaptureQueriesContext(connection) as after:
        progress = progress_of(found, today=AUTUMN)
    assert len(after) == len(before) <= 14
    assert sum(len(rows) for rows in progress.values()) == 4 * len(Kind)
