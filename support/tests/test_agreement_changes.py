"""What happens to a filed agreement: amended, renewed, terminated; and two people at the same moment."""

from datetime import date

import pytest

from core.errors import RuleBroken
from core.models import AuditEvent
from core.tests.together import split, together
from support.models import Agreement
from support.services.agreements import (
    agreement_amend,
    agreement_renew,
    version_file,
    version_return,
    version_withdraw,
)
from support.tests.agreement_parties import (
    OFFICERS,
    VERBS,
    Parties,
    Status,
    amend,
    bring,
    confirm_both,
    parties,
    terminate,
)
from testing import builders as build

pytestmark = pytest.mark.django_db


# ---- amendment
@pytest.fixture
def filed():
    found = parties()
    build.target(found.agreement, "lectures", 12)
    bring(found, Status.FILED)
    found.agreement = Agreement.objects.get(pk=found.agreement.pk)
    return found


def test_amendment_keeps_the_old_text_in_force_until_it_is_filed(filed):
    old = filed.agreement.current_version
    new = amend(filed, end_on=date(2026, 10, 31))
    new.targets.update(minimum=24)
    confirm_both(filed, new)
    agreement = Agreement.objects.get(pk=filed.agreement.pk)
    assert agreement.current_version == old and agreement.effective_to == date(2026, 12, 31)
    version_file(version=new, by=filed.actors["own bureau_officer"])
    agreement = Agreement.objects.get(pk=filed.agreement.pk)
    old.refresh_from_db()
    assert agreement.current_version == new and agreement.effective_to == date(2026, 10, 31)
    assert old.status == Status.SUPERSEDED
    assert [int(row.minimum) for row in (old.targets.get(), new.targets.get())] == [12, 24]
    assert (old.number, new.number) == (1, 2)


def test_amendment_copies_the_promise_but_not_the_files_or_confirmations(filed):
    new = amend(filed)
    old = filed.agreement.current_version
    assert [str(row) for row in new.targets.all()] == [str(row) for row in old.targets.all()]
    assert new.parties.count() == old.parties.count() == 2
    assert new.status == Status.DRAFT and new.sender_confirmed_at is None and new.signed_on is None


def test_two_amendments_at_once_are_refused(filed):
    amend(filed)
    with pytest.raises(RuleBroken, match="未办完的变更"):
        amend(filed)
    version_withdraw(version=filed.version, by=filed.actors["own bureau_officer"])
    assert amend(filed).number == 3


def test_amendment_needs_a_filed_text_and_a_reason(filed):
    with pytest.raises(RuleBroken, match="写明原因"):
        agreement_amend(agreement=filed.agreement, reason=" ", by=filed.actors["own bureau_officer"])
    draft = build.agreement_draft(filed.hospital, filed.clinic, within=filed.cycle)
    with pytest.raises(RuleBroken, match="尚未备案"):
        agreement_amend(agreement=draft, reason="改", by=filed.actors["own bureau_officer"])


def test_amendment_that_leaves_posted_people_uncovered_is_refused(filed):
    person = build.posting(filed.agreement, start=date(2026, 3, 1), end=date(2026, 8, 31), arrived=False)
    new = confirm_both(filed, amend(filed, end_on=date(2026, 8, 30)))
    with pytest.raises(RuleBroken) as caught:
        version_file(version=new, by=filed.actors["own bureau_officer"])
    assert str(person) in caught.value.messages[0]
    assert Agreement.objects.get(pk=filed.agreement.pk).effective_to == date(2026, 12, 31)


def test_amendment_may_end_on_the_last_posted_day_and_forgets_cancelled_ones(filed):
    build.posting(filed.agreement, start=date(2026, 3, 1), end=date(2026, 8, 31))
    gone = build.posting(filed.agreement, start=date(2026, 9, 1), end=date(2026, 12, 31), arrived=False)
    filed.agreement.postings.filter(pk=gone.pk).update(status="cancelled")
    new = confirm_both(filed, amend(filed, end_on=date(2026, 8, 31)))
    version_file(version=new, by=filed.actors["own bureau_officer"])
    assert Agreement.objects.get(pk=filed.agreement.pk).effective_to == date(2026, 8, 31)


# ---- renewal
def renew(found: Parties, **changes) -> Agreement:
    following = build.cycle(found.cycle.programme, date(2027, 1, 1), date(2027, 12, 31))
    given = dict(number="XY-2027", start_on=date(2027, 1, 1), end_on=date(2027, 12, 31)) | changes
    return agreement_renew(
        agreement=found.agreement, cycle=following, by=found.actors["own bureau_officer"], **given
    )


def test_renewal_continues_with_the_same_parties_and_goes_the_same_way(filed):
    renewed = renew(filed)
    assert renewed.renewal_of == filed.agreement and renewed.effective_period is None
    assert (renewed.sender, renewed.recipient) == (filed.hospital, filed.clinic)
    assert build.open_version(renewed).targets.get().minimum == 12
    renewed = build.confirm_and_file(renewed)
    assert renewed.effective_from == date(2027, 1, 1)
    assert Agreement.objects.get(pk=filed.agreement.pk).effective_to == date(2026, 12, 31)


def test_renewal_starts_after_the_old_one_and_happens_once(filed):
    with pytest.raises(RuleBroken, match="晚于原协议的结束日期 2026-12-31"):
        renew(filed, start_on=date(2026, 12, 31))
    renew(filed)
    with pytest.raises(RuleBroken):
        renew(filed, number="XY-2027-2")


def test_an_unfiled_agreement_is_not_renewed():
    found = parties()
    with pytest.raises(RuleBroken, match="尚未备案"):
        renew(found)


# ---- termination
def test_termination_cuts_the_days(filed):
    terminate(filed, date(2026, 6, 30))
    agreement = Agreement.objects.get(pk=filed.agreement.pk)
    assert agreement.effective_to == agreement.terminated_on == date(2026, 6, 30)
    assert agreement.state_on(date(2026, 6, 30)) == "in_force"
    assert agreement.state_on(date(2026, 7, 1)) == "terminated"
    assert Agreement.objects.with_state(date(2026, 7, 1)).get(pk=agreement.pk).state == "terminated"


@pytest.mark.parametrize("on", [date(2025, 12, 31), date(2027, 1, 1)])
def test_termination_lies_within_the_days(filed, on):
    with pytest.raises(RuleBroken, match="有效期"):
        terminate(filed, on)


def test_only_officers_of_the_programme_terminate(filed):
    for name in set(filed.actors) - OFFICERS:
        with pytest.raises(RuleBroken, match="经办人员"):
            terminate(filed, date(2026, 6, 30), by=name)
    terminate(filed, date(2026, 6, 30), by="province officer")


def test_termination_needs_a_reason_and_nobody_left_behind(filed):
    with pytest.raises(RuleBroken, match="写明原因"):
        terminate(filed, date(2026, 6, 30), reason="")
    posted = build.posting(filed.agreement, start=date(2026, 3, 1), end=date(2026, 8, 31))
    with pytest.raises(RuleBroken) as caught:
        terminate(filed, date(2026, 6, 30))
    assert posted.clinician.name in caught.value.messages[0]
    terminate(filed, date(2026, 8, 31))


def test_a_terminated_agreement_is_over(filed):
    version = confirm_both(filed, amend(filed))
    terminate(filed, date(2026, 6, 30))
    with pytest.raises(RuleBroken, match="已终止"):
        version_file(version=version, by=filed.actors["own bureau_officer"])
    version_withdraw(version=version, by=filed.actors["own bureau_officer"])
    with pytest.raises(RuleBroken, match="已终止"):
        amend(filed)
    with pytest.raises(RuleBroken, match="未终止"):
        terminate(filed, date(2026, 5, 31))


# ---- two at the same moment
def pair_at_once(found: Parties, verb: str, names: list[str]):
    version = found.version
    return split(together(*(lambda name=name: VERBS[verb](version, found.actors[name]) for name in names)))


@pytest.mark.django_db(transaction=True)
def test_two_officers_file_at_once():
    found = parties()
    bring(found, Status.RECIPIENT_CONFIRMED)
    done, refused = pair_at_once(found, "file", ["own bureau_officer", "province officer"])
    assert len(done) == len(refused) == 1
    assert "现在是“已备案”" in refused[0].messages[0]
    version = found.agreement.versions.get()
    assert version.status == Status.FILED and version.filed_by == done[0].filed_by
    assert AuditEvent.objects.filter(subject_id=str(version.pk), note="备案").count() == 1


@pytest.mark.django_db(transaction=True)
def test_filing_and_returning_at_once_end_in_one_of_the_two():
    found = parties()
    version = bring(found, Status.RECIPIENT_CONFIRMED)
    done, refused = split(
        together(
            lambda: version_file(version=version, by=found.actors["own bureau_officer"]),
            lambda: version_return(version=version, by=found.actors["own hospital_coordinator"], reason="改"),
        )
    )
    assert len(done) == len(refused) == 1 and isinstance(refused[0], RuleBroken)
    version.refresh_from_db()
    agreement = Agreement.objects.get(pk=found.agreement.pk)
    assert version.status == done[0].status
    assert (agreement.current_version_id is not None) == (version.status == Status.FILED)


@pytest.mark.django_db(transaction=True)
def test_two_amendments_at_the_same_moment_leave_one():
    found = parties()
    bring(found, Status.FILED)
    found.agreement = Agreement.objects.get(pk=found.agreement.pk)
    done, refused = split(together(lambda: amend(found), lambda: amend(found)))
    assert len(done) == len(refused) == 1 and "未办完的变更" in refused[0].messages[0]
    assert found.agreement.versions.count() == 2


@pytest.mark.django_db(transaction=True)
def test_termination_and_a_new_posting_at_once_never_leave_a_posting_outside():
    """Whoever is first wins; the other is told. Repeated, so that both orders have a chance."""
    for _ in range(4):
        termination_against_posting()


def termination_against_posting() -> None:
    found = parties()
    bring(found, Status.FILED)
    found.agreement = Agreement.objects.get(pk=found.agreement.pk)
    batch, person = build.batch(found.agreement), build.clinician(found.hospital)
    by = build.coordinator(found.hospital)
    results = together(
        lambda: build.posting(found.agreement, person, within=batch, by=by, arrived=False),
        lambda: terminate(found, date(2026, 6, 30)),
    )
    agreement = Agreement.objects.get(pk=found.agreement.pk)
    assert not agreement.postings.filter(end_on__gt=agreement.effective_to).exists()
    _, refused = split(results)
    assert len(refused) == 1 and isinstance(refused[0], RuleBroken), results


def test_only_an_officer_over_a_party_amends_and_withdraws():
    """The duty stands in the service, whichever desk or import calls it."""
    agreement = build.agreement_in_force(build.organisation(), build.organisation("township_clinic"))
    stranger = build.officer(build.bureau(build.FAR_AWAY))
    for by in (stranger, build.coordinator(agreement.sender), build.coordinator(agreement.recipient)):
        with pytest.raises(RuleBroken, match="经办人员"):
            agreement_amend(agreement=agreement, reason="延长", by=by)
    version = agreement_amend(
        agreement=agreement, reason="延长", by=build.officer(agreement.cycle.programme.bureau)
    )
    with pytest.raises(RuleBroken, match="经办人员"):
        version_withdraw(version=version, by=stranger)
