"""Signing in and out, the lock after wrong passwords, landings, one's own password."""

import re

from django.test import TestCase
from django.urls import reverse

from accounts.forms import UserAddForm, UserForm
from accounts.landing import LANDING
from accounts.models import Role, User
from accounts.models.user import REGION_ROLES, SYSTEM_ROLES
from accounts.services.users import user_set_password
from core.errors import RuleBroken
from core.models import AuditEvent
from testing import builders as build

PASSWORD = "qiao-liang-2026"


def home_of(role):
    if role in SYSTEM_ROLES:
        return None
    return build.bureau(build.COUNTY) if role in REGION_ROLES else build.organisation("hospital")


class SignInTests(TestCase):
    def setUp(self):
        self.user = build.user(
            "bureau_officer", build.bureau(build.COUNTY), username="officer", password=PASSWORD
        )

    def sign_in(self, password=PASSWORD, **more):
        data = {"username": "officer", "password": password, **more}
        return self.client.post(reverse("sign-in"), data)

    def test_right_password_opens_the_own_landing(self):
        response = self.sign_in()
        self.assertRedirects(response, reverse("home"), fetch_redirect_response=False)
        response = self.client.get(reverse("home"))
        self.assertRedirects(response, reverse("admin:index"))

    def test_wrong_password_stays_with_a_chinese_sentence(self):
        response = self.sign_in("wrong")
        self.assertContains(response, "用户名或密码不正确")
        self.assertNotIn("_auth_user_id", self.client.session)

    def test_fifth_wrong_password_locks_even_the_right_one(self):
        for _ in range(4):
            self.assertEqual(self.sign_in("wrong").status_code, 200)
        self.assertContains(self.sign_in("wrong"), "暂时不能登录", status_code=429)
        self.assertContains(self.sign_in(), "暂时不能登录", status_code=429)
        self.assertNotIn("_auth_user_id", self.client.session)

    def test_the_lock_holds_one_name_at_one_address_only(self):
        other = build.user("system_admin", username="another", password=PASSWORD)
        for _ in range(5):
            self.sign_in("wrong")
        self.client.post(reverse("sign-in"), {"username": "another", "password": PASSWORD})
        self.assertEqual(self.client.session["_auth_user_id"], str(other.pk))

    def test_a_deactivated_account_does_not_open(self):
        User.objects.filter(pk=self.user.pk).update(is_active=False)
        self.assertEqual(self.sign_in().status_code, 200)
        self.assertNotIn("_auth_user_id", self.client.session)

    def test_next_leads_on_but_never_to_another_host(self):
        wanted = reverse("admin:support_agreement_changelist")
        self.assertRedirects(self.sign_in(next=wanted), wanted)
        self.client.logout()
        response = self.sign_in(next="https://evil.example/")
        self.assertRedirects(response, reverse("home"), fetch_redirect_response=False)

    def test_every_page_asks_strangers_to_sign_in(self):
        desk = self.client.get(reverse("admin:index"), follow=True)  # by way of the admin's own door
        self.assertRedirects(desk, f"{reverse('sign-in')}?next=%2Fadmin%2F")
        for name in ("home", "password-change"):
            url = reverse(name)
            self.assertRedirects(
                self.client.get(url), f"{reverse('sign-in')}?next={url}", fetch_redirect_response=False
            )

    def test_sign_out_takes_a_post_and_ends_the_session(self):
        self.sign_in()
        self.assertEqual(self.client.get(reverse("sign-out")).status_code, 405)
        self.assertIn("_auth_user_id", self.client.session)
        response = self.client.post(reverse("sign-out"), follow=True)
        self.assertContains(response, "您已安全退出")
        self.assertNotIn("_auth_user_id", self.client.session)

    def test_each_attempt_is_on_record(self):
        self.sign_in("wrong")
        self.sign_in()
        self.assertEqual(
            sorted(AuditEvent.objects.values_list("verb", flat=True)), ["sign_in", "sign_in_failed"]
        )

    def test_the_pages_before_the_door_speak_chinese(self):
        page = self.client.get(reverse("sign-in")).content.decode()
        texts = re.sub(r"(?s)<(script|style).*?</\1>|<[^>]+>", " ", page)
        self.assertEqual(re.findall(r"[A-Za-z]{3,}", texts), [])


class LandingTests(TestCase):
    def test_every_role_has_its_landing(self):
        self.assertEqual(set(LANDING), set(Role))

    def test_each_role_reaches_a_page_it_may_open(self):
        for role in Role:
            with self.subTest(role=role):
                self.client.force_login(build.user(role, home_of(role)))
                response = self.client.get(reverse("home"), follow=True)
                self.assertEqual(response.redirect_chain[0][0], reverse(LANDING[role]))
                self.assertEqual(response.status_code, 200)


class PasswordTests(TestCase):
    def setUp(self):
        self.user = build.user("system_admin", username="keeper", password=PASSWORD)

    def test_changing_the_own_password_keeps_this_session_only(self):
        elsewhere = self.client_class()
        for client in (self.client, elsewhere):
            client.post(reverse("sign-in"), {"username": "keeper", "password": PASSWORD})
        new = "shan-shui-1949"
        response = self.client.post(
            reverse("password-change"),
            {"old_password": PASSWORD, "new_password1": new, "new_password2": new},
        )
        self.assertRedirects(response, reverse("home"), fetch_redirect_response=False)
        self.assertEqual(self.client.get(reverse("password-change")).status_code, 200)
        self.assertEqual(elsewhere.get(reverse("password-change")).status_code, 302)

    def test_weak_passwords_are_refused_in_chinese(self):
        self.client.force_login(self.user)
        response = self.client.post(
            reverse("password-change"),
            {"old_password": PASSWORD, "new_password1": "12345678", "new_password2": "12345678"},
        )
        self.assertContains(response, "这个密码太常见了")

    def test_reset_by_an_administrator_ends_the_sessions_and_is_on_record(self):
        other = build.user("bureau_officer", build.bureau(build.COUNTY), username="li", password=PASSWORD)
        self.client.post(reverse("sign-in"), {"username": "li", "password": PASSWORD})
        user_set_password(user=other, password="shan-shui-1949", by=self.user)
        self.assertEqual(self.client.get(reverse("password-change")).status_code, 302)
        self.assertEqual(AuditEvent.objects.get(verb="transition").note, "重设密码")
        with self.assertRaises(RuleBroken):
            user_set_password(user=other, password="12345678", by=self.user)


class AccountFormTests(TestCase):
    def setUp(self):
        self.bureau = build.bureau(build.COUNTY)

    def data(self, **changes):
        return {
            "username": "new",
            "name": "新来",
            "organisation": self.bureau.pk,
            "roles": ["bureau_officer", "bureau_leader"],
            "password1": PASSWORD,
            "password2": PASSWORD,
        } | changes

    def test_a_new_account_opens_with_its_password(self):
        user = UserAddForm(self.data()).save()
        self.assertTrue(user.check_password(PASSWORD))
        self.assertEqual(user.roles, ["bureau_officer", "bureau_leader"])

    def test_what_does_not_fit_is_told_beside_its_field(self):
        cases = [
            ({"password2": "other-2026"}, "password2"),
            ({"password1": "12345678", "password2": "12345678"}, "password1"),
            ({"roles": ["hospital_coordinator"]}, "roles"),
            ({"roles": []}, "roles"),
            ({"organisation": ""}, "roles"),
        ]
        for changes, field in cases:
            with self.subTest(changes=changes):
                self.assertIn(field, UserAddForm(self.data(**changes)).errors)

    def test_nobody_locks_himself_out(self):
        me = build.user("system_admin", username="me", password=PASSWORD)
        form = UserForm(
            {"username": "me", "name": "我", "roles": ["audit_admin"]}, instance=me, acting_user=me
        )
        self.assertEqual(set(form.errors), {"is_active", "roles"})
