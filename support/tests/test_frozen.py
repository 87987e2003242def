"""What is filed, confirmed or final stays as it is, whoever writes and by whatever way."""

from datetime import date
from decimal import Decimal

import pgtrigger
import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.db import Error, transaction
from django.utils import timezone

from accounts.models import Role
from core.tests.frozen import all_refused, open_columns, refused, sql, ways_to_lose
from support.models import AgreementAttachment, AgreementParty, AgreementTarget, Speciality
from support.services.agreements import agreement_amend, version_file
from testing import builders as build

pytestmark = pytest.mark.django_db


# ---- agreements
@pytest.fixture
def filed(settings, tmp_path):
    """A filed version with a target, its parties and an attachment."""
    settings.MEDIA_ROOT = tmp_path
    draft = build.agreement_draft(build.organisation(), build.organisation("township_clinic"))
    version = build.open_version(draft)
    build.target(draft)
    version.specialities.set(Speciality.objects.filter(code__in=["03", "04"]))
    AgreementAttachment.objects.create(
        version=version, name="扫描件", file=ContentFile(b"%PDF-1.7", name="a.pdf")
    )
    return build.confirm_and_file(draft).current_version


def test_no_column_of_a_filed_version_changes(filed):
    # who drafted it and why an earlier draft came back are no part of the text
    assert open_columns(filed) <= {"status", "drafted_by", "return_reason"}


def test_a_filed_version_is_neither_changed_nor_removed(filed):
    all_refused(ways_to_lose(filed))


def test_these_tests_see_a_missing_trigger(filed):
    """With the triggers switched off the same questions find everything open."""
    with pgtrigger.ignore(
        "support.AgreementVersion:filed_text_is_frozen", "support.AgreementTarget:filed_version_is_frozen"
    ):
        assert {"title", "start_on", "end_on", "filed_by"} <= open_columns(filed, constraint_counts=False)
        assert not any(ways_to_lose(filed.targets.get()).values())


@pytest.mark.parametrize("status", ["draft", "sender_confirmed", "recipient_confirmed", "withdrawn"])
def test_a_filed_version_does_not_go_back(filed, status):
    assert refused(lambda: type(filed).objects.filter(pk=filed.pk).update(status=status))


def test_a_superseded_version_stays_as_it_was(filed):
    agreement = filed.agreement
    version = agreement_amend(
        agreement=agreement, reason="改", by=build.officer(agreement.cycle.programme.bureau)
    )
    assert version.number == 2
    build.confirm_and_file(agreement)
    filed.refresh_from_db()
    assert filed.status == "superseded"
    all_refused(ways_to_lose(filed))
    for child in (filed.targets.get(), filed.parties.first(), filed.attachments.get()):
        all_refused(ways_to_lose(child))


@pytest.mark.parametrize("children", ["targets", "parties", "attachments"])
def test_what_belongs_to_a_filed_version_stays(filed, children):
    for row in getattr(filed, children).all():
        assert open_columns(row) == set()
        all_refused(ways_to_lose(row))


def test_nothing_is_added_to_a_filed_version(filed):
    new = [
        AgreementTarget(version=filed, kind="lectures", unit="次", minimum=1),
        AgreementParty(version=filed, part="third", organisation=filed.agreement.sender),
        AgreementAttachment(version=filed, name="迟到", file="agreements/x.pdf", uploaded_at=timezone.now()),
    ]
    for row in new:
        assert refused(lambda row=row: type(row).objects.bulk_create([row])), row


def test_nothing_moves_into_or_out_of_a_filed_version(filed):
    draft = build.agreement_draft(filed.agreement.sender, filed.agreement.recipient)
    loose = build.target(draft)
    fixed = filed.targets.get()
    targets = AgreementTarget.objects
    assert refused(lambda: targets.filter(pk=loose.pk).update(version=filed))
    assert refused(lambda: targets.filter(pk=fixed.pk).update(version=build.open_version(draft)))


def test_the_departments_of_a_filed_version_stay(filed):
    through = type(filed).specialities.through
    more = Speciality.objects.get(code="05")
    assert refused(lambda: filed.specialities.add(more))
    assert refused(lambda: through.objects.filter(agreementversion=filed).delete())


def test_a_filed_agreement_keeps_its_identity(filed):
    agreement = filed.agreement
    changeable = {
        "current_version",
        "effective_from",
        "effective_to",
        "terminated_on",
        "termination_reason",
    }
    assert open_columns(agreement, constraint_counts=False) <= changeable
    assert refused(lambda: sql("delete from support_agreement where id = %s", agreement.pk))


def test_a_draft_can_be_changed_and_removed():
    """The other half: the triggers do not stand in the way of work."""
    draft = build.agreement_draft(build.organisation(), build.organisation("township_clinic"))
    version, target = build.open_version(draft), build.target(draft)
    for row in (version, target, version.parties.first()):
        assert not any(ways_to_lose(row).values() if row is not version else [refused(version.save)])
    draft.delete()
    assert not type(version).objects.filter(pk=version.pk).exists()


def test_drafts_on_the_way_are_returned_to_be_changed(filed):
    """An amendment's draft may change while the filed version beside it may not."""
    agreement = filed.agreement
    version = agreement_amend(
        agreement=agreement, reason="改", by=build.officer(agreement.cycle.programme.bureau)
    )
    version.year_goal = "新目标"
    version.save()
    version.targets.update(minimum=Decimal(99))
    assert filed.targets.get().minimum == 12
    version = build.confirm_and_file(agreement).current_version
    with pytest.raises(Exception, match="已备案"):
        version_file(version=version, by=build.officer(agreement.cycle.programme.bureau))


# ---- records of two sides
@pytest.fixture
def agreement():
    return build.agreement_in_force(build.organisation(), build.organisation("township_clinic"))


RECORDS = {
    "activity": lambda a: build.activity(a, participants=[build.clinician(a.sender)]),
    "study": lambda a: build.study(a),
    "donation": lambda a: build.donation(a, "goods", items=[("病床", 12, "张")]),
    "outcome": lambda a: build.outcome_value(a.recipient, 153),
}
# closing a study is the one change left; a moment without its author is stopped by a constraint. The day on
# which the recipient made a donation public is entered once, after the confirmation.
STILL_OPEN = {"study": {"closed_at"}, "donation": {"published_on"}}


@pytest.mark.parametrize("kind", RECORDS)
def test_no_column_of_a_confirmed_record_changes(agreement, kind):
    record = RECORDS[kind](agreement)
    assert record.status == "confirmed"
    assert open_columns(record, constraint_counts=False) == STILL_OPEN.get(kind, set())


@pytest.mark.parametrize("kind", RECORDS)
def test_a_confirmed_record_is_neither_changed_nor_removed(agreement, kind):
    record = RECORDS[kind](agreement)
    model = type(record)
    ways = ways_to_lose(record)
    all_refused(ways)
    for status in ("draft", "submitted", "returned"):
        assert refused(lambda status=status: model.objects.filter(pk=record.pk).update(status=status))
    model.objects.filter(pk=record.pk).update(status="superseded")
    record.refresh_from_db()
    all_refused(ways_to_lose(record))


def test_measures_and_results_of_a_confirmed_activity_stay(agreement):
    Outcome = apps.get_model("staffing", "ActivityOutcome")
    from_service = build.activity(
        agreement, "technique", measures={"techniques": 1}, outcomes=[], status="draft"
    )
    Outcome.objects.create(activity=from_service, kind="technique", name="钼靶摄影")
    build.settle(
        from_service, "confirmed", entered_by=build.side(agreement, True), other=build.side(agreement, False)
    )
    measure, outcome = from_service.measures.get(), from_service.outcomes.get()
    assert open_columns(measure) == open_columns(outcome) == set()
    all_refused(ways_to_lose(measure))
    all_refused(ways_to_lose(outcome))
    late = Outcome(activity=from_service, kind="technique", name="气管插管")
    assert refused(lambda: Outcome.objects.bulk_create([late]))


def test_goods_of_a_confirmed_donation_stay(agreement):
    item = RECORDS["donation"](agreement).items.get()
    assert open_columns(item) == set()
    all_refused(ways_to_lose(item))


def test_who_took_part_in_a_confirmed_activity_stays(agreement):
    record = RECORDS["activity"](agreement)
    assert refused(lambda: record.participants.add(build.clinician(agreement.sender)))
    assert refused(lambda: record.participants.clear())


@pytest.mark.parametrize("status", ["draft", "submitted", "returned"])
def test_open_records_can_be_changed_and_removed(agreement, status):
    record = build.donation(agreement, "goods", items=[("病床", 12, "张")], status=status)
    assert not any(ways_to_lose(record.items.get()).values())
    record.delete()


def test_nobody_confirms_the_own_entry_even_by_sql(agreement):
    record = build.donation(agreement, status="submitted")
    forged = dict(status="confirmed", confirmed_by=record.entered_by, confirmed_at=timezone.now())
    with pytest.raises(Error, match="donation_confirmed_by_other_side"), transaction.atomic():
        type(record).objects.filter(pk=record.pk).update(confirmed_for=record.entered_for, **forged)
    with pytest.raises(Error, match="donation_confirmed_by_other_side"), transaction.atomic():
        type(record).objects.filter(pk=record.pk).update(confirmed_for=agreement.recipient, **forged)


# ---- assessments
@pytest.fixture
def final():
    """An assessment with its grade decided, written without the service (which has tests of its own)."""
    bureau, hospital = build.bureau(build.COUNTY), build.organisation()
    Assessment = apps.get_model("assessment", "Assessment")
    template = apps.get_model("assessment", "ScoreTemplate").objects.get(subject="hospital")
    row = Assessment.objects.create(
        cycle=build.cycle(), template=template, organisation=hospital, assessor=bureau
    )
    row.scores.create(item=template.items.first(), score=10)
    row.total, row.computed_grade, row.final_grade = Decimal("91.0"), "excellent", "excellent"
    row.status, row.decided_at = "final", timezone.now()
    row.decided_by = build.user(Role.BUREAU_LEADER, bureau)
    row.save()
    return row


def test_a_final_assessment_is_frozen(final):
    assert open_columns(final) == set()
    all_refused(ways_to_lose(final))


def test_the_scores_of_a_final_assessment_are_frozen(final):
    all_refused(ways_to_lose(final.scores.get()))


def test_the_days_in_force_are_written_by_filing_only():
    """Days without a filed text, or a text without days, cannot be stored."""
    draft = build.agreement_draft(build.organisation(), build.organisation("township_clinic"))
    with pytest.raises(Error, match="agreement_effective_range"), transaction.atomic():
        type(draft).objects.filter(pk=draft.pk).update(
            effective_from=date(2026, 1, 1), effective_to=date(2026, 12, 31)
        )
