"""What people see: their own landing page, Chinese only, nothing from elsewhere, no sideways scrolling."""

import re

import pytest
from django.urls import reverse

from accounts.models import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LANDING = {
    Role.BUREAU_OFFICER: "admin:index",
    Role.BUREAU_LEADER: "dashboard",
    Role.LEADERSHIP: "dashboard",
    Role.HOSPITAL_COORDINATOR: "workspace",
    Role.HOSPITAL_LEADER: "workspace",
    Role.RECIPIENT_COORDINATOR: "workspace",
    Role.CLINICIAN: "workspace",
    Role.SYSTEM_ADMIN: "admin:index",
    Role.AUDIT_ADMIN: "admin:index",
}
# words of ours and file formats that are no leak
ALLOWED = {
    "PDF",
    "Excel",
    "CSV",
    "xlsx",
    "csv",
    "ID",
    "IP",
    "GB",
    "XLSX",
    "T",
    "JPG",
    "PNG",
    "A",
    "B",
    "C",
    "CT",
}
ENGLISH = re.compile(r"(?<![A-Za-z0-9_-])[A-Za-z]{3,}(?![A-Za-z0-9_-])")


def english_words(page, names) -> set[str]:
    text = page.inner_text("body")
    for name in names:
        text = text.replace(name, "")
    return set(ENGLISH.findall(text)) - ALLOWED


@pytest.mark.parametrize("role", list(LANDING), ids=lambda role: role.value)
def test_each_role_lands_on_its_page_and_every_place_is_sound(world, visit, role):
    """Signs in with an English browser, opens every entry of navigation and desk at both widths."""
    person = world.people[role]
    names = [user.username for user in world.people.values()]
    for width in (1280, 390):
        visitor = visit(width)
        page = visitor.sign_in(person)
        assert page.url.removeprefix(visitor.base) == reverse(LANDING[role])
        links = page.eval_on_selector_all(
            "nav a[href], #nav-sidebar a[href], #content-main a[href]",
            "all => all.map(a => a.getAttribute('href'))",
        )
        places = sorted(
            {link.split("#")[0] for link in links if link.startswith("/")} - {reverse("sign-out"), ""}
        )
        assert places or role == Role.AUDIT_ADMIN
        for place in [reverse(LANDING[role]), *places]:
            visitor.open(place)
            assert visitor.overflow() <= 0, f"{place} scrolls sideways by {visitor.overflow()} at {width}"
            assert not english_words(page, names), f"{place}: {english_words(page, names)}"
        assert visitor.complaints == []


def test_strangers_meet_the_sign_in_page_everywhere(world, visit):
    visitor = visit()
    for place in ("/", "/workspace/", "/summaries/", "/admin/", "/figures/lectures/"):
        page = visitor.open(place)
        assert page.locator("input[name=password]").count() == 1
    assert visitor.complaints == []


def test_a_wrong_password_is_told_in_chinese_and_keeps_the_name(world, visit):
    visitor = visit(390)
    page = visitor.open("/sign-in/")
    page.fill("input[name=username]", "nobody")
    page.fill("input[name=password]", "wrong-password")
    page.click("form button[type=submit]")
    page.wait_for_load_state("networkidle")
    assert page.input_value("input[name=username]") == "nobody"
    assert "密码" in page.inner_text("body")
    assert visitor.complaints == []
