"""Coverage by the published cases' own numbers, and each rule of the definition at its very edge."""

from datetime import date, timedelta

import pytest

from core.dates import Period
from staffing.models import StayRule
from staffing.selectors import coverage
from staffing.selectors.coverage import State, Unit
from staffing.selectors.coverage_list import agreements_by
from support.models import Agreement
from testing import builders as build
from testing.builders.ledger import filed_agreement, ledger_posting

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
YEAR = Period.year(2026)
LATER = date(2027, 6, 1)


class Pair:
    """One hospital, one clinic, one programme; the agreement is in force all of 2026 unless told."""

    def __init__(self, start=date(2026, 1, 1), end=date(2026, 12, 31)):
        self.hospital, self.clinic = build.organisation("hospital"), build.organisation("township_clinic")
        self.programme = build.programme()
        self.cycle = build.cycle(self.programme, start, end)
        self.agreement = filed_agreement(self.hospital, self.clinic, self.cycle, start, end)
        self.reader = build.coordinator(self.clinic)
        self.unit = Unit(None, self.clinic.pk)

    def rule(self, minimum=1, *, recipient=None, programme=None, **fields):
        return StayRule.objects.create(
            programme=programme or self.programme,
            recipient=recipient,
            measure="floor",
            minimum=minimum,
            unit="persons",
            basis="桂卫发〔2026〕1号",
            is_active=True,
            **fields,
        )

    def there(self, start: date, end: date, *, arrived: date | bool = True, under=None, **fields):
        on = start if arrived is True else arrived or None
        return ledger_posting(
            under or self.agreement, start, end, arrived=on, confirmed_by=self.reader, **fields
        )

    def totals(self, period=YEAR, today=LATER) -> coverage.Totals:
        (row,) = coverage.coverage_totals(
            Agreement.objects.filter(recipient=self.clinic), by="recipient", period=period, today=today
        )
        return row

    def calendar(self, period=YEAR, today=LATER) -> coverage.Calendar:
        (row,) = coverage.coverage_calendars(
            Agreement.objects.filter(recipient=self.clinic), by="recipient", period=period, today=today
        ).values()
        return row

    def warnings(self, today: date):
        return coverage.coverage_warnings(
            Agreement.objects.filter(recipient=self.clinic), by="recipient", today=today
        )


@pytest.fixture
def pair():
    return Pair()


# ---- the cases
def test_c02_nobody_before_the_deadline_of_arrival():
    """Agreements of 30 June, on post on 30 July: thirty days without anybody, then half a year covered."""
    pair = Pair(date(2012, 6, 30), date(2012, 12, 30))
    pair.there(date(2012, 7, 30), date(2012, 12, 30))
    year = Period.year(2012)
    (gap,) = pair.calendar(year).gaps
    assert (gap.period, gap.period.days) == (Period(date(2012, 6, 30), date(2012, 7, 29)), 30)
    totals = pair.totals(year)
    assert (totals.due, totals.covered, totals.gap) == (184, 154, 30)


def test_c05_four_of_five_for_a_hundred_and_twenty_three_days():
    """20 June to 20 October; five are named, four are there: below the floor on every day."""
    start, end = date(2026, 6, 20), date(2026, 10, 20)
    pair = Pair(start, end)
    rule = pair.rule(5)
    for _ in range(4):
        pair.there(start, end)
    totals, calendar = pair.totals(), pair.calendar()
    assert (totals.due, totals.covered, totals.below, totals.gap) == (123, 123, 123, 0)
    assert (totals.least, totals.most) == (4, 4)
    (segment,) = calendar.segments
    assert (segment.state, segment.present, segment.floor) == (State.BELOW, 4, 5)
    assert segment.rules == (rule.pk,)
    pair.there(start, end)
    assert (pair.totals().below, pair.totals().most) == (0, 5)


def test_c14_three_doctors_and_three_liaison_officers_are_three():
    pair = Pair()
    for role in ("member", "member", "leader", "liaison", "liaison", "liaison", "escort"):
        pair.there(date(2026, 1, 1), date(2026, 1, 31), role=role)
    assert pair.totals().most == 3


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        (date(2026, 1, 1), date(2026, 7, 2), {2025: 0, 2026: 183}),
        (date(2026, 4, 1), date(2026, 9, 30), {2026: 183}),
        (date(2021, 6, 1), date(2022, 5, 31), {2020: 0, 2021: 214, 2022: 151, 2023: 0}),
        (date(2020, 1, 1), date(2020, 3, 1), {2019: 0, 2020: 61, 2021: 0}),
    ],
)
def test_c28_days_count_at_both_ends_and_in_their_own_year(start, end, days):
    pair = Pair(date(2019, 1, 1), date(2026, 12, 31))
    pair.there(start, end)
    assert {year: pair.totals(Period.year(year)).covered for year in days} == days


@pytest.mark.parametrize("kind", ["circuit", "short_term"])
def test_c28_three_hundred_days_of_circuit_cover_nothing(pair, kind):
    pair.there(date(2026, 1, 1), date(2026, 10, 27), kind=kind)
    assert (pair.totals().covered, pair.totals().gap) == (0, 365)


# ---- who counts on which day
def test_today_parts_what_was_from_what_is_expected(pair):
    """The planned stay counts from tomorrow; on today itself only whoever has arrived."""
    today = date(2026, 6, 10)
    pair.there(date(2026, 6, 1), date(2026, 6, 20), arrived=False)
    told = [
        (str(row.period), row.present, row.expected)
        for row in pair.calendar(Period(date(2026, 6, 1), date(2026, 6, 25)), today).segments
    ]
    assert told == [
        ("2026-06-01 至 2026-06-10", 0, False),
        ("2026-06-11 至 2026-06-20", 1, True),
        ("2026-06-21 至 2026-06-25", 0, True),
    ]


def test_the_days_before_a_late_arrival_are_empty(pair):
    pair.there(date(2026, 1, 1), date(2026, 12, 31), arrived=date(2026, 1, 8))
    assert (pair.totals().gap, pair.totals().covered) == (7, 358)


def test_a_clinic_is_covered_by_anybody_a_pair_only_by_its_own(pair):
    other = build.organisation("hospital")
    second = filed_agreement(other, pair.clinic, pair.cycle, YEAR.start, YEAR.end)
    pair.there(date(2026, 1, 1), date(2026, 12, 31), under=second)
    assert pair.totals().gap == 0
    rows = coverage.coverage_totals(Agreement.objects.all(), by="pair", period=YEAR, today=LATER)
    assert {row.unit: row.gap for row in rows} == {
        Unit(pair.hospital.pk, pair.clinic.pk): 365,
        Unit(other.pk, pair.clinic.pk): 0,
    }


def test_a_hospital_owes_what_its_recipients_need_together(pair):
    """Two clinics with floors of two and one (no rule of its own): three people."""
    further = build.organisation("township_clinic")
    filed_agreement(pair.hospital, further, pair.cycle, YEAR.start, YEAR.end)
    rule = pair.rule(2, recipient=pair.clinic)
    pair.there(date(2026, 1, 1), date(2026, 12, 31))
    found = coverage.coverage_calendars(Agreement.objects.all(), by="sender", period=YEAR, today=LATER)
    (segment,) = found[Unit(pair.hospital.pk, None)].segments
    assert (segment.present, segment.floor, segment.rules) == (1, 3, (rule.pk,))


# ---- which rule
@pytest.mark.parametrize(("days", "tolerated"), [(7, True), (8, False)])
def test_tolerance_to_the_day(pair, days, tolerated):
    rule = pair.rule(tolerance_days=7)
    pair.there(date(2026, 1, 1), date(2026, 5, 31))
    pair.there(date(2026, 6, 1) + DAY * days, date(2026, 12, 31))
    (gap,) = pair.calendar().gaps
    assert (gap.period.days, gap.is_tolerated, gap.tolerance) == (days, tolerated, 7)
    assert gap.rules == (rule.pk,)
    assert (pair.totals().gap, pair.totals().empty) == (0 if tolerated else 8, days)


def test_three_days_of_january_may_end_three_weeks():
    pair = Pair(date(2025, 1, 1), date(2026, 12, 31))
    pair.rule(tolerance_days=5)
    pair.there(date(2025, 1, 1), date(2025, 12, 13))
    pair.there(date(2026, 1, 4), date(2026, 12, 31))
    (gap,) = pair.calendar().gaps
    assert (gap.period.days, gap.is_tolerated, gap.reaches_beyond) == (3, False, True)
    assert pair.totals().gap == 3


def test_a_rule_speaks_up_to_its_last_day_and_the_general_one_after_it(pair):
    special = pair.rule(3, recipient=pair.clinic, effective_to=date(2026, 3, 31))
    general = pair.rule(2, effective_from=date(2026, 2, 1), effective_to=date(2026, 6, 30))
    told = [(row.floor, row.rules, row.period.end) for row in pair.calendar().segments]
    assert told == [
        (3, (special.pk,), date(2026, 3, 31)),
        (2, (general.pk,), date(2026, 6, 30)),
        (1, (), date(2026, 12, 31)),
    ]


def test_the_special_rule_may_ask_for_less(pair):
    pair.rule(3)
    special = pair.rule(1, recipient=pair.clinic)
    (segment,) = pair.calendar().segments
    assert (segment.floor, segment.rules) == (1, (special.pk,))


@pytest.mark.parametrize(
    ("first", "second", "strictest"),
    [
        (dict(minimum=2), dict(minimum=3), 1),
        (dict(minimum=2, tolerance_days=3), dict(minimum=2, tolerance_days=1), 1),
        (dict(minimum=2, warning_days=60), dict(minimum=2, warning_days=30), 0),
        (dict(minimum=1, tolerance_days=9), None, 0),  # a rule that says one goes before no rule
    ],
)
def test_of_several_programmes_the_strictest(pair, first, second, strictest):
    other = build.programme()
    cycle = build.cycle(other, YEAR.start, YEAR.end)
    filed_agreement(build.organisation("hospital"), pair.clinic, cycle, YEAR.start, YEAR.end)
    rules = [pair.rule(**first), second and pair.rule(programme=other, **second)]
    (segment,) = pair.calendar().segments
    assert segment.rules == (rules[strictest].pk,)


def test_the_strictest_day_judges_a_run(pair):
    """A gap that begins under a lenient rule and ends under a strict one is judged by the strict one."""
    pair.rule(tolerance_days=20, recipient=pair.clinic, effective_to=date(2026, 6, 5))
    pair.rule(tolerance_days=2)
    pair.there(date(2026, 1, 1), date(2026, 5, 31))
    pair.there(date(2026, 6, 11), date(2026, 12, 31))
    (gap,) = pair.calendar().gaps
    assert (gap.period.days, gap.tolerance, gap.is_tolerated) == (10, 2, False)
    assert pair.totals().gap == 10


# ---- early warning
@pytest.mark.parametrize(("ahead", "warned"), [(0, True), (20, True), (21, False), (-1, False)])
def test_warning_to_the_day(pair, ahead, warned):
    rule = pair.rule(warning_days=20)
    today = date(2026, 6, 1)
    stay = pair.there(date(2026, 3, 1), today + DAY * ahead)
    told = [(row.posting, row.last_day, row.present, row.floor, row.rules) for row in pair.warnings(today)]
    assert told == [(stay.pk, today + DAY * ahead, 0, 1, (rule.pk,))] * warned


def test_without_a_rule_thirty_days(pair):
    pair.there(date(2026, 3, 1), date(2026, 7, 1))
    assert pair.warnings(date(2026, 6, 1)) and not pair.warnings(date(2026, 5, 31))


@pytest.mark.parametrize(("starts", "warned"), [(date(2026, 6, 11), False), (date(2026, 6, 12), True)])
def test_a_successor_from_the_next_day_ends_the_warning(pair, starts, warned):
    pair.there(date(2026, 3, 1), date(2026, 6, 10))
    pair.there(starts, date(2026, 9, 30), arrived=False, status="approved")
    assert bool(pair.warnings(date(2026, 6, 1))) is warned


def test_no_warning_where_the_agreement_ends_too():
    pair = Pair(date(2026, 1, 1), date(2026, 6, 10))
    pair.there(date(2026, 3, 1), date(2026, 6, 10))
    assert pair.warnings(date(2026, 6, 1)) == []


# ---- who may ask
def test_a_partner_looks_at_the_pair_and_not_at_the_whole_clinic(pair):
    sender = build.coordinator(pair.hospital)
    assert agreements_by(sender, "pair").get() == pair.agreement
    assert agreements_by(sender, "sender").get() == pair.agreement
    assert not agreements_by(sender, "recipient").exists()
    assert agreements_by(pair.reader, "recipient").get() == pair.agreement
    assert not agreements_by(pair.reader, "sender").exists()
    stranger = build.coordinator(build.organisation("hospital"))
    assert not any(agreements_by(stranger, by).exists() for by in coverage.By)
