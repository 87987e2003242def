"""Activities: what may be logged, told all at once; a double click is one record."""

import uuid
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Role
from core.errors import RuleBroken
from core.tests.together import split, together
from staffing.models import Activity, ActivityEvidence, ActivityMeasure, ActivityType, Measure
from staffing.services.activities import activity_save
from staffing.services.activity_rules import Finding, Outcome, Quantity
from support.models.donation import Qualifier
from support.services.records import record_confirm, record_delete, record_return, record_submit
from testing import builders as build

pytestmark = pytest.mark.django_db

ON = date(2026, 4, 10)


@pytest.fixture
def agreement():
    return build.agreement_in_force(build.organisation("hospital"), build.organisation("township_clinic"))


def save(agreement, kind="lecture", on=ON, *, measures=None, by=None, **fields) -> Activity:
    given = {"lectures": 1} if measures is None else measures
    return activity_save(
        agreement=agreement,
        activity_type=ActivityType.objects.get(code=kind),
        start_on=on,
        by=by or build.side(agreement, True),
        measures=build.quantities(given),
        **fields,
    )


def free_clinic(agreement, findings=(), patients=78, **fields) -> Activity:
    return save(
        agreement,
        "free_clinic",
        measures={"free_clinic_sessions": 1}
        | ({} if patients is None else {"free_clinic_patients": patients}),
        findings=[Finding(*row) for row in findings],
        **fields,
    )


def refusal(call) -> dict[str, list[str]]:
    with pytest.raises(RuleBroken) as caught, transaction.atomic():
        call()
    error = caught.value
    return error.message_dict if hasattr(error, "error_dict") else {"__all__": error.messages}


# ---- what may be logged
def test_a_lecture_with_its_audience(agreement):
    teacher = build.clinician(agreement.sender)
    made = save(agreement, measures={"lectures": 1, "lecture_audience": 300}, participants=[teacher])
    assert made.status == "draft" and list(made.participants.all()) == [teacher]
    values = made.measures.values_list("measure__code", "value", "measure__unit")
    assert sorted(values) == [("lecture_audience", 300, "人次"), ("lectures", 1, "次")]


def test_wording_of_the_source_is_kept(agreement):
    quantity = Quantity(Decimal(3000), Qualifier.OVER, "3000余人次")
    made = save(agreement, measures={"lectures": 1, "lecture_audience": quantity})
    kept = made.measures.get(measure__code="lecture_audience")
    assert (kept.value, kept.qualifier, kept.quoted) == (3000, "over", "3000余人次")


def test_nobody_logs_tomorrow(agreement, time_machine):
    time_machine.move_to("2026-04-09T23:30+08:00", tick=False)  # 15:30 UTC of the same day
    found = refusal(lambda: save(agreement, on=ON))
    assert found == {"start_on": ["活动日期不能晚于今天，请在活动结束后登记。"]}
    time_machine.move_to("2026-04-10T00:30+08:00", tick=False)  # still the day before in UTC
    save(agreement, on=ON)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (date(2026, 2, 28), None),
        (date(2026, 9, 1), None),
        (date(2026, 8, 31), date(2026, 9, 1)),
        (date(2025, 8, 31), None),
    ],
)
def test_outside_the_agreements_days(start, end):
    agreement = build.agreement_in_force(
        build.organisation(), build.organisation("township_clinic"), date(2026, 3, 1), date(2026, 8, 31)
    )
    found = refusal(lambda: save(agreement, on=start, end_on=end))
    assert found == {
        "start_on": [f"活动日期不在协议 {agreement.number} 的有效期 2026-03-01 至 2026-08-31 之内。"]
    }


def test_the_first_and_the_last_day_belong_to_the_agreement():
    agreement = build.agreement_in_force(
        build.organisation(), build.organisation("township_clinic"), date(2026, 3, 1), date(2026, 8, 31)
    )
    save(agreement, on=date(2026, 3, 1), end_on=date(2026, 8, 31))


def test_an_unfiled_agreement_has_no_activities():
    draft = build.agreement_draft(build.organisation(), build.organisation("township_clinic"))
    assert "尚未备案" in refusal(lambda: save(draft))["agreement"][0]


@pytest.mark.parametrize(
    ("kind", "measures", "sentence"),
    [
        ("lecture", {"lectures": -1}, "“讲座”不能为负数，现在是 -1。"),
        ("lecture", {"lectures": "1.5"}, "“讲座”只能填整数（次），现在是 1.5。"),
        ("lecture", {"lecture_audience": 30}, "请填写“讲座”（次）。"),
        ("lecture", {}, "请填写“讲座”（次）。"),
        ("operation", {}, "至少填写一项数量。"),
        ("lecture", {"lectures": 1, "operations": 3}, "“讲座”不填“手术（合计）”。"),
    ],
)
def test_quantities_that_cannot_be(agreement, kind, measures, sentence):
    assert sentence in refusal(lambda: save(agreement, kind, measures=measures))["measures"]


def test_money_may_have_fractions_and_zero_is_a_number(agreement):
    made = save(
        agreement,
        "free_clinic",
        measures={
            "free_clinic_sessions": 1,
            "free_medicine_value": Decimal("120.50"),
            "free_clinic_patients": 0,
        },
    )
    assert made.measures.get(measure__code="free_medicine_value").value == Decimal("120.50")
    assert made.measures.get(measure__code="free_clinic_patients").value == 0


def test_the_database_holds_negative_and_double_quantities_off(agreement):
    made = save(agreement)
    lectures = Measure.objects.get(code="lectures")
    for row in (
        ActivityMeasure(activity=made, measure=lectures, value=2),
        ActivityMeasure(activity=made, measure=Measure.objects.get(code="leaflets"), value=-1),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            ActivityMeasure.objects.bulk_create([row])


@pytest.mark.parametrize("field", ["topic", "place", "note", "content", "department"])
def test_an_identity_number_is_kept_out_of_every_text(agreement, field):
    found = refusal(lambda: save(agreement, **{field: "患者 1101 0519 4912 3100 2X"}))
    label = {"topic": "主题", "place": "地点", "note": "备注", "content": "内容", "department": "科室"}[field]
    assert found == {
        field: [f"“{label}”中有身份证号（110105********002X）。活动只登记数量，请删去个人信息。"]
    }


def test_an_identity_number_is_kept_out_of_rows_too(agreement):
    number = "11010519491231002X"
    assert (
        "成果"
        in refusal(
            lambda: save(
                agreement, "technique", measures={"techniques": 1}, outcomes=[Outcome("technique", number)]
            )
        )["outcomes"][0]
    )
    assert "病种" in refusal(lambda: free_clinic(agreement, [(f"高血压{number}", 1)]))["findings"][0]


def test_participants_belong_to_one_of_the_two_sides(agreement):
    ours, theirs = build.clinician(agreement.sender), build.clinician(agreement.recipient)
    stranger = build.clinician(build.organisation())
    found = refusal(lambda: save(agreement, participants=[ours, stranger, theirs]))
    assert found == {"participants": [f"{stranger.name}不是协议双方的人员。"]}
    assert save(agreement, participants=[ours, theirs]).participants.count() == 2


def test_all_problems_at_once(agreement):
    """Seven faults in one entry are seven sentences, and nothing is written."""
    stranger = build.clinician(build.organisation())
    found = refusal(
        lambda: save(
            agreement,
            on=date(2027, 5, 2),
            end_on=date(2027, 5, 1),
            measures={"lecture_audience": "-2.5", "operations": 1},
            participants=[stranger],
            note="证件11010519491231002X",
        )
    )
    assert {field: len(messages) for field, messages in found.items()} == {
        "end_on": 1,
        "start_on": 2,
        "participants": 1,
        "measures": 4,
        "note": 1,
    }, found
    assert not Activity.objects.exists()


# ---- rewriting and removing
def test_rewriting_replaces_measures_and_results(agreement):
    made = save(
        agreement,
        "technique",
        measures={"techniques": 2},
        outcomes=[
            Outcome("technique", "钼靶摄影"),
            Outcome("technique", "气管插管", first_on=date(2026, 4, 1)),
        ],
    )
    assert dict(made.outcomes.values_list("name", "first_on")) == {
        "钼靶摄影": ON,
        "气管插管": date(2026, 4, 1),
    }
    save(
        agreement,
        "technique",
        measures={"techniques": 1},
        outcomes=[Outcome("technique", "胸腔闭式引流")],
        activity=made,
    )
    assert made.measures.get().value == 1 and made.outcomes.get().name == "胸腔闭式引流"
    assert Activity.objects.count() == 1


@pytest.mark.parametrize("status", ["submitted", "confirmed"])
def test_what_is_handed_in_is_not_rewritten_or_removed(agreement, status):
    made = build.activity(agreement, status=status)
    assert "不能修改" in refusal(lambda: save(agreement, activity=made))["__all__"][0]
    refusal(lambda: record_delete(record=made, by=made.entered_by))


def test_only_the_side_that_entered_rewrites_and_removes(agreement):
    made = build.activity(agreement, status="returned")
    other = build.side(agreement, False)
    assert refusal(lambda: save(agreement, activity=made, by=other))["__all__"] == ["只有填报单位可以修改。"]
    refusal(lambda: record_delete(record=made, by=other))
    record_delete(record=made, by=build.side(agreement, True))
    assert not Activity.objects.exists()


# ---- a double click
def test_the_same_submit_twice_is_one_record(agreement):
    key = uuid.uuid4()
    first = save(agreement, client_key=key, submit=True)
    second = save(agreement, client_key=key, submit=True, measures={"lectures": 9})
    assert first == second and Activity.objects.get().measures.get().value == 1
    record_confirm(record=Activity.objects.get(), by=build.side(agreement, False))
    assert save(agreement, client_key=key, submit=True) == first
    assert Activity.objects.get().status == "confirmed"


def test_a_draft_and_then_the_submit_of_the_same_form_is_one_record(agreement):
    key = uuid.uuid4()
    first = save(agreement, client_key=key, topic="初稿")
    assert save(agreement, client_key=key, topic="改过") == first
    second = save(agreement, client_key=key, submit=True, topic="定稿", measures={"lectures": 2})
    made = Activity.objects.get()
    assert first == second == made
    assert (made.status, made.topic, made.measures.get().value) == ("submitted", "定稿", 2)


def test_a_returned_record_is_not_handed_in_again_by_an_old_form(agreement):
    key = uuid.uuid4()
    made = save(agreement, client_key=key, submit=True)
    record_return(record=Activity.objects.get(), by=build.side(agreement, False), reason="人次不符")
    assert save(agreement, client_key=key, submit=True, topic="旧表单") == made
    assert Activity.objects.values_list("status", "topic").get() == ("returned", "")


def test_the_key_of_somebody_else_gives_nothing_away(agreement):
    key = uuid.uuid4()
    save(agreement, client_key=key)
    stranger = build.user(Role.HOSPITAL_COORDINATOR, build.organisation())
    refusal(lambda: save(agreement, client_key=key, by=stranger))
    assert Activity.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_submit_at_the_same_moment_is_one_record():
    agreement = build.agreement_in_force(build.organisation(), build.organisation("township_clinic"))
    by = build.side(agreement, True)
    for _ in range(5):
        key = uuid.uuid4()
        calls = [lambda key=key: save(agreement, client_key=key, by=by, submit=True)] * 4
        done, refused = split(together(*calls))
        assert refused == []
        assert len({activity.pk for activity in done}) == 1
        assert Activity.objects.filter(client_key=key).count() == 1
        assert ActivityMeasure.objects.filter(activity__client_key=key).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_draft_and_a_submit_of_one_form_at_once_end_as_one_submitted_record():
    agreement = build.agreement_in_force(build.organisation(), build.organisation("township_clinic"))
    by = build.side(agreement, True)
    for _ in range(5):
        key = uuid.uuid4()
        calls = [
            lambda key=key, submit=submit: save(agreement, client_key=key, by=by, submit=submit)
            for submit in (False, True, False, True)
        ]
        done, refused = split(together(*calls))
        assert refused == [] and len({activity.pk for activity in done}) == 1
        assert Activity.objects.get(client_key=key).status == "submitted"


@pytest.mark.django_db(transaction=True)
def test_rewriting_and_confirming_at_once_never_changes_a_confirmed_record():
    agreement = build.agreement_in_force(build.organisation(), build.organisation("township_clinic"))
    other = build.side(agreement, False)
    made = build.activity(agreement, measures={"lectures": 1}, status="submitted")
    fresh = Activity.objects.get(pk=made.pk)
    done, refused = split(
        together(
            lambda: save(agreement, activity=made, measures={"lectures": 7}),
            lambda: record_confirm(record=fresh, by=other),
        )
    )
    assert len(done) == len(refused) == 1
    final = Activity.objects.get(pk=made.pk)
    assert (final.status, final.measures.get().value) == ("confirmed", 1)


# ---- findings, filing, what the type requires
def test_findings_of_a_free_clinic_are_a_subset(agreement):
    """C05: 78 patients, 17 diagnoses; nothing forces the one to be the other."""
    made = free_clinic(
        agreement, [("高血压", 9), ("冠心病", 6), ("子宫肌瘤", 2)], submit=True, acknowledged=None
    )
    assert sorted(str(row) for row in made.findings.all()) == ["冠心病6人", "子宫肌瘤2人", "高血压9人"]
    assert sum(row.patients for row in made.findings.all()) == 17
    assert made.measures.get(measure__code="free_clinic_patients").value == 78


def test_findings_that_cannot_be(agreement):
    found = refusal(
        lambda: free_clinic(agreement, [("高血压", 9), ("高血压", 1), ("", 2), ("病" * 41, 1), ("咳", -1)])
    )
    assert len(found["findings"]) == 4 and "“高血压”写了两次" in found["findings"][0]


def test_what_a_type_requires_is_asked_on_submitting_only(agreement):
    kind = ActivityType.objects.get(code="lecture")
    kind.requires, kind.evidence = ["topic", "participants", "filing"], "required"
    kind.save()
    draft = save(agreement)
    found = refusal(lambda: save(agreement, activity=draft, submit=True))
    assert set(found) == {"topic", "participants", "filing_number", "evidence"}
    assert refusal(lambda: record_submit(record=draft, by=draft.entered_by)) == found
    build_evidence(draft.client_key, draft.entered_by)
    found = refusal(lambda: save(agreement, activity=draft, submit=True))
    assert "evidence" not in found
    done = save(
        agreement,
        activity=draft,
        submit=True,
        topic="新生儿复苏",
        participants=[build.clinician(agreement.sender)],
        filing_number="凌卫备〔2026〕3号",
        filed_on=ON,
    )
    assert done.status == "submitted" and done.evidence.count() == 1


def build_evidence(key, by) -> ActivityEvidence:
    return ActivityEvidence.objects.create(
        entry_key=key, size=1, digest="0", uploaded_by=by, uploaded_for=by.organisation
    )


def test_files_of_somebody_else_do_not_come_along(agreement):
    key = uuid.uuid4()
    mine = build.side(agreement, True)
    build_evidence(key, build.user(Role.HOSPITAL_COORDINATOR, agreement.sender))
    assert save(agreement, client_key=key, by=mine).evidence.count() == 0


# ---- corrections
def correct(old, **fields):
    given = {"replace_reason": "人次写错", "replaces": old} | fields
    return save(old.agreement, measures=given.pop("measures", {"lectures": 3}), **given)


def test_a_correction_is_a_new_record_beside_the_confirmed_one(agreement):
    old = build.activity(agreement, measures={"lectures": 2})
    made = correct(old, submit=True)
    assert (made.replaces, made.replace_reason, made.status) == (old, "人次写错", "submitted")
    old.refresh_from_db()
    assert old.status == "confirmed" and old.measures.get().value == 2
    # rewriting the correction keeps what it corrects
    record_return(record=made, by=build.side(agreement, False), reason="不符")
    again = save(agreement, activity=Activity.objects.get(pk=made.pk), measures={"lectures": 4})
    assert (again.replaces, again.replace_reason) == (old, "人次写错")


def test_what_may_not_be_corrected(agreement):
    old = build.activity(agreement)
    assert set(refusal(lambda: correct(old, replace_reason=" "))) == {"replace_reason"}
    other_side = refusal(lambda: correct(old, by=build.side(agreement, False)))
    assert other_side["__all__"] == ["只有填报单位可以更正。"]
    assert (
        "类型"
        in refusal(lambda: correct(old, kind="ward_round", measures={"ward_rounds": 1}))["agreement"][0]
    )
    open_one = build.activity(agreement, status="submitted")
    assert "待确认" in refusal(lambda: correct(open_one))["__all__"][0]
    first = correct(old)
    assert "更正正在办理（草稿）" in refusal(lambda: correct(old))["__all__"][0]
    record_delete(record=first, by=first.entered_by)
    assert correct(old).replaces == old


@pytest.mark.django_db(transaction=True)
def test_two_corrections_at_once_are_one():
    agreement = build.agreement_in_force(build.organisation(), build.organisation("township_clinic"))
    old, by = build.activity(agreement), build.side(agreement, True)
    done, refused = split(together(*[lambda: correct(old, by=by)] * 3))
    assert len(done) == 1 and all("更正正在办理" in str(error) for error in refused)
