"""What is asked before an activity is handed in, and that it never forbids anything."""

import uuid
from datetime import date, timedelta

import pytest

from core.advice import Unconfirmed
from core.errors import RuleBroken
from staffing.models import Activity, ActivityEvidence, ActivityType
from staffing.selectors.averages import averages_of
from staffing.services.activities import activity_save
from staffing.services.activity_days import activity_save_days, key_of_day
from staffing.services.activity_rules import Finding, Outcome
from testing import builders as build

pytestmark = pytest.mark.django_db
ON = date(2026, 10, 7)


@pytest.fixture
def agreement():
    return build.agreement_in_force(build.organisation("hospital"), build.organisation("township_clinic"))


def entry(agreement, kind="ward_round", measures=None, **fields) -> dict:
    return {
        "agreement": agreement,
        "activity_type": ActivityType.objects.get(code=kind),
        "by": build.side(agreement, True),
        "measures": build.quantities(measures or {"ward_rounds": 1}),
        "submit": True,
        "acknowledged": (),
    } | fields


def asked(agreement, kind="ward_round", measures=None, on=ON, **fields) -> list[tuple[str, str]]:
    """(kind, field) of what was asked; the entry itself goes through when nothing was."""
    try:
        activity_save(start_on=on, **entry(agreement, kind, measures, **fields))
    except Unconfirmed as error:
        return [(one.kind, one.field) for one in error.advice]
    return []


def clinic(agreement, patients=78, findings=(), **fields):
    numbers = {"free_clinic_sessions": 1} | ({"free_clinic_patients": patients} if patients else {})
    rows = [Finding(*row) for row in findings]
    return [
        one
        for one in asked(agreement, "free_clinic", numbers, findings=rows, **fields)
        if one[0] != "evidence"
    ]


def test_an_ordinary_round_asks_nothing(agreement):
    assert asked(agreement, department="内一科", note="查看 12 个病人") == []
    assert Activity.objects.get().status == "submitted"


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("topic", "张某 13877651234 随访"),
        ("place", "卫生院，电话0776-7612345"),
        ("note", "旧证 110105491231002"),
        ("content", "患者李某\n住院号：20260412"),
        ("department", "内科 138 0013 8000"),
    ],
)
def test_a_text_that_seems_to_name_somebody_is_asked_about(agreement, field, text):
    assert asked(agreement, **{field: text}) == [("personal", field)]
    assert not Activity.objects.exists()


def test_rows_are_read_too(agreement):
    outcome = Outcome("technique", "钼靶摄影", department="放射科 13800138000")
    numbers = {"techniques": 1}
    assert ("personal", "outcomes") in asked(agreement, "technique", numbers, outcomes=[outcome])
    assert clinic(agreement, findings=[("高血压 13800138000", 2)]) == [("personal", "findings")]


def test_whoever_has_looked_goes_on_and_a_change_is_asked_anew(agreement):
    fields = entry(agreement, note="家属 13800138000")
    with pytest.raises(Unconfirmed) as caught:
        activity_save(start_on=ON, **fields)
    seen = {one.key for one in caught.value.advice}
    with pytest.raises(Unconfirmed):
        activity_save(start_on=ON, **fields | {"note": "家属 13900139000", "acknowledged": seen})
    assert activity_save(start_on=ON, **fields | {"acknowledged": seen}).status == "submitted"


def test_drafts_and_imports_are_never_asked(agreement):
    note = "家属 13800138000"
    assert activity_save(start_on=ON, **entry(agreement, note=note, submit=False)).status == "draft"
    imported = activity_save(start_on=ON, **entry(agreement, note=note, acknowledged=None))
    assert imported.status == "submitted"


@pytest.mark.parametrize(
    ("patients", "findings", "odd"),
    [
        (78, [("高血压", 9), ("冠心病", 6), ("子宫肌瘤", 2)], False),  # C05
        (17, [("高血压", 9), ("冠心病", 6), ("子宫肌瘤", 2)], False),
        (16, [("高血压", 9), ("冠心病", 6), ("子宫肌瘤", 2)], True),
        (None, [("高血压", 9)], False),
        (0, [], False),
    ],
)
def test_findings_beside_patients(agreement, patients, findings, odd):
    assert clinic(agreement, patients, findings) == ([("subset", "findings")] if odd else [])


@pytest.mark.parametrize(("days", "odd"), [(-1, False), (0, False), (1, True), (30, True)])
def test_a_free_clinic_before_its_filing(agreement, days, odd):
    found = clinic(agreement, filed_on=ON + timedelta(days))
    assert found == ([("filing", "filed_on")] if odd else [])


def test_proof_that_is_wanted(agreement):
    by, key = build.side(agreement, True), uuid.uuid4()
    lecture = ("lecture", {"lectures": 1})
    assert asked(agreement, *lecture) == [("evidence", "evidence")]
    ActivityEvidence.objects.create(
        entry_key=key, size=1, digest="0", uploaded_by=by, uploaded_for=by.organisation
    )
    assert asked(agreement, *lecture, client_key=key, by=by) == []


def test_the_same_event_again_is_asked_about_with_the_other_record(agreement):
    person = build.clinician(agreement.sender)
    first = build.activity(agreement, "ward_round", ON, measures={"ward_rounds": 1}, participants=[person])
    with pytest.raises(Unconfirmed) as caught:
        activity_save(start_on=ON, **entry(agreement, participants=[person]))
    (advice,) = caught.value.advice
    assert advice.kind == "duplicate" and [one.activity for one in advice.detail] == [first]
    # a correction is no duplicate of what it corrects
    assert asked(agreement, participants=[person], replaces=first, replace_reason="科室写错") == []


# ---- several days at once
def test_several_days_are_one_record_each_and_repeating_is_harmless(agreement):
    key, days = uuid.uuid4(), [date(2026, 10, 9), date(2026, 10, 7), date(2026, 10, 9)]
    for order in (days, days[::-1], days):
        saved = activity_save_days(days=order, client_key=key, **entry(agreement))
        assert [row.start_on for row in saved] == [date(2026, 10, 7), date(2026, 10, 9)]
    assert Activity.objects.count() == 2
    assert {row.client_key for row in saved} == {key_of_day(key, day) for day in days}


def test_all_days_or_none_and_every_problem_names_its_day(agreement):
    days = [date(2025, 12, 31), date(2026, 10, 7), date(2027, 1, 1)]
    with pytest.raises(RuleBroken) as caught:
        activity_save_days(days=days, client_key=uuid.uuid4(), **entry(agreement, measures={"lectures": 1}))
    found = caught.value.message_dict
    assert any(text.startswith("2025-12-31、2027-01-01：活动日期不在协议") for text in found["days"])
    assert any(text.startswith("2027-01-01：活动日期不能晚于今天") for text in found["days"])
    # what is wrong on every day is said once
    assert found["measures"] == ["“查房”不填“讲座”。", "请填写“查房”（次）。"]
    assert not Activity.objects.exists()


def test_advice_on_one_day_holds_all_of_them_up_until_it_was_seen(agreement):
    key = uuid.uuid4()
    build.activity(agreement, "ward_round", ON, measures={"ward_rounds": 1})
    days, fields = [ON, ON + timedelta(1)], entry(agreement)
    with pytest.raises(Unconfirmed) as caught:
        activity_save_days(days=days, client_key=key, **fields)
    assert Activity.objects.count() == 1
    seen = {one.key for one in caught.value.advice}
    assert len(activity_save_days(days=days, client_key=key, **fields | {"acknowledged": seen})) == 2


def test_a_month_at_most(agreement):
    days = [date(2026, 3, 1) + timedelta(n) for n in range(32)]
    with pytest.raises(RuleBroken, match="一次最多登记 31 天"):
        activity_save_days(days=days, client_key=uuid.uuid4(), **entry(agreement))


def test_files_of_the_form_go_to_the_first_day(agreement):
    by, key = build.side(agreement, True), uuid.uuid4()
    ActivityEvidence.objects.create(
        entry_key=key, size=1, digest="0", uploaded_by=by, uploaded_for=by.organisation
    )
    first, second = activity_save_days(
        days=[ON, ON + timedelta(1)], client_key=key, **entry(agreement, by=by)
    )
    assert (first.evidence.count(), second.evidence.count()) == (1, 0)


# ---- derived averages
def test_patients_per_session_are_derived_only(agreement):
    """C15: six townships, 200 sessions, 6000 patients: 30 a session, and neither number moves the other."""
    made = build.activity(
        agreement, "free_clinic", ON, measures={"free_clinic_sessions": 200, "free_clinic_patients": 6000}
    )
    (found,) = averages_of(made.measures.select_related("measure"))
    assert (str(found), found.value) == ("义诊患者平均每次 30.0 人次", 30)
    single = build.activity(
        agreement, "free_clinic", ON, measures={"free_clinic_sessions": 1, "free_clinic_patients": 78}
    )
    assert averages_of(single.measures.select_related("measure")) == []
    lectures = build.activity(agreement, measures={"lectures": 3, "lecture_audience": 100})
    assert [str(one.value) for one in averages_of(lectures.measures.select_related("measure"))] == ["33.3"]
