"""Postings: what may be planned, and that the books agree with a walk through the days."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import Role
from core.errors import RuleBroken, broken_constraint
from staffing.models import Posting, PostingKind
from staffing.services.batches import batch_create
from staffing.services.postings import (
    posting_cancel,
    posting_change,
    posting_confirm_arrival,
    posting_create,
    posting_end,
)
from support.models import Agreement
from testing import builders as build

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
SPRING = (date(2026, 3, 1), date(2026, 8, 31))


@pytest.fixture
def agreement():
    return build.agreement_in_force(build.organisation("hospital"), build.organisation("township_clinic"))


@pytest.fixture
def person(agreement):
    return build.clinician(agreement.sender)


def refusal(call) -> dict[str, list[str]]:
    with pytest.raises(RuleBroken) as caught, transaction.atomic():
        call()
    error = caught.value
    return error.message_dict if hasattr(error, "error_dict") else {"__all__": error.messages}


# ---- overlapping resident stays
def test_an_overlap_is_told_with_place_and_days(agreement, person):
    build.posting(agreement, person, *SPRING)
    found = refusal(lambda: build.posting(agreement, person, date(2026, 8, 1), date(2026, 10, 31)))
    assert found == {
        "clinician": [
            f"{person.name}与 {agreement.recipient.name} 2026-03-01 至 2026-08-31 的派驻重叠。",
        ]
    }


def test_every_overlap_is_told_at_once(agreement, person):
    build.posting(agreement, person, date(2026, 3, 1), date(2026, 3, 31))
    build.posting(agreement, person, date(2026, 5, 1), date(2026, 5, 31))
    found = refusal(lambda: build.posting(agreement, person, date(2026, 3, 31), date(2026, 5, 1)))
    assert [message.split(" 的")[0][-23:] for message in found["clinician"]] == [
        "2026-03-01 至 2026-03-31",
        "2026-05-01 至 2026-05-31",
    ]


def test_the_next_day_is_free_the_last_day_is_not(agreement, person):
    build.posting(agreement, person, *SPRING)
    refusal(lambda: build.posting(agreement, person, date(2026, 8, 31), date(2026, 9, 30)))
    refusal(lambda: build.posting(agreement, person, date(2026, 2, 1), date(2026, 3, 1)))
    build.posting(agreement, person, date(2026, 9, 1), date(2026, 9, 30))
    build.posting(agreement, person, date(2026, 2, 1), date(2026, 2, 28))
    assert person.postings.count() == 3


@pytest.mark.parametrize("kind", [PostingKind.SHORT_TERM, PostingKind.CIRCUIT])
def test_short_term_and_circuit_may_overlap_anything(agreement, person, kind):
    build.posting(agreement, person, *SPRING)
    build.posting(agreement, person, *SPRING, kind=kind)
    build.posting(agreement, person, *SPRING, kind=kind)
    assert person.postings.count() == 3


def test_a_cancelled_stay_does_not_stand_in_the_way(agreement, person):
    planned = build.posting(agreement, person, *SPRING, arrived=False)
    posting_cancel(posting=planned, by=build.coordinator(agreement.sender), reason="另有任务")
    build.posting(agreement, person, *SPRING)
    assert sorted(person.postings.values_list("status", flat=True)) == ["cancelled", "on_post"]


def test_a_stay_ended_early_frees_the_days_after(agreement, person):
    build.posting(agreement, person, *SPRING, ended=date(2026, 6, 30))
    refusal(lambda: build.posting(agreement, person, date(2026, 6, 30), date(2026, 9, 30)))
    build.posting(agreement, person, date(2026, 7, 1), date(2026, 9, 30))


def test_another_person_may_be_there_at_the_same_time(agreement):
    build.posting(agreement)
    build.posting(agreement)
    assert agreement.postings.count() == 2


stays = st.lists(
    st.tuples(
        st.integers(0, 40),  # first day
        st.integers(0, 12),  # further days
        st.sampled_from(["resident", "resident", "resident", "short_term", "circuit"]),
        st.sampled_from(["plan", "plan", "plan", "cancel"]),
    ),
    min_size=2,
    max_size=8,
)


class Taken:
    """The oracle: a set of single days on which the person is resident somewhere."""

    def __init__(self):
        self.days: set[date] = set()

    @staticmethod
    def walk(start: date, end: date) -> set[date]:
        return {start + DAY * number for number in range(400) if start + DAY * number <= end}

    def allows(self, start: date, end: date, kind: str) -> bool:
        return kind != "resident" or not (self.walk(start, end) & self.days)

    def take(self, start: date, end: date, kind: str) -> None:
        if kind == "resident":
            self.days |= self.walk(start, end)


@settings(max_examples=30)
@given(stays)
def test_service_and_database_accept_exactly_what_the_days_allow(agreement, plan):
    """Random sequences: the service, and plain rows beside it, agree with the day-by-day oracle."""
    with transaction.atomic():
        through_service, bare = build.clinician(agreement.sender), build.clinician(agreement.sender)
        by = build.coordinator(agreement.sender)
        taken = Taken()
        for first, further, kind, then in plan:
            start = date(2026, 2, 20) + DAY * first
            end = start + DAY * further
            # a departure of its own for each stay: within one batch a repeated short stay is refused
            departure = build.batch(agreement, kind, date(2026, 1, 1))
            given_ = dict(batch=departure, agreement=agreement, start_on=start, end_on=end)
            accepted = {}
            try:
                with transaction.atomic():
                    posting = posting_create(clinician=through_service, by=by, **given_)
                accepted["service"] = True
            except RuleBroken:
                accepted["service"] = False
            try:
                with transaction.atomic():
                    row = Posting.objects.create(clinician=bare, kind=kind, planned_end_on=end, **given_)
                accepted["database"] = True
            except IntegrityError as error:
                assert broken_constraint(error) == "posting_no_resident_overlap"
                accepted["database"] = False
            expected = taken.allows(start, end, kind)
            assert accepted == {"service": expected, "database": expected}, (start, end, kind)
            if expected and then == "cancel":
                posting_cancel(posting=posting, by=by, reason="试")
                Posting.objects.filter(pk=row.pk).update(status="cancelled")
            elif expected:
                taken.take(start, end, kind)
        transaction.set_rollback(True)


# ---- under an agreement in force for all its days
@pytest.mark.parametrize(
    ("start", "end"),
    [
        (date(2026, 2, 28), date(2026, 4, 30)),
        (date(2026, 3, 1), date(2026, 9, 1)),
        (date(2025, 1, 1), date(2025, 2, 1)),
    ],
)
def test_days_outside_the_agreement_are_refused_by_service_and_by_the_database(start, end):
    agreement = build.agreement_in_force(build.organisation(), build.organisation("township_clinic"), *SPRING)
    person, batch = build.clinician(agreement.sender), build.batch(agreement, departed=date(2025, 1, 1))
    given_ = dict(batch=batch, agreement=agreement, clinician=person, start_on=start, end_on=end)
    found = refusal(lambda: posting_create(by=build.coordinator(agreement.sender), **given_))
    assert found["start_on"] == [
        f"协议 {agreement.number} 有效期为 2026-03-01 至 2026-08-31，不能覆盖派驻 {start} 至 {end}。"
    ]
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        Posting.objects.bulk_create([Posting(kind="resident", planned_end_on=end, **given_)])
    assert broken_constraint(caught.value) == "posting_agreement_in_force"


def test_plain_sql_cannot_move_a_posting_out_of_its_agreement(agreement, person):
    posting = build.posting(agreement, person)
    for change in ("start_on = '2025-12-31'", "end_on = '2027-01-01'"):
        with (
            pytest.raises(IntegrityError, match="posting outside its agreement"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"update staffing_posting set {change} where id = %s", [posting.pk])


def test_an_unfiled_agreement_sends_nobody():
    draft = build.agreement_draft(build.organisation(), build.organisation("township_clinic"))
    found = refusal(lambda: build.posting(draft, build.clinician(draft.sender)))
    assert "尚未备案" in found["start_on"][0]


def test_a_terminated_agreement_sends_nobody_after_its_last_day(agreement, person):
    from support.services.agreements import agreement_terminate

    officer = build.officer(agreement.cycle.programme.bureau)
    agreement_terminate(agreement=agreement, on=date(2026, 8, 31), reason="撤并", by=officer)
    ended = Agreement.objects.get(pk=agreement.pk)
    refusal(lambda: build.posting(ended, person, date(2026, 3, 1), date(2026, 9, 1)))
    build.posting(ended, person, *SPRING)


def test_batch_and_posting_must_agree(agreement, person):
    elsewhere = build.agreement_in_force(
        build.organisation(), build.organisation("township_clinic"), within=agreement.cycle
    )
    batch = build.batch(elsewhere)
    by = build.coordinator(agreement.sender)
    found = refusal(
        lambda: posting_create(
            batch=batch, agreement=agreement, clinician=person, start_on=SPRING[0], end_on=SPRING[1], by=by
        )
    )
    assert "不是本批次的派出单位" in found["agreement"][0]
    own = build.batch(agreement, "short_term")
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        Posting.objects.create(
            batch=own,
            agreement=agreement,
            clinician=person,
            kind="resident",
            start_on=SPRING[0],
            end_on=SPRING[1],
            planned_end_on=SPRING[1],
        )
    assert broken_constraint(caught.value) == "posting_matches_batch"


def test_all_problems_of_an_entry_at_once(agreement):
    stranger = build.clinician(build.organisation(), left_on=date(2026, 4, 1))
    batch = build.batch(agreement, departed=date(2026, 3, 10))
    found = refusal(
        lambda: posting_create(
            batch=batch,
            agreement=agreement,
            clinician=stranger,
            start_on=date(2026, 3, 1),
            end_on=date(2027, 3, 1),
            by=build.coordinator(agreement.sender),
        )
    )
    assert len(found["clinician"]) == 2 and len(found["start_on"]) == 2, found


def test_end_before_start_is_a_sentence(agreement, person):
    found = refusal(lambda: build.posting(agreement, person, date(2026, 5, 1), date(2026, 4, 30)))
    assert found["end_on"] == ["结束日期 2026-04-30 早于开始日期 2026-05-01。"]


# ---- the title of the day they left
def test_the_title_is_kept_as_it_was_when_they_left(agreement):
    person = build.clinician(agreement.sender, title="233")
    posting = build.posting(agreement, person)
    person.title = "232"
    person.save()
    posting.refresh_from_db()
    assert posting.title == "233" and posting.title_level == "intermediate"
    unknown = build.posting(agreement, build.clinician(agreement.sender, title=""))
    assert unknown.title == "" and unknown.title_level == "unknown"


# ---- arrival, change, end, cancel
ACTORS = {
    "recipient's coordinator": lambda a: build.user(Role.RECIPIENT_COORDINATOR, a.recipient),
    "sender's coordinator": lambda a: build.user(Role.HOSPITAL_COORDINATOR, a.sender),
    "sender's with the recipient's role": lambda a: build.user(Role.RECIPIENT_COORDINATOR, a.sender),
    "another clinic": lambda a: build.user(Role.RECIPIENT_COORDINATOR, build.organisation("township_clinic")),
    "the bureau": lambda a: build.officer(a.cycle.programme.bureau),
    "the person": lambda a: build.user(Role.CLINICIAN, a.sender),
    "the hospital's leader": lambda a: build.user(Role.HOSPITAL_LEADER, a.sender),
}


def test_only_the_recipients_coordinator_confirms_arrival(agreement):
    posting = build.posting(agreement, arrived=False)
    for name, actor in ACTORS.items():
        if name != "recipient's coordinator":
            found = refusal(
                lambda actor=actor: posting_confirm_arrival(
                    posting=posting, arrived_on=SPRING[0], by=actor(agreement)
                )
            )
            assert "只能由受援单位的联络员确认到岗" in found["__all__"][0], name
    by = ACTORS["recipient's coordinator"](agreement)
    done = posting_confirm_arrival(posting=posting, arrived_on=SPRING[0], by=by)
    assert done.status == "on_post" and done.arrival_confirmed_by == by
    found = refusal(lambda: posting_confirm_arrival(posting=posting, arrived_on=SPRING[0], by=by))
    assert "不需要确认到岗" in found["__all__"][0]


def test_who_entered_the_posting_never_confirms_it(agreement):
    both = build.user([Role.RECIPIENT_COORDINATOR, Role.HOSPITAL_COORDINATOR], agreement.recipient)
    posting = build.posting(agreement, arrived=False, by=both)
    refusal(lambda: posting_confirm_arrival(posting=posting, arrived_on=SPRING[0], by=both))
    with pytest.raises(IntegrityError, match="posting_arrival_by_other_person"), transaction.atomic():
        Posting.objects.filter(pk=posting.pk).update(
            arrived_on=SPRING[0], arrival_confirmed_by=both, arrival_confirmed_at="2026-03-01T08:00+08:00"
        )


@pytest.mark.parametrize("arrived_on", [date(2026, 2, 28), date(2026, 9, 1)])
def test_arrival_lies_within_the_stay(agreement, arrived_on):
    posting = build.posting(agreement, arrived=False)
    by = build.coordinator(agreement.recipient)
    found = refusal(lambda: posting_confirm_arrival(posting=posting, arrived_on=arrived_on, by=by))
    assert found == {"arrived_on": ["到岗日期应在派驻 2026-03-01 至 2026-08-31 之内。"]}


def test_nobody_arrives_tomorrow(time_machine, agreement):
    posting = build.posting(agreement, arrived=False)
    by = build.coordinator(agreement.recipient)
    # 23:30 in Shanghai is still the day before in UTC: the one clock decides
    time_machine.move_to("2026-03-09T23:30+08:00", tick=False)
    found = refusal(lambda: posting_confirm_arrival(posting=posting, arrived_on=date(2026, 3, 10), by=by))
    assert found == {"arrived_on": ["到岗日期不能晚于今天。"]}
    time_machine.move_to("2026-03-10T00:30+08:00", tick=False)
    posting_confirm_arrival(posting=posting, arrived_on=date(2026, 3, 10), by=by)


def test_a_stay_ends_on_its_last_day_any_other_day_needs_approval(agreement):
    posting = build.posting(agreement, arrived=date(2026, 3, 3))
    by = build.coordinator(agreement.sender)
    for day, word in ((date(2026, 8, 30), "提前结束须先申请"), (date(2026, 9, 1), "延期须先申请")):
        found = refusal(lambda day=day: posting_end(posting=posting, ended_on=day, by=by))
        assert word in found["ended_on"][0]
    ended = posting_end(posting=posting, ended_on=date(2026, 8, 31), by=by)
    assert (ended.status, ended.end_on) == ("ended", date(2026, 8, 31))
    refusal(lambda: posting_end(posting=posting, ended_on=date(2026, 8, 31), by=by))


def test_a_stay_does_not_end_before_its_last_day_has_come(time_machine, agreement):
    time_machine.move_to("2026-08-30T12:00+08:00", tick=False)
    posting = build.posting(agreement)
    by = build.coordinator(agreement.sender)
    found = refusal(lambda: posting_end(posting=posting, ended_on=date(2026, 8, 31), by=by))
    assert found == {"ended_on": ["还没有到最后一天 2026-08-31。"]}


def test_another_recipient_is_another_posting(agreement, person):
    elsewhere = build.agreement_in_force(
        agreement.sender, build.organisation("township_clinic"), within=agreement.cycle
    )
    posting = build.posting(agreement, person, arrived=False)
    by = build.officer(agreement.cycle.programme.bureau)
    found = refusal(lambda: posting_change(posting=posting, by=by, agreement=elsewhere))
    assert found == {
        "agreement": [f"不能改派到{elsewhere.recipient.display_name}：改变受援单位须取消这条派驻，另建派驻。"]
    }
    posting.refresh_from_db()
    assert posting.agreement == agreement


def test_what_began_is_neither_rewritten_nor_cancelled(agreement):
    posting = build.posting(agreement)
    by = build.coordinator(agreement.sender)
    changed = refusal(lambda: posting_change(posting=posting, by=by, end_on=date(2026, 5, 1)))
    cancelled = refusal(lambda: posting_cancel(posting=posting, by=by, reason="误"))
    assert "不能再修改" in changed["__all__"][0] and "请办理结束" in cancelled["__all__"][0]


def test_a_plan_can_be_corrected_and_is_checked_again(agreement, person):
    first = build.posting(agreement, person, *SPRING, arrived=False)
    second = build.posting(agreement, person, date(2026, 9, 1), date(2026, 9, 30), arrived=False)
    by = build.coordinator(agreement.sender)
    changed = posting_change(posting=first, by=by, end_on=date(2026, 8, 15))
    assert changed.planned_end_on == date(2026, 8, 15)
    found = refusal(lambda: posting_change(posting=first, by=by, end_on=date(2026, 9, 1)))
    assert "2026-09-01 至 2026-09-30 的派驻重叠" in found["clinician"][0]
    assert posting_change(posting=second, by=by, clinician=build.clinician(agreement.sender, title="232"))
    second.refresh_from_db()
    assert second.title == "232"
    posting_change(posting=first, by=by, end_on=date(2026, 9, 1))


def test_batch_code_is_used_once(agreement):
    first = build.batch(agreement)
    with pytest.raises(RuleBroken):
        batch_create(
            cycle=agreement.cycle,
            sender=agreement.sender,
            code=first.code,
            kind="resident",
            departed_on=SPRING[0],
        )


def test_the_same_short_stay_entered_twice_counts_once():
    """A double click: the second is refused by name; another batch or other days are not."""
    agreement = build.agreement_in_force(build.organisation(), build.organisation("township_clinic"))
    person = build.clinician(agreement.sender)
    team = build.batch(agreement, "short_term", date(2026, 3, 1))
    days = {"start": date(2026, 3, 1), "end": date(2026, 3, 5), "kind": "short_term"}
    build.posting(agreement, person, within=team, **days)
    with pytest.raises(RuleBroken, match="不能重复登记"):
        build.posting(agreement, person, within=team, **days)
    later = days | {"start": date(2026, 3, 6), "end": date(2026, 3, 9)}
    build.posting(agreement, person, within=team, **later)
    build.posting(
        agreement,
        person,
        within=build.batch(agreement, "circuit", date(2026, 3, 1)),
        **days | {"kind": "circuit"},
    )
    assert person.postings.count() == 3
