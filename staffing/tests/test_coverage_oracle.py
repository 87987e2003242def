"""The one statement against days counted one by one, over ledgers that hypothesis makes up."""

from collections import Counter
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from core.dates import Period
from staffing.models import StayRule
from staffing.selectors import coverage
from staffing.tests.coverage_oracle import DAY, Oracle, days_of
from support.models import Agreement, Speciality
from testing import builders as build
from testing.builders.ledger import filed_agreement, ledger_posting

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 10)
CODES = ("03", "03.01", "04")
PLACES = 2
offsets = st.integers(-45, 45)


@st.composite
def spans(draw, within=(-60, 60)):
    start = draw(st.integers(*within))
    return (start, draw(st.integers(start, min(within[1], start + 70))))


agreements = st.tuples(
    st.integers(0, 1),
    st.integers(0, 1),
    st.integers(0, 1),
    spans(),
    st.lists(st.sampled_from(CODES), max_size=2, unique=True),
)
rules = st.dictionaries(
    st.tuples(st.integers(0, 1), st.none() | st.integers(0, 1)),
    st.tuples(
        st.integers(1, 3),
        st.integers(0, 12),
        st.integers(0, 25),
        st.none() | offsets,
        st.none() | st.integers(0, 40),
        st.booleans(),
        st.sampled_from(["floor", "floor", "continuous"]),
        st.sampled_from(["resident", "resident", "circuit"]),
    ),
    max_size=4,
)
postings = st.tuples(
    st.integers(0, 3),  # which agreement
    st.integers(0, 60),  # days into it
    st.integers(0, 40),  # length
    st.none() | st.integers(0, 8),  # days late; None: not arrived
    st.sampled_from(["", "", "", "extended", "ended", "ended_early", "cancelled", "approved"]),
    st.sampled_from(["resident", "resident", "resident", "short_term", "circuit"]),
    st.sampled_from(["member", "member", "leader", "escort", "liaison"]),
    st.none() | st.sampled_from(CODES),
)
ledgers = st.tuples(
    st.lists(agreements, min_size=1, max_size=4), rules, st.lists(postings, max_size=8), spans((-50, 50))
)


class Town:
    def __init__(self):
        self.hospitals = [build.organisation("hospital") for _ in range(PLACES)]
        self.clinics = [build.organisation("township_clinic") for _ in range(PLACES)]
        self.programmes = [build.programme() for _ in range(2)]
        self.cycles = [build.cycle(row, date(2025, 1, 1), date(2027, 12, 31)) for row in self.programmes]
        self.reader = build.coordinator(self.clinics[0])
        self.subjects = {row.code: row for row in Speciality.objects.filter(code__in=CODES)}

    @contextmanager
    def ledger(self, drawn):
        """The period asked for, with the drawn rows in the database until the end of the block."""
        with transaction.atomic():
            yield self.fill(*drawn)
            transaction.set_rollback(True)

    def fill(self, agreements, rules, postings, asked) -> Period:
        made = [
            filed_agreement(
                self.hospitals[sender],
                self.clinics[recipient],
                self.cycles[programme],
                TODAY + DAY * span[0],
                TODAY + DAY * span[1],
                [self.subjects[code] for code in codes],
            )
            for sender, recipient, programme, span, codes in agreements
        ]
        for (programme, clinic), drawn in rules.items():
            self.rule(programme, clinic, *drawn)
        for drawn in postings:
            self.post(made, *drawn)
        return Period(TODAY + DAY * asked[0], TODAY + DAY * asked[1])

    def rule(self, programme, clinic, minimum, tolerance, warning, start, length, active, measure, kind):
        begins = None if start is None else TODAY + DAY * start
        floor = measure == "floor"
        StayRule.objects.create(
            programme=self.programmes[programme],
            recipient=self.clinics[clinic] if floor and clinic is not None else None,
            measure=measure,
            kind=kind,
            minimum=minimum,
            unit="persons" if floor else "months",
            tolerance_days=tolerance,
            warning_days=warning,
            effective_from=begins,
            effective_to=None if length is None else (begins or TODAY) + DAY * length,
            is_active=active and (floor or clinic is None),
            basis="文件",
        )

    def post(self, made, number, into, length, late, status, kind, role, code):
        agreement = made[number % len(made)]
        start = min(agreement.effective_from + DAY * into, agreement.effective_to)
        end = min(start + DAY * length, agreement.effective_to)
        arrived = None if late is None or start > TODAY else min(start + DAY * late, end, TODAY)
        if arrived is None and status != "cancelled":
            status = "approved" if status == "approved" else ""
        elif status in ("approved", "cancelled") and arrived:
            status = "" if status == "approved" else status
        ledger_posting(
            agreement,
            start,
            end,
            confirmed_by=self.reader,
            arrived=arrived,
            status=status,
            kind=kind,
            role=role,
            speciality=self.subjects[code] if code else None,
        )


@pytest.fixture
def town():
    return Town()


each_way = pytest.mark.parametrize("by", ["recipient", "pair", "sender"])
EVERYTHING = {"agreements": Agreement.objects.all()}


def asked(by, period):
    return {"by": by, "period": period, "today": TODAY}


@each_way
@settings(max_examples=60)
@given(drawn=ledgers)
def test_segments_gaps_and_totals(town, by, drawn):
    with town.ledger(drawn) as period:
        oracle = Oracle(by, TODAY)
        found = coverage.coverage_calendars(Agreement.objects.all(), **asked(by, period))
        totals = {
            row.unit: row for row in coverage.coverage_totals(Agreement.objects.all(), **asked(by, period))
        }
        due = {
            unit: {day: told for day in days_of(period) if (told := oracle.day(unit, day)).floor}
            for unit in oracle.units
        }
        assert set(found) == set(totals) == {unit for unit, days in due.items() if days}
        for unit, calendar in found.items():
            shown = {
                day: (segment.present, segment.floor, set(segment.rules), segment.expected)
                for segment in calendar.segments
                for day in days_of(segment.period)
            }
            assert shown == {
                day: (told.present, told.floor, told.rules, day > TODAY) for day, told in due[unit].items()
            }
            assert sum(row.period.days for row in calendar.segments) == len(shown)
            gaps = oracle.gaps(unit, period)
            assert [(row.period, row.is_tolerated) for row in calendar.gaps] == gaps
            for gap in calendar.gaps:
                days = days_of(gap.period)
                assert gap.expected_days == sum(day > TODAY for day in days)
                assert set(gap.rules) == {rule for day in days for rule in due[unit][day].rules}
            assert_totals(totals[unit], due[unit], gaps)


def assert_totals(row, due, gaps):
    left = {day for gap, tolerated in gaps if not tolerated for day in days_of(gap)}
    for ahead in (False, True):
        days = {day: told for day, told in due.items() if (day > TODAY) == ahead}
        counted = Counter(
            due=len(days),
            below=sum(told.present < told.floor for told in days.values()),
            gap=len(left & set(days)),
        )
        suffix = "_ahead" if ahead else ""
        assert {name: getattr(row, name + suffix) for name in ("due", "below", "gap")} == {
            name: counted[name] for name in ("due", "below", "gap")
        }
    so_far = [told.present for day, told in due.items() if day <= TODAY]
    assert row.covered == sum(present > 0 for present in so_far)
    assert (row.least, row.most) == ((min(so_far), max(so_far)) if so_far else (None, None))


@each_way
@settings(max_examples=60)
@given(drawn=ledgers)
def test_early_warnings(town, by, drawn):
    """Who leaves on one of the next days, and what the day after looks like."""
    with town.ledger(drawn):
        oracle = Oracle(by, TODAY)
        wanted = set()
        for unit in oracle.units:
            for ahead in range(60):
                last = TODAY + DAY * ahead
                after = oracle.day(unit, last + DAY)
                if after.present < after.floor and ahead <= after.warning:
                    wanted |= {
                        (unit, row.pk, last, after.present, after.floor)
                        for row in oracle.present(unit, last)
                        if row.end_on == last
                    }
        found = coverage.coverage_warnings(Agreement.objects.all(), by=by, today=TODAY)
        assert {(row.unit, row.posting, row.last_day, row.present, row.floor) for row in found} == wanted
        assert len(found) == len(wanted)
        assert [row.last_day for row in found] == sorted(row.last_day for row in found)


@each_way
@settings(max_examples=60)
@given(drawn=ledgers)
def test_promised_departments(town, by, drawn):
    with town.ledger(drawn) as period:
        oracle = Oracle(by, TODAY)
        wanted, unknown = {}, {}
        for unit in oracle.units:
            for day in days_of(period):
                here = oracle.present(unit, day)
                unknown.setdefault(unit, set()).update(
                    row.clinician_id for row in here if row.clinician.speciality is None
                )
                codes = [row.clinician.speciality.code for row in here if row.clinician.speciality]
                for agreement in oracle.in_force(unit, day):
                    for subject in agreement.current_version.specialities.all():
                        days = wanted.setdefault((unit, subject.pk), set())
                        if not any(code.startswith(subject.code) for code in codes):
                            days.add(day)
        rows = coverage.promised_departments(Agreement.objects.all(), **asked(by, period))
        found = {
            (row.unit, row.speciality): [d for part in row.uncovered for d in days_of(part)] for row in rows
        }
        assert {key: set(days) for key, days in found.items()} == wanted
        assert all(len(days) == len(set(days)) for days in found.values())
        assert {(row.unit, row.speciality): (row.days, row.days_ahead) for row in rows} == {
            key: (sum(day <= TODAY for day in days), sum(day > TODAY for day in days))
            for key, days in wanted.items()
        }
        counts = coverage.speciality_unfilled(Agreement.objects.all(), **asked(by, period))
        assert counts == {unit: len(people) for unit, people in unknown.items() if people}


@settings(max_examples=25)
@given(drawn=ledgers)
def test_only_the_given_agreements_are_looked_at(town, drawn):
    with town.ledger(drawn) as period:
        mine = town.clinics[0]
        seen = Agreement.objects.filter(recipient=mine)
        for by in coverage.By.values:
            found = coverage.coverage_calendars(seen, **asked(by, period))
            assert all(unit.recipient in (None, mine.pk) for unit in found)
        assert coverage.coverage_calendars(seen, **asked("recipient", period)) == {
            unit: row
            for unit, row in coverage.coverage_calendars(
                Agreement.objects.all(), **asked("recipient", period)
            ).items()
            if unit.recipient == mine.pk
        }


def test_who_sees_nothing_gets_nothing(town):
    nothing = Agreement.objects.none()
    period = Period(TODAY - timedelta(9), TODAY)
    assert coverage.coverage_totals(nothing, **asked("pair", period)) == []
    assert coverage.coverage_calendars(nothing, **asked("pair", period)) == {}
    assert coverage.coverage_warnings(nothing, by="pair", today=TODAY) == []
