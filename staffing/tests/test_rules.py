"""Rules of stay as data: entered with a basis, contradictions found, one of a kind active (C13.1)."""

from datetime import date

import pytest

from core.errors import RuleBroken
from core.models import AuditEvent
from core.tests.together import split, together
from staffing.models import StayRule
from staffing.selectors.rules import active_rules, contradictions
from staffing.services.rules import rule_activate, rule_change, rule_create, rule_retire
from staffing.stay_rule_examples import EXAMPLES
from testing import builders as build

pytestmark = pytest.mark.django_db


@pytest.fixture
def programme():
    return build.programme(build.bureau(build.COUNTY))


@pytest.fixture
def by(programme):
    return build.officer(programme.bureau)


def active(programme) -> set[str]:
    return {rule.requirement for rule in active_rules(programme=programme)}


# ---- C13.1: “服务一年” and “累计不得少于1个月” in one document
def test_one_year_and_one_month_in_all_contradict_and_one_is_active(programme, by):
    year = build.stay_rule(programme, "continuous", 12, "months", quoted="服务一年")
    month = build.stay_rule(programme, "cumulative", 1, "months", active=False, quoted="累计不得少于1个月")
    assert contradictions(year) == [month] and contradictions(month) == [year]
    rule_activate(rule=month, by=by)
    assert active(programme) == {"周期内累计不少于1个月"}
    rule_activate(rule=year, by=by)
    assert active(programme) == {"每次连续不少于12个月"}
    notes = AuditEvent.objects.filter(subject_type="staffing.stayrule", subject_id=str(month.pk))
    assert any("与新启用的" in event.note for event in notes)
    assert StayRule.objects.filter(programme=programme).count() == 2


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        (("continuous", 6, "months"), ("continuous", 3, "months"), True),
        (("continuous", 6, "months"), ("continuous", 6, "months"), False),
        (("continuous", 6, "months"), ("continuous", 183, "days"), True),
        (("continuous", 6, "months"), ("cumulative", 12, "months"), False),
        (("continuous", 6, "months"), ("one_unit", 180, "days"), True),
        (("continuous", 6, "months"), ("one_unit", 180, "working_days"), False),
        (("floor", 2, "persons"), ("floor", 3, "persons"), True),
        (("floor", 2, "persons"), ("continuous", 6, "months"), False),
        (("cumulative", 1, "months"), ("one_unit", 6, "months"), False),
    ],
)
def test_what_contradicts(programme, one, other, told):
    first = build.stay_rule(programme, *one, active=False)
    second = build.stay_rule(programme, *other, active=False)
    assert (contradictions(first) == [second], contradictions(second) == [first]) == (told, told)


def test_other_kinds_programmes_levels_and_times_do_not_contradict(programme):
    base = build.stay_rule(programme, effective_from=date(2026, 1, 1), active=False)
    build.stay_rule(build.programme(programme.bureau), minimum=3, active=False)
    build.stay_rule(programme, minimum=3, kind="circuit", active=False)
    build.stay_rule(programme, minimum=3, effective_to=date(2025, 12, 31), active=False)
    assert contradictions(base) == []
    touching = build.stay_rule(programme, minimum=3, effective_to=date(2026, 1, 1), active=False)
    assert contradictions(base) == [touching]
    senior, deputy = (
        build.stay_rule(programme, "title_mix", number, "persons", title_level=level, active=False)
        for number, level in ((1, "senior"), (2, "associate"))
    )
    assert contradictions(senior) == contradictions(deputy) == []


def test_a_recipients_own_floor_stands_beside_the_general_one(programme):
    clinic = build.organisation("township_clinic")
    general = build.stay_rule(programme, "floor", 2, "persons")
    own = build.stay_rule(programme, "floor", 1, "persons", recipient=clinic)
    assert contradictions(own) == []
    assert set(active_rules(programme=programme)) == {general, own}


# ---- figures of an active rule stay
def test_the_figure_of_an_active_rule_is_not_rewritten(programme, by):
    rule = build.stay_rule(programme)
    with pytest.raises(RuleBroken, match="现行要求的不少于不能直接修改"):
        rule_change(rule=rule, by=by, minimum=3)
    changed = rule_change(rule=rule, by=by, basis="实施方案第四条", tolerance_days=0)
    assert (changed.minimum, changed.basis) == (6, "实施方案第四条")
    rule_retire(rule=rule, by=by, reason="文件废止")
    assert rule_change(rule=rule, by=by, minimum=3).minimum == 3
    with pytest.raises(RuleBroken, match="没有启用"):
        rule_retire(rule=rule, by=by, reason="再来")
    with pytest.raises(RuleBroken):
        rule_retire(rule=build.stay_rule(programme), by=by, reason=" ")


def test_only_an_officer_of_the_programmes_bureau(programme):
    far = build.officer(build.bureau(build.FAR_AWAY))
    rule = build.stay_rule(programme, active=False)
    values = dict(measure="floor", minimum=1, unit="persons", basis="依据")
    for call in (
        lambda: rule_create(programme=programme, by=far, **values),
        lambda: rule_activate(rule=rule, by=far),
        lambda: rule_change(rule=rule, by=far, minimum=3),
        lambda: rule_activate(rule=rule, by=build.user("bureau_leader", programme.bureau)),
    ):
        with pytest.raises(RuleBroken, match="经办人员可以修改派驻要求"):
            call()


def test_wrong_figures_are_sentences(programme, by):
    with pytest.raises(RuleBroken, match="单位是“人”"):
        rule_create(programme=programme, by=by, measure="floor", minimum=2, unit="days", basis="依据")
    with pytest.raises(RuleBroken, match="大于 0"):
        rule_create(programme=programme, by=by, measure="continuous", minimum=0, unit="days", basis="依据")


def test_every_example_of_the_documents_can_be_entered(programme, by):
    for example in EXAMPLES:
        rule_create(programme=programme, by=by, **example.initial)
    assert StayRule.objects.filter(programme=programme).count() == len(EXAMPLES) >= 15


@pytest.mark.django_db(transaction=True)
def test_two_officers_activating_contradicting_rules_leave_one():
    programme = build.programme(build.bureau(build.COUNTY))
    officers = [build.user("bureau_officer", programme.bureau) for _ in range(2)]
    for _ in range(4):
        rules = [
            build.stay_rule(programme, "continuous", 12, "months", active=False),
            build.stay_rule(programme, "cumulative", 1, "months", active=False),
        ]
        made, refused = split(
            together(
                *(
                    lambda rule=rule, by=by: rule_activate(rule=rule, by=by)
                    for rule, by in zip(rules, officers, strict=True)
                )
            )
        )
        assert len(made) == 2 and not refused
        assert StayRule.objects.filter(pk__in=[rule.pk for rule in rules], is_active=True).count() == 1
        StayRule.objects.all().delete()
