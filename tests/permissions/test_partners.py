"""Rows seen only as somebody's partner: read, never written, and no way to write beyond one's own reach."""

import json
from dataclasses import dataclass

import pytest
from django.urls import reverse

from accounts.models import Organisation, User
from reports.figures import Frame
from reports.selectors.facts import gather
from support.models import Agreement, AgreementVersion, Cycle, OutcomeIndicator, Programme
from testing import builders as build
from tests.permissions.browser import Browser
from tests.permissions.desks import address
from tests.permissions.world import OFFICER, SENDER

pytestmark = pytest.mark.django_db
REFUSED = "不在您的管理范围内"


@dataclass
class Partners:
    """A clinic and a hospital of another county, each with an agreement with the OWN ring; a witness."""

    clinic: Organisation
    hospital: Organisation
    sent: Agreement
    received: Agreement
    officer: User
    witness: User


@pytest.fixture
def partners(world, browser) -> Partners:
    own, place = world.own, build.OTHER_COUNTY
    clinic = build.organisation("township_clinic", at=place, name="邻县镇卫生院", code="LIN-1")
    hospital = build.organisation("hospital", at=place, name="邻县人民医院", code="LIN-2")
    bureau = build.bureau(place, name="邻县卫生健康局")
    third = build.bureau("451028", name="见证县卫生健康局")
    made = Partners(
        clinic,
        hospital,
        build.agreement_in_force(own.hospital, clinic, within=own.cycle, third_party=third),
        build.agreement_in_force(hospital, own.clinic, within=own.cycle),
        build.user(OFFICER, bureau),
        build.user(OFFICER, third),
    )
    for user in (made.officer, made.witness):
        browser.sign_in(user)
    browser.start_counting()
    return made


def keys(queryset) -> set[int]:
    return set(queryset.values_list("pk", flat=True))


def test_both_bureaus_own_an_agreement_between_counties(world, partners):
    both = {partners.sent.pk, partners.received.pk}
    assert keys(Agreement.objects.visible_to(partners.officer)) == both
    assert keys(Agreement.objects.owned_by(partners.officer)) == both
    assert both <= keys(Agreement.objects.owned_by(world.user(OFFICER)))


def test_the_third_party_only_reads(partners):
    assert keys(Agreement.objects.visible_to(partners.witness)) == {partners.sent.pk}
    assert keys(AgreementVersion.objects.visible_to(partners.witness)) == keys(partners.sent.versions)
    assert not Agreement.objects.owned_by(partners.witness).exists()
    assert not AgreementVersion.objects.owned_by(partners.witness).exists()


def test_partners_are_seen_not_owned(world, partners):
    own = world.own
    units = {partners.clinic.pk, partners.hospital.pk}
    for user in (world.user(OFFICER), world.user(SENDER)):
        seen, owned = Organisation.objects.visible_to(user), Organisation.objects.owned_by(user)
        assert partners.clinic.pk in keys(seen) and not units & keys(owned)
    assert keys(Organisation.objects.visible_to(partners.officer)) == units | {
        partners.officer.organisation_id,
        own.hospital.pk,
        own.clinic.pk,
        own.bureau.pk,
        partners.witness.organisation_id,
    }
    for model, row in ((Programme, own.programme), (Cycle, own.cycle)):
        assert keys(model.objects.visible_to(partners.officer)) == {row.pk}
        assert not model.objects.owned_by(partners.officer).exists()


def expect(browser: Browser, method: str, url: str, user, status: int, data=None) -> None:
    response = browser.ask(method, url, user, data)
    assert response.status_code == status, f"{method} {url}"
    assert status not in (302, 403) or not response.written, f"{method} {url} wrote {response.written}"


def test_the_desk_shows_partners_and_changes_nothing(world, browser, partners):
    own, officer = world.own, world.user(OFFICER)
    for label, row, user in (
        ("accounts.Organisation", partners.clinic, officer),
        ("accounts.Organisation", own.hospital, partners.officer),
        ("support.Programme", own.programme, partners.officer),
        ("support.Cycle", own.cycle, partners.officer),
        ("support.Agreement", partners.sent, partners.witness),
        ("support.AgreementVersion", partners.sent.current_version, partners.witness),
    ):
        url = address(label, "change", row)
        expect(browser, "GET", url, user, 200)
        expect(browser, "POST", url, user, 403, {"name": "改名"})
        expect(browser, "POST", address(label, "delete", row), user, 403, {"post": "yes"})


def test_a_witness_has_no_verbs(world, browser, partners):
    """403, or sent back when the moment is not his: in any case nothing happens."""
    answers = {"reason": "理由", "on": "2026-09-01", "cycle": world.own.cycle.pk, "number": "X-1"}
    answers |= {"start_on": "2027-01-01", "end_on": "2027-12-31"}
    for name, status in (("amend", 403), ("renew", 403), ("terminate", 302)):
        url = address("support.Agreement", "verb", partners.sent, name)
        for method in ("GET", "POST"):
            expect(browser, method, url, partners.witness, status, answers)
    for name, status in (("file", 302), ("return", 302), ("withdraw", 403)):
        url = address("support.AgreementVersion", "verb", partners.sent.versions.get(), name)
        expect(browser, "POST", url, partners.witness, status, answers)


ADDED = {
    "accounts.Organisation": lambda own, other: {
        "name": "越界医院",
        "code": "NEW-1",
        "kind": "hospital",
        "region": other.region_id,
        "former_names-TOTAL_FORMS": 0,
        "former_names-INITIAL_FORMS": 0,
    },
    "support.Agreement": lambda own, other: {
        "cycle": own.cycle.pk,
        "number": "NEW-2",
        "sender": other.agreements_sent.first().sender_id if other.kind == "hospital" else own.hospital.pk,
        "recipient": Organisation.objects.get(code="LIN-1").pk if other.kind == "hospital" else own.clinic.pk,
        "start_on": "2026-01-01",
        "end_on": "2026-12-31",
    },
    "staffing.Batch": lambda own, other: {
        "cycle": own.cycle.pk,
        "sender": other.pk if other.kind == "hospital" else own.hospital.pk,
        "code": "NEW-3",
        "kind": "circuit",
        "departed_on": "2026-03-01",
    },
    "staffing.Clinician": lambda own, other: {
        "organisation": other.pk,
        "staff_no": "NEW4",
        "name": "越界医师",
        "sex": "0",
    },
    "support.OutcomeValue": lambda own, other: {
        "recipient": other.pk,
        "indicator": OutcomeIndicator.objects.get(code="revenue").pk,
        "year": 2019,
        "value": 5,
    },
}


@pytest.mark.parametrize("label", ADDED)
def test_rows_beyond_ones_own_reach_cannot_be_added(world, browser, partners, label):
    """The partner can be chosen, for it is seen; what would belong to it alone is refused."""
    from django.apps import apps

    model, officer = apps.get_model(label), world.user(OFFICER)
    for other, made in ((partners.hospital, 0), (world.own.clinic, 1)):
        before, counts = model.objects.count(), []
        data = ADDED[label](world.own, other)
        response = browser.ask(
            "POST",
            address(label, "add"),
            officer,
            data,
            after=lambda counts=counts: counts.append(model.objects.count()),
        )
        assert counts == [before + made], response.context and response.context["errors"]
        assert (response.status_code, REFUSED in response.body.decode()) == (
            (302, False) if made else (200, True)
        )


def test_a_row_cannot_be_moved_out_of_ones_reach(world, browser, partners):
    from tests.permissions.seen import posted_back

    url = address("accounts.Organisation", "change", world.own.clinic)
    data = posted_back(browser.ask("GET", url, world.user(OFFICER)))
    data["region"] = partners.clinic.region_id
    found = []
    response = browser.ask(
        "POST",
        url,
        world.user(OFFICER),
        data,
        after=lambda: found.append(Organisation.objects.get(pk=world.own.clinic.pk).region_id),
    )
    assert response.status_code == 200 and REFUSED in response.body.decode()
    assert found == [world.own.clinic.region_id]


def test_a_partner_cannot_put_a_cycle_into_a_programme_of_others(world, browser, partners):
    data = {"programme": world.own.programme.pk, "name": "越界", "code": "NEW-5"}
    data |= {"start_on": "2026-01-01", "end_on": "2026-12-31"}
    data |= {"deadlines-TOTAL_FORMS": 0, "deadlines-INITIAL_FORMS": 0}
    before, after = Cycle.objects.count(), []
    response = browser.ask(
        "POST",
        reverse("admin:support_cycle_add"),
        partners.officer,
        data,
        after=lambda: after.append(Cycle.objects.count()),
    )
    assert after == [before] and REFUSED in response.body.decode()


def test_a_county_summary_names_no_recipient_of_other_counties(world, partners):
    """In a provincial cycle each county is measured by its own recipients and those it supports."""
    province = build.programme(build.bureau("450000"))
    cycle = build.cycle(province)
    far = build.organisation("township_clinic", at=build.OTHER_COUNTY, name="他县卫生院")
    cycle.recipients_planned.set([world.own.clinic, far])
    facts = gather(Frame(world.own.bureau, "bureau", cycle, cycle.period))
    assert facts["coverage"]["uncovered"] == [world.own.clinic.name]
    assert far.name not in json.dumps(facts, ensure_ascii=False)
    whole = gather(Frame(province.bureau, "bureau", cycle, cycle.period))
    assert whole["coverage"]["planned"] == 2
