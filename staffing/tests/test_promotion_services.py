"""Entering candidates, facts and service: every refusal in words, all at once, and two at the same moment."""

from datetime import date, timedelta
from functools import partial

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import IntegrityError, InternalError, transaction
from django.utils import timezone

from core.errors import RuleBroken
from core.models import AuditEvent
from core.tests.together import split, together
from staffing.models import PromotionCandidate, PromotionExemption, PromotionRule, RecognisedService
from staffing.services.promotion import candidates_add, candidates_remove, facts_save
from staffing.services.promotion_rules import policy_save
from staffing.services.recognised import recognised_revoke, recognised_save
from support.services.records import record_confirm, record_delete, record_return
from testing import builders as build

pytestmark = pytest.mark.django_db
NEXT = timezone.localdate().year + 1


@pytest.fixture
def hospital():
    build.bureau(build.COUNTY)
    return build.organisation("hospital")


# ---- the December list
def test_several_people_at_once(hospital):
    people = [build.clinician(hospital) for _ in range(3)]
    added = candidates_add(people=people, target="associate", year=NEXT, by=build.coordinator(hospital))
    assert len(added) == 3
    assert PromotionCandidate.objects.filter(application_year=NEXT).count() == 3


def test_every_problem_is_told_and_nothing_is_written(hospital):
    by = build.coordinator(hospital)
    listed, gone = (
        build.clinician(hospital, "覃在册"),
        build.clinician(hospital, "蒙离职", left_on=date(2026, 1, 1)),
    )
    senior = build.clinician(hospital, "韦副高", title="232")
    stranger = build.clinician(build.organisation("hospital"), "外单位")
    fine = build.clinician(hospital)
    candidates_add(people=[listed], target="associate", year=NEXT, by=by)
    with pytest.raises(RuleBroken) as refused:
        candidates_add(people=[listed, gone, senior, stranger, fine], target="associate", year=NEXT, by=by)
    assert set(refused.value.messages) == {
        f"覃在册已在 {NEXT} 年的名单中（申报副高）。",
        "蒙离职已于 2026-01-01 离职。",
        "韦副高现职称是副主任医师（副高），申报级别应高于它，选的是副高。",
        "外单位不是本单位的人员。",
    }
    assert PromotionCandidate.objects.count() == 1
    with pytest.raises(RuleBroken) as refused:
        candidates_add(people=[], target="associate", year=NEXT + 20, by=by)
    assert len(refused.value.messages) == 2


def test_an_unknown_title_is_no_obstacle(hospital):
    unknown = build.clinician(hospital, title="")
    candidates_add(people=[unknown], target="associate", year=NEXT, by=build.coordinator(hospital))


def test_taking_off_the_list_leaves_a_trace(hospital):
    row = build.candidate(build.clinician(hospital, "岑移出"))
    with pytest.raises(RuleBroken):
        candidates_remove(candidates=[row], by=build.coordinator(build.organisation("hospital")))
    assert candidates_remove(candidates=[row], by=build.coordinator(hospital)) == 1
    assert AuditEvent.objects.filter(note__contains="岑移出").exists()
    with pytest.raises(RuleBroken):
        candidates_remove(candidates=[row], by=build.coordinator(hospital))


@pytest.mark.django_db(transaction=True)
def test_two_who_list_the_same_person_at_once(hospital):
    person, by = build.clinician(hospital), build.coordinator(hospital)
    add = partial(candidates_add, people=[person], year=NEXT, by=by)
    done, refused = split(together(partial(add, target="associate"), partial(add, target="senior")))
    assert len(done) == 1 and isinstance(refused[0], RuleBroken)
    assert PromotionCandidate.objects.count() == 1


# ---- facts
def test_facts_need_a_source_and_possible_dates(hospital):
    person, by = build.clinician(hospital, birth_month=date(1990, 5, 1)), build.coordinator(hospital)
    with pytest.raises(RuleBroken) as refused:
        facts_save(clinician=person, by=by, source=" ", grassroots_since=date(2000, 1, 1))
    assert set(refused.value.error_dict) == {"source", "grassroots_since"}
    tomorrow = timezone.localdate() + timedelta(days=1)
    with pytest.raises(RuleBroken):
        facts_save(clinician=person, by=by, source="档案", grassroots_since=tomorrow)
    with pytest.raises(RuleBroken):
        facts_save(clinician=person, by=build.coordinator(build.organisation("hospital")), source="档案")
    first = facts_save(clinician=person, by=by, source="档案", cdc=True)
    again = facts_save(clinician=person, by=by, source="档案二", cdc=False)
    assert (first.pk, again.cdc, again.source) == (again.pk, False, "档案二")


# ---- recognised service
def entry(person, start=date(2024, 1, 1), end=date(2024, 6, 30), **fields):
    return recognised_save(
        **{
            "clinician": person,
            "start_on": start,
            "end_on": end,
            "by": build.coordinator(person.organisation),
            "kind": "grassroots",
            "place": "某乡",
            "location": "township",
            "evidence": "证明",
        }
        | fields
    )


def test_days_that_cannot_be_are_refused_with_what_was_found(hospital):
    person, today = build.clinician(hospital), timezone.localdate()
    with pytest.raises(RuleBroken) as refused:
        entry(person, date(2024, 7, 1), date(2024, 6, 30))
    assert refused.value.messages == ["结束日期 2024-06-30 早于开始日期 2024-07-01。"]
    with pytest.raises(RuleBroken) as refused:
        entry(person, date(1949, 1, 1), today + timedelta(days=1))
    assert len(refused.value.messages) == 2 and set(refused.value.error_dict) == {"start_on", "end_on"}
    with pytest.raises(RuleBroken):
        entry(person, by=build.coordinator(build.organisation("hospital")))
    assert not RecognisedService.objects.exists()


def test_no_day_is_entered_twice(hospital):
    person = build.clinician(hospital)
    agreement = build.agreement_in_force(hospital, build.organisation("township_clinic"))
    build.posting(agreement, person, date(2026, 3, 1), date(2026, 8, 31))
    first = entry(person)
    with pytest.raises(RuleBroken) as refused:
        entry(person, date(2024, 6, 30), date(2024, 7, 31))
    assert "重叠" in refused.value.messages[0]
    with pytest.raises(RuleBroken) as refused:
        entry(person, date(2026, 1, 1), date(2026, 3, 1))
    assert "2026-03-01 至 2026-08-31 重叠" in refused.value.messages[0]
    entry(person, date(2024, 7, 1), date(2024, 7, 31))
    entry(person, date(2024, 1, 1), date(2024, 5, 31), service=first)


@pytest.mark.django_db(transaction=True)
def test_two_entries_of_the_same_days_at_once(hospital):
    person = build.clinician(hospital)
    build.coordinator(hospital)
    done, refused = split(together(partial(entry, person), partial(entry, person, date(2024, 3, 1))))
    assert len(done) == 1 and isinstance(refused[0], RuleBroken)
    assert RecognisedService.objects.count() == 1


def test_the_hospital_never_confirms_its_own(hospital):
    person = build.clinician(hospital)
    row = build.recognised(person, status="submitted")
    for who in (build.coordinator(hospital), build.user("hospital_leader", hospital)):
        with pytest.raises(RuleBroken):
            record_confirm(record=row, by=who)
    with pytest.raises(RuleBroken):
        record_confirm(record=row, by=build.officer(build.bureau(build.FAR_AWAY)))
    record_confirm(record=row, by=build.officer(build.bureau("450000")))
    row.refresh_from_db()
    assert row.status == "confirmed"


def test_confirmed_service_is_frozen_and_can_only_be_revoked(hospital):
    person = build.clinician(hospital)
    row = build.recognised(person)
    with pytest.raises(RuleBroken):
        entry(person, service=row)
    with pytest.raises(RuleBroken):
        record_delete(record=row, by=build.coordinator(hospital))
    with pytest.raises(InternalError), transaction.atomic():
        RecognisedService.objects.filter(pk=row.pk).update(end_on=date(2024, 12, 31))
    with pytest.raises(RuleBroken) as refused:
        recognised_revoke(service=row, by=build.coordinator(hospital), reason=" ")
    assert len(refused.value.messages) == 2
    officer = build.officer(row.confirmed_for)
    assert recognised_revoke(service=row, by=officer, reason="证明是假的").status == "superseded"
    assert AuditEvent.objects.filter(note="撤销认定：证明是假的").exists()
    entry(person)  # the days are free again


def test_what_was_returned_is_mended_and_sent_again(hospital):
    person = build.clinician(hospital)
    row = build.recognised(person, status="submitted")
    record_return(record=row, by=build.officer(build.bureau("450000")), reason="缺文号")
    mended = entry(person, service=row, evidence="县局 12 号", submit=True)
    assert (mended.pk, mended.status, mended.evidence) == (row.pk, "submitted", "县局 12 号")


def test_proofs_are_looked_into(hospital, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    person = build.clinician(hospital)
    with pytest.raises(RuleBroken) as refused:
        entry(person, evidence_file=ContentFile(b"MZ not a document", "proof.pdf"))
    assert "不符" in refused.value.messages[0]
    row = entry(person, evidence_file=ContentFile(b"%PDF-1.4 proof", "../../证明.pdf"))
    assert row.evidence_file.name.startswith("recognised/") and "证明" not in row.evidence_file.name


# ---- rules and policies
@pytest.mark.parametrize(
    "fields",
    [
        {"required_total": 0},
        {"min_stretch": 0},
        {"target_levels": []},
        {"target_levels": ["unknown"]},
        {"series": ["99"]},
        {"required_unit": "weeks"},
        {"effective_from": date(2026, 1, 2), "effective_to": date(2026, 1, 1)},
    ],
)
def test_the_database_refuses_impossible_rules(fields):
    made = build.promotion_rule()
    with pytest.raises(IntegrityError), transaction.atomic():
        PromotionRule.objects.filter(pk=made.pk).update(**fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "age"},
        {"kind": "cdc", "threshold": 3},
        {"kind": "age", "threshold": 50, "cut_off_month": 13},
        {"kind": "unheard"},
    ],
)
def test_the_database_refuses_impossible_exemptions(fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        PromotionExemption.objects.create(rule=build.promotion_rule(), **fields)


def test_a_cut_off_that_no_year_has_is_told():
    row = PromotionExemption(rule=build.promotion_rule(), kind="cdc", cut_off_month=2, cut_off_day=30)
    with pytest.raises(ValidationError) as refused:
        row.full_clean()
    assert "没有 2 月 30 日这一天" in str(refused.value)


@pytest.mark.django_db(transaction=True)
def test_two_officers_who_apply_rules_at_once(hospital):
    bureau = build.bureau("450000")
    by = build.officer(bureau)
    rules = [PromotionRule.objects.get(code=code) for code in ("hunan-2016", "guangdong")]
    calls = [partial(policy_save, rule=rule, effective_from=date(2026, 1, 1), by=by) for rule in rules]
    done, refused = split(together(*calls))
    assert len(done) == 1 and isinstance(refused[0], RuleBroken)


def test_only_ones_own_bureau_and_rules_in_use(hospital):
    bureau = build.bureau("450000")
    policy = build.promotion_policy(bureau, "guangdong")
    with pytest.raises(RuleBroken):
        policy_save(
            policy=policy,
            rule=policy.rule,
            effective_from=policy.effective_from,
            by=build.officer(build.bureau(build.FAR_AWAY)),
        )
    off = build.promotion_rule(is_active=False)
    with pytest.raises(RuleBroken) as refused:
        policy_save(
            rule=off, effective_from=date(2026, 1, 1), effective_to=date(2025, 1, 1), by=build.officer(bureau)
        )
    assert len(refused.value.messages) >= 2
