"""axe-core over the main pages of every role, on a desk and on a phone: nothing serious or critical.

The engine comes with a test package and is handed to the page by the driver: our policy would refuse a script
tag, and the pages are judged under the policy with which they are served. No request leaves the host.
"""

from pathlib import Path

import axe_playwright_python
import pytest
from django.urls import reverse

from accounts.models import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
GRAVE = ("serious", "critical")
RUN = """
async () => {
  // without preload axe writes no styles of its own into the page and asks for none
  const found = await axe.run(document, {resultTypes: ["violations"], elementRef: false, preload: false});
  return found.violations.map((one) => ({
    id: one.id, impact: one.impact, help: one.help,
    where: one.nodes.slice(0, 4).map((node) => node.target.join(" ") + " — " + node.html.slice(0, 160)),
  }));
}
"""
# pages that no navigation leads to but everybody meets
ALSO = ("search", "password-change")


def faults(page) -> list[str]:
    """What axe finds grave on the open page, one line a place."""
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate(AXE)
    return [
        f"{one['impact']} {one['id']}（{one['help']}）: {place}"
        for one in page.evaluate(RUN)
        if one["impact"] in GRAVE
        for place in one["where"]
    ]


def places(page) -> list[str]:
    links = page.eval_on_selector_all(
        "nav a[href], #nav-sidebar a[href], #content-main a[href]",
        "all => all.map(a => a.getAttribute('href'))",
    )
    out = {reverse("sign-out"), ""}
    return sorted({link.split("#")[0] for link in links if link.startswith("/")} - out)


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.value)
def test_main_pages_have_no_grave_fault(world, visit, role, width):
    visitor, problems = visit(width), []
    page = visitor.sign_in(world.people[role])
    seen = dict.fromkeys([page.url.removeprefix(visitor.base), *places(page), *map(reverse, ALSO)])
    for place in list(seen):
        visitor.open(place)
        problems += [f"{place}: {fault}" for fault in faults(page)]
        rows = page.locator("#results a.row-title, #result_list th a")
        if rows.count():
            detail = rows.first.get_attribute("href")
            if detail.startswith("/") and detail not in seen:
                seen[detail] = None
                visitor.open(detail)
                problems += [f"{detail}: {fault}" for fault in faults(page)]
    assert not problems, "\n".join(problems)
    assert visitor.complaints == []


@pytest.mark.parametrize("width", [1280, 390])
def test_the_way_in_has_no_grave_fault(world, visit, width):
    visitor = visit(width)
    page = visitor.open(reverse("sign-in"))
    assert faults(page) == []
    page = visitor.open(reverse("verify"))
    assert faults(page) == []
    assert visitor.complaints == []


def test_the_search_box_has_the_focus_after_a_stroke(world, visit):
    visitor = visit()
    page = visitor.sign_in(world.people[Role.HOSPITAL_COORDINATOR])
    visitor.open(reverse("activity-list"))
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "find-box"
    page.keyboard.type("活动/")
    assert page.input_value("#find-box") == "活动/"
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{reverse('search')}**")
    assert reverse("search") in page.url
    assert visitor.complaints == []
