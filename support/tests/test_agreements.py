"""The life of an agreement: every legal path, every illegal order, by every role."""

from datetime import date

import pytest
from django.db import transaction

from accounts.models import User
from core.errors import RuleBroken
from core.models import AuditEvent
from support.models import Agreement, AgreementVersion
from support.services.agreements import (
    agreement_create,
    version_confirm,
    version_return,
    version_withdraw,
)
from support.tests.agreement_parties import (
    OFFICERS,
    RECIPIENTS,
    SENDERS,
    STEPS,
    VERBS,
    Status,
    bring,
    parties,
)
from testing import builders as build

pytestmark = pytest.mark.django_db

# who may do what in which state, and where the version then stands; everything else is refused
LEGAL = {
    ("confirm", Status.DRAFT): (SENDERS, Status.SENDER_CONFIRMED),
    ("confirm", Status.SENDER_CONFIRMED): (RECIPIENTS, Status.RECIPIENT_CONFIRMED),
    ("file", Status.RECIPIENT_CONFIRMED): (OFFICERS, Status.FILED),
    ("return", Status.SENDER_CONFIRMED): (SENDERS | RECIPIENTS | OFFICERS, Status.DRAFT),
    ("return", Status.RECIPIENT_CONFIRMED): (SENDERS | RECIPIENTS | OFFICERS, Status.DRAFT),
}


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
