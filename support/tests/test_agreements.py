"""The life of an agreement: every legal path, every illegal order, every role, and two at once."""

from dataclasses import dataclass, field
from datetime import date

import pytest
from django.db import transaction

from accounts.models import Role, User
from core.errors import RuleBroken
from core.models import AuditEvent
from core.tests.together import split, together
from support.models import Agreement, AgreementVersion
from support.services.agreements import (
    agreement_amend,
    agreement_create,
    agreement_renew,
    agreement_terminate,
    version_confirm,
    version_file,
    version_return,
    version_withdraw,
)
from testing import builders as build
from testing.scene import people_for

pytestmark = pytest.mark.django_db

Status = AgreementVersion.Status
CONFIRMING = {Role.HOSPITAL_COORDINATOR, Role.RECIPIENT_COORDINATOR}


@dataclass
class Parties:
    """A hospital, a clinic and their county bureau, each with somebody in every role it can have."""

    bureau: object
    hospital: object
    clinic: object
    cycle: object
    agreement: Agreement
    actors: dict[str, User] = field(default_factory=dict)

    @property
    def version(self) -> AgreementVersion:
        return self.agreement.versions.order_by("-number").first()


def parties() -> Parties:
    bureau = build.bureau(build.COUNTY)
    hospital, clinic = build.organisation("hospital"), build.organisation("township_clinic")
    cycle = build.cycle(build.programme(bureau))
    agreement = build.agreement_draft(hospital, clinic, within=cycle)
    actors = {f"own {role}": user for role, user in people_for(bureau, hospital, clinic).items()}
    # each side may have coordinators of either name: what counts is whose they are
    actors["sender's second"] = build.user(Role.RECIPIENT_COORDINATOR, hospital)
    actors["recipient's second"] = build.user(Role.HOSPITAL_COORDINATOR, clinic)
    far = [build.organisation(kind, at=build.FAR_AWAY) for kind in ("bureau", "hospital", "township_clinic")]
    actors |= {f"far {role}": user for role, user in people_for(*far).items()}
    actors["province officer"] = build.officer(build.bureau("450000"))
    actors["township officer"] = build.officer(build.bureau("451027001"))
    return Parties(bureau, hospital, clinic, cycle, agreement, actors)


SENDERS = {"own hospital_coordinator", "sender's second"}
RECIPIENTS = {"own recipient_coordinator", "recipient's second"}
OFFICERS = {"own bureau_officer", "province officer"}

# how to bring a first version into each state; who may do what there and where it then stands
STEPS = {
    Status.DRAFT: [],
    Status.SENDER_CONFIRMED: ["sender"],
    Status.RECIPIENT_CONFIRMED: ["sender", "recipient"],
    Status.FILED: ["sender", "recipient", "bureau"],
    Status.WITHDRAWN: ["withdraw"],
}
LEGAL = {
    ("confirm", Status.DRAFT): (SENDERS, Status.SENDER_CONFIRMED),
    ("confirm", Status.SENDER_CONFIRMED): (RECIPIENTS, Status.RECIPIENT_CONFIRMED),
    ("file", Status.RECIPIENT_CONFIRMED): (OFFICERS, Status.FILED),
    ("return", Status.SENDER_CONFIRMED): (SENDERS | RECIPIENTS | OFFICERS, Status.DRAFT),
    ("return", Status.RECIPIENT_CONFIRMED): (SENDERS | RECIPIENTS | OFFICERS, Status.DRAFT),
}
VERBS = {
    "confirm": lambda version, by: version_confirm(version=version, by=by),
    "file": lambda version, by: version_file(version=version, by=by),
    "return": lambda version, by: version_return(version=version, by=by, reason="日期有误"),
}


def bring(found: Parties, status: str) -> AgreementVersion:
    for step in STEPS[status]:
        if step == "withdraw":
            version_withdraw(version=found.version, by=found.actors["own bureau_officer"])
        elif step == "bureau":
            version_file(version=found.version, by=found.actors["own bureau_officer"])
        else:
            actor = "own hospital_coordinator" if step == "sender" else "own recipient_coordinator"
            version_confirm(version=found.version, by=found.actors[actor])
    assert found.version.status == status
    return found.version


class Undo(Exception):
    pass


def attempt(verb: str, version: AgreementVersion, by: User) -> str:
    """Where the version stands afterwards, or "refused"; nothing of it stays."""
    try:
        with transaction.atomic():
            try:
                VERBS[verb](version, by)
            except RuleBroken as error:
                assert error.messages and all(has_chinese(message) for message in error.messages)
                after = AgreementVersion.objects.get(pk=version.pk)
                assert after.status == version.status, "refused, and yet something changed"
                return "refused"
            raise Undo(AgreementVersion.objects.get(pk=version.pk).status)
    except Undo as undone:
        return undone.args[0]


def has_chinese(text: str) -> bool:
    return any("一" <= letter <= "鿿" for letter in text)


@pytest.mark.parametrize("status", STEPS)
def test_who_may_do_what_in_which_order(status):
    """All actors × all verbs in this state: exactly the listed ones get through, to the listed state."""
    found = parties()
    version = bring(found, status)
    wrong = {}
    for verb in VERBS:
        may, then = LEGAL.get((verb, status), (set(), None))
        for name, actor in found.actors.items():
            expected = then if name in may else "refused"
            happened = attempt(verb, version, actor)
            if happened != expected:
                wrong[verb, name] = f"{happened}, expected {expected}"
    assert not wrong


def test_stale_row_in_hand_decides_nothing():
    """A page that was open for long: the state in the database counts."""
    found = parties()
    stale = found.version
    bring(found, Status.RECIPIENT_CONFIRMED)
    assert stale.status == Status.DRAFT
    with pytest.raises(RuleBroken, match="不需要双方确认"):
        version_confirm(version=stale, by=found.actors["own hospital_coordinator"])


def test_filing_puts_the_days_in_force_and_keeps_who_did_what():
    found = parties()
    assert found.agreement.effective_period is None
    version = bring(found, Status.FILED)
    agreement = Agreement.objects.get(pk=found.agreement.pk)
    assert agreement.current_version == version
    assert agreement.effective_period == version.period
    assert version.sender_confirmed_by == found.actors["own hospital_coordinator"]
    assert version.recipient_confirmed_by == found.actors["own recipient_coordinator"]
    assert version.filed_by == found.actors["own bureau_officer"]
    notes = AuditEvent.objects.filter(subject_id=str(version.pk), verb="transition").order_by("pk")
    assert [event.note for event in notes] == [f"{found.hospital}确认", f"{found.clinic}确认", "备案"]


def test_state_follows_from_the_days():
    agreement = build.agreement_in_force(
        build.organisation(), build.organisation("township_clinic"), date(2026, 3, 1), date(2026, 8, 31)
    )
    expected = {
        date(2026, 2, 28): "upcoming",
        date(2026, 3, 1): "in_force",
        date(2026, 8, 31): "in_force",
        date(2026, 9, 1): "expired",
    }
    for day, state in expected.items():
        assert (
            agreement.state_on(day) == Agreement.objects.with_state(day).get(pk=agreement.pk).state == state
        )
        in_force = Agreement.objects.in_force_on(day).filter(pk=agreement.pk).exists()
        assert in_force == (state == "in_force")


def test_return_starts_both_confirmations_anew():
    found = parties()
    version = bring(found, Status.RECIPIENT_CONFIRMED)
    with pytest.raises(RuleBroken, match="退回原因"):
        version_return(version=version, by=found.actors["own bureau_officer"], reason="  ")
    version = version_return(version=version, by=found.actors["own bureau_officer"], reason="缺第三方签字")
    assert version.return_reason == "缺第三方签字"
    assert version.sender_confirmed_at is version.recipient_confirmed_at is None
    version = version_confirm(version=version, by=found.actors["own hospital_coordinator"])
    assert version.status == Status.SENDER_CONFIRMED and version.return_reason == ""


# ---- three parties
def test_three_party_agreement_names_all_three():
    hospital, clinic = build.organisation(), build.organisation("township_clinic", at=build.OTHER_COUNTY)
    third = build.bureau(build.OTHER_COUNTY)
    agreement = build.agreement_in_force(hospital, clinic, third_party=third, signed_on=date(2025, 12, 20))
    rows = agreement.current_version.parties.values_list("part", "organisation", "signed_on")
    assert sorted(rows) == sorted(
        [
            ("sender", hospital.pk, date(2025, 12, 20)),
            ("recipient", clinic.pk, date(2025, 12, 20)),
            ("third", third.pk, date(2025, 12, 20)),
        ]
    )


def test_the_third_party_confirms_for_nobody():
    hospital, clinic = build.organisation(), build.organisation("township_clinic")
    third = build.organisation("hospital")
    draft = build.agreement_draft(hospital, clinic, third_party=third)
    with pytest.raises(RuleBroken):
        version_confirm(version=build.open_version(draft), by=build.coordinator(third))


@pytest.mark.parametrize("twice", ["recipient", "third_party"])
def test_no_party_is_two_parties(twice):
    hospital = build.organisation()
    chosen = {"recipient": build.organisation("township_clinic"), "third_party": None} | {twice: hospital}
    with pytest.raises(RuleBroken) as caught:
        build.agreement_draft(hospital, **chosen)
    assert any("同一家" in text or "相同" in text for text in caught.value.messages)


# ---- dates that cannot be
@pytest.mark.parametrize(
    ("dates", "sentence"),
    [
        (dict(start_on=date(2026, 5, 1), end_on=date(2026, 4, 30)), "结束日期早于开始日期。"),
        (
            dict(start_on=date(2014, 3, 1), end_on=date(2015, 2, 28), signed_on=date(2015, 3, 1)),
            "签订日期晚于协议结束日期，请核对。",
        ),
    ],
)
def test_impossible_dates_are_refused(dates, sentence):
    cycle = build.cycle()
    with pytest.raises(RuleBroken) as caught:
        agreement_create(
            cycle=cycle,
            number="XY-1",
            sender=build.organisation(),
            recipient=build.organisation("township_clinic"),
            by=build.officer(cycle.programme.bureau),
            **dates,
        )
    assert sentence in caught.value.messages
    assert not Agreement.objects.exists()


def test_number_is_used_once():
    build.agreement_draft(build.organisation(), build.organisation("township_clinic"), number="XY-7")
    with pytest.raises(RuleBroken):
        build.agreement_draft(build.organisation(), build.organisation("township_clinic"), number="XY-7")


# ---- amendment
@pytest.fixture
def filed():
    found = parties()
    build.target(found.agreement, "lectures", 12)
    bring(found, Status.FILED)
    found.agreement = Agreement.objects.get(pk=found.agreement.pk)
    return found


def amend(found: Parties, **dates) -> AgreementVersion:
    version = agreement_amend(
        agreement=found.agreement, reason="人员调整", by=found.actors["own bureau_officer"]
    )
    for name, value in dates.items():
        setattr(version, name, value)
    version.save()
    return version


def confirm_both(found: Parties, version: AgreementVersion) -> AgreementVersion:
    version_confirm(version=version, by=found.actors["own hospital_coordinator"])
    return version_confirm(version=version, by=found.actors["own recipient_coordinator"])


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
def terminate(found: Parties, on: date, *, by="own bureau_officer", reason="受援单位撤并") -> Agreement:
    return agreement_terminate(agreement=found.agreement, on=on, reason=reason, by=found.actors[by])


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


# ---- withdrawal
@pytest.mark.parametrize("status", [Status.DRAFT, Status.SENDER_CONFIRMED, Status.RECIPIENT_CONFIRMED])
def test_an_open_version_can_be_withdrawn_and_stays_on_record(status):
    found = parties()
    version = bring(found, status)
    version_withdraw(version=version, by=found.actors["own bureau_officer"])
    assert found.version.status == Status.WITHDRAWN


@pytest.mark.parametrize("status", [Status.FILED, Status.WITHDRAWN])
def test_what_is_filed_or_withdrawn_cannot_be_withdrawn(status):
    found = parties()
    version = bring(found, status)
    with pytest.raises(RuleBroken, match="不能撤回"):
        version_withdraw(version=version, by=found.actors["own bureau_officer"])


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
