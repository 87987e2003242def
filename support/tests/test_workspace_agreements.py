"""Agreements on the pages: read, confirm, return, download; never outside one's own."""

from datetime import date, timedelta

import pytest
from django.core.files.base import ContentFile
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from core.models import AuditEvent
from support.models import AgreementAttachment
from support.selectors.agreements import days_left, version_changes
from support.services.agreements import agreement_amend, version_confirm
from testing import builders as build
from testing.scene import scene

pytestmark = pytest.mark.django_db
HC, RC, HL = (
    Role.HOSPITAL_COORDINATOR.value,
    Role.RECIPIENT_COORDINATOR.value,
    Role.HOSPITAL_LEADER.value,
)
BO, CL, SA = Role.BUREAU_OFFICER.value, Role.CLINICIAN.value, Role.SYSTEM_ADMIN.value
PDF = b"%PDF-1.4\n%%EOF\n"


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """Built once; each test's changes are rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        world = scene()
        world.draft = build.agreement_draft(world.hospital, world.clinic, within=world.cycle)
        world.version = build.open_version(world.draft)
        yield world
        transaction.set_rollback(True)


@pytest.fixture
def scan(world, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return AgreementAttachment.objects.create(
        version=world.version, name="签字/扫描件\r\nX: 1", file=ContentFile(PDF, name="../../扫描.PDF")
    )


def answers(client, people, url, method="get", roles=(HC, RC, HL, BO, CL, SA)) -> dict[str, int]:
    found = {}
    for role in roles:
        client.force_login(people[role])
        found[role] = getattr(client, method)(url).status_code
    return found


def test_who_reads(client, world):
    everybody = {HC: 200, RC: 200, HL: 200, BO: 200, CL: 200, SA: 403}
    assert answers(client, world.people, reverse("agreement-list")) == everybody
    detail = reverse("agreement-detail", args=[world.agreement.pk])
    assert answers(client, world.people, detail) == everybody | {CL: 404}
    assert answers(client, world.strangers, detail) == dict.fromkeys((HC, RC, HL, BO, CL), 404) | {SA: 403}
    client.force_login(world.strangers[HC])
    assert world.agreement.number not in client.get(reverse("agreement-list")).content.decode()
    assert client.get(reverse("agreement-detail", args=[987654])).status_code == 404
    assert client.post(detail).status_code == 405
    client.logout()
    assert client.get(detail).headers["Location"].startswith(reverse("sign-in"))


@pytest.mark.parametrize("route", ["version-confirm", "version-return"])
def test_who_may_not_confirm_or_return(client, world, route):
    url = reverse(route, args=[world.version.pk])
    assert answers(client, world.people, url, "post", (HL, BO, CL, SA)) == dict.fromkeys(
        (HL, BO, CL, SA), 403
    )
    assert answers(client, world.strangers, url, "post", (HC, RC)) == {HC: 404, RC: 404}
    assert answers(client, world.people, url, "get", (HC, RC)) == {HC: 405, RC: 405}
    world.version.refresh_from_db()
    assert world.version.status == "draft"


def test_each_side_confirms_in_its_turn(client, world):
    url, page = (
        reverse("version-confirm", args=[world.version.pk]),
        reverse("agreement-detail", args=[world.draft.pk]),
    )
    client.force_login(world.people[RC])
    assert "确认协议</button>" not in client.get(page).content.decode()
    assert "现在应由" in client.post(url, follow=True).content.decode()
    client.force_login(world.people[HC])
    assert "确认协议</button>" in client.get(page).content.decode()
    client.post(url)
    client.force_login(world.people[RC])
    assert "确认协议</button>" in client.get(page).content.decode()
    client.post(url)
    world.version.refresh_from_db()
    assert world.version.status == "recipient_confirmed"


def test_return_needs_a_reason_and_tells_it(client, world):
    version_confirm(version=world.version, by=world.people[HC])
    url = reverse("version-return", args=[world.version.pk])
    client.force_login(world.people[RC])
    assert "请写明退回原因" in client.post(url, {"reason": ""}, follow=True).content.decode()
    client.post(url, {"reason": "驻点时间应为六个月"})
    client.force_login(world.people[HC])
    page = client.get(reverse("agreement-detail", args=[world.draft.pk])).content.decode()
    assert "驻点时间应为六个月" in page
    world.version.refresh_from_db()
    assert world.version.status == "draft"


def test_download(client, world, scan):
    url = reverse("attachment-download", args=[scan.pk])
    for role, wanted in ((HC, 200), (RC, 200), (BO, 200), (CL, 404), (SA, 403)):
        client.force_login(world.people[role])
        assert client.get(url).status_code == wanted, role
    client.force_login(world.strangers[HC])
    assert client.get(url).status_code == 404
    client.force_login(world.people[HC])
    assert client.post(url).status_code == 405
    before = AuditEvent.objects.filter(verb="download").count()
    answer = client.get(url)
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert (
        answer["Content-Disposition"].startswith("attachment;") and "\n" not in answer["Content-Disposition"]
    )
    assert "sandbox" in answer["Content-Security-Policy"]
    assert AuditEvent.objects.filter(verb="download").count() == before + 1


def test_a_lost_file_is_not_found_and_no_error(client, world, scan):
    scan.file.storage.delete(scan.file.name)
    client.force_login(world.people[HC])
    assert client.get(reverse("attachment-download", args=[scan.pk])).status_code == 404


def listed(client, **query) -> set[str]:
    return {row.number for row in client.get(reverse("agreement-list"), query).context["page"]}


def test_filters(client, world):
    client.force_login(world.people[HC])
    above = build.agreement_in_force(build.organisation("hospital", at=build.FAR_AWAY), world.hospital)
    old = build.agreement_in_force(
        world.hospital, build.organisation("township_clinic"), date(2024, 1, 1), date(2024, 12, 31)
    )
    mine, draft = world.agreement.number, world.draft.number
    assert listed(client) == {mine, draft, above.number, old.number}
    assert listed(client, side="recipient") == {above.number}
    assert listed(client, state="pending", side="sender") == {draft}
    assert listed(client, state="expired") == {old.number}
    assert listed(client, waiting="on") == {draft}
    assert listed(client, q=old.recipient.name) == {old.number}
    assert listed(client, q=mine[-4:], state="in_force") <= {mine, above.number}
    assert listed(client, q="%' OR 1=1") == set()
    assert listed(client, state="x", side="y", page="-1") == {mine, draft, above.number, old.number}


def test_an_amendment_shows_what_it_changes(client, world):
    amended = agreement_amend(agreement=world.agreement, reason="增加超声科", by=world.people[BO])
    amended.year_goal = "全年讲座 24 期"
    amended.save()
    build.target(world.agreement, "rounds", 2, unit="次")
    filed = world.agreement.current_version
    assert {name for name, *_ in version_changes(filed, amended)} == {"本期目标", "量化目标"}
    client.force_login(world.people[HC])
    page = client.get(reverse("agreement-detail", args=[world.agreement.pk]))
    assert page.context["shown"] == amended and page.context["changes"]
    assert "全年讲座 24 期" in page.content.decode()
    # the other side is not asked yet and reads the text in force
    client.force_login(world.people[RC])
    page = client.get(reverse("agreement-detail", args=[world.agreement.pk]))
    assert page.context["shown"] == filed
    page = client.get(reverse("agreement-detail", args=[world.agreement.pk]) + "?version=2")
    assert page.context["shown"] == amended


def test_days_left_count_both_ends(world):
    today = timezone.localdate()
    agreement = build.agreement_in_force(
        world.hospital, build.organisation("township_clinic"), today, today + timedelta(9)
    )
    assert [days_left(agreement, today + timedelta(days)) for days in (-1, 0, 9, 10)] == [None, 10, 1, None]
