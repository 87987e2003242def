"""The audit log: who did what, in the same transaction as the act, never changed afterwards."""

import pytest
from django.db import transaction
from django.test import RequestFactory

from core.models import AuditEvent
from core.services.audit import audit_record, client_address
from core.tests.frozen import all_refused, open_columns, ways_to_lose
from testing import builders as build

pytestmark = pytest.mark.django_db


def test_the_audit_log_only_grows():
    event = audit_record(verb=AuditEvent.Verb.EXPORT, user=None, note="台账", username="x")
    assert open_columns(event) == set()
    all_refused(ways_to_lose(event))
    audit_record(verb=AuditEvent.Verb.EXPORT, user=None)
    assert AuditEvent.objects.count() == 2


def test_a_line_keeps_the_words_of_the_day():
    hospital = build.organisation("hospital", name="凌云县人民医院")
    user = build.coordinator(hospital)
    event = audit_record(verb=AuditEvent.Verb.DOWNLOAD, user=user, subject=hospital, note="协议")
    hospital.name = "凌云县第一人民医院"
    hospital.save()
    event.refresh_from_db()
    assert (event.username, event.subject_type, event.subject_id, event.subject_label) == (
        user.username,
        "accounts.organisation",
        str(hospital.pk),
        "凌云县人民医院",
    )


def test_what_is_rolled_back_leaves_no_line():
    with pytest.raises(RuntimeError), transaction.atomic():
        audit_record(verb=AuditEvent.Verb.EXPORT, user=None)
        raise RuntimeError
    assert not AuditEvent.objects.exists()


def test_sign_in_failure_and_sign_out_are_recorded(client):
    build.user("system_admin", username="admin", password="Long-enough-1")
    client.login(request=RequestFactory().post("/"), username="admin", password="wrong")
    client.login(request=RequestFactory().post("/"), username="admin", password="Long-enough-1")
    client.logout()
    lines = AuditEvent.objects.order_by("pk").values_list("verb", "username")
    assert list(lines) == [
        ("sign_in_failed", "admin"),
        ("sign_in", "admin"),
        ("sign_out", "admin"),
    ]


def test_a_failed_sign_in_with_a_very_long_name_is_recorded_too(client):
    client.login(request=RequestFactory().post("/"), username="x" * 250, password="wrong")
    assert len(AuditEvent.objects.get().username) == 150


def test_no_password_reaches_the_log(client):
    build.user("system_admin", username="admin", password="Long-enough-1")
    client.login(request=RequestFactory().post("/"), username="admin", password="geheim-7")
    assert "geheim-7" not in "".join(map(str, AuditEvent.objects.values_list()))


@pytest.mark.parametrize(
    ("forwarded", "proxies", "expected"),
    [
        (None, 0, "10.0.0.9"),
        ("198.51.100.7", 0, "10.0.0.9"),  # no proxy of ours: the header is anybody's claim
        ("198.51.100.7", 1, "198.51.100.7"),
        ("6.6.6.6, 198.51.100.7", 1, "198.51.100.7"),  # the visitor sent a header too
        ("6.6.6.6, 198.51.100.7, 10.0.0.2", 2, "198.51.100.7"),
        ("2001:db8::7", 1, "2001:db8::7"),
        (None, 1, "10.0.0.9"),
        ("", 1, "10.0.0.9"),
        ("unknown", 1, None),
        ("198.51.100.7", 2, "10.0.0.9"),
    ],
)
def test_the_address_is_the_visitors_and_cannot_be_forged(settings, forwarded, proxies, expected):
    settings.AXES_IPWARE_PROXY_COUNT = proxies or None
    extra = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.9", **extra)
    assert client_address(request) == expected


def test_a_socket_has_no_address():
    assert client_address(RequestFactory().get("/", REMOTE_ADDR="")) is None
    assert client_address(None) is None


def test_only_auditors_see_the_log():
    audit_record(verb=AuditEvent.Verb.EXPORT, user=None)
    auditor, admin = build.user("audit_admin"), build.user("system_admin")
    assert auditor.has_perm("core.view_auditevent") and not admin.has_perm("core.view_auditevent")
    assert AuditEvent.objects.visible_to(auditor).count() == 1
    assert not AuditEvent.objects.visible_to(build.officer(build.bureau())).exists()
