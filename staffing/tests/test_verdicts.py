"""Verdicts on stays and teams: the published cases with their own numbers, held at every shift of the dates."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import Organisation
from core.dates import Period, add_months
from staffing.models import Posting, StayRule
from staffing.selectors.headcount import agreement_mismatches, batch_mismatch
from staffing.selectors.verdicts import (
    Member,
    State,
    amount_of,
    judge_stay,
    judge_team,
    judge_total,
    member_of,
)
from staffing.titles import TitleLevel
from support.models import Agreement
from testing import builders as build

DAY = timedelta(days=1)
LATER = date(2030, 1, 1)
AGREEMENT = Agreement(pk=1, recipient_id=1)
AGREEMENT.recipient = Organisation(pk=1, name="逻楼镇中心卫生院")


def rule(minimum: int = 6, unit: str = "months", measure: str = "continuous", **fields) -> StayRule:
    return StayRule(
        **{"kind": "resident", "basis": "方案", "minimum": minimum, "unit": unit, "measure": measure} | fields
    )


def stay(
    start: date, end: date, *, pk: int = 1, kind: str = "resident", arrived: date | None = None, **fields
):
    fields = {"status": "ended", "role": "member", "agreement": AGREEMENT} | fields
    return Posting(
        pk=pk, start_on=start, end_on=end, arrived_on=arrived or start, kind=kind, clinician_id=1, **fields
    )


def state(verdict) -> tuple[str, int, int]:
    return verdict.state.value, verdict.reached, verdict.days


# ---- the cases
@pytest.mark.parametrize(
    ("start", "end", "wanted", "reached"),
    [
        # C05: four months (123 days) against six
        (date(2014, 6, 20), date(2014, 10, 20), (6, "months"), ("short", 4, 123)),
        # C06: six calendar months, 184 days, by month and by 183 days
        (date(2015, 6, 20), date(2015, 12, 20), (6, "months"), ("met", 6, 184)),
        (date(2015, 6, 20), date(2015, 12, 20), (183, "days"), ("met", 184, 184)),
        # C12: ten months or not
        (date(2011, 1, 1), date(2011, 10, 30), (10, "months"), ("short", 9, 303)),
        (date(2011, 1, 1), date(2011, 10, 31), (10, "months"), ("met", 10, 304)),
        # C28
        (date(2026, 1, 1), date(2026, 7, 2), (6, "months"), ("met", 6, 183)),
        (date(2026, 1, 1), date(2026, 7, 2), (183, "days"), ("met", 183, 183)),
        (date(2026, 4, 1), date(2026, 9, 30), (6, "months"), ("met", 6, 183)),
        (date(2021, 6, 1), date(2022, 5, 31), (12, "months"), ("met", 12, 365)),
        (date(2020, 1, 1), date(2020, 3, 1), (183, "days"), ("short", 61, 61)),
    ],
)
@pytest.mark.django_db
def test_published_stays(start, end, wanted, reached):
    found = judge_stay(rule(*wanted), stay(start, end), today=LATER)
    assert state(found) == reached
    assert found.required == wanted[0] and f"计 {reached[2]} 天" in found.words


def test_nine_months_and_29_days_are_told_to_the_day():
    found = judge_stay(rule(10), stay(date(2011, 1, 1), date(2011, 10, 29)), today=LATER)
    assert (found.state, found.reached, found.rest, found.reached_text) == (State.SHORT, 9, 29, "9个月零29天")
    assert found.words == "要求10个月，实际9个月零29天（计 302 天）。"


@pytest.mark.parametrize(
    ("last", "text"),
    [(date(2011, 1, 27), "27天"), (date(2011, 1, 31), "1个月"), (date(2011, 2, 1), "1个月零1天")],
)
def test_lengths_in_words(last, text):
    assert str(amount_of("months", [Period(date(2011, 1, 1), last)])) == text


def test_a_ningxia_cycle_reaches_183_days_in_its_first_year_only():
    whole = [stay(date(2021, 6, 1), date(2022, 5, 31))]
    in_year = rule(183, "days", "cumulative")
    assert state(judge_total(in_year, whole, period=Period.year(2021), today=LATER)) == ("met", 214, 214)
    assert state(judge_total(in_year, whole, period=Period.year(2022), today=LATER)) == ("short", 151, 151)


def test_sixty_one_days_appear_under_their_year_only():
    short = [stay(date(2020, 1, 1), date(2020, 3, 1))]
    found = [
        judge_total(rule(1, "days", "cumulative"), short, period=Period.year(year), today=LATER).days
        for year in (2019, 2020, 2021)
    ]
    assert found == [0, 61, 0]


def test_300_days_of_circuit_are_no_resident_stay():
    circuit = stay(date(2026, 1, 1), date(2026, 10, 27), kind="circuit")
    assert circuit.period.days == 300
    resident, own = rule(6), rule(6, kind="circuit")
    assert judge_stay(resident, circuit, today=LATER).state == State.NOT_APPLICABLE
    assert state(judge_total(resident, [circuit], today=LATER)) == ("short", 0, 0)
    assert state(judge_total(own, [circuit], today=LATER)) == ("met", 9, 300)


def test_250_days_without_a_title_reach_the_length_but_no_level():
    unknown = stay(date(2026, 1, 1), date(2026, 9, 7), title="")
    assert state(judge_stay(rule(), unknown, today=LATER)) == ("met", 8, 250)
    mix = rule(1, "persons", "title_mix", title_level="intermediate")
    found = judge_team(mix, [member_of(unknown)])
    assert (found.state, found.reached, found.unknown) == (State.SHORT, 0, 1)
    assert found.words == "中级及以上不少于1人，实际0人，另有1人职称未填。"


# ---- while it runs
def test_a_running_stay_is_under_way_until_it_is_reached_or_cannot_be():
    long = stay(date(2026, 1, 1), date(2026, 7, 2), status="on_post")
    short = stay(date(2026, 1, 1), date(2026, 4, 30), status="on_post")
    assert judge_stay(rule(), long, today=date(2026, 2, 10)).state == State.RUNNING
    assert judge_stay(rule(), long, today=date(2026, 6, 29)).state == State.RUNNING
    assert judge_stay(rule(), long, today=date(2026, 6, 30)).state == State.MET
    unreachable = judge_stay(rule(), short, today=date(2026, 2, 10))
    assert unreachable.state == State.SHORT and "到计划结束也只有4个月" in unreachable.words
    assert judge_stay(rule(), long, today=date(2026, 2, 10)).words == (
        "要求6个月，已有1个月零10天（计 41 天），按计划可达6个月零2天。"
    )


def test_before_arrival_nothing_is_counted_and_the_plan_is_judged():
    planned = stay(date(2026, 3, 1), date(2026, 8, 31), status="approved")
    planned.arrived_on = None
    found = judge_stay(rule(), planned, today=date(2026, 2, 1))
    assert state(found) == ("running", 0, 0)


def test_a_late_arrival_shortens_the_stay():
    late = stay(date(2026, 3, 1), date(2026, 8, 31), arrived=date(2026, 3, 2))
    assert state(judge_stay(rule(), late, today=LATER)) == ("short", 5, 183)


def test_a_stay_that_runs_on_into_the_next_agreement_is_one_stay():
    first = stay(date(2025, 10, 1), date(2025, 12, 31))
    following = stay(date(2026, 1, 1), date(2026, 3, 31), pk=2)
    apart = stay(date(2026, 4, 2), date(2026, 4, 30), pk=3)
    found = judge_stay(rule(), following, others=[first, following, apart], today=LATER)
    assert state(found) == ("met", 6, 182)
    assert state(judge_stay(rule(), apart, others=[first, following], today=LATER))[0] == "short"


# ---- C07, C14: who counts
def team(doctors: int, others: int, role: str) -> list[Member]:
    people = ["member"] * doctors + [role] * others
    return [Member(number, role_, TitleLevel.INTERMEDIATE) for number, role_ in enumerate(people)]


def test_liaison_officers_are_not_doctors():
    """C14: six sent, three of them doctors."""
    found = judge_team(rule(6, "persons", "floor"), team(3, 3, "liaison"))
    assert (found.state, found.reached) == (State.SHORT, 3)
    assert judge_team(rule(3, "persons", "floor"), team(3, 3, "liaison")).state == State.MET
    liaison = stay(date(2026, 1, 1), date(2026, 12, 31), role="liaison")
    assert judge_stay(rule(), liaison, today=LATER).words == "不适用：联络员不是派驻医务人员。"


def test_the_escort_is_not_posted():
    """C07: five named doctors, the leader who brings them makes six."""
    assert judge_team(rule(5, "persons", "floor"), team(5, 1, "escort")).reached == 5
    escort = stay(date(2026, 6, 20), date(2026, 12, 31), role="escort")
    assert judge_total(rule(1, "days", "cumulative"), [escort], today=LATER).days == 0


# ---- C05: five people in one place, four in another
@pytest.mark.django_db
def test_the_roster_beside_the_stated_number():
    agreement = build.agreement_draft(build.organisation("hospital"), build.organisation("township_clinic"))
    build.target(agreement, kind="resident_staff", unit="人", minimum=5)
    agreement = build.confirm_and_file(agreement)
    batch = build.batch(agreement, stated_people=5)
    people = [build.posting(agreement, within=batch).clinician for _ in range(4)]
    build.posting(agreement, within=batch, role="escort")
    told = "写明 5 人，名册为 4 人，少 1 人，请核对。"
    assert batch_mismatch(batch) == f"方案{told}"
    assert agreement_mismatches([agreement]) == {agreement.pk: f"协议{told}"}
    # the same person twice is one person
    build.posting(agreement, people[0], date(2026, 9, 1), date(2026, 9, 30), within=batch)
    assert batch_mismatch(batch) == f"方案{told}"
    build.posting(agreement, within=batch)
    assert (batch_mismatch(batch), agreement_mismatches([agreement])) == ("", {})
    assert batch_mismatch(build.batch(agreement)) == ""


# ---- every shift of the dates
shifts = st.integers(-4000, 4000)
starts = shifts.map(lambda days: date(2020, 1, 1) + DAY * days)


def months_by_walking(period: Period) -> int:
    """The oracle: anniversaries passed, found by walking day by day to the morning after the last day."""
    found, day = 0, period.start
    while day <= period.end:
        day += DAY
        if day == add_months(period.start, found + 1):
            found += 1
    return found


@settings(max_examples=60, deadline=None)
@given(starts, st.integers(0, 420), st.integers(1, 13))
def test_months_agree_with_a_walk_through_the_days(start, further, months):
    period = Period(start, start + DAY * further)
    found = judge_stay(rule(months), stay(period.start, period.end), today=date(2040, 1, 1))
    walked = months_by_walking(period)
    assert (found.reached, found.days) == (walked, further + 1)
    assert (found.state == State.MET) == (walked >= months)


@settings(max_examples=60, deadline=None)
@given(starts, st.integers(1, 14))
def test_one_day_less_than_the_anniversary_never_passes(start, months):
    last = add_months(start, months) - DAY
    assert judge_stay(rule(months), stay(start, last), today=date(2040, 1, 1)).state == State.MET
    short = judge_stay(rule(months), stay(start, last - DAY), today=date(2040, 1, 1))
    assert short.state == State.SHORT and short.reached == months - 1


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 90)), min_size=1, max_size=6), shifts)
def test_totals_count_each_day_once(parts, shift):
    base = date(2020, 1, 1) + DAY * shift
    rows = [
        stay(base + DAY * first, base + DAY * (first + more), pk=number)
        for number, (first, more) in enumerate(parts)
    ]
    days = {first + number for first, more in parts for number in range(more + 1)}
    total = judge_total(rule(30, "days", "cumulative"), rows, today=date(2040, 1, 1))
    assert (total.days, total.state == State.MET) == (len(days), len(days) >= 30)


@settings(max_examples=60, deadline=None)
@given(starts, st.integers(0, 300), st.integers(0, 300), st.integers(1, 12))
def test_a_verdict_on_the_way_never_contradicts_the_last_one(start, further, elapsed, months):
    """Met stays met; short on the way stays short; under way may still become either way's end: met."""
    end = start + DAY * further
    row = stay(start, end, status="on_post")
    last = judge_stay(rule(months), stay(start, end), today=end + DAY).state
    now = judge_stay(rule(months), row, today=min(start + DAY * elapsed, end)).state
    assert now == last or (now, last) == (State.RUNNING, State.MET)


@pytest.mark.django_db
def test_working_days_leave_out_weekends_and_holidays():
    # 2026-10-01 to 10-08: seven holidays, one working day
    assert amount_of("working_days", [Period(date(2026, 10, 1), date(2026, 10, 8))]).value == 1
    year = [stay(date(2026, 1, 1), date(2026, 12, 31))]
    found = judge_total(rule(180, "working_days", "cumulative"), year, today=LATER)
    assert found.state == State.MET and found.days == 365 and found.reached < 260
