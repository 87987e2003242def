"""Extension and early end: asked by the sender, decided by the bureau, never by the one who asked."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Role
from core.errors import RuleBroken
from core.models import AuditEvent
from core.tests.together import split, together
from staffing.models import Posting, PostingChange
from staffing.services.posting_changes import (
    posting_change_approve,
    posting_change_refuse,
    posting_change_withdraw,
    posting_end_early,
    posting_extend,
)
from staffing.services.postings import posting_end
from testing import builders as build

pytestmark = pytest.mark.django_db
AUGUST, NOVEMBER = date(2026, 8, 31), date(2026, 11, 30)


@pytest.fixture
def agreement():
    return build.agreement_in_force(build.organisation("hospital"), build.organisation("township_clinic"))


@pytest.fixture
def posting(agreement):
    return build.posting(agreement)


@pytest.fixture
def officer(agreement):
    return build.officer(agreement.cycle.programme.bureau)


def refusal(call) -> dict[str, list[str]]:
    with pytest.raises(RuleBroken) as caught, transaction.atomic():
        call()
    error = caught.value
    return error.message_dict if hasattr(error, "error_dict") else {"__all__": error.messages}


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def test_an_extension_becomes_the_last_day_when_approved(posting, officer):
    change = build.change_request(posting, NOVEMBER)
    assert (fresh(posting).end_on, change.status, change.old_end_on) == (AUGUST, "requested", AUGUST)
    extended = posting_change_approve(change=change, by=officer, note="同意")
    assert (extended.status, extended.end_on, extended.planned_end_on) == ("extended", NOVEMBER, AUGUST)
    assert extended.end_reason == "任务没有完成"
    change = fresh(change)
    assert (change.status, change.decided_by, change.note) == ("approved", officer, "同意")
    notes = AuditEvent.objects.filter(subject_type="staffing.posting", subject_id=str(posting.pk))
    assert [event.note for event in notes if "延期" in event.note]
    # it still counts as on post, and can be extended again or ended early
    assert Posting.objects.arrived().filter(pk=posting.pk, status__in=Posting.PRESENT).exists()
    build.change_request(extended, date(2026, 12, 31))


def test_an_early_end_in_the_past_closes_the_stay(posting):
    ended = build.end_early(posting, date(2026, 6, 30), "调任")
    assert (ended.status, ended.end_on, ended.planned_end_on, ended.end_reason) == (
        "ended_early",
        date(2026, 6, 30),
        AUGUST,
        "调任",
    )


def test_an_early_end_to_come_is_closed_on_its_day(time_machine, agreement, officer):
    time_machine.move_to("2026-06-01T09:00+08:00", tick=False)
    posting = build.posting(agreement)
    shortened = build.end_early(posting, date(2026, 6, 15))
    assert (shortened.status, shortened.end_on) == ("on_post", date(2026, 6, 15))
    time_machine.move_to("2026-06-15T18:00+08:00", tick=False)
    by = build.coordinator(agreement.sender)
    assert posting_end(posting=posting, ended_on=date(2026, 6, 15), by=by).status == "ended_early"


def test_an_extended_stay_ends_on_its_new_day_as_ended(posting, officer):
    posting_change_approve(change=build.change_request(posting, date(2026, 10, 31)), by=officer)
    by = build.coordinator(posting.agreement.sender)
    assert posting_end(posting=posting, ended_on=date(2026, 10, 31), by=by).status == "ended"


# ---- everything that speaks against it, at once
def test_all_problems_of_a_request_at_once(posting):
    by = build.coordinator(posting.agreement.sender)
    found = refusal(
        lambda: posting_extend(
            posting=posting, new_end_on=date(2027, 1, 31), reason=" ", unfinished_task="", by=by
        )
    )
    assert set(found) == {"new_end_on", "reason", "unfinished_task"}
    assert "不能覆盖派驻 2026-03-01 至 2027-01-31" in found["new_end_on"][0]


@pytest.mark.parametrize("day", [date(2026, 8, 31), date(2026, 8, 1)])
def test_an_extension_is_later(posting, day):
    by = build.coordinator(posting.agreement.sender)
    found = refusal(
        lambda: posting_extend(posting=posting, new_end_on=day, reason="因", unfinished_task="事", by=by)
    )
    assert "应晚于现在的结束日期 2026-08-31" in found["new_end_on"][0]


@pytest.mark.parametrize(
    ("day", "word"), [(date(2026, 8, 31), "应早于现在的"), (date(2026, 2, 28), "早于到岗日期 2026-03-01")]
)
def test_an_early_end_lies_within_the_stay(posting, day, word):
    by = build.coordinator(posting.agreement.sender)
    found = refusal(lambda: posting_end_early(posting=posting, new_end_on=day, reason="因", by=by))
    assert word in found["new_end_on"][0]


def test_an_extension_into_the_next_stay_is_refused_now_and_at_the_decision(posting, officer):
    change = build.change_request(posting, NOVEMBER)
    build.posting(posting.agreement, posting.clinician, date(2026, 10, 1), date(2026, 12, 31), arrived=False)
    found = refusal(lambda: posting_change_approve(change=change, by=officer))
    assert "2026-10-01 至 2026-12-31 的派驻重叠" in found["new_end_on"][0]
    assert (fresh(posting).end_on, fresh(change).status) == (AUGUST, "requested")


# ---- ending revives nobody
def test_who_left_is_not_extended_and_stays_left(posting, officer):
    change = build.change_request(posting, NOVEMBER)
    person = posting.clinician
    person.left_on = date(2026, 9, 15)
    person.save()
    found = refusal(lambda: posting_change_approve(change=change, by=officer))
    assert "已于 2026-09-15 离职" in found["new_end_on"][0]
    posting_change_refuse(change=change, by=officer, note="已离职")
    by = build.coordinator(posting.agreement.sender)
    posting_end(posting=posting, ended_on=AUGUST, by=by)
    assert fresh(person).left_on == date(2026, 9, 15)
    assert "只有在岗的派驻可以延期" in str(refusal(lambda: build.change_request(posting, NOVEMBER)))


# ---- who
def test_only_the_sender_or_an_officer_asks(posting):
    agreement = posting.agreement
    asking = {
        "recipient": build.coordinator(agreement.recipient),
        "leader": build.user(Role.HOSPITAL_LEADER, agreement.sender),
        "another hospital": build.coordinator(build.organisation("hospital"), sending=True),
        "bureau leader": build.user(Role.BUREAU_LEADER, agreement.cycle.programme.bureau),
        "far officer": build.officer(build.bureau(build.FAR_AWAY)),
    }
    for name, by in asking.items():
        assert "可以申请" in str(refusal(lambda by=by: build.change_request(posting, NOVEMBER, by=by))), name


def test_the_bureau_decides_and_never_who_asked(posting, officer):
    bureau = posting.agreement.cycle.programme.bureau
    change = build.change_request(posting, NOVEMBER, by=officer)
    outsiders = [
        officer,
        build.coordinator(posting.agreement.sender),
        build.coordinator(posting.agreement.recipient),
        build.officer(build.bureau(build.FAR_AWAY)),
        build.user(Role.LEADERSHIP, bureau),
    ]
    for by in outsiders:
        for decide in (posting_change_approve, posting_change_refuse):
            found = refusal(lambda by=by, decide=decide: decide(change=change, by=by, note="可"))
            assert "申请人不能审批自己的申请" in str(found)
    with pytest.raises(IntegrityError, match="posting_change_by_other_person"), transaction.atomic():
        PostingChange.objects.filter(pk=change.pk).update(
            status="approved", decided_by=officer, decided_at=change.requested_at
        )
    leader = build.user(Role.BUREAU_LEADER, bureau)
    assert posting_change_approve(change=change, by=leader).end_on == NOVEMBER


def test_refused_withdrawn_and_one_at_a_time(posting, officer):
    by = build.coordinator(posting.agreement.sender)
    change = build.change_request(posting, NOVEMBER)
    assert "已有一个待批准的申请" in str(refusal(lambda: build.change_request(posting, date(2026, 6, 1))))
    assert "note" in refusal(lambda: posting_change_refuse(change=change, by=officer, note=" "))
    posting_change_refuse(change=change, by=officer, note="人手不足")
    assert (fresh(posting).end_on, fresh(change).status) == (AUGUST, "refused")
    second = build.change_request(posting, NOVEMBER)
    assert "只有申请的一方" in str(
        refusal(
            lambda: posting_change_withdraw(change=second, by=build.coordinator(posting.agreement.recipient))
        )
    )
    posting_change_withdraw(change=second, by=by)
    for verb in (posting_change_approve, posting_change_refuse):
        assert "不能再审批" in str(refusal(lambda verb=verb: verb(change=second, by=officer, note="迟")))
    assert "不能撤回" in str(refusal(lambda: posting_change_withdraw(change=second, by=by)))


# ---- two deciders at once
@pytest.mark.django_db(transaction=True)
def test_two_deciders_at_once_leave_one_decision():
    agreement = build.agreement_in_force(
        build.organisation("hospital"), build.organisation("township_clinic")
    )
    bureau = agreement.cycle.programme.bureau
    officer, leader = build.user(Role.BUREAU_OFFICER, bureau), build.user(Role.BUREAU_LEADER, bureau)
    for _ in range(4):
        posting = build.posting(agreement)
        change = build.change_request(posting, NOVEMBER)
        made, refused = split(
            together(
                lambda change=change: posting_change_approve(change=change, by=officer),
                lambda change=change: posting_change_refuse(change=change, by=leader, note="不同意"),
            )
        )
        assert len(made) == len(refused) == 1 and isinstance(refused[0], RuleBroken), refused
        assert "不能再审批" in refused[0].messages[0]
        approved = fresh(change).status == "approved"
        assert fresh(posting).end_on == (NOVEMBER if approved else AUGUST)


@pytest.mark.django_db(transaction=True)
def test_two_requests_at_once_leave_one():
    agreement = build.agreement_in_force(
        build.organisation("hospital"), build.organisation("township_clinic")
    )
    posting = build.posting(agreement)
    people = [build.user(Role.HOSPITAL_COORDINATOR, agreement.sender) for _ in range(2)]
    made, refused = split(
        together(*(lambda by=by: build.change_request(posting, NOVEMBER, by=by) for by in people))
    )
    assert len(made) == len(refused) == PostingChange.objects.count() == 1
    assert "已有一个待批准的申请" in str(refused[0])
