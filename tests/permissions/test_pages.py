"""Every page × every role × own ring, neighbour, stranger: the exact answer, and nothing shown or written."""

import uuid
from functools import partial

import pytest
from django.apps import apps
from django.urls import reverse

from core.checks import our_views
from tests.permissions.expected import expected
from tests.permissions.pages import GET, PAGES, PUBLIC, REFUSED, Page, cases
from tests.permissions.seen import choices_of, leaked_choices, leaked_words
from tests.permissions.world import OFFICER, OTHER, OWN, PEOPLE, PEOPLE_IDS, SENDER, STRANGER, is_near

pytestmark = pytest.mark.django_db
NONSENSE = {
    "pk": (0, 99_999_999_999_999_999_999),
    "code": ("nonsense",),
    "row": (99,),
    "posting": (0,),
    "kind": ("nonsense",),
    "key": (uuid.UUID(int=0),),
    "name": ("nonsense",),
}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def test_every_view_has_an_entry():
    assert set(PAGES) == {name for name, _ in our_views()}, "为新的页面在 pages.py 中写明谁得到什么"


def wanted(page: Page, role: str, ring: str, method: str) -> tuple[int, bool]:
    """(status, whether something is written)."""
    success = (page.get_status, False) if method == "GET" else (page.answer, page.answer == 302 or page.saves)
    if page.holders == PUBLIC:
        return success[0], False
    if role not in page.holders:
        return 403, False
    near = is_near(role, ring)
    if not near and page.is_about_a_row:
        answer = page.far
    elif not near and method == "POST" and not page.anywhere:
        answer = 200 if page.far == 404 else page.far  # the form comes back: no such choice
    else:
        answer = page.own.get(role) if near else None
        if near and ring == OTHER:
            answer = page.neighbour or answer
    if answer == 200 or answer is None:
        return success if near or method == "GET" or page.anywhere else (200, False)
    return (302, False) if answer == REFUSED else (answer, False)


def tried(page: Page, number: int, role: str, ring: str) -> tuple[str, ...]:
    """All methods of all cases in the own ring; elsewhere no more than can differ.

    A permission belongs to the view: people without it are refused once at home and once next door.
    Neighbours with it get the first case of each view, strangers all. A form that names no row is
    opened at home only (what is posted to it, everywhere).
    """
    holds = page.holders == PUBLIC or role in page.holders
    if role not in page.roles or (number > 0 and (ring == OTHER or not holds)):
        return ()
    if not holds:
        return {OWN: page.methods, OTHER: page.methods[:1], STRANGER: ()}[ring]
    if ring == OWN or page.is_about_a_row or page.lists:
        return page.methods
    return tuple(method for method in page.methods if method == "POST")


def may_write(page: Page, method: str, status: int) -> set[str]:
    return set(page.reads_write) if method == "GET" and status == 200 else set()


@pytest.mark.parametrize(("role", "ring"), PEOPLE, ids=PEOPLE_IDS)
def test_pages(world, browser, role, ring):
    user, problems = world.user(role, ring), []
    for name, number, page in cases():
        for method in tried(page, number, role, ring):
            url = page.url(name, world.own)
            status, writes = wanted(page, role, ring, method)
            before = partial(page.before, world.own) if page.before else None
            data = page.data(world.own) if method == "POST" else {}
            response = browser.ask(method, url, user, data, before)
            told = f"{method} {name}[{number}]"
            if response.status_code != status:
                problems.append(f"{told}: {response.status_code} instead of {status}")
            unwanted = response.written - may_write(page, method, status)
            if bool(unwanted) != writes and page.holders != PUBLIC:
                problems.append(f"{told}: {'wrote' if unwanted else 'wrote nothing'} {sorted(unwanted)}")
            # what somebody typed comes back to them
            found = [word for word in leaked_words(world, role, ring, response) if word not in str(data)]
            problems += [f"{told} leaked {word}" for word in found]
            problems += [f"{told} leaked: {choice}" for choice in leaked_choices(world, role, ring, response)]
            if page.lists and response.status_code == 200:
                problems += listed(world, page, role, ring, response, told)
    assert not problems, f"{role} of {ring}:\n" + "\n".join(problems)


def listed(world, page: Page, role: str, ring: str, response, told: str) -> list[str]:
    """The list shows exactly the user's rows."""
    key, label, owned = page.lists
    model = apps.get_model(label)
    shown = response.context[key]
    assert shown.paginator.num_pages == 1, "the world has outgrown one page"
    found, right = {row.pk for row in shown}, expected(world, model, role, ring, owned=owned)
    return [
        f"{told} {word}: {[str(row) for row in model._base_manager.filter(pk__in=keys)]}"
        for word, keys in (("leaked", found - right), ("missing", right - found))
        if keys
    ]


def test_signed_out_people_are_sent_to_sign_in(world, browser):
    problems = []
    for name, number, page in cases():
        for method in page.methods:
            response = browser.ask(method, page.url(name, world.own), None, page.data(world.own))
            if page.holders == PUBLIC:
                right = response.status_code in (200, 302) and not leaked_words(world, "", "", response)
            else:
                location = response.headers.get("Location", "")
                right = response.status_code == 302 and location.startswith(reverse("sign-in"))
            counted = set(page.reads_write) if page.holders == PUBLIC else set()
            if not right or (response.written - counted and name != "sign-in"):
                problems.append(f"{method} {name}[{number}]: {response.status_code} {response.written}")
    assert not problems, "\n".join(problems)


def test_wrong_methods(world, browser):
    """405 whoever asks, before anything is looked at."""
    problems, known = [], {}
    for name, _, page in cases():
        known.setdefault(name, (page, set()))[1].update(page.methods)
    for name, (page, methods) in known.items():
        holder = SENDER if page.holders == PUBLIC or SENDER in page.holders else sorted(page.holders)[0]
        for method in set(METHODS) - methods:
            response = browser.ask(method, page.url(name, world.own), world.user(holder))
            if response.status_code != 405 or response.written:
                problems.append(f"{method} {name}: {response.status_code} {response.written}")
    assert not problems, "\n".join(problems)


def test_rows_that_do_not_exist(world, browser):
    problems = []
    for name, number, page in cases():
        if not page.is_about_a_row:
            continue
        holder = SENDER if page.holders == PUBLIC or SENDER in page.holders else sorted(page.holders)[0]
        counted = set(page.reads_write) if page.holders == PUBLIC else set()
        right = page.kwargs(world.own) if page.kwargs else {"pk": 0}
        for kwargs in [right | {key: value} for key in right for value in NONSENSE[key]]:
            url = reverse(name, kwargs=kwargs) + page.query(world.own)
            response = browser.ask(page.methods[0], url, world.user(holder), page.data(world.own))
            if response.status_code != 404 or response.written - counted:
                problems.append(f"{name}[{number}] {kwargs}: {response.status_code} {response.written}")
    for path in ("/agreements/abc/", "/activities/1e3/", "/jobs/-1/", "/figures/%00/", "/summaries/１/"):
        response = browser.ask("GET", path, world.user(SENDER))
        if response.status_code != 404:
            problems.append(f"{path}: {response.status_code}")
    assert not problems, "\n".join(problems)


def test_forms_offer_something(world, browser):
    """An empty choice would make the test of choices worthless."""
    empty = []
    for name, _number, page in cases():
        if page.methods != GET and "GET" in page.methods and page.holders != PUBLIC:
            role = SENDER if SENDER in page.holders else OFFICER
            if page.own.get(role) in (403, 404):
                continue
            response = browser.ask("GET", page.url(name, world.own), world.user(role, OWN))
            empty += [f"{name} {field}" for field, (_model, keys) in choices_of(response).items() if not keys]
    assert not empty, "\n".join(empty)
