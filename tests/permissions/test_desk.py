"""Every page of the desk × every role × own ring and stranger: the exact answer."""

import pytest
from django.contrib import admin
from django.urls import URLPattern, reverse

from tests.permissions.desks import DESKS, MODEL_PAGES, MODELS, SITE_PAGES, Desk, address, row_of
from tests.permissions.expected import expected
from tests.permissions.seen import leaked_choices, leaked_words
from tests.permissions.world import ADMINS, DESK, OFFICER, OWN, PEOPLE, ROLES, SENDER, STRANGER

pytestmark = pytest.mark.django_db
AT_DESK = [(role, ring) for role, ring in PEOPLE if role in DESK]
# of those far away the officer, who may do most; lists, exports and writing are tried as everybody
ASKING = [(role, ring) for role, ring in AT_DESK if ring == OWN or (role, ring) == (OFFICER, STRANGER)]
ASKING_IDS = [f"{role}-{ring}" for role, ring in ASKING]
AWAY = [role for role in ROLES if role not in DESK]


# ---- the table is complete
def test_every_registered_model_has_an_entry():
    registered = {model._meta.label for model in admin.site._registry}
    assert set(DESKS) == registered, "为新登记的模型在 desks.py 中写明谁可以做什么"


def test_every_address_is_known():
    unknown = []
    for model, model_admin in admin.site._registry.items():
        prefix = f"{model._meta.app_label}_{model._meta.model_name}_"
        names = {url.name for url in model_admin.get_urls() if url.name}
        unknown += sorted(names - {prefix + page for page in MODEL_PAGES})
    own = {url.name for url in admin.site.get_urls() if isinstance(url, URLPattern)}
    assert not unknown and own == set(SITE_PAGES)


def verbs_of(model_admin, rf_request) -> set[str]:
    return {verb.name for verb in model_admin.get_verbs(rf_request)}


def test_every_verb_has_an_entry(rf):
    for model, model_admin in admin.site._registry.items():
        assert verbs_of(model_admin, rf.get("/")) == set(DESKS[model._meta.label].verbs), model._meta.label


def test_excel_pages_are_in_the_table():
    for model, model_admin in admin.site._registry.items():
        has_excel = hasattr(model_admin, "import_action")
        desk = DESKS[model._meta.label]
        assert has_excel == bool(desk.bring and desk.export), model._meta.label


# ---- who gets what
def allowed(roles, role: str) -> int:
    return 200 if role in roles else 403


def answers(world, label: str, desk: Desk, role: str, ring: str):
    """(method, address, status) of everything one can ask about the model in the OWN ring."""
    seen = expected(world, MODELS[label], role, ring)
    yield "GET", address(label, "add"), allowed(desk.add, role)
    if hasattr(admin.site._registry[MODELS[label]], "import_action"):
        for page in ("import", "import_template"):
            yield "GET", address(label, page), allowed(desk.bring, role)
        yield "GET", address(label, "process_import"), 302 if role in desk.bring else 403
        yield "GET", address(label, "export"), allowed(desk.export, role)
    row = row_of(world, label, desk.of or next(iter(desk.locked), ""))
    near = row.pk in seen
    yield (
        "GET",
        address(label, "change", row),
        allowed(desk.view, role) if near or role not in desk.view else 404,
    )
    yield "GET", address(label, "history", row), allowed(desk.view, role) if near else 404
    if not near or role not in desk.change:
        yield "POST", address(label, "change", row), 404 if role in desk.change else 403
    gone = row_of(world, label, desk.removable) if desk.removable else row
    refused = 404 if role in desk.delete and gone.pk not in seen else 403
    may_remove = role in desk.delete and gone.pk in seen and desk.removable
    yield "GET", address(label, "delete", gone), 200 if may_remove else refused
    if not may_remove:
        yield "POST", address(label, "delete", gone), refused
    for name in desk.locked if near and role in desk.view else ():
        locked = row_of(world, label, name)
        yield "GET", address(label, "change", locked), 200
        yield "POST", address(label, "change", locked), 403
    for name, verb in desk.verbs.items():
        row = row_of(world, label, verb.of)
        status = 404 if row.pk not in seen else 302 if role in verb.late else allowed(verb.roles, role)
        yield "GET", address(label, "verb", row, name), status
        if status != 200:
            yield "POST", address(label, "verb", row, name), status
    yield "GET", address(label, "verb", row, "nonsense"), 404


@pytest.mark.parametrize(("role", "ring"), ASKING, ids=ASKING_IDS)
def test_answers(world, browser, role, ring):
    user, problems = world.user(role, ring), []
    for label, desk in DESKS.items():
        for method, url, status in answers(world, label, desk, role, ring):
            if ring != OWN and status == 200 and not url.endswith("/add/"):
                continue  # code lists and the like, the same as for the own ring
            response = browser.ask(method, url, user, {"post": "yes"} if method == "POST" else None)
            if response.status_code != status:
                problems.append(f"{method} {url}: {response.status_code} instead of {status}")
            if response.written:
                problems.append(f"{method} {url}: wrote {sorted(response.written)}")
            found = leaked_words(world, role, ring, response) + leaked_choices(world, role, ring, response)
            problems += [f"{method} {url} leaked {item}" for item in found]
    assert not problems, f"{role} of {ring}:\n" + "\n".join(problems)


@pytest.mark.parametrize("role", AWAY)
def test_people_without_a_place_at_the_desk(world, browser, role):
    """403 on every page, the index included; the sign-in page of the desk leads home."""
    user, problems = world.user(role), []
    for label, desk in DESKS.items():
        for method, url, _status in [
            ("GET", address(label, "changelist"), 403),
            *answers(world, label, desk, role, OWN),
        ][: None if role == SENDER else 2]:  # one guard before all pages: one role tries each
            response = browser.ask(method, url, user)
            if response.status_code != 403 or response.written:
                problems.append(f"{method} {url}: {response.status_code} {response.written}")
    for name in SITE_PAGES:
        response = browser.ask("GET", site_address(name), user)
        if response.status_code != (302 if name == "login" else 403):
            problems.append(f"{name}: {response.status_code}")
    assert not problems, "\n".join(problems)


def test_signed_out_people(world, browser):
    problems = []
    for label, desk in DESKS.items():
        for method, url, _status in answers(world, label, desk, OFFICER, OWN):
            response = browser.ask(method, url)
            sent = response.headers.get("Location", "").startswith(reverse("sign-in"))
            if response.status_code != 302 or not sent or response.written:
                problems.append(f"{method} {url}: {response.status_code}")
    for name in SITE_PAGES:
        response = browser.ask("GET", site_address(name))
        if response.status_code != 302 or leaked_words(world, "", "", response):
            problems.append(f"{name}: {response.status_code}")
    assert not problems, "\n".join(problems)


def site_address(name: str | None) -> str:
    if name is None:
        return reverse("admin:index") + "no/such/page/"
    args = {"view_on_site": [1, 1], "app_list": ["support"]}.get(name, [])
    return reverse(f"admin:{name}", args=args)


@pytest.mark.parametrize(("role", "ring"), ASKING, ids=ASKING_IDS)
def test_site_pages(world, browser, role, ring):
    user, problems = world.user(role, ring), []
    for name, status in SITE_PAGES.items():
        if name == "app_list" and role in ADMINS:
            status = 404 if role != "system_admin" else 200
        response = browser.ask("GET", site_address(name), user)
        if response.status_code != status or leaked_words(world, role, ring, response):
            problems.append(f"{name}: {response.status_code} instead of {status}")
    assert not problems, "\n".join(problems)
