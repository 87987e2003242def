"""The whole life of a two-sided record: any sequence of acts by anybody against a table that says what
each act makes of each state."""

from dataclasses import dataclass

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import Role
from core.errors import RuleBroken
from core.models import AuditEvent
from support.models import Donation
from support.services.disputes import (
    record_answer,
    record_concede,
    record_dispute,
    record_dispute_drop,
    record_rule,
)
from support.services.records import (
    record_confirm,
    record_delete,
    record_retract,
    record_return,
    record_submit,
)
from support.services.replacements import record_withdraw
from testing import builders as build

pytestmark = pytest.mark.django_db

ENTERS, CONFIRMS, RULES = "enters", "confirms", "rules"
# act: (whose it is, the states in which it is possible, what becomes of the record)
TABLE = {
    "submit": (ENTERS, {"draft", "returned"}, "submitted"),
    "retract": (ENTERS, {"submitted"}, "draft"),
    "delete": (ENTERS, {"draft", "returned"}, "gone"),
    "confirm": (CONFIRMS, {"submitted", "ruled"}, "confirmed"),
    "return": (CONFIRMS, {"submitted", "ruled"}, "returned"),
    "dispute": (CONFIRMS, {"submitted"}, "disputed"),
    "drop": (CONFIRMS, {"disputed"}, "submitted"),
    "answer": (ENTERS, {"disputed"}, "disputed"),
    "concede": (ENTERS, {"disputed"}, "returned"),
    "uphold": (RULES, {"disputed"}, "returned"),
    "reject": (RULES, {"disputed"}, "ruled"),
    "withdraw": (ENTERS, {"confirmed"}, "confirmed"),
}
VERBS = {
    "submit": record_submit,
    "retract": record_retract,
    "delete": record_delete,
    "confirm": record_confirm,
    "return": lambda **who: record_return(reason="数量不符", **who),
    "dispute": lambda **who: record_dispute(reason="应为 2 张", **who),
    "drop": record_dispute_drop,
    "answer": lambda **who: record_answer(answer="见收据", **who),
    "concede": record_concede,
    "uphold": lambda **who: record_rule(ruling="以验收单为准", upheld=True, **who),
    "reject": lambda **who: record_rule(ruling="以收据为准", upheld=False, **who),
    "withdraw": lambda **who: record_withdraw(reason="重复登记", **who),
}
WORDS = {
    "submit": "提交",
    "retract": "收回",
    "delete": "删除",
    "confirm": "确认",
    "return": "退回：数量不符",
    "dispute": "提出争议：应为 2 张",
    "drop": "撤回争议",
    "answer": "说明：见收据",
    "concede": "接受争议，收回修改",
    "uphold": "处理争议，争议成立：以验收单为准",
    "reject": "处理争议，争议不成立：以收据为准",
    "withdraw": "申请作废：重复登记",
}


@dataclass
class Oracle:
    """What the record should be: its state, and “ruled” for one that waits after a ruling."""

    state: str = "draft"
    withdrawn: bool = False

    def act(self, act: str, who: str) -> bool:
        whose, possible, then = TABLE[act]
        if who != whose or self.state not in possible or (act == "withdraw" and self.withdrawn):
            return False
        self.withdrawn = self.withdrawn or act == "withdraw"
        self.state = then
        return True

    @property
    def status(self) -> str:
        return "submitted" if self.state == "ruled" else self.state


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        bureau = build.bureau(build.COUNTY)
        hospital, clinic = build.organisation("hospital"), build.organisation("township_clinic")
        agreement = build.agreement_in_force(hospital, clinic, within=build.cycle(build.programme(bureau)))
        people = {
            ENTERS: build.side(agreement, True),
            CONFIRMS: build.side(agreement, False),
            RULES: build.officer(bureau),
            "stranger": build.user(Role.HOSPITAL_COORDINATOR, build.organisation("hospital")),
            "far officer": build.officer(build.bureau(build.FAR_AWAY)),
        }
        yield agreement, people
        transaction.set_rollback(True)


ACTS = st.lists(
    st.tuples(
        st.sampled_from(list(TABLE)),
        # mostly whoever it is up to, sometimes anybody
        st.sampled_from(["right", "right", "right", ENTERS, CONFIRMS, RULES, "stranger", "far officer"]),
    ),
    max_size=14,
)


@settings(max_examples=120, deadline=None)
@given(acts=ACTS)
def test_any_sequence_of_acts(world, acts):
    agreement, people = world
    with transaction.atomic():
        record = build.donation(agreement, status="draft", title="病床")
        oracle, told = Oracle(), []
        for act, who in acts:
            who = TABLE[act][0] if who == "right" else who
            expected = oracle.act(act, who)
            try:
                with transaction.atomic():
                    # a page that is still open after the record is gone has only its number
                    seen = Donation.objects.filter(pk=record.pk).first() or Donation(pk=record.pk)
                    VERBS[act](record=seen, by=people[who])
                happened = True
            except RuleBroken:
                happened = False
            assert happened == expected, (act, who, oracle)
            if happened:
                told.append(WORDS[act])
            found = Donation.objects.filter(pk=record.pk).first()
            assert (found.status if found else "gone") == oracle.status
            if found:
                _holds_together(found, oracle)
        events = AuditEvent.objects.filter(subject_type="support.donation", subject_id=str(record.pk))
        assert list(events.order_by("pk").values_list("note", flat=True)) == told
        transaction.set_rollback(True)


def _holds_together(record: Donation, oracle: Oracle) -> None:
    """Every word stands exactly where it belongs."""
    assert bool(record.return_reason) == (record.status == "returned")
    assert bool(record.confirmed_by) == (record.status == "confirmed")
    if record.status == "disputed":
        assert record.dispute_reason == "应为 2 张" and record.disputed_at and not record.dispute_ruling
    if oracle.state == "ruled":
        assert record.dispute_ruling == "以收据为准"
    if oracle.state == "submitted":
        assert (record.dispute_reason, record.dispute_ruling, record.disputed_at) == ("", "", None)
    counted = Donation.objects.confirmed().filter(pk=record.pk).exists()
    assert counted == (oracle.state == "confirmed")


# ---- words that must be there
@pytest.mark.parametrize("text", ["", "   "])
def test_every_reason_is_asked_for(world, text):
    agreement, people = world
    sent = build.donation(agreement, status="submitted")
    sure = build.donation(agreement)
    disputed = build.donation(agreement, status="submitted")
    record_dispute(record=disputed, by=people[CONFIRMS], reason="不符")
    for call, field in (
        (lambda: record_return(record=sent, by=people[CONFIRMS], reason=text), "reason"),
        (lambda: record_dispute(record=sent, by=people[CONFIRMS], reason=text), "reason"),
        (lambda: record_answer(record=disputed, by=people[ENTERS], answer=text), "answer"),
        (lambda: record_rule(record=disputed, by=people[RULES], ruling=text, upheld=True), "ruling"),
        (lambda: record_withdraw(record=sure, by=people[ENTERS], reason=text), "reason"),
    ):
        with pytest.raises(RuleBroken) as caught:
            call()
        assert list(caught.value.error_dict) == [field]


def test_a_text_that_is_too_long_is_told_not_cut(world):
    agreement, people = world
    sent = build.donation(agreement, status="submitted")
    with pytest.raises(RuleBroken, match="最多 300 个字，现在是 301 个字"):
        record_return(record=sent, by=people[CONFIRMS], reason="长" * 301)


def test_who_settles_a_dispute(world):
    """Officers above the programme's bureau too; not a leader, not another county, not the sides."""
    agreement, people = world
    record = build.donation(agreement, status="submitted")
    record_dispute(record=record, by=people[CONFIRMS], reason="不符")
    bureau = agreement.cycle.programme.bureau
    may = {
        "officer": people[RULES],
        "province": build.officer(build.bureau("450000")),
    }
    may_not = {
        "leader": build.user(Role.BUREAU_LEADER, bureau),
        "next county": build.officer(build.bureau(build.OTHER_COUNTY)),
        "sender": people[ENTERS],
        "recipient": people[CONFIRMS],
    }
    for by in may_not.values():
        with pytest.raises(RuleBroken, match="只有项目主管部门"):
            record_rule(record=record, by=by, ruling="处理", upheld=True)
    for by in may.values():
        with transaction.atomic():
            record_rule(record=Donation.objects.get(pk=record.pk), by=by, ruling="处理", upheld=True)
            transaction.set_rollback(True)


def test_the_bureau_does_not_settle_what_it_entered_itself(world):
    agreement, people = world
    record = build.activity(agreement, status="submitted", by=people[RULES])
    record_dispute(record=record, by=people[CONFIRMS], reason="那天没有讲座")
    with pytest.raises(RuleBroken, match="填报单位不能处理"):
        record_rule(record=record, by=people[RULES], ruling="有", upheld=False)
    above = build.officer(build.bureau("450000"))
    record_rule(record=record, by=above, ruling="有签到表", upheld=False)


def test_what_the_bureau_confirms_goes_without_dispute(world):
    agreement, people = world
    value = build.outcome_value(agreement.recipient, 90, status="submitted")
    with pytest.raises(RuleBroken, match="不走争议"):
        record_dispute(record=value, by=people[RULES], reason="不符")
