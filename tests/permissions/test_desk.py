"""The desk × every role × own ring and stranger: exact answers, exact lists, nothing of strangers."""

import re
from functools import partial

import pytest
from django.contrib import admin
from django.urls import URLPattern, reverse

from tests.permissions.desks import BUREAU, DESKS, MODEL_PAGES, SITE_PAGES, Desk
from tests.permissions.expected import EXPECTED, REFERENCE, expected
from tests.permissions.seen import leaked_choices, leaked_words, posted_back
from tests.permissions.world import (
    ADMINS,
    DESK,
    LEADER,
    OFFICER,
    OTHER,
    OWN,
    PEOPLE,
    RINGS,
    ROLES,
    STRANGER,
    is_near,
)

pytestmark = pytest.mark.django_db
MODELS = {model._meta.label: model for model in admin.site._registry}
AT_DESK = [(role, ring) for role, ring in PEOPLE if role in DESK]
IDS = [f"{role}-{ring}" for role, ring in AT_DESK]
AWAY = [role for role in ROLES if role not in DESK]


def address(label: str, page: str, row=None, *more) -> str:
    name = label.lower().replace(".", "_")
    return reverse(f"admin:{name}_{page}", args=[row.pk, *more] if row is not None else [])


def row_of(world, label: str, name: str, ring: str = OWN):
    """A named row of the ring; of a code list simply the first."""
    if name in world.rings[ring].people:
        return world.user(name, ring)
    if name:
        return getattr(world.rings[ring], name)
    known = world.rings[ring].rows[label]
    return next(iter(known.values())) if known else MODELS[label]._base_manager.order_by("pk").first()


# ---- the table is complete
def test_every_registered_model_has_an_entry():
    assert set(DESKS) == set(MODELS), "为新登记的模型在 desks.py 中写明谁可以做什么"


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
    """(method, address, status) of everything one can ask about the model."""
    near = is_near(role, ring)
    reference = EXPECTED[label] == REFERENCE
    for page, roles in (("changelist", desk.view), ("add", desk.add)):
        yield "GET", address(label, page), allowed(roles, role)
    if hasattr(admin.site._registry[MODELS[label]], "import_action"):
        for page in ("import", "import_template"):
            yield "GET", address(label, page), allowed(desk.bring, role)
        yield "GET", address(label, "process_import"), 302 if role in desk.bring else 403
        yield "GET", address(label, "export"), allowed(desk.export, role)
    row = row_of(world, label, desk.of or next(iter(desk.locked), ""))
    far = None if near or reference else 404
    yield "GET", address(label, "change", row), (far if role in desk.view else 0) or allowed(desk.view, role)
    yield "GET", address(label, "history", row), far or allowed(desk.view, role)
    yield "POST", address(label, "change", row), (far if role in desk.change else 0) or 403
    removable = row_of(world, label, desk.removable) if desk.removable else row
    removing = allowed(desk.delete if desk.removable else (), role)
    yield "GET", address(label, "delete", removable), (far if role in desk.delete else 0) or removing
    if far or role not in desk.delete:
        yield "POST", address(label, "delete", removable), (far if role in desk.delete else 0) or 403
    for name in desk.locked if near and role in desk.view else ():
        locked = row_of(world, label, name)
        yield "GET", address(label, "change", locked), 200
        yield "POST", address(label, "change", locked), 403
    for name, (roles, of) in desk.verbs.items():
        row = row_of(world, label, of)
        yield "GET", address(label, "verb", row, name), far or (200 if role in roles else 403)
        if far or role not in roles:
            yield "POST", address(label, "verb", row, name), far or 403
    yield "GET", address(label, "verb", row, "nonsense"), 404


def is_possible(label: str, desk: Desk, method: str, url: str, role: str) -> bool:
    """A POST of nothing to a row that may be changed is asked with its real content elsewhere."""
    return not (method == "POST" and "/change/" in url and role in desk.change and (desk.of or not desk.locked))


def refusal_of_record_verbs(role: str, url: str, status: int) -> bool:
    """An officer holds the permission, but the moment or the side is not the bureau's: sent back."""
    return status == 302 and role == OFFICER and re.search(r"/do/(submit|confirm|return)/", url) is not None


@pytest.mark.parametrize(("role", "ring"), AT_DESK, ids=IDS)
def test_answers(world, browser, role, ring):
    user, problems = world.user(role, ring), []
    for label, desk in DESKS.items():
        for method, url, status in answers(world, label, desk, role, ring):
            near = is_near(role, ring)
            if near and not is_possible(label, desk, method, url, role):
                continue
            response = browser.ask(method, url, user, {"post": "yes"} if method == "POST" else None)
            got = response.status_code
            if got != status and not (status == 403 and refusal_of_record_verbs(role, url, got)):
                problems.append(f"{method} {url}: {got} instead of {status}")
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
        for method, url, _status in answers(world, label, desk, role, OWN):
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


@pytest.mark.parametrize(("role", "ring"), AT_DESK, ids=IDS)
def test_site_pages(world, browser, role, ring):
    user, problems = world.user(role, ring), []
    for name, status in SITE_PAGES.items():
        if name == "app_list" and role in ADMINS:
            status = 404 if role != "system_admin" else 200
        response = browser.ask("GET", site_address(name), user)
        if response.status_code != status or leaked_words(world, role, ring, response):
            problems.append(f"{name}: {response.status_code} instead of {status}")
    assert not problems, "\n".join(problems)


# ---- what the pages hold
@pytest.mark.parametrize(("role", "ring"), AT_DESK, ids=IDS)
def test_lists(world, browser, role, ring):
    """The exact visible set, whatever the address asks for, and no date navigation to others' years."""
    user, problems = world.user(role, ring), []
    hidden_years = {world.rings[name].year for name in RINGS if not is_near(role, ring, name)}
    hidden_years -= {world.rings[name].year for name in RINGS if is_near(role, ring, name)}
    for label, desk in DESKS.items():
        if role not in desk.view:
            continue
        model = MODELS[label]
        response = browser.ask("GET", address(label, "changelist"), user)
        found = set(response.context["cl"].queryset.values_list("pk", flat=True))
        right = expected(world, model, role, ring)
        if label == "core.AuditEvent":
            right = found if found >= right else right  # asking adds lines of its own
        for word, keys in (("leaked", found - right), ("missing", right - found)):
            if keys:
                problems.append(f"{label} {word}: {[str(row) for row in model._base_manager.filter(pk__in=keys)]}")
        problems += [
            f"{label} offers the year {year}" for year in hidden_years if f"__year={year}".encode() in response.body
        ]
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("ring", RINGS)
def test_officers_write_their_own_rows(world, browser, ring):
    """Each row is opened and saved as it stands: its officer may, nobody else; nothing changes for others."""
    problems = []
    for label, desk in DESKS.items():
        if not desk.of and not (OFFICER in desk.change and not desk.locked):
            continue
        writer = OFFICER if OFFICER in desk.change else "system_admin"
        row = row_of(world, label, desk.of, ring)
        url = address(label, "change", row)
        page = browser.ask("GET", url, world.user(writer, ring))
        data = posted_back(page)
        is_reference = EXPECTED[label] == REFERENCE
        for role, home in [(writer, name) for name in RINGS] + [(LEADER, ring)]:
            if writer in ADMINS and (role, home) != (writer, OWN) and role in ADMINS:
                continue
            may = role in desk.change and (is_near(role, home, ring) or is_reference)
            status = 302 if may else 404 if role in desk.change else 403
            if label == "assessment.ScoreTemplate" and may:
                status = 403  # in use
            response = browser.ask("POST", url, world.user(role, home), data)
            if response.status_code != status:
                errors = [form.errors for form in getattr(response, "context", None) and [] or []]
                problems.append(f"{label} by {role} of {home}: {response.status_code} instead of {status} {errors}")
            if status != 302 and response.written:
                problems.append(f"{label} by {role} of {home}: wrote {response.written}")
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("ring", RINGS)
def test_officers_remove_their_own_rows(world, browser, ring):
    problems = []
    for label, desk in DESKS.items():
        if not desk.removable:
            continue
        url = address(label, "delete", row_of(world, label, desk.removable, ring))
        for role, home in [(OFFICER, name) for name in RINGS] + [(LEADER, ring)]:
            status = 403 if role == LEADER else 302 if is_near(role, home, ring) else 404
            response = browser.ask("POST", url, world.user(role, home), {"post": "yes"})
            if response.status_code != status or bool(response.written) != (status == 302):
                problems.append(f"{label} by {role} of {home}: {response.status_code} {response.written}")
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("role", sorted(BUREAU))
def test_actions_on_strangers(world, browser, role):
    """A stranger's key among the chosen ones is not found; nothing is written, nothing is shown."""
    user, problems = world.user(role), []
    for label, desk in DESKS.items():
        if role not in desk.view or EXPECTED[label] == REFERENCE:
            continue
        url = address(label, "changelist")
        page = browser.ask("GET", url, user)
        form = page.context["action_form"]
        names = [name for name, _ in form.fields["action"].choices if name] if form else []
        stranger = row_of(world, label, "", STRANGER)
        for name in names:
            data = {"action": name, "_selected_action": [stranger.pk], "post": "yes", "select_across": "0"}
            response = browser.ask("POST", url, user, data)
            written = response.written - ({"core_auditevent"} if name == "export_selected" else set())
            words = leaked_words(world, role, OWN, response)
            if response.status_code not in (200, 302) or written or words:
                problems.append(f"{label} {name}: {response.status_code} wrote {written} leaked {words}")
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("ring", RINGS)
@pytest.mark.parametrize("role", [OFFICER, LEADER])
def test_autocomplete(world, browser, role, ring):
    """The answers hold exactly the visible rows, page by page."""
    user, problems = world.user(role, ring), []
    for label, desk in DESKS.items():
        model = MODELS[label]
        for name in admin.site._registry[model].autocomplete_fields if role in desk.view else ():
            related = model._meta.get_field(name).related_model
            question = f"?app_label={model._meta.app_label}&model_name={model._meta.model_name}&field_name={name}"
            url = reverse("admin:autocomplete") + question
            ask = partial(browser.ask, "GET", user=user)
            status = 200 if role in DESKS[related._meta.label].view else 403
            response = ask(f"{url}&term=")
            if response.status_code != status:
                problems.append(f"{label}.{name}: {response.status_code} instead of {status}")
                continue
            found = {int(row["id"]) for row in response.json()["results"]} if status == 200 else set()
            right = expected(world, related, role, ring)
            if EXPECTED[related._meta.label] != REFERENCE and found != right:
                problems.append(f"{label}.{name}: leaked {found - right}, missing {right - found}")
            hidden = world.rings[STRANGER if ring != STRANGER else OTHER].mark
            told = ask(f"{url}&term={hidden}")
            if status == 200 and (told.json()["results"] or hidden.encode() in told.body):
                problems.append(f"{label}.{name}: finds {hidden}")
    assert not problems, "\n".join(problems)


def test_exports_hold_the_visible_rows(world, browser):
    problems = []
    for label, desk in DESKS.items():
        for role, ring in AT_DESK if desk.export else ():
            for kind in ("csv", "xlsx"):
                response = browser.ask("POST", address(label, "export"), world.user(role, ring), {"format": kind})
                if response.status_code != (200 if role in desk.export else 403):
                    problems.append(f"{label} {kind} by {role}: {response.status_code}")
                    continue
                if words := leaked_words(world, role, ring, response):
                    problems.append(f"{label} {kind} leaked {words} to {role} of {ring}")
                rows = expected(world, MODELS[label], role, ring)
                if kind == "csv" and response.status_code == 200:
                    lines = len(response.body.decode("utf-8-sig").strip().splitlines()) - 1
                    if lines != len(rows):
                        problems.append(f"{label}: {lines} lines instead of {len(rows)}")
    assert not problems, "\n".join(problems)


def test_strangers_rows_cannot_be_brought_in(world, browser):
    """What a stranger exported is refused line by line, and nothing of it is kept for confirmation."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    problems = []
    for label, desk in DESKS.items():
        if not desk.bring:
            continue
        exported = browser.ask("POST", address(label, "export"), world.user(OFFICER, STRANGER), {"format": "csv"})
        for ring, taken in ((STRANGER, True), (OWN, False)):
            file = SimpleUploadedFile("rows.csv", exported.body, content_type="text/csv")
            response = browser.ask(
                "POST", address(label, "import"), world.user(OFFICER, ring), {"import_file": file}
            )
            result = response.context["result"]
            if result is None or result.succeeded != taken or (response.context["confirm_form"] and not taken):
                told = result and result.sentences[:3]
                problems.append(f"{label} by the officer of {ring}: succeeded {result and result.succeeded} {told}")
    assert not problems, "\n".join(problems)
