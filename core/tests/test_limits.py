"""Limits count every request once, whoever asks and from whichever process."""

from datetime import timedelta

import pytest
from django.test import RequestFactory
from django.utils import timezone

from core.models import RateWindow
from core.services.limits import Limit, limit_count, limits_sweep, visitor_of
from core.tests.together import together

EVER = 10**9  # a window that does not end while a test runs


@pytest.mark.django_db
def test_the_last_allowed_passes_and_the_next_waits():
    limit = Limit("probe", 3, EVER)
    assert [limit_count(limit=limit, who="10.0.0.1") > 0 for _ in range(5)] == [False] * 3 + [True] * 2
    assert limit_count(limit=limit, who="10.0.0.2") == 0, "another visitor"
    assert limit_count(limit=Limit("other", 3, EVER), who="10.0.0.1") == 0, "another limit"
    assert 0 < limit_count(limit=limit, who="10.0.0.1") <= EVER


@pytest.mark.django_db
def test_the_next_window_begins_at_nought():
    limit = Limit("probe", 1, 60)
    limit_count(limit=limit, who="a")
    RateWindow.objects.update(window=1, count=99)
    assert limit_count(limit=limit, who="a") == 0


@pytest.mark.django_db(transaction=True)
def test_requests_at_the_same_moment_are_all_counted():
    limit = Limit("probe", 5, EVER)
    outcomes = together(*[lambda: limit_count(limit=limit, who="10.0.0.1") for _ in range(12)])
    assert sorted(waited > 0 for waited in outcomes) == [False] * 5 + [True] * 7
    assert RateWindow.objects.get().count == 12


@pytest.mark.django_db
def test_no_address_is_stored_and_old_windows_go():
    limit_count(limit=Limit("probe", 1, EVER), who="203.0.113.9")
    row = RateWindow.objects.get()
    assert len(row.key) == 64 and "203" not in row.key[:3] and row.ends_at > timezone.now()
    assert limits_sweep() == 0
    RateWindow.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    assert limits_sweep() == 1 and not RateWindow.objects.exists()


def test_a_claimed_address_does_not_make_another_visitor(settings):
    def asked(forwarded, remote="10.0.0.9"):
        return visitor_of(RequestFactory().get("/", HTTP_X_FORWARDED_FOR=forwarded, REMOTE_ADDR=remote))

    settings.AXES_IPWARE_PROXY_COUNT = None
    assert {asked("1.1.1.1"), asked("2.2.2.2"), asked("")} == {"10.0.0.9"}
    settings.AXES_IPWARE_PROXY_COUNT = 1
    assert asked("9.9.9.9, 203.0.113.7") == asked("8.8.8.8, 203.0.113.7") == "203.0.113.7"
    assert asked("nonsense") == asked("?") == "unknown"


def test_an_ipv6_network_is_one_visitor():
    def asked(remote):
        return visitor_of(RequestFactory().get("/", REMOTE_ADDR=remote))

    assert asked("2001:db8:1:2::1") == asked("2001:db8:1:2:ffff::9") == "2001:db8:1:2::/64"
    assert asked("2001:db8:1:3::1") != asked("2001:db8:1:2::1")
