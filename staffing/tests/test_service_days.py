"""Days of service against an independent walk over half-days; the published case of 179 and 180 days."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from core.dates import Period, add_months
from core.models import CalendarDay
from core.selectors.workdays import working_days
from staffing.models import (
    AttendanceRow,
    Inspection,
    InspectionFinding,
    Leave,
    MonthSheet,
    Posting,
)
from staffing.models.attendance import month_period
from staffing.selectors.attendance import leave_is_proper, service_days
from testing import builders as build

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TODAY = date(2026, 7, 20)
FIRST = date(2026, 1, 1)


@pytest.fixture
def world(time_machine):
    time_machine.move_to(datetime(2026, 7, 20, 12, tzinfo=timezone.get_default_timezone()), tick=False)
    hospital, clinic = build.organisation("hospital"), build.organisation("township_clinic")
    bureau = build.bureau(build.COUNTY)
    agreement = build.agreement_in_force(hospital, clinic, within=build.cycle(build.programme(bureau)))
    posting = build.posting(agreement, start=date(2026, 1, 1), end=date(2026, 12, 31))
    return {"posting": posting, "clinic": clinic, "bureau": bureau, "officer": build.officer(bureau)}


# ---- the oracle: one half-day after the other, written without looking at the selector
def walk(stay: Period, part: Period, sheets: dict, leaves: list, findings: dict, works) -> dict:
    """``sheets``: month → (is locked, {(day, half): letter}); ``leaves``: (first, last, in time?, approved?);
    ``findings``: (day, half) → result."""
    earned = 0
    total = dict.fromkeys(
        ("locked", "due", "present", "leave", "absent", "off", "due_leave", "due_absent", "due_off", "idle"),
        0,
    )
    unproved = set()
    day = stay.start
    while day <= stay.end:
        locked, letters = sheets.get(day.replace(day=1), (False, {}))
        pair = [letters.get((day, half), ".") for half in ("am", "pm")]
        counted = part.start <= day <= part.end
        if not locked or "." in pair or "-" in pair:
            if counted:
                unproved.add(day)
            day += DAY
            continue
        due = works(day)
        if counted:
            total["locked"] += 1
            total["due"] += 2 if due else 0
        for half, letter in zip(("am", "pm"), pair, strict=True):
            result = findings.get((day, half))
            if result in ("absent", "irregular"):
                what = "off"
            elif result == "on_leave":
                what = "leave"
            elif result in ("present", "business") or letter in "PB":
                what = "duty"
            elif letter == "L":
                covered = any(
                    approved and in_time and first <= (day, half) <= last
                    for first, last, in_time, approved in leaves
                )
                what = "leave" if covered else "off"
            elif letter == "A":
                what = "absent"
            elif letter == "C" and due and earned > 0:
                what, earned = "duty", earned - 1
            else:
                what = "rest"
            if what == "duty" and not due:
                earned += 1
            if not counted:
                continue
            if what in ("leave", "absent", "off"):
                total[what] += 1
                if due:
                    total[f"due_{what}"] += 1
            elif due:
                total["present" if what == "duty" else "idle"] += 1
        day += DAY
    return total | {"unproved": unproved}


letters = st.sampled_from("PPPPPPPRLLBCCA.")
offsets = st.integers(0, 210)


@settings(max_examples=120)
@given(data=st.data())
def test_against_the_walk(world, data):
    with transaction.atomic():
        one_example(world, data)
        transaction.set_rollback(True)


def one_example(world, data):
    posting = world["posting"]
    start = FIRST + timedelta(days=data.draw(st.integers(0, 150), "arrives"))
    end = start + timedelta(days=data.draw(st.integers(0, 120), "stays"))
    Posting.objects.filter(pk=posting.pk).update(arrived_on=start, end_on=end)
    posting.refresh_from_db()
    for row in data.draw(st.dictionaries(offsets, st.booleans(), max_size=6), "table").items():
        CalendarDay.objects.update_or_create(
            day=FIRST + timedelta(days=row[0]), defaults={"is_working": row[1], "name": "试"}
        )
    sheets = _sheets(world, data, start, end)
    leaves = _leaves(world, data, start, end)
    findings = _findings(world, data, start, end)
    stay = Period(start, min(end, TODAY)) if start <= TODAY else None
    a, b = sorted((data.draw(offsets, "from"), data.draw(offsets, "to")))
    part = data.draw(st.sampled_from([None, Period(FIRST + a * DAY, FIRST + b * DAY)]), "part")
    working = working_days(Period(FIRST, FIRST + timedelta(days=400)))
    found = service_days([posting], part)
    clipped = stay and (stay.clip(part) if part else stay)
    if clipped is None:
        assert found == []
        return
    wanted = walk(stay, clipped, sheets, leaves, findings, lambda day: day in working)
    [entry] = found
    assert {
        "locked": entry.locked_days,
        "due": entry.due_halves,
        "present": entry.present_halves,
        "leave": entry.leave_halves,
        "absent": entry.absent_halves,
        "off": entry.off_post_halves,
        "due_leave": entry.due_leave_halves,
        "due_absent": entry.due_absent_halves,
        "due_off": entry.due_off_post_halves,
        "idle": entry.due_idle_halves,
        "unproved": {p.start + n * DAY for p in entry.unlocked for n in range(p.days)},
    } == wanted
    parts = ("present", "due_leave", "due_absent", "due_off", "idle")
    assert sum(wanted[name] for name in parts) == wanted["due"], "the parts are the whole"
    lost = wanted["leave"] + wanted["absent"] + wanted["off"]
    assert entry.qualifying_days == wanted["locked"] - Decimal(lost) / 2
    _months_add_up(posting, clipped, entry)


def _months_add_up(posting, period, whole):
    month, parts = period.start.replace(day=1), []
    while month <= period.end:
        parts += service_days([posting], month_period(month).clip(period))
        month = add_months(month, 1)
    for name in ("due_halves", "present_halves", "leave_halves", "off_post_halves", "due_idle_halves"):
        assert sum(getattr(part, name) for part in parts) == getattr(whole, name), name


def _sheets(world, data, start, end) -> dict:
    found, month = {}, start.replace(day=1)
    while month <= min(end, TODAY):
        period = month_period(month)
        known = {}
        text = data.draw(st.lists(letters, min_size=period.days * 2, max_size=period.days * 2), f"{month:%m}")
        for n in range(period.days):
            for index, half in enumerate(("am", "pm")):
                day = period.start + n * DAY
                known[day, half] = text[n * 2 + index] if start <= day <= end else "-"
        if data.draw(st.booleans(), "extended") and end < period.end:
            known |= {key: "-" for key in known if key[0] > end - 3 * DAY}
        locked = data.draw(st.sampled_from([True, True, True, False]), "locked")
        if data.draw(st.sampled_from([True, True, True, True, False]), "has a row"):
            _save(world, month, "".join(known.values()), locked)
            found[month] = (locked, known)
        month = add_months(month, 1)
    return found


def _save(world, month, marks, locked):
    sheet = MonthSheet.objects.create(recipient=world["clinic"], month=month)
    AttendanceRow.objects.create(sheet=sheet, posting=world["posting"], marks=marks)
    if locked:
        sheet.status, sheet.locked_at, sheet.locked_by = "locked", timezone.now(), world["officer"]
        sheet.save()


def _leaves(world, data, start, end) -> list:
    found = []
    for _ in range(data.draw(st.integers(0, 3), "leaves")):
        first = start + DAY * data.draw(st.integers(0, 60))
        last = first + DAY * data.draw(st.integers(0, 6))
        begin_half, end_half = (
            data.draw(st.sampled_from(["am", "pm"])),
            data.draw(st.sampled_from(["am", "pm"])),
        )
        if (first, begin_half) > (last, end_half):
            continue
        # a quarter of an hour around the moments that decide
        hours = data.draw(st.sampled_from([-72, -24.25, -0.25, 0, 0.25, 11.75, 12, 12.25, 40]))
        midnight = datetime.combine(first, time(0), tzinfo=timezone.get_default_timezone())
        moment = midnight + timedelta(hours=hours)
        status = data.draw(st.sampled_from(["approved", "approved", "approved", "requested", "withdrawn"]))
        Leave.objects.create(
            posting=world["posting"],
            kind="sick",
            start_on=first,
            start_half=begin_half,
            end_on=last,
            end_half=end_half,
            reason="试",
            status=status,
            levels=["recipient"],
            requested_by=world["officer"],
            approved_at=moment,
        )
        in_time = hours < (12 if begin_half == "pm" else 0)
        found.append(((first, begin_half), (last, end_half), in_time, status == "approved"))
    return found


def _findings(world, data, start, end) -> dict:
    found = {}
    drawn = st.tuples(st.integers(0, 60), st.sampled_from(["am", "pm"]))
    for (offset, half), (result, concluded) in data.draw(
        st.dictionaries(
            drawn,
            st.tuples(st.sampled_from(InspectionFinding.Result.values), st.sampled_from([True, True, False])),
            max_size=5,
        ),
        "findings",
    ).items():
        day = start + offset * DAY
        inspection = Inspection.objects.create(
            bureau=world["bureau"],
            recipient=world["clinic"],
            inspected_on=day,
            half=half,
            inspectors="两人",
            recorded_by=world["officer"],
        )
        InspectionFinding.objects.create(inspection=inspection, posting=world["posting"], result=result)
        if concluded:
            inspection.status, inspection.concluded_at = "concluded", timezone.now()
            inspection.concluded_by = world["officer"]
            inspection.save()
            found[day, half] = result
    return found


# ---- the case: fewer than 180 working days fail
def _nth_working_day(start: date, number: int) -> date:
    working = sorted(working_days(Period(start, start + timedelta(days=number * 2))))
    return working[number - 1]


@settings(max_examples=15)
@given(shift=st.integers(0, 500), days=st.sampled_from([179, 180]))
def test_179_and_180_working_days_for_any_start(time_machine, shift, days):
    time_machine.move_to("2026-11-20T12:00+08:00", tick=False)
    start = date(2024, 1, 1) + timedelta(days=shift)
    end = _nth_working_day(start, days)
    hospital, clinic = build.organisation("hospital"), build.organisation("township_clinic")
    cycle = build.cycle(start=date(2024, 1, 1), end=date(2026, 12, 31))
    agreement = build.agreement_in_force(hospital, clinic, date(2024, 1, 1), date(2026, 12, 31), within=cycle)
    posting = build.posting(agreement, start=start, end=end, ended=True)
    build.lock_months(posting)
    [entry] = service_days([posting])
    assert (entry.working_days, entry.rate, entry.is_proved) == (days, Decimal("100.00"), True)
    assert entry.qualifying_days == (end - start).days + 1
    # a month that nobody submitted proves nothing
    other = build.posting(agreement, start=start, end=end, ended=True)
    [unproved] = service_days([other])
    assert (unproved.working_days, unproved.locked_days, unproved.rate) == (0, 0, None)


def test_the_rate_has_two_decimals_and_holidays_are_not_due(world):
    """October 2026 has 18 working days: 31 less 13 days of weekends and National Day, one Saturday made up."""
    posting = world["posting"]
    build.month_sheet(
        world["clinic"],
        date(2026, 5, 1),
        marks={posting: {date(2026, 5, 6): "A", date(2026, 5, 7): "AP", date(2026, 5, 8): "B"}},
    )
    [may] = service_days([posting], month_period(date(2026, 5, 1)))
    # 31 days, 10 Saturdays and Sundays, 1, 4 and 5 May off, 9 May made up
    assert may.due_halves == 2 * 19 and may.present_halves == 35
    assert may.rate == Decimal("92.11")  # 35 ÷ 38
    assert may.qualifying_days == Decimal("29.5")


def test_leave_reduces_and_only_leave_approved_in_time_is_leave(world):
    posting, clinic = world["posting"], world["clinic"]
    zone = timezone.get_default_timezone()
    build.leave(posting, date(2026, 3, 3), approved=datetime(2026, 3, 2, 23, 59, tzinfo=zone))
    build.leave(posting, date(2026, 3, 4), approved=datetime(2026, 3, 4, 0, 0, tzinfo=zone))
    noon = datetime(2026, 3, 5, 11, 59, tzinfo=zone)
    build.leave(posting, date(2026, 3, 5), start_half="pm", approved=noon)
    build.leave(posting, date(2026, 3, 6), start_half="pm", approved=noon + timedelta(days=1, minutes=1))
    assert [leave_is_proper(row) for row in Leave.objects.order_by("start_on")] == [True, False, True, False]
    build.month_sheet(clinic, date(2026, 3, 1))
    [march] = service_days([posting], month_period(date(2026, 3, 1)))
    assert (march.leave_halves, march.off_post_halves) == (3, 3)
    assert march.due_leave_by_kind == {"personal": 3}
    assert march.qualifying_days == 31 - 3
    assert march.present_halves == march.due_halves - 6


def test_compensatory_rest_is_earned_before_it_is_taken(world):
    posting, clinic = world["posting"], world["clinic"]
    sunday, april = date(2026, 3, 29), date(2026, 4, 8)
    build.month_sheet(
        clinic,
        date(2026, 3, 1),
        marks={posting: {date(2026, 3, 2): "CC", sunday: "PR", date(2026, 3, 31): "PC"}},
    )
    build.month_sheet(clinic, date(2026, 4, 1), marks={posting: {april: "CP"}})
    [march] = service_days([posting], month_period(date(2026, 3, 1)))
    [both] = service_days([posting], Period(date(2026, 3, 1), date(2026, 4, 30)))
    assert march.due_idle_halves == 2, "taken before it was earned"
    assert both.due_idle_halves == 3, "one half-day earned, one taken"
    assert march.present_halves == march.due_halves - 2


def test_an_inspector_who_saw_the_papers_wins_over_a_missing_request(world):
    posting = world["posting"]
    build.month_sheet(world["clinic"], date(2026, 3, 1), marks={posting: {date(2026, 3, 9): "L"}})
    [before] = service_days([posting], month_period(date(2026, 3, 1)))
    assert before.off_post_halves == 2
    inspection = Inspection.objects.create(
        bureau=world["bureau"],
        recipient=world["clinic"],
        inspected_on=date(2026, 3, 9),
        half="am",
        inspectors="两人",
        recorded_by=world["officer"],
    )
    InspectionFinding.objects.create(inspection=inspection, posting=posting, result="on_leave")
    inspection.status, inspection.concluded_at = "concluded", timezone.now()
    inspection.concluded_by = world["officer"]
    inspection.save()
    [after] = service_days([posting], month_period(date(2026, 3, 1)))
    assert (after.leave_halves, after.off_post_halves, after.due_leave_by_kind) == (1, 1, {"": 1})


def test_a_constant_number_of_statements(world, django_assert_num_queries):
    clinic, posting = world["clinic"], world["posting"]
    more = [build.posting(posting.agreement, start=date(2026, 2, 1)) for _ in range(5)]
    for month in (2, 3, 4, 5, 6):
        build.month_sheet(clinic, date(2026, month, 1))
    for some in ([posting], [posting, *more]):
        with django_assert_num_queries(4):
            assert len(service_days(some)) == len(some)
