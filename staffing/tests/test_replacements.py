"""Corrections and withdrawals of what is confirmed: the original counts until the other side agreed."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from core.errors import RuleBroken
from core.tests.together import split, together
from staffing.models import Activity, AdvancedStudy
from staffing.services.mentorships import contact_write, mentorship_create
from staffing.services.recognised import recognised_revoke, recognised_save
from staffing.services.studies import study_close, study_create, study_log_write
from support.models import Donation, OutcomeValue
from support.selectors.record_story import record_differences, record_history
from support.services.disputes import record_dispute
from support.services.donations import donation_save
from support.services.outcomes import outcome_correct
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


@pytest.fixture
def agreement():
    return make_agreement()


def make_agreement():
    bureau = build.bureau(build.COUNTY)
    return build.agreement_in_force(
        build.organisation("hospital"),
        build.organisation("township_clinic"),
        within=build.cycle(build.programme(bureau)),
    )


def correct(original: Donation, amount: int, *, submit: bool = True, **fields) -> Donation:
    return donation_save(
        agreement=fields.pop("agreement", original.agreement),
        kind=original.kind,
        given_on=original.given_on,
        title=original.title,
        amount=Decimal(amount),
        by=original.entered_by,
        replaces=original,
        replace_reason=fields.pop("reason", "收据金额看错"),
        submit=submit,
        **fields,
    )


def standing_amounts() -> list[Decimal]:
    return list(Donation.objects.standing().order_by("amount").values_list("amount", flat=True))


# ---- corrections
def test_the_original_counts_until_the_correction_is_confirmed(agreement):
    original = build.donation(agreement, amount=100)
    new = correct(original, 120)
    assert standing_amounts() == [100] and not Donation.objects.unconfirmed().exists()
    record_confirm(record=new, by=build.side(agreement, False))
    original.refresh_from_db()
    assert (original.status, original.replaced_by) == ("superseded", new)
    assert standing_amounts() == [120] and list(Donation.objects.confirmed()) == [new]
    assert [step.what for step in record_history(original)][-1] == "被更正"


def test_a_correction_can_be_corrected(agreement):
    first = build.donation(agreement, amount=100)
    second = correct(first, 120)
    record_confirm(record=second, by=build.side(agreement, False))
    third = correct(Donation.objects.get(pk=second.pk), 130)
    record_confirm(record=third, by=build.side(agreement, False))
    assert standing_amounts() == [130]


def test_what_may_not_be_corrected(agreement):
    waiting = build.donation(agreement, status="submitted")
    with pytest.raises(RuleBroken, match="只有“已确认”的记录可以更正"):
        correct(waiting, 5)
    original = build.donation(agreement)
    with pytest.raises(RuleBroken, match="请写明更正原因"):
        correct(original, 5, reason=" ")
    with pytest.raises(RuleBroken, match="只有填报单位可以更正"):
        donation_save(
            agreement=agreement,
            kind="cash",
            given_on=original.given_on,
            title="改",
            amount=Decimal(5),
            by=build.side(agreement, False),
            replaces=original,
            replace_reason="改",
        )
    correct(original, 5, submit=False)
    with pytest.raises(RuleBroken, match="更正正在办理（草稿）"):
        correct(original, 6)
    with pytest.raises(RuleBroken, match="更正正在办理"):
        record_withdraw(record=original, by=original.entered_by, reason="重复")


def test_a_correction_stays_with_its_agreement(agreement):
    other = build.agreement_in_force(
        agreement.sender, build.organisation("township_clinic"), within=agreement.cycle
    )
    original = build.donation(agreement)
    with pytest.raises(RuleBroken, match="更正不能换协议"):
        correct(original, 5, agreement=other)


def test_the_database_itself_refuses_two_corrections_of_one_record(agreement):
    original = build.donation(agreement)
    new = correct(original, 5)
    twin = Donation.objects.get(pk=new.pk)
    twin.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save(force_insert=True)


def test_a_correction_of_what_no_longer_stands_is_refused():
    """A service revoked meanwhile: its correction can be neither confirmed nor sent again."""
    person = build.clinician(build.organisation("hospital"))
    original = build.recognised(person)
    officer = original.confirmed_by
    new = recognised_save(
        clinician=person,
        start_on=date(2024, 1, 1),
        end_on=date(2024, 5, 31),
        by=original.entered_by,
        kind=original.kind,
        place=original.place,
        location=original.location,
        evidence=original.evidence,
        replaces=original,
        replace_reason="多算一个月",
        submit=True,
    )
    recognised_revoke(service=original, by=officer, reason="证明不实")
    with pytest.raises(RuleBroken, match="要更正的原记录现在是“已被更正”"):
        record_confirm(record=new, by=officer)
    record_return(record=new, by=officer, reason="原记录已撤销")
    with pytest.raises(RuleBroken, match="不能再办理"):
        record_submit(record=new, by=original.entered_by)
    record_delete(record=new, by=original.entered_by)


def test_a_corrected_study_keeps_its_log_and_its_closing(agreement):
    study = build.study(agreement, start=date(2026, 3, 1), end=date(2026, 5, 31))
    by = build.side(agreement, True)
    study_log_write(study=study, month=date(2026, 3, 1), text="跟班", by=by)
    study = study_close(study=study, by=by, ended_on=date(2026, 5, 20), result="合格", exam_score=Decimal(88))
    new = study_create(
        agreement=agreement,
        trainee=study.trainee,
        start_on=date(2026, 3, 2),
        end_on=date(2026, 5, 20),
        by=by,
        replaces=study,
        replace_reason="报到晚一天",
        submit=True,
    )
    labels = {row.label for row in record_differences(study, new, {})}
    assert "开始日期" in labels and "结业情况" not in labels
    record_confirm(record=new, by=build.side(agreement, False))
    new.refresh_from_db()
    assert (new.exam_score, new.result, new.is_closed) == (Decimal("88.0"), "合格", True)
    assert [row.text for row in new.logs.all()] == ["跟班"] and not study.logs.exists()


def test_a_corrected_pair_keeps_its_year(agreement):
    pair = build.mentorship(agreement, start=date(2026, 1, 1), end=date(2026, 6, 30))
    contact_write(mentorship=pair, month=date(2026, 2, 1), number=3, note="", by=build.side(agreement, True))
    new = mentorship_create(
        agreement=agreement,
        mentor=pair.mentor,
        apprentice=pair.apprentice,
        start_on=pair.start_on,
        end_on=date(2026, 12, 31),
        by=pair.entered_by,
        replaces=pair,
        replace_reason="协议是一年",
        submit=True,
    )
    record_confirm(record=new, by=build.side(agreement, False))
    assert [row.apprentice_days for row in new.contacts.all()] == [3] and not pair.contacts.exists()


def test_an_outcome_value_corrected_in_its_own_place():
    clinic = build.organisation("township_clinic")
    value = build.outcome_value(clinic, 90, 2025)
    new = outcome_correct(
        original=value, by=value.entered_by, value=Decimal(95), reason="漏一科室", submit=True
    )
    assert OutcomeValue.objects.standing().get() == value
    record_confirm(record=new, by=value.confirmed_by)
    assert OutcomeValue.objects.standing().get().value == 95


# ---- withdrawals
def test_a_withdrawal_takes_the_original_out_and_counts_nowhere(agreement):
    original = build.activity(agreement, measures={"lectures": 1, "lecture_audience": 30})
    withdrawal = record_withdraw(record=original, by=original.entered_by, reason="重复登记")
    assert (withdrawal.status, withdrawal.is_withdrawal) == ("submitted", True)
    assert not withdrawal.measures.exists() and withdrawal.hours is None
    assert list(Activity.objects.standing()) == [original]
    record_confirm(record=withdrawal, by=build.side(agreement, False))
    for row in (original, withdrawal):
        row.refresh_from_db()
        assert row.status == "superseded"
    assert not Activity.objects.standing().exists() and not Activity.objects.confirmed().exists()
    assert withdrawal.confirmed_by == build.side(agreement, False)


@pytest.mark.parametrize("kind", ["donation", "study", "mentorship", "outcome", "quarter", "recognised"])
def test_every_kind_can_be_withdrawn(agreement, kind):
    officer = build.officer(agreement.cycle.programme.bureau)
    original = {
        "donation": lambda: build.donation(agreement, "goods", 500, items=[("床", 2, "张")]),
        "study": lambda: build.study(agreement, tuition_amount=Decimal(600)),
        "mentorship": lambda: build.mentorship(agreement),
        "outcome": lambda: build.outcome_value(agreement.recipient, 9, confirmed_by=officer),
        "quarter": lambda: build.outcome_value(agreement.recipient, 9, quarter=2, confirmed_by=officer),
        "recognised": lambda: build.recognised(build.clinician(agreement.sender), confirmed_by=officer),
    }[kind]()
    made = record_withdraw(record=original, by=original.entered_by, reason="登记错了")
    other = officer if original.confirming_organisation() is None else build.side(agreement, False)
    assert getattr(made, "amount", None) is None and getattr(made, "tuition_amount", None) is None
    assert getattr(made, "quarter", None) == getattr(original, "quarter", None)
    record_confirm(record=made, by=other)
    assert not type(original).objects.standing().filter(pk__in=[original.pk, made.pk]).exists()


def test_a_refused_withdrawal_leaves_everything_as_it_was(agreement):
    original = build.donation(agreement, amount=100)
    made = record_withdraw(record=original, by=original.entered_by, reason="重复")
    with pytest.raises(RuleBroken, match="对作废申请不提出争议"):
        record_dispute(record=made, by=build.side(agreement, False), reason="没有重复")
    record_return(record=made, by=build.side(agreement, False), reason="没有重复")
    assert not made.is_editable and standing_amounts() == [100]
    record_submit(record=made, by=original.entered_by)
    record_retract(record=made, by=original.entered_by)
    record_delete(record=made, by=original.entered_by)
    original.refresh_from_db()
    assert original.status == "confirmed"
    correct(original, 5)  # the way is free again


def test_a_withdrawn_study_frees_its_days(agreement):
    original = build.study(agreement)
    made = record_withdraw(record=original, by=original.entered_by, reason="没有来")
    record_confirm(record=made, by=build.side(agreement, False))
    again = build.study(agreement, original.trainee)
    assert AdvancedStudy.objects.standing().get() == again


def test_differences_name_fields_and_rows(agreement):
    original = build.donation(agreement, "goods", 500, items=[("床", 2, "张")])
    new = correct(original, 600, receipt="收-9")
    below = {"物品": lambda row: [str(item) for item in row.items.all()]}
    found = {row.label: (row.before, row.after) for row in record_differences(original, new, below)}
    assert found == {"金额（元）": ("500", "600"), "收据编号": ("无", "收-9"), "物品": ("床2张", "无")}


# ---- at the same moment
@pytest.mark.django_db(transaction=True)
def test_two_corrections_begun_at_once_are_one():
    agreement = make_agreement()
    original = build.donation(agreement)
    done, refused = split(together(lambda: correct(original, 5), lambda: correct(original, 6)))
    assert len(done) == len(refused) == 1 and isinstance(refused[0], RuleBroken)
    assert Donation.objects.filter(replaces=original).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_correction_confirmed_twice_at_once_takes_the_place_once():
    agreement = make_agreement()
    original = build.donation(agreement)
    new = correct(original, 5)
    by = build.side(agreement, False)
    fresh = [Donation.objects.get(pk=new.pk) for _ in range(2)]
    done, refused = split(together(*(lambda row=row: record_confirm(record=row, by=by) for row in fresh)))
    assert len(done) == len(refused) == 1 and isinstance(refused[0], RuleBroken)
    assert standing_amounts() == [5]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("other", ["return", "retract", "delete-original"])
def test_a_correction_confirmed_while_something_else_happens(other):
    agreement = make_agreement()
    original = build.donation(agreement, amount=100)
    new = correct(original, 5)
    by, mine = build.side(agreement, False), build.side(agreement, True)
    fresh = [Donation.objects.get(pk=new.pk) for _ in range(2)]
    rival = {
        "return": lambda: record_return(record=fresh[1], by=by, reason="不符"),
        "retract": lambda: record_retract(record=fresh[1], by=mine),
        "delete-original": lambda: record_withdraw(record=original, by=mine, reason="重复"),
    }[other]
    done, refused = split(together(lambda: record_confirm(record=fresh[0], by=by), rival))
    assert len(done) == len(refused) == 1 and isinstance(refused[0], RuleBroken)
    original.refresh_from_db(), new.refresh_from_db()
    if new.status == "confirmed":
        assert original.status == "superseded" and standing_amounts() == [5]
    else:
        assert original.status == "confirmed" and standing_amounts() == [100]


@pytest.mark.django_db(transaction=True)
def test_confirm_return_retract_and_dispute_at_once_end_in_one_of_them():
    agreement = make_agreement()
    record = build.donation(agreement, status="submitted")
    by, mine = build.side(agreement, False), build.side(agreement, True)
    fresh = [Donation.objects.get(pk=record.pk) for _ in range(4)]
    done, refused = split(
        together(
            lambda: record_confirm(record=fresh[0], by=by),
            lambda: record_return(record=fresh[1], by=by, reason="不符"),
            lambda: record_retract(record=fresh[2], by=mine),
            lambda: record_dispute(record=fresh[3], by=by, reason="应为 2"),
        )
    )
    assert len(done) == 1 and all(isinstance(error, RuleBroken) for error in refused)
    record.refresh_from_db()
    assert (bool(record.confirmed_at), bool(record.return_reason), bool(record.dispute_reason)) == {
        "confirmed": (True, False, False),
        "returned": (False, True, False),
        "draft": (False, False, False),
        "disputed": (False, False, True),
    }[record.status]
