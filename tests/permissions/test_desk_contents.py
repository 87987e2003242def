"""What the pages of the desk hold: exact lists, choices and files, and what may be written through them."""

from functools import partial

import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.permissions.desks import BUREAU, DESKS, MODELS, address, row_of
from tests.permissions.expected import EXPECTED, REFERENCE, expected
from tests.permissions.seen import leaked_words, posted_back
from tests.permissions.world import (
    DESK,
    LEADER,
    OFFICER,
    OTHER,
    OWN,
    PEOPLE,
    RINGS,
    STRANGER,
    SYSTEM,
    is_near,
)

pytestmark = pytest.mark.django_db
AT_DESK = [(role, ring) for role, ring in PEOPLE if role in DESK]
IDS = [f"{role}-{ring}" for role, ring in AT_DESK]


@pytest.mark.parametrize(("role", "ring"), AT_DESK, ids=IDS)
def test_lists(world, browser, role, ring):
    """The exact visible set, whatever the address asks for, and no date navigation to others' years."""
    user, problems = world.user(role, ring), []
    hidden_years = {world.rings[name].year for name in RINGS if not is_near(role, ring, name)}
    hidden_years -= {world.rings[name].year for name in RINGS if is_near(role, ring, name)}
    for label, desk in DESKS.items():
        model = MODELS[label]
        response = browser.ask("GET", address(label, "changelist"), user)
        problems += [f"{label} leaked {word}" for word in leaked_words(world, role, ring, response)]
        if response.status_code != (200 if role in desk.view else 403):
            problems.append(f"{label}: {response.status_code}")
        if response.status_code != 200:
            continue
        found = set(response.context["cl"].queryset.values_list("pk", flat=True))
        right = expected(world, model, role, ring)
        if label == "core.AuditEvent":
            right = found if found >= right else right  # asking adds lines of its own
        for word, keys in (("leaked", found - right), ("missing", right - found)):
            if keys:
                problems.append(
                    f"{label} {word}: {[str(row) for row in model._base_manager.filter(pk__in=keys)]}"
                )
        problems += [
            f"{label} offers the year {year}"
            for year in hidden_years
            if f"__year={year}".encode() in response.body
        ]
    assert not problems, "\n".join(problems)


def test_officers_write_their_own_rows(world, browser):
    """Each row is opened and saved as it stands: its officer may, nobody else; nothing changes for others."""
    problems = []
    for label, desk in DESKS.items():
        writer = OFFICER if OFFICER in desk.change else SYSTEM
        if not desk.change or (not desk.of and desk.locked):
            continue
        url = address(label, "change", row_of(world, label, desk.of))
        data = posted_back(browser.ask("GET", url, world.user(writer)))
        homes = [OWN] if writer == SYSTEM else RINGS
        for role, home in [(writer, home) for home in homes] + [(LEADER, OWN)]:
            status = saving(label, desk, role, home)
            response = browser.ask("POST", url, world.user(role, home), data)
            if response.status_code != status or (status != 302 and response.written):
                told = f"{response.status_code} instead of {status}, wrote {response.written}"
                problems.append(f"{label} by {role} of {home}: {told}")
    assert not problems, "\n".join(problems)


def saving(label: str, desk, role: str, home: str) -> int:
    if role not in desk.change or label == "assessment.ScoreTemplate":  # the only tables are in use
        return 403
    if EXPECTED[label] != REFERENCE and not is_near(role, home):
        return 404
    return 403 if desk.own_bureau and home != OWN else 302


def test_rows_of_inlines_cannot_be_swapped(world, browser):
    """A stranger's key in a row below one's own record changes nothing of the stranger's."""
    tried, problems = 0, []
    for label, desk in DESKS.items():
        model_admin = admin.site._registry[MODELS[label]]
        if OFFICER not in desk.change or not desk.of:
            continue
        url = address(label, "change", row_of(world, label, desk.of))
        data = posted_back(browser.ask("GET", url, world.user(OFFICER)))
        for inline in model_admin.inlines:
            rows = world.rings[STRANGER].rows[inline.model._meta.label]
            prefix = inline.model._meta.get_field(
                inline_fk(inline, MODELS[label])
            ).remote_field.get_accessor_name()
            key = f"{prefix}-0-id"
            if key not in data or not rows:
                continue
            tried += 1
            before, after = snapshot(inline.model, rows), {}
            changed = {
                name: "9" if name.startswith(f"{prefix}-0-") else value for name, value in data.items()
            }
            browser.ask(
                "POST",
                url,
                world.user(OFFICER),
                {**changed, key: next(iter(rows))},
                after=lambda model=inline.model, rows=rows, after=after: after.update(snapshot(model, rows)),
            )
            if after != before:
                problems.append(f"{label} {prefix}")
    assert tried >= 3 and not problems, "\n".join(problems)


def inline_fk(inline, parent) -> str:
    return next(field.name for field in inline.model._meta.fields if field.related_model is parent)


def snapshot(model, rows) -> dict:
    return {row["id"]: row for row in model._base_manager.filter(pk__in=rows).values()}


def test_officers_remove_their_own_rows(world, browser):
    problems = []
    for label, desk in DESKS.items():
        if not desk.removable:
            continue
        url = address(label, "delete", row_of(world, label, desk.removable))
        for role, home in [(OFFICER, name) for name in RINGS] + [(LEADER, OWN)]:
            kept = role == LEADER or (desk.own_bureau and home != OWN)
            status = 404 if not is_near(role, home) else 403 if kept else 302
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
            question = (
                f"?app_label={model._meta.app_label}&model_name={model._meta.model_name}&field_name={name}"
            )
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
            for kind in ("csv", "xlsx") if role == OFFICER else ("csv",):
                url = f"{address(label, 'export')}?format={kind}"
                response = browser.ask("GET", url, world.user(role, ring))
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
    problems = []
    for label, desk in DESKS.items():
        if not desk.bring:
            continue
        url = f"{address(label, 'export')}?format=csv"
        exported = browser.ask("GET", url, world.user(OFFICER, STRANGER))
        for ring, taken in ((STRANGER, True), (OWN, False)):
            file = SimpleUploadedFile("rows.csv", exported.body, content_type="text/csv")
            response = browser.ask(
                "POST", address(label, "import"), world.user(OFFICER, ring), {"import_file": file}
            )
            result = response.context["result"]
            if (
                result is None
                or result.succeeded != taken
                or (response.context["confirm_form"] and not taken)
            ):
                told = result and result.sentences[:3]
                problems.append(
                    f"{label} by the officer of {ring}: succeeded {result and result.succeeded} {told}"
                )
    assert not problems, "\n".join(problems)
