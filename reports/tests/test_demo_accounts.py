"""The demonstration's accounts, and when it refuses to be loaded."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import RequestFactory, TestCase
from django.utils import timezone

from accounts.models import Role, User
from accounts.reference import load_regions
from reports import demo
from reports.demo.accounts import ACCOUNTS, PASSWORD, account_table, load_accounts
from reports.demo.clock import as_of
from reports.demo.organisations import load_organisations
from reports.demo.people import names
from support.models import Programme
from testing import builders as build


class TestAccounts(TestCase):
    @classmethod
    def setUpTestData(cls):
        load_regions()
        load_accounts(load_organisations())

    def test_one_account_for_every_role(self):
        roles = {role for user in User.objects.all() for role in user.roles}
        assert roles == set(Role.values)

    def test_the_printed_passwords_open_the_accounts(self):
        rows = account_table()
        assert [row[1] for row in rows] == [username for username, *_ in ACCOUNTS]
        for _, username, password, _, _ in rows:
            request = RequestFactory().post("/")
            assert self.client.login(request=request, username=username, password=password), username
            assert password == PASSWORD

    def test_a_changed_password_is_not_printed(self):
        user = User.objects.get(username="weijian")
        user.set_password("Eigenes-2026!")
        user.save()
        assert account_table()[0][2] == "（已改）"

    def test_coordinators_of_the_city_cannot_sign_in(self):
        others = User.objects.exclude(username__in=[username for username, *_ in ACCOUNTS])
        assert others.count() == 17
        assert not any(user.has_usable_password() for user in others)


class TestTable:
    def test_columns_line_up(self, db):
        build.region("450000")
        build.region("451027")
        build.region("450721")
        load_accounts(load_organisations())
        printed = StringIO()
        call_command("demo_accounts", stdout=printed)
        lines = printed.getvalue().splitlines()
        assert len(lines) == 1 + len(ACCOUNTS)
        assert lines[0].split() == ["角色", "用户名", "密码", "所在机构", "看到什么"]
        assert lines[1].split()[1:3] == ["weijian", PASSWORD]

    def test_nothing_to_list(self, db):
        printed = StringIO()
        call_command("demo_accounts", stdout=printed)
        assert printed.getvalue().strip() == "没有演示账号。"


@pytest.mark.django_db
class TestRefusals:
    def test_not_beside_real_work(self):
        real = build.programme()
        with pytest.raises(CommandError, match=real.name):
            call_command("load_demo", stdout=StringIO())
        assert not Programme.objects.filter(is_demo=True).exists()

    def test_only_if_empty(self):
        build.organisation("hospital")
        call_command("load_demo", if_empty=True, stdout=StringIO())
        assert not Programme.objects.exists()

    def test_force(self, monkeypatch):
        build.programme()
        asked = []
        monkeypatch.setattr(demo, "load_demo", lambda: asked.append(1) or [])
        call_command("load_demo", force=True, stdout=StringIO())
        assert asked == [1]


def test_the_clock_comes_back_even_after_an_error():
    with pytest.raises(ZeroDivisionError), as_of(date(2012, 7, 30)):
        assert timezone.localdate() == date(2012, 7, 30)
        1 / 0  # noqa: B018
    assert timezone.localdate() > date(2026, 1, 1)


def test_names_do_not_repeat():
    supply = list(names())
    assert len(supply) == len(set(supply)) > 500
