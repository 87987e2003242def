"""Deadline rules: which dates they give, what a second round does, what hands have set stays."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from core.errors import RuleBroken
from core.models import AuditEvent
from core.tests.together import split, together
from support.deadline_examples import EXAMPLES
from support.models import Cycle, CycleDeadline, DeadlineRule
from support.selectors.deadline_plan import dates_of, deadline_plan
from support.services.deadlines import deadline_rules_load, deadlines_make
from testing import builders as build
from testing.builders.deadlines import deadline_rule

pytestmark = pytest.mark.django_db
Anchor = DeadlineRule.Anchor


@pytest.fixture
def bureau():
    return build.bureau(build.COUNTY)


@pytest.fixture
def officer(bureau):
    return build.officer(bureau)


def cycle_of(bureau, start=date(2026, 1, 1), end=date(2026, 12, 31)) -> Cycle:
    return build.cycle(build.programme(bureau), start, end)


def made(cycle) -> list[tuple[str, str, date]]:
    return [(row.kind, row.period, row.due_on) for row in cycle.deadlines.order_by("due_on", "pk")]


# ---- which dates
def test_the_chain_of_2012(bureau, officer):
    """2012-06-15, 06-30, 07-30, 12-30: gaps of 15, 30 and 153 days."""
    cycle = cycle_of(bureau, date(2012, 6, 1), date(2013, 5, 31))
    deadline_rules_load(bureau=bureau, example="city-2012", by=officer)
    assert deadlines_make(cycle=cycle, by=officer) == 4
    assert made(cycle) == [
        ("plan", "", date(2012, 6, 15)),
        ("agreement", "", date(2012, 6, 30)),
        ("arrival", "", date(2012, 7, 30)),
        ("summary", "", date(2012, 12, 30)),
    ]
    days = [row[2] for row in made(cycle)]
    assert [(after - before).days for before, after in zip(days, days[1:], strict=False)] == [15, 30, 153]


def test_a_cycle_of_two_years_has_the_day_of_each_year(bureau, officer):
    cycle = cycle_of(bureau, date(2012, 6, 15), date(2013, 12, 31))
    deadline_rules_load(bureau=bureau, example="city-2012", by=officer)
    deadlines_make(cycle=cycle, by=officer)
    plans = [row for row in made(cycle) if row[0] == "plan"]
    assert plans == [("plan", "2012年", date(2012, 6, 15)), ("plan", "2013年", date(2013, 6, 15))]
    assert len(made(cycle)) == 8


def test_months_and_quarters(bureau, officer):
    cycle = cycle_of(bureau, date(2026, 6, 1), date(2027, 5, 31))
    deadline_rules_load(bureau=bureau, example="returns", by=officer)
    deadlines_make(cycle=cycle, by=officer)
    months = [row for row in made(cycle) if row[0] == "return_month"]
    assert len(months) == 12 and all(row[2].day == 5 for row in months)
    assert (months[0], months[-1]) == (
        ("return_month", "2026-06", date(2026, 7, 5)),
        ("return_month", "2027-05", date(2027, 6, 5)),
    )
    quarters = [row[1:] for row in made(cycle) if row[0] == "return_quarter"]
    assert quarters == [
        ("2026年第2季度", date(2026, 7, 10)),
        ("2026年第3季度", date(2026, 10, 10)),
        ("2026年第4季度", date(2027, 1, 10)),
        ("2027年第1季度", date(2027, 4, 10)),
    ]
    others = {row[0]: row[2] for row in made(cycle) if not row[1]}
    assert others == {
        "self_assessment": date(2026, 11, 23),
        "evaluation": date(2026, 11, 27),
        "summary": date(2026, 12, 25),
    }


def test_windows_and_what_follows_each(bureau, officer):
    cycle = cycle_of(bureau)
    agreement = build.agreement_in_force(
        build.organisation("hospital"), build.organisation("township_clinic"), within=cycle
    )
    deadline_rules_load(bureau=bureau, example="windows", by=officer)
    deadlines_make(cycle=cycle, by=officer)
    filed_on = agreement.current_version.filed_at.astimezone().date()
    assert set(made(cycle)) == {
        ("dispatch", "上半年", date(2026, 3, 31)),
        ("dispatch", "下半年", date(2026, 9, 30)),
        ("arrival", "上半年", date(2026, 4, 10)),
        ("arrival", "下半年", date(2026, 10, 10)),
        ("arrival", agreement.number, filed_on + timedelta(30)),
    }
    assert cycle.deadlines.get(period=agreement.number).agreement == agreement


def test_every_example_can_be_loaded_beside_the_others_and_twice(bureau, officer):
    for name in EXAMPLES:
        assert len(deadline_rules_load(bureau=bureau, example=name, by=officer)) == len(EXAMPLES[name].rules)
        assert deadline_rules_load(bureau=bureau, example=name, by=officer) == []
    assert all(rule.basis for rule in DeadlineRule.objects.all())
    with pytest.raises(RuleBroken):
        deadline_rules_load(bureau=bureau, example="none", by=officer)


days = st.dates(date(2010, 1, 1), date(2030, 12, 31))


@given(start=days, length=st.integers(0, 900), month=st.integers(1, 12), day=st.integers(1, 31))
def test_a_day_of_the_year_comes_once_in_every_year_of_the_cycle(start, length, month, day):
    """Against walking through every day of the cycle."""
    cycle = Cycle(start_on=start, end_on=start + timedelta(length))
    rule = DeadlineRule(pk=1, kind="plan", anchor=Anchor.MONTH_DAY, month=month, day=day)
    walked = [start + timedelta(n) for n in range(length + 1)]

    def is_it(one: date) -> bool:
        last = (one.replace(day=1) + timedelta(40)).replace(day=1) - timedelta(1)
        return one.month == month and one.day == min(day, last.day)

    found = dates_of(cycle, [rule])
    assert [row.due_on for row in found] == [one for one in walked if is_it(one)]
    assert len({row.period for row in found}) == len(found)


@given(start=days, length=st.integers(0, 900), offset=st.integers(-40, 40))
def test_month_and_quarter_ends_against_walking(start, length, offset):
    cycle = Cycle(start_on=start, end_on=start + timedelta(length))
    end = cycle.end_on
    months = {((start + timedelta(n)).year, (start + timedelta(n)).month) for n in range(length + 1)}
    for anchor, every in ((Anchor.MONTH_END, 1), (Anchor.QUARTER_END, 3)):
        rule = DeadlineRule(pk=1, kind="return_month", anchor=anchor, offset_days=offset)
        rows = dates_of(cycle, [rule])
        given_on = [row.due_on - timedelta(offset) for row in rows]
        assert {(one.year, one.month) for one in given_on} == {one for one in months if one[1] % every == 0}
        assert all((one + timedelta(1)).day == 1 for one in given_on) and end.year >= start.year
        assert len({row.period for row in rows}) == len(rows)


# ---- making them
def test_a_second_round_changes_nothing_and_hands_are_left_alone(bureau, officer):
    cycle = cycle_of(bureau)
    own = build.deadline(cycle, "training", date(2026, 3, 1))
    rule = deadline_rule(bureau, "cycle_end", kind="summary", offset_days=-6)
    moved = deadline_rule(bureau, "cycle_start", kind="plan", offset_days=14)
    assert deadlines_make(cycle=cycle, by=officer) == 2 and deadlines_make(cycle=cycle, by=officer) == 0
    CycleDeadline.objects.filter(cycle=cycle, kind="plan").update(due_on=date(2026, 2, 1))
    DeadlineRule.objects.update(offset_days=-10, side="bureau")
    plan = {line.label: line.action for line in deadline_plan(cycle).lines}
    assert plan == {own.label: "hand", rule.name: "move", moved.name: "hand"}
    assert deadlines_make(cycle=cycle, by=officer) == 1
    summary = cycle.deadlines.get(kind="summary")
    assert (summary.due_on, summary.side) == (date(2026, 12, 21), "bureau")
    assert cycle.deadlines.get(kind="plan").due_on == date(2026, 2, 1)
    DeadlineRule.objects.update(is_active=False)
    assert {line.action for line in deadline_plan(cycle).lines} == {"hand", "gone"}
    assert deadlines_make(cycle=cycle, by=officer) == 0 and cycle.deadlines.count() == 3
    assert AuditEvent.objects.filter(subject_id=str(cycle.pk), note__startswith="按规则生成").count() == 2


def test_two_rules_for_one_thing_are_named_and_nothing_is_written(bureau, officer):
    cycle = cycle_of(bureau)
    deadline_rule(bureau, "cycle_end", name="甲")
    other = deadline_rule(bureau, "cycle_start", name="乙")
    with pytest.raises(RuleBroken) as refused:
        deadlines_make(cycle=cycle, by=officer)
    assert "“乙”（2026-01-01）、“甲”（2026-12-31）是同一事项的同一期" in refused.value.messages[0]
    assert not cycle.deadlines.exists()
    other.part = "第二次"
    other.save()
    assert deadlines_make(cycle=cycle, by=officer) == 2


def test_only_the_rules_of_the_cycles_own_bureau(bureau, officer):
    cycle = cycle_of(bureau)
    deadline_rule(build.bureau(build.FAR_AWAY), "cycle_end")
    assert deadline_plan(cycle).lines == []


def test_rules_that_make_no_sense_are_refused(bureau):
    first = deadline_rule(bureau, "cycle_end")
    second = deadline_rule(bureau, "after", after=first, kind="plan")
    for fields, words in (
        ({"anchor": "month_day", "month": 3}, "要填月和日"),
        ({"anchor": "cycle_end", "day": 3}, "要填月和日"),
        ({"anchor": "after"}, "要选定那条规则"),
        ({"anchor": "cycle_end", "after": first}, "要选定那条规则"),
        ({"anchor": "after", "after": deadline_rule(build.bureau(build.FAR_AWAY))}, "只能选本部门的规则"),
    ):
        with pytest.raises(ValidationError, match=words):
            deadline_rule(bureau, **fields)
    first.anchor, first.after = "after", second
    with pytest.raises(ValidationError, match="互相等待"):
        first.full_clean()


def test_one_kind_and_period_once_in_a_cycle(bureau):
    cycle = cycle_of(bureau)
    build.deadline(cycle, "summary", date(2026, 12, 1))
    CycleDeadline.objects.create(cycle=cycle, kind="summary", period="上半年", due_on=date(2026, 6, 1))
    with pytest.raises(IntegrityError), transaction.atomic():
        build.deadline(cycle, "summary", date(2026, 12, 2))


def test_the_plan_costs_the_same_whatever_the_number_of_rules(bureau, officer, django_assert_num_queries):
    hospital, cycle = build.organisation("hospital"), cycle_of(bureau)
    deadline_rules_load(bureau=bureau, example="windows", by=officer)
    for _ in range(2):
        build.agreement_in_force(hospital, build.organisation("township_clinic"), within=cycle)
        with django_assert_num_queries(3):
            deadline_plan(cycle)
        deadlines_make(cycle=cycle, by=officer)
        deadline_rules_load(bureau=bureau, example="city-2012", by=officer)
        DeadlineRule.objects.filter(name="培训后人员到岗").update(part="方案")


@pytest.mark.django_db(transaction=True)
def test_two_officers_at_once_make_them_once():
    bureau = build.bureau(build.COUNTY)
    officer, cycle = build.officer(bureau), cycle_of(bureau)
    deadline_rules_load(bureau=bureau, example="returns", by=officer)
    came, raised = split(together(*[lambda: deadlines_make(cycle=cycle, by=officer)] * 2))
    assert raised == [] and sorted(came) == [0, cycle.deadlines.count()]
