"""Leave: who asks, who decides by its length, what overlaps, what comes too late."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Role
from core.errors import RuleBroken
from core.tests.frozen import refused
from core.tests.together import split, together
from staffing.models import Leave, LeaveApproval, LeavePolicy
from staffing.selectors.leave import is_late, leaves_to_decide, level_of, levels_for
from staffing.services.leave import leave_decide, leave_request, leave_withdraw
from testing import builders as build

pytestmark = pytest.mark.django_db


class Place:
    def __init__(self):
        self.bureau = build.bureau(build.COUNTY)
        self.hospital, self.clinic = build.organisation("hospital"), build.organisation("township_clinic")
        self.programme = build.programme(self.bureau)
        self.agreement = build.agreement_in_force(
            self.hospital, self.clinic, within=build.cycle(self.programme)
        )
        self.account = build.user(Role.CLINICIAN, self.hospital)
        self.person = build.clinician(self.hospital, user=self.account)
        self.posting = build.posting(self.agreement, self.person, end=date(2026, 12, 31))
        self.sender, self.recipient = build.coordinator(self.hospital), build.coordinator(self.clinic)
        self.officer = build.officer(self.bureau)

    def ask(self, start, end=None, by=None, **fields) -> Leave:
        return leave_request(
            posting=fields.pop("posting", self.posting),
            kind=fields.pop("kind", "personal"),
            start_on=start,
            end_on=end or start,
            reason=fields.pop("reason", "家中有事"),
            by=by or self.account,
            **fields,
        )


@pytest.fixture
def place():
    return Place()


@pytest.fixture
def before(time_machine):
    time_machine.move_to("2026-06-01T09:00+08:00", tick=False)


MONDAY = date(2026, 6, 8)


def test_up_to_three_days_the_recipient_longer_sender_and_bureau(place, before):
    short = place.ask(MONDAY, MONDAY + timedelta(days=2))
    assert (short.days, short.levels) == (3, ["recipient"])
    long = place.ask(date(2026, 6, 15), date(2026, 6, 18), start_half="pm")
    assert (long.days, long.levels) == (Decimal("3.5"), ["sender", "bureau"])
    leave_decide(leave=short, approved=True, by=place.recipient)
    short.refresh_from_db()
    assert short.status == "approved" and not is_late(short)
    leave_decide(leave=long, approved=True, by=place.officer)
    long.refresh_from_db()
    assert (long.status, long.approved_at) == ("requested", None)
    leave_decide(leave=long, approved=True, by=place.sender)
    long.refresh_from_db()
    assert long.status == "approved" and long.approved_at == timezone.now()


@given(
    rules=st.dictionaries(
        st.one_of(st.none(), st.integers(1, 30)),
        st.sets(st.sampled_from(["recipient", "sender", "bureau"]), min_size=1),
        max_size=4,
    ),
    halves=st.integers(1, 80),
)
def test_the_tightest_rule_that_covers_the_length(rules, halves):
    programme, days = build.programme(build.bureau()), Decimal(halves) / 2
    for up_to, levels in rules.items():
        LeavePolicy.objects.create(programme=programme, up_to_days=up_to, levels=sorted(levels))
    covering = sorted(
        (up_to if up_to is not None else 10**6) for up_to in rules if up_to is None or up_to >= days
    )
    if covering:
        wanted = rules[covering[0] if covering[0] < 10**6 else None]
    else:
        wanted = {"recipient"} if days <= 3 else {"sender", "bureau"}
    assert set(levels_for(programme=programme, days=days)) == wanted


def test_neither_who_asked_nor_who_goes_nor_a_stranger_decides(place, before):
    mine = place.ask(MONDAY)
    theirs = place.ask(MONDAY + timedelta(days=1), by=place.recipient)
    strangers = [
        place.account,
        place.sender,
        place.officer,
        build.coordinator(build.organisation("township_clinic")),
        build.user(Role.HOSPITAL_LEADER, place.hospital),
        build.user(Role.LEADERSHIP, place.bureau),
    ]
    for leave, nobody in [*((mine, user) for user in strangers), (theirs, place.recipient)]:
        assert level_of(leave=leave, by=nobody) == ""
        with pytest.raises(RuleBroken, match="由受援单位审批"):
            leave_decide(leave=leave, approved=True, by=nobody)
    colleague = build.user(Role.RECIPIENT_COORDINATOR, place.clinic)
    assert leave_decide(leave=theirs, approved=True, by=colleague).status == "approved"
    assert leave_decide(leave=mine, approved=True, by=place.recipient).status == "approved"


def test_a_coordinator_who_is_posted_does_not_approve_the_own_leave(place, before):
    both = build.user([Role.HOSPITAL_COORDINATOR, Role.CLINICIAN], place.hospital)
    person = build.clinician(place.hospital, user=both)
    posting = build.posting(place.agreement, person)
    leave = place.ask(MONDAY, MONDAY + timedelta(days=9), posting=posting, by=place.recipient)
    assert not leaves_to_decide(both).exists()
    with pytest.raises(RuleBroken):
        leave_decide(leave=leave, approved=True, by=both)


def test_the_query_of_what_waits_is_the_rule_of_who_decides(place, before):
    LeavePolicy.objects.create(
        programme=place.programme, up_to_days=1, levels=["recipient", "sender", "bureau"]
    )
    leaves = [
        place.ask(MONDAY),
        place.ask(MONDAY + timedelta(days=1), by=place.recipient),
        place.ask(MONDAY + timedelta(days=2), by=place.sender),
        place.ask(MONDAY + timedelta(days=3), MONDAY + timedelta(days=5)),
        place.ask(MONDAY + timedelta(days=7), MONDAY + timedelta(days=17)),
    ]
    leave_decide(leave=leaves[0], approved=True, by=place.sender)
    far = build.bureau(build.FAR_AWAY)
    users = [
        place.account, place.sender, place.recipient, place.officer,
        build.user(Role.BUREAU_LEADER, place.bureau), build.officer(far),
        build.user(Role.LEADERSHIP, place.bureau), build.coordinator(build.organisation("hospital")),
    ]  # fmt: skip
    some = 0
    for user in users:
        fresh = Leave.objects.prefetch_related("approvals").all()
        wanted = {leave.pk for leave in fresh if level_of(leave=leave, by=user)}
        assert set(leaves_to_decide(user).values_list("pk", flat=True)) == wanted
        some += len(wanted)
    assert some > 10


def test_refused_by_one_is_refused(place, before):
    leave = place.ask(MONDAY, MONDAY + timedelta(days=5))
    with pytest.raises(RuleBroken, match="写明理由"):
        leave_decide(leave=leave, approved=False, by=place.sender)
    assert leave_decide(leave=leave, approved=False, by=place.sender, note="人手不足").status == "refused"
    with pytest.raises(RuleBroken, match="不批准"):
        leave_decide(leave=leave, approved=True, by=place.officer)
    assert place.ask(MONDAY, MONDAY + timedelta(days=5)), "refused leave blocks no new request"


def test_every_problem_of_a_request_at_once(place, before):
    place.ask(MONDAY, MONDAY + timedelta(days=1))
    with pytest.raises(RuleBroken) as error:
        place.ask(MONDAY + timedelta(days=1), date(2027, 1, 5), reason=" ")
    told = "\n".join(error.value.messages)
    for part in (
        "超出在岗期 2026-03-01 至 2026-12-31",
        "请写明请假事由",
        "2026-06-08 上午 至 2026-06-09 下午 的事假",
    ):
        assert part in told
    with pytest.raises(RuleBroken, match="早于开始"):
        place.ask(MONDAY, start_half="pm", end_half="am")
    with pytest.raises(RuleBroken, match="由本人或双方联络员"):
        place.ask(MONDAY, by=place.officer)
    planned = build.posting(place.agreement, arrived=False)
    with pytest.raises(RuleBroken, match="还没有确认到岗"):
        place.ask(MONDAY, posting=planned, by=place.sender)


def test_two_halves_of_a_day_do_not_overlap(place, before):
    place.ask(MONDAY, end_half="am")
    assert place.ask(MONDAY, MONDAY + timedelta(days=1), start_half="pm").pk
    with pytest.raises(RuleBroken, match="重叠"):
        place.ask(MONDAY + timedelta(days=1), start_half="pm")


def test_approved_after_it_began_is_marked(place, time_machine):
    time_machine.move_to("2026-06-08T10:00+08:00", tick=False)
    leave = leave_decide(leave=place.ask(MONDAY), approved=True, by=place.recipient)
    assert leave.status == "approved" and is_late(leave)
    time_machine.move_to("2026-06-09T11:59+08:00", tick=False)
    noon = place.ask(date(2026, 6, 9), start_half="pm")
    assert not is_late(leave_decide(leave=noon, approved=True, by=place.recipient))


def test_withdrawing(place, time_machine):
    time_machine.move_to("2026-06-01T09:00+08:00", tick=False)
    leave = place.ask(MONDAY, by=place.sender)
    with pytest.raises(RuleBroken, match="只有提出人"):
        leave_withdraw(leave=leave, by=place.recipient)
    assert leave_withdraw(leave=leave, by=place.account).status == "withdrawn"
    approved = leave_decide(leave=place.ask(MONDAY), approved=True, by=place.recipient)
    time_machine.move_to("2026-06-08T09:00+08:00", tick=False)
    with pytest.raises(RuleBroken, match="开始后不能撤回"):
        leave_withdraw(leave=approved, by=place.account)
    time_machine.move_to("2026-06-07T09:00+08:00", tick=False)
    assert leave_withdraw(leave=approved, by=place.account).status == "withdrawn"


def test_what_was_decided_stays(place, before):
    leave = leave_decide(leave=place.ask(MONDAY), approved=True, by=place.recipient)
    early = datetime(2026, 1, 1, tzinfo=timezone.get_default_timezone())
    assert refused(lambda: Leave.objects.filter(pk=leave.pk).update(approved_at=early))
    assert refused(lambda: Leave.objects.filter(pk=leave.pk).update(start_on=date(2026, 7, 1)))
    assert refused(lambda: LeaveApproval.objects.update(approved=False))
    assert refused(lambda: LeaveApproval.objects.all().delete())


@pytest.mark.django_db(transaction=True)
def test_two_requests_for_the_same_days_at_once():
    place = Place()
    made, raised = split(
        together(
            lambda: place.ask(date(2026, 10, 12), by=place.sender),
            lambda: place.ask(date(2026, 10, 12), by=place.recipient),
        )
    )
    assert len(made) == 1 and len(raised) == 1 and "重叠" in str(raised[0])
    assert Leave.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_levels_decide_at_once():
    place = Place()
    leave = place.ask(date(2026, 10, 12), date(2026, 10, 20))
    made, raised = split(
        together(
            lambda: leave_decide(leave=leave, approved=True, by=place.sender),
            lambda: leave_decide(leave=leave, approved=True, by=place.officer),
        )
    )
    assert raised == [] and len(made) == 2
    leave.refresh_from_db()
    assert leave.status == "approved"
