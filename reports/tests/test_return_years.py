"""Months, quarters and years are one sum; five years of records are the published table, column by column."""

import io
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from accounts.models import FormerName
from core.dates import Period
from reports.figures import FIGURES, Frame
from reports.selectors.return_years import ONCE, YEARLY, year_table
from staffing.models import Activity, ActivityMeasure, ActivityType, Batch, Measure
from support.models import Donation
from testing import builders as build
from testing.builders.ledger import filed_agreement, ledger_posting

pytestmark = pytest.mark.django_db

# ---- random ledgers
CODES = (
    "patients_outpatient", "patients_treated", "operations_led", "operations", "consultations", "case_discussions",
    "techniques", "lectures", "lecture_audience", "trainings", "training_audience", "teaching_rounds",
    "surgery_demos", "circuit_patients", "free_clinic_patients", "free_clinic_sessions", "rules_revised",
    "departments_built", "remote_consultations", "referrals_up", "referrals_down",
)  # fmt: skip
days = st.one_of(
    st.dates(date(2025, 12, 1), date(2027, 1, 31)),
    st.sampled_from([date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 12, 31)]),
)
events = st.lists(
    st.tuples(
        st.integers(0, 1),  # pair
        days,
        st.integers(0, 40),  # days it lasted
        st.dictionaries(st.sampled_from(CODES), st.integers(0, 300), min_size=1, max_size=4),
        st.sampled_from(["confirmed", "confirmed", "submitted", "draft"]),
    ),
    max_size=12,
)
gifts = st.lists(
    st.tuples(days, st.sampled_from(["cash", "goods"]), st.none() | st.decimals("0.01", 10**6, places=2)),
    max_size=4,
)
departures = st.lists(st.tuples(days, st.integers(1, 3)), max_size=4)


@pytest.fixture
def pairs():
    """A hospital with two clinics, one pair in a cycle that ends in the middle of the year."""
    program = build.programme(build.bureau(build.COUNTY))
    hospital = build.organisation("hospital")
    stretch = (date(2025, 1, 1), date(2027, 12, 31))
    made = []
    for _ in range(2):
        within = build.cycle(program, *stretch)
        made.append(filed_agreement(hospital, build.organisation("township_clinic"), within, *stretch))
    return made


def write_down(pairs, events, gifts, departures) -> None:
    by, other = build.side(pairs[0], True), build.side(pairs[0], False)
    kind, measures = ActivityType.objects.first(), {row.code: row for row in Measure.objects.all()}
    sure = dict(confirmed_by=other, confirmed_at=timezone.now(), submitted_at=timezone.now())
    for place, start, lasted, numbers, status in events:
        agreement = pairs[place]
        made = Activity.objects.create(
            agreement=agreement, activity_type=kind, start_on=start, end_on=start + timedelta(days=lasted),
            entered_by=by, entered_for_id=agreement.sender_id,
        )  # fmt: skip
        ActivityMeasure.objects.bulk_create(
            ActivityMeasure(activity=made, measure=measures[code], value=value)
            for code, value in numbers.items()
        )
        confirmation = sure | {"confirmed_for": agreement.recipient_id} if status == "confirmed" else {}
        Activity.objects.filter(pk=made.pk).update(status=status, **confirmation)
    for day, kind, amount in gifts:
        Donation.objects.create(
            agreement=pairs[0], kind=kind, given_on=day, title="捐赠", amount=amount, status="confirmed",
            entered_by=by, entered_for=pairs[0].sender, confirmed_for=pairs[0].recipient, **sure,
        )  # fmt: skip
    for day, number in departures:
        batch = Batch.objects.create(
            cycle=pairs[0].cycle, sender=pairs[0].sender, code=build.unique("PC-"), kind="resident",
            departed_on=day, status=Batch.Status.FILED, filed_at=timezone.now(),
        )  # fmt: skip
        for _ in range(number):
            ledger_posting(pairs[0], day, day, confirmed_by=other, arrived=day, batch=batch)


@settings(max_examples=12)
@given(events, gifts, departures)
def test_months_make_quarters_make_the_year(pairs, events, gifts, departures):
    """For every column: by hand, month by month, quarter by quarter, as a year, as years side by side."""
    hospital = pairs[0].sender
    with transaction.atomic():
        write_down(pairs, events, gifts, departures)
        table = year_table(organisation=hospital, level="hospital", first=2026, last=2026)
        years = year_table(organisation=hospital, level="hospital", first=2025, last=2027)
        whole = {
            figure.code: figure.value(Frame(hospital, "hospital", None, Period.year(2026)))
            for figure in YEARLY
        }
        transaction.set_rollback(True)
    assert table.differences == years.differences == []

    def added(kind, code):
        return sum(row.values[code] for row in table.rows if row.kind == kind)

    for figure in YEARLY:
        code = figure.code
        assert table.total.values[code] == whole[code]
        (year,) = [row for row in years.rows if row.label == "2026 年"]
        assert year.values[code] == whole[code]
        if code not in ONCE:
            assert added("month", code) == added("quarter", code) == whole[code]
            assert years.total.values[code] == sum(
                row.values[code] for row in years.rows if row.kind == "year"
            )
    by_hand = sum(
        numbers.get("lectures", 0)
        for _place, start, _lasted, numbers, status in events
        if status == "confirmed" and start.year == 2026
    )
    assert table.total.values["lectures"] == by_hand
    assert table.total.values["donated_cash"] == sum(
        amount or 0 for day, kind, amount in gifts if kind == "cash" and day.year == 2026
    )
    assert table.total.values["person_times"] == sum(n for day, n in departures if day.year == 2026)


def test_an_activity_across_the_end_of_a_month_belongs_to_the_month_it_began(pairs):
    write_down(pairs, [(0, date(2026, 3, 31), 2, {"free_clinic_patients": 80}, "confirmed")], [], [])
    table = year_table(organisation=pairs[0].sender, level="hospital", first=2026, last=2026)
    values = {row.label: row.values["outreach_patients"] for row in table.rows}
    assert (values["3 月"], values["4 月"], values["第 1 季度"], values["第 2 季度"]) == (80, 0, 80, 0)


def test_somebody_who_came_twice_is_one_person_of_the_year(pairs):
    agreement = pairs[0]
    trainee = build.clinician(agreement.recipient)
    for month in (2, 5):
        build.study(agreement, trainee, date(2026, month, 1), date(2026, month, 20))
    table = year_table(organisation=agreement.sender, level="hospital", first=2026, last=2026)
    months = [row.values["trainees"] for row in table.rows if row.kind == "month"]
    assert sum(months) == 2 and table.total.values["trainees"] == 1
    assert {row.values["trainees"] for row in table.rows if row.kind == "quarter"} == {None}


def test_what_was_reported_stands_beside_what_the_ledger_has():
    agreement = build.agreement_in_force(
        build.organisation("hospital"), build.organisation("township_clinic")
    )
    clinic = agreement.recipient
    for month in (1, 2):
        build.activity(agreement, on=date(2026, month, 10))
        build.monthly_return("clinic", clinic, date(2026, month, 1))
    build.activity(agreement, on=date(2026, 2, 11))
    table = year_table(organisation=clinic, level="clinic", first=2026, last=2026, today=date(2026, 4, 1))
    reported = next(row for row in table.rows if row.kind == "reported")
    assert (reported.values["lectures"], table.total.values["lectures"]) == (2, 3)
    assert table.behind == [date(2026, 2, 1)] and table.not_reported == [date(2026, 3, 1)]


# ---- the five years of a hospital of traditional medicine, 2011–2015; how they fell on the years is invented
STAFF = (12, 14, 15, 16, 14)
YEARS = {
    ("care", "patients_treated"): (6200, 7100, 8000, 8768, 8500),
    ("operation", "operations"): (40, 55, 65, 70, 70),
    ("consultation", "consultations"): (12, 16, 18, 20, 18),
    ("case_discussion", "case_discussions"): (10, 10, 10, 12, 8),
    ("technique", "techniques"): (6, 8, 8, 9, 7),
    ("lecture", "lectures"): (20, 24, 26, 28, 24),
    ("training", "trainings"): (14, 16, 18, 19, 18),
    ("teaching_round", "teaching_rounds"): (30, 36, 38, 40, 38),
    ("surgery_demo", "surgery_demos"): (42, 56, 66, 72, 68),
}
TRAINEES = (2, 3, 4, 3, 3)
PUBLISHED = (
    ("persons", "派驻人数", "人", 71),
    ("patients", "参与诊疗", "人次", 38568),
    ("operations", "开展手术", "例", 300),
    ("consultations", "会诊及疑难病例讨论", "次", 134),
    ("techniques", "新技术新业务", "项", 38),
    ("lectures", "学术讲座", "期", 122),
    ("trainings", "业务培训", "次", 85),
    ("teaching_rounds", "教学查房", "次", 182),
    ("surgery_demos", "手术示教", "次", 304),
    ("trainees", "接收进修", "人", 15),
    ("recipients", "受援单位", "家", 4),
)


@pytest.fixture
def five_years():
    bureau = build.bureau("450000")
    cycle = build.cycle(build.programme(bureau), date(2011, 1, 1), date(2015, 12, 31))
    hospital = build.organisation("hospital", name="自治市中医医院")
    clinics = [
        build.organisation("hospital", name=name)
        for name in ("西充医院", "南部县医院", "宝兴医院", "会理医院")
    ]
    FormerName.objects.create(organisation=clinics[1], name="南充部县医院")
    pairs = [
        build.agreement_in_force(hospital, clinic, cycle.start_on, cycle.end_on, within=cycle)
        for clinic in clinics
    ]
    for place, year in enumerate(range(2011, 2016)):
        agreement = pairs[place % 4]
        batch = build.batch(agreement, "short_term", date(year, 3, 1))
        for _ in range(STAFF[place]):
            person = build.clinician(hospital)
            build.posting(
                agreement, person, date(year, 3, 1), date(year, 3, 31), kind="short_term", within=batch
            )
        for (kind, measure), numbers in YEARS.items():
            build.activity(agreement, kind, date(year, 6, 30), measures={measure: numbers[place]})
        for _ in range(TRAINEES[place]):
            build.study(agreement, None, date(year, 4, 1), date(year, 9, 30))
    return bureau, hospital, clinics


def test_five_years_are_the_published_totals_in_the_official_order(client, five_years):
    bureau, hospital, _clinics = five_years
    table = year_table(organisation=hospital, level="hospital", first=2011, last=2015)
    for code, label, unit, number in PUBLISHED:
        figure = FIGURES[code]
        assert (figure.label, figure.unit, table.total.values[code]) == (label, unit, number)
        if code != "recipients":
            rows = [row.values[code] for row in table.rows if row.kind == "year"]
            assert len(rows) == 5 and sum(rows) == number
    order = [figure.code for figure in YEARLY]
    assert sorted(order.index(code) for code, *_ in PUBLISHED) == [
        order.index(code) for code, *_ in PUBLISHED
    ]
    assert table.warnings == ["手术示教 304 次多于开展手术 300 例，请核对。"] and table.differences == []

    client.force_login(build.coordinator(hospital))
    asked = f"?unit={hospital.pk}&level=hospital&first=2011&last=2015"
    answer = client.get(reverse("return-year-export") + asked)
    sheet = load_workbook(io.BytesIO(answer.content)).active
    lines = [[cell.value for cell in line] for line in sheet.iter_rows()]
    headings = lines[3]
    total = next(line for line in lines if line[0] == "合计")
    found = [
        (headings[place], Decimal(str(total[place])))
        for place in (headings.index(f"{label}（{unit}）") for _code, label, unit, _ in PUBLISHED)
    ]
    assert found == [(f"{label}（{unit}）", number) for _code, label, unit, number in PUBLISHED]
    numbers = [int(text) for text in lines[2][1:] if text]
    assert numbers == sorted(numbers) and numbers[0] == 1
    assert any("304" in str(line[0]) for line in lines)


def test_the_misprinted_county_is_found_by_its_former_name(client, five_years):
    bureau, hospital, clinics = five_years
    build.monthly_return("hospital", hospital, date(2012, 6, 1))
    with transaction.atomic():
        build.monthly_return("clinic", clinics[1], date(2012, 6, 1))
    client.force_login(build.officer(bureau))
    page = client.get(reverse("return-list") + "?q=南充部县").context["page"]
    assert [row.organisation for row in page] == [clinics[1]]
