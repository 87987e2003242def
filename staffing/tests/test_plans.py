"""Rotation plans: from the present batch to the filed one; every problem at once, nothing saved half."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import Role
from core.dates import Period, whole_months
from core.errors import RuleBroken, broken_constraint
from core.tests.together import split, together
from staffing.models import Batch, PlanLine, Posting
from staffing.selectors.plan_teams import head_counts
from staffing.selectors.planning import review_plan
from staffing.services.plan_steps import plan_accept, plan_file, plan_return, plan_submit, plan_withdraw
from staffing.services.plans import plan_discard, plan_from_batch, plan_save, shifted
from staffing.services.postings import posting_cancel, posting_change, posting_confirm_arrival, posting_create
from support.models import Speciality
from testing import builders as build

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
AUTUMN = (date(2026, 9, 1), date(2026, 11, 30))


@pytest.fixture
def agreement():
    return build.agreement_in_force(build.organisation("hospital"), build.organisation("township_clinic"))


@pytest.fixture
def by(agreement):
    return build.coordinator(agreement.sender, sending=True)


@pytest.fixture
def officer(agreement):
    return build.officer(agreement.cycle.programme.bureau)


def refusal(call) -> dict[str, list[str]]:
    with pytest.raises(RuleBroken) as caught, transaction.atomic():
        call()
    error = caught.value
    return error.message_dict if hasattr(error, "error_dict") else {"__all__": error.messages}


def told(batch) -> list[str]:
    return [str(conflict) for conflict in review_plan(batch).conflicts]


# ---- from the batch that is there
def test_the_next_batch_starts_the_day_after_with_successors_to_choose(agreement, by):
    source = build.batch(agreement)
    first = build.posting(agreement, end=date(2026, 5, 31), within=source, department="内科", role="leader")
    build.posting(agreement, end=date(2026, 4, 30), within=source)
    gone = build.posting(agreement, within=source, arrived=False)
    posting_cancel(posting=gone, by=by, reason="未成行")
    plan = plan_from_batch(source=source, cycle=agreement.cycle, code="JH-1", by=by)
    lines = {line.replaces_id: line for line in plan.lines.all()}
    assert (plan.status, plan.departed_on, len(lines)) == ("draft", date(2026, 5, 1), 2)
    line = lines[first.pk]
    assert (line.start_on, line.end_on) == (date(2026, 6, 1), date(2026, 8, 31))
    assert (line.clinician, line.department, line.role, line.agreement) == (None, "内科", "leader", agreement)
    handed = plan_from_batch(source=source, cycle=agreement.cycle, code="JH-2", by=by, overlap_days=7)
    assert handed.lines.get(replaces=first).start_on == date(2026, 5, 25)
    assert Posting.objects.filter(batch=plan).count() == 0


def test_the_next_cycles_agreement_takes_the_place_of_one_that_ends(agreement, by):
    following = build.agreement_in_force(
        agreement.sender,
        agreement.recipient,
        date(2027, 1, 1),
        date(2027, 12, 31),
        within=build.cycle(agreement.cycle.programme, date(2027, 1, 1), date(2027, 12, 31)),
    )
    source = build.batch(agreement)
    build.posting(agreement, end=date(2026, 12, 31), within=source)
    plan = plan_from_batch(source=source, cycle=following.cycle, code="JH-3", by=by)
    line = plan.lines.get()
    assert (line.agreement, line.start_on, line.end_on) == (following, date(2027, 1, 1), date(2027, 10, 31))
    # in the old cycle nothing covers it: the line keeps the place and the conflict is told
    stuck = plan_from_batch(source=source, cycle=agreement.cycle, code="JH-4", by=by)
    assert stuck.lines.get().agreement == agreement


@settings(max_examples=60, deadline=None)
@given(st.integers(-3000, 3000), st.integers(0, 400), st.integers(0, 30))
def test_a_shifted_period_keeps_its_length_and_follows_without_a_gap(shift, further, overlap):
    start = date(2024, 1, 1) + DAY * shift
    period = Period(start, start + DAY * further)
    following = shifted(period, overlap)
    assert (period.end - following.start).days + 1 == overlap
    months, rest = whole_months(period)
    found = whole_months(following)
    # the last day of a short month is somebody's anniversary: a month may end a few days sooner
    assert found == (months, rest) or abs(following.days - period.days) <= 3 * max(months, 1)


# ---- every conflict
def test_every_kind_of_hard_conflict_is_told_with_its_line(agreement, by):
    hospital = agreement.sender
    busy, left, studying, absent, twice = (build.clinician(hospital) for _ in range(5))
    left.left_on = date(2026, 10, 1)
    left.save()
    build.posting(agreement, busy, date(2026, 7, 1), date(2026, 9, 10))
    as_recipient = build.agreement_in_force(build.organisation("hospital"), hospital)
    build.study(as_recipient, studying, start=date(2026, 10, 1), end=date(2026, 10, 31))
    on_leave = build.posting(agreement, absent, date(2026, 9, 1), date(2026, 9, 30), kind="short_term")
    on_leave.leaves.create(
        kind="annual",
        start_on=date(2026, 9, 7),
        end_on=date(2026, 9, 9),
        reason="休假",
        status="approved",
        levels=["recipient"],
        requested_by=by,
        approved_at="2026-09-01T08:00+08:00",
    )
    plan = build.plan(
        agreement,
        {"clinician": busy},
        {"clinician": left},
        {"clinician": studying},
        {"clinician": absent},
        {"clinician": twice},
        {"clinician": twice, "start_on": date(2026, 11, 30), "end_on": date(2026, 12, 31)},
        {"clinician": None},
        {"start_on": None, "agreement": None},
        {"end_on": date(2027, 1, 31)},
        {"start_on": date(2026, 8, 1)},
        {"clinician": build.clinician(build.organisation("hospital"))},
        {"end_on": date(2026, 8, 31)},
    )
    review = review_plan(plan)
    hard = {number: [c.text for c in review.of_line(number) if c.is_hard] for number in range(1, 13)}
    assert "2026-07-01 至 2026-09-10 的派驻重叠" in hard[1][0]
    assert hard[2] == [f"{left.name}已于 2026-10-01 离职。"]
    assert hard[3] == [f"{studying.name}在 2026-10-01 至 2026-10-31 进修。"]
    assert hard[4] == [f"{absent.name}在 2026-09-07 至 2026-09-09 已批准年休假。"]
    assert hard[5] == [f"{twice.name}与第 6 行的日期重叠。"]
    assert hard[6] == [f"{twice.name}与第 5 行的日期重叠。"]
    assert hard[7] == ["没有选择派驻人员。"]
    assert hard[8] == ["没有选择协议。", "没有填开始日期。"]
    assert "不能覆盖派驻 2026-09-01 至 2027-01-31" in hard[9][0]
    assert "早于本批次出发日期 2026-09-01" in hard[10][0]
    assert "不是支援单位的在册人员" in hard[11][0]
    assert "结束日期 2026-08-31 早于开始日期" in hard[12][0]
    # all at once, each with its line, and nobody is posted
    before = Posting.objects.count()
    found = refusal(lambda: plan_submit(batch=plan, by=by))["__all__"]
    assert len(found) == sum(len(texts) for texts in hard.values())
    assert all(text.startswith("第 ") for text in found)
    plan.refresh_from_db()
    assert (Posting.objects.count(), plan.status, plan.lines.count()) == (before, "draft", 12)


def test_warnings_need_an_explanation(agreement, by):
    programme = agreement.cycle.programme
    build.stay_rule(programme, "continuous", 6, "months", basis="方案第二条")
    build.stay_rule(programme, "floor", 2, "persons", basis="方案第三条", tolerance_days=3)
    build.stay_rule(programme, "title_mix", 1, "persons", title_level="associate", basis="方案第四条")
    old = build.posting(agreement, end=date(2026, 8, 20))
    plan = build.plan(agreement, {"clinician": build.clinician(agreement.sender, title="")}, explanation="")
    name = agreement.recipient.display_name
    review = review_plan(plan)
    assert not review.hard
    assert [str(conflict) for conflict in review.warnings] == [
        "第 1 行：每次连续只有3个月（91 天），要求不少于6个月（方案第二条）。",
        f"{name}：2026-08-21 至 2026-11-30共 102 天无人在岗，同时在岗人数不少于2人（方案第三条，容许 3 天）。",
        f"{name}：副高及以上不少于1人，实际0人，另有1人职称未填（方案第四条）。",
    ]
    found = refusal(lambda: plan_submit(batch=plan, by=by))
    assert found == {"explanation": ["有 3 处提醒，请写明原因后提交。"]}
    lines = [
        {name: getattr(line, name) for name in ("agreement", "clinician", "start_on", "end_on", "role")}
        for line in plan.lines.all()
    ]
    plan = plan_save(batch=plan, header={"explanation": "单一专科，经卫健局同意"}, lines=lines, by=by)
    assert plan_submit(batch=plan, by=by).explanation == "单一专科，经卫健局同意"
    assert old.end_on == date(2026, 8, 20)


@pytest.mark.parametrize(
    ("old", "told_gaps"),
    [
        # both until the day before: nothing
        ([("2026-03-01", "2026-08-31"), ("2026-03-01", "2026-08-31")], []),
        # one leaves ten days earlier
        (
            [("2026-03-01", "2026-08-21"), ("2026-03-01", "2026-08-31")],
            ["2026-08-22 至 2026-08-31共 10 天最少 1 人"],
        ),
        # both stay over the hand-over; that there was only one in spring is past
        ([("2026-03-01", "2026-09-03"), ("2026-06-01", "2026-09-03")], []),
        # nobody for half a year
        ([("2026-01-01", "2026-03-31")], ["2026-04-01 至 2026-08-31共 153 天无人在岗"]),
        ([], []),
    ],
)
def test_gaps_of_the_hand_over(agreement, old, told_gaps):
    build.stay_rule(agreement.cycle.programme, "floor", 2, "persons", tolerance_days=3)
    for start, end in old:
        build.posting(agreement, start=date.fromisoformat(start), end=date.fromisoformat(end))
    found = [text.split("：", 1)[1].split("在岗，")[0] for text in told(build.plan(agreement, {}, {}))]
    assert [text.removesuffix("在岗") for text in found] == [text.removesuffix("在岗") for text in told_gaps]


def test_specialities_and_departments_that_the_agreement_promises(by):
    surgery, medicine, eyes = (Speciality.objects.get(code=code) for code in ("04", "03", "10"))
    draft = build.agreement_draft(build.organisation("hospital"), build.organisation("township_clinic"))
    build.open_version(draft).specialities.set([medicine, surgery])
    agreement = build.confirm_and_file(draft)
    hospital = agreement.sender
    plan = build.plan(
        agreement,
        {"clinician": build.clinician(hospital, speciality=medicine)},
        {"clinician": build.clinician(hospital, speciality=eyes)},
        {"clinician": build.clinician(hospital, speciality=None)},
        {"role": "escort"},
    )
    lines = list(plan.lines.select_related("clinician"))
    names = [line.clinician.name for line in lines]
    promised = f"{medicine.name}、{surgery.name}"
    assert told(plan) == [
        f"第 2 行：{names[1]}的专业是{eyes.name}，协议约定的是{promised}。",
        f"第 3 行：{names[2]}的专业未填，无法对照协议约定的{promised}。",
        f"{agreement.recipient.display_name}：协议 {agreement.number} 约定的{surgery.name}没有人员。",
    ]
    posted = build.plan(agreement, {"clinician": lines[0].clinician, "department": f"{surgery.name}门诊"})
    assert not [text for text in told(posted) if "没有人员" in text]


def test_a_stay_that_goes_on_at_the_same_place_is_not_too_short(agreement):
    build.stay_rule(agreement.cycle.programme, "continuous", 6, "months")
    person = build.clinician(agreement.sender)
    build.posting(agreement, person, date(2026, 3, 1), date(2026, 8, 31))
    plan = build.plan(agreement, {"clinician": person})
    assert not [text for text in told(plan) if "每次连续" in text]


def test_a_person_in_two_drafts_and_a_stated_number(agreement):
    first = build.plan(agreement, code="JH-A")
    person = first.lines.get().clinician
    second = build.plan(agreement, {"clinician": person}, {"role": "escort"}, stated_people=3)
    assert told(second) == [
        f"第 1 行：{person.name}同时列在计划 JH-A 第 1 行（2026-09-01 至 2026-11-30）。",
        "方案写明 3 人，名册为 1 人，少 2 人，请核对。",
    ]


def test_the_plan_costs_the_same_statements_however_long(agreement):
    build.stay_rule(agreement.cycle.programme, "continuous", 120, "working_days")
    plans = [build.plan(agreement, *({} for _ in range(number))) for number in (2, 8)]
    counts = []
    for plan in plans:
        batch = Batch.objects.select_related("cycle__programme").get(pk=plan.pk)
        with CaptureQueriesContext(connection) as queries:
            assert review_plan(batch).warnings
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 14


spans = st.lists(st.tuples(st.integers(-10, 50), st.integers(0, 30)), max_size=6)


@settings(max_examples=80, deadline=None)
@given(spans, st.integers(0, 40))
def test_head_counts_agree_with_counting_every_day(parts, length):
    base = date(2026, 1, 1)
    stays = [Period(base + DAY * first, base + DAY * (first + more)) for first, more in parts]
    whole = Period(base, base + DAY * length)
    counted = {}
    for run, present in head_counts(stays, whole):
        for number in range(run.days):
            counted[run.start + DAY * number] = present
    days = [base + DAY * number for number in range(length + 1)]
    assert counted == {day: sum(stay.contains(day) for stay in stays) for day in days}


# ---- the way: hospital, recipients, bureau
def two_recipients(agreement):
    other = build.agreement_in_force(
        agreement.sender, build.organisation("township_clinic"), within=agreement.cycle
    )
    return other, build.plan(agreement, {}, {"agreement": other}, upto="submitted")


def test_from_draft_to_arrival(agreement, officer):
    other, plan = two_recipients(agreement)
    assert (plan.status, set(plan.postings.values_list("status", flat=True))) == ("submitted", {"planned"})
    here, there = build.coordinator(agreement.recipient), build.coordinator(other.recipient)
    posting = plan.postings.get(agreement=agreement)
    found = refusal(lambda: posting_confirm_arrival(posting=posting, arrived_on=AUTUMN[0], by=here))
    assert "还没有备案，备案后才能确认到岗" in found["__all__"][0]
    plan = plan_accept(batch=plan, by=here)
    assert plan.status == "submitted"
    refusal(lambda: plan_accept(batch=plan, by=here))
    assert "各受援单位都接收后" in str(refusal(lambda: plan_file(batch=plan, by=officer)))
    plan = plan_accept(batch=plan, by=there)
    assert plan.status == "accepted"
    plan = plan_file(batch=plan, by=officer)
    assert (plan.status, plan.filed_by) == ("filed", officer)
    assert set(plan.postings.values_list("status", flat=True)) == {"approved"}
    arrived = posting_confirm_arrival(posting=posting, arrived_on=AUTUMN[0], by=here)
    assert arrived.status == "on_post"


def test_a_return_takes_the_postings_away_and_keeps_the_lines(agreement, by, officer):
    _, plan = two_recipients(agreement)
    here = build.coordinator(agreement.recipient)
    assert "reason" in refusal(lambda: plan_return(batch=plan, by=here, reason=" "))
    plan = plan_return(batch=plan, by=here, reason="需要儿科")
    assert (plan.status, plan.return_reason, plan.postings.count(), plan.lines.count()) == (
        "returned",
        "需要儿科",
        0,
        2,
    )
    again = plan_submit(batch=plan, by=by)
    assert (again.return_reason, again.postings.count(), again.acceptances.count()) == ("", 2, 0)
    assert plan_return(batch=again, by=officer, reason="人数不足").status == "returned"


def test_a_withdrawn_plan_is_a_draft_and_a_draft_can_be_discarded(agreement, by):
    plan = build.plan(agreement, upto="accepted")
    assert "只有草稿" in str(refusal(lambda: plan_discard(batch=plan, by=by)))
    assert "需要修改时先撤回" in str(refusal(lambda: plan_save(batch=plan, header={}, lines=[], by=by)))
    plan = plan_withdraw(batch=plan, by=by)
    assert (plan.status, plan.postings.count()) == ("draft", 0)
    plan_discard(batch=plan, by=by)
    assert not Batch.objects.filter(pk=plan.pk).exists() and not PlanLine.objects.exists()
    filed = build.plan(agreement, upto="filed")
    assert "不能撤回" in str(refusal(lambda: plan_withdraw(batch=filed, by=by)))


def test_nobody_acts_for_another_side(agreement, by, officer):
    submitted, accepted = build.plan(agreement, upto="submitted"), build.plan(agreement, upto="accepted")
    everybody = {
        "sender": by,
        "sender with the recipient's role": build.user(
            [Role.RECIPIENT_COORDINATOR, Role.HOSPITAL_COORDINATOR], agreement.sender
        ),
        "recipient": build.coordinator(agreement.recipient),
        "another clinic": build.coordinator(build.organisation("township_clinic")),
        "officer": officer,
        "far officer": build.officer(build.bureau(build.FAR_AWAY)),
        "leader": build.user(Role.BUREAU_LEADER, agreement.cycle.programme.bureau),
    }
    draft = build.plan(agreement)
    allowed = {
        "submit": (
            lambda one: plan_submit(batch=draft, by=one),
            {"sender", "sender with the recipient's role"},
        ),
        "accept": (lambda one: plan_accept(batch=submitted, by=one), {"recipient"}),
        "return": (
            lambda one: plan_return(batch=submitted, by=one, reason="因"),
            {"recipient", "officer"},
        ),
        "file": (lambda one: plan_file(batch=accepted, by=one), {"officer"}),
        "withdraw": (
            lambda one: plan_withdraw(batch=submitted, by=one),
            {"sender", "sender with the recipient's role"},
        ),
    }
    for verb, (call, people) in allowed.items():
        for name, one in everybody.items():
            sid = transaction.savepoint()
            try:
                call(one)
                done = True
            except RuleBroken:
                done = False
            transaction.savepoint_rollback(sid)
            assert done == (name in people), (verb, name)


def test_who_planned_it_does_not_accept_it(agreement):
    """The same account in both duties and moved to the clinic since."""
    plan = build.plan(agreement, upto="submitted")
    planner = plan.planned_by
    planner.organisation, planner.roles = agreement.recipient, [Role.RECIPIENT_COORDINATOR]
    planner.save()
    refusal(lambda: plan_accept(batch=plan, by=planner))
    assert plan_accept(batch=plan, by=build.user(Role.RECIPIENT_COORDINATOR, agreement.recipient))


def test_what_changed_on_the_way_is_told_at_the_file(agreement, officer):
    plan = build.plan(agreement, {}, {}, upto="accepted")
    for posting in plan.postings.select_related("clinician"):
        posting.clinician.left_on = date(2026, 10, 1)
        posting.clinician.save()
    found = refusal(lambda: plan_file(batch=plan, by=officer))
    assert len(found["__all__"]) == 2 and all("离职" in text for text in found["__all__"])
    assert set(plan.postings.values_list("status", flat=True)) == {"planned"}


def test_planned_people_are_changed_in_their_plan_only(agreement, by, officer):
    plan = build.plan(agreement, upto="submitted")
    posting = plan.postings.get()
    assert "请在派驻计划中修改" in str(
        refusal(lambda: posting_change(posting=posting, by=officer, end_on=date(2026, 10, 1)))
    )
    assert "请在派驻计划中删去" in str(refusal(lambda: posting_cancel(posting=posting, by=by, reason="因")))
    found = refusal(
        lambda: posting_create(
            batch=plan,
            agreement=agreement,
            clinician=build.clinician(agreement.sender),
            start_on=AUTUMN[0],
            end_on=AUTUMN[1],
            by=officer,
        )
    )
    assert "人员在派驻计划中增加" in found["batch"][0]
    filed = build.batch(agreement)
    assert build.posting(agreement, within=filed, arrived=False).status == "approved"


def test_the_database_approves_nobody_before_the_batch_is_filed(agreement):
    plan = build.plan(agreement, upto="accepted")
    for status in ("approved", "on_post"):
        with pytest.raises(IntegrityError) as caught, transaction.atomic():
            plan.postings.update(
                status=status,
                arrived_on=AUTUMN[0],
                arrival_confirmed_by=build.coordinator(agreement.recipient),
                arrival_confirmed_at="2026-09-01T08:00+08:00",
            )
        assert broken_constraint(caught.value) == "posting_batch_filed"


# ---- at the same moment
@pytest.mark.django_db(transaction=True)
def test_two_plans_with_the_same_person_at_once_leave_one():
    hospital = build.organisation("hospital")
    cycle = build.cycle()
    agreements = [
        build.agreement_in_force(hospital, build.organisation("township_clinic"), within=cycle)
        for _ in range(2)
    ]
    people = [build.clinician(hospital) for _ in range(3)]
    # the same people in opposite order, at two recipients in opposite order
    plans = [
        build.plan(
            agreements[0],
            *({"clinician": person, "agreement": agreements[n % 2]} for n, person in enumerate(people)),
        ),
        build.plan(
            agreements[1],
            *(
                {"clinician": person, "agreement": agreements[(n + 1) % 2]}
                for n, person in enumerate(reversed(people))
            ),
        ),
    ]
    users = [build.user(Role.HOSPITAL_COORDINATOR, hospital) for _ in range(2)]
    for _ in range(3):
        made, refused = split(
            together(
                *(
                    lambda plan=plan, by=by: plan_submit(batch=plan, by=by)
                    for plan, by in zip(plans, users, strict=True)
                )
            )
        )
        assert len(made) == len(refused) == 1 and isinstance(refused[0], RuleBroken), refused
        assert len([text for text in refused[0].messages if "的派驻重叠" in text]) == 3
        assert Posting.objects.count() == 3
        plan_withdraw(batch=made[0], by=users[0])


@pytest.mark.django_db(transaction=True)
def test_the_last_two_recipients_accept_at_once():
    agreement = build.agreement_in_force(
        build.organisation("hospital"), build.organisation("township_clinic")
    )
    other, plan = two_recipients(agreement)
    people = [build.coordinator(row.recipient) for row in (agreement, other)]
    made, refused = split(together(*(lambda by=by: plan_accept(batch=plan, by=by) for by in people)))
    plan.refresh_from_db()
    assert (len(made), refused, plan.status, plan.acceptances.count()) == (2, [], "accepted", 2)


@pytest.mark.django_db(transaction=True)
def test_filed_and_withdrawn_at_once_is_one_of_both():
    agreement = build.agreement_in_force(
        build.organisation("hospital"), build.organisation("township_clinic")
    )
    officer = build.officer(agreement.cycle.programme.bureau)
    by = build.coordinator(agreement.sender, sending=True)
    for _ in range(3):
        plan = build.plan(agreement, upto="accepted")
        made, refused = split(
            together(
                lambda plan=plan: plan_file(batch=plan, by=officer),
                lambda plan=plan: plan_withdraw(batch=plan, by=by),
            )
        )
        assert len(made) == len(refused) == 1 and isinstance(refused[0], RuleBroken), refused
        plan.refresh_from_db()
        states = set(plan.postings.values_list("status", flat=True))
        assert (plan.status, states) in (("filed", {"approved"}), ("draft", set()))
