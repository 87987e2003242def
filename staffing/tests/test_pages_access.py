"""Every page of this room: who gets in, what is forbidden, what does not exist, which method is wrong.

A refused request must leave no trace, and reading must never write.
"""

from datetime import date

import pghistory.models
import pytest
from django.apps import apps
from django.db import transaction
from django.urls import reverse

from accounts.models import Role
from testing import builders as build
from testing.scene import scene

pytestmark = pytest.mark.django_db

HC, RC = Role.HOSPITAL_COORDINATOR.value, Role.RECIPIENT_COORDINATOR.value
HL, CL = Role.HOSPITAL_LEADER.value, Role.CLINICIAN.value
BO, LE, SA = Role.BUREAU_OFFICER.value, Role.LEADERSHIP.value, Role.SYSTEM_ADMIN.value
BUSINESS = {HC, RC, HL, CL, BO, LE}
ASKED = BUSINESS | {SA}

# (route, row of the world or "", who reads it); those who lack the permission get 403
READ = [
    ("workspace", "", {HC, RC, HL, CL}),
    ("posting-list", "", BUSINESS),
    ("posting-detail", "posting", BUSINESS),
    ("batch-detail", "batch", BUSINESS),
    ("person-detail", "clinician", BUSINESS),
    ("clinician-list", "", BUSINESS),
    ("activity-list", "", BUSINESS),
    ("activity-detail", "activity", BUSINESS),
    ("study-list", "", BUSINESS),
    ("study-detail", "study", BUSINESS - {CL}),
    # forms
    ("batch-new", "", {HC}),
    ("batch-list", "", BUSINESS),
    ("plan-next", "batch", {HC}),
    ("plan-edit", "plan", {HC}),
    ("plan-candidates", "plan", {HC}),
    ("posting-edit", "planned", {HC}),
    ("clinician-new", "", {HC, RC}),
    ("clinician-edit", "clinician", {HC}),
    ("activity-new", "", {HC, RC, CL}),
    ("activity-edit", "draft", {HC}),
    ("study-new", "", {HC, RC}),
    ("study-edit", "study", {HC}),
]
# (route, row, who may): everybody else who sees the row is forbidden
WRITE = [
    ("posting-arrive", "planned", {RC}),
    ("posting-end", "posting", {HC}),
    ("posting-cancel", "planned", {HC}),
    ("posting-extend", "posting", {HC}),
    ("posting-end-early", "posting", {HC}),
    ("posting-change-withdraw", "change", {HC}),
    ("plan-choose", "plan", {HC}),
    ("plan-withdraw", "sent_plan", {HC}),
    ("plan-discard", "plan", {HC}),
    ("plan-accept", "sent_plan", {RC}),
    ("plan-return", "sent_plan", {RC}),
    ("activity-submit", "draft", {HC}),
    ("activity-delete", "draft", {HC}),
    ("activity-confirm", "submitted", {RC}),
    ("activity-return", "submitted", {RC}),
    ("study-submit", "study", {HC}),
    ("study-delete", "study", {HC}),
    ("study-confirm", "asked_study", {RC}),
    ("study-return", "asked_study", {RC}),
]
# a clinician may in principle, but has no part in these rows: they do not exist for him
NOT_A_CLINICIANS = {"study-detail", "activity-edit"}


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """Built once: no test of this file may change it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield _world()
        transaction.set_rollback(True)


def _world():
    world = scene()
    for people in (world.people, world.strangers):
        for role in set(people) - ASKED:
            del people[role]
    world.batch = world.posting.batch
    world.planned = build.posting(world.agreement, arrived=False)
    world.plan = build.plan(world.agreement)
    world.sent_plan = build.plan(world.agreement, upto="submitted")
    world.change = build.change_request(build.posting(world.agreement), date(2026, 10, 31))
    world.draft = build.activity(world.agreement, status="draft")
    world.submitted = build.activity(world.agreement, status="submitted")
    world.study = build.study(world.agreement, status="draft")
    world.asked_study = build.study(world.agreement, confirmed=False)
    return world


def address(world, route: str, row: str) -> str:
    return reverse(route, args=[getattr(world, row).pk] if row else [])


def answers(client, people: dict, url: str, method: str = "get") -> dict[str, int]:
    found = {}
    for role, person in people.items():
        client.force_login(person)
        found[role] = getattr(client, method)(url).status_code
    return found


def everything() -> dict[str, list]:
    """All business rows and their history, to see whether anything changed."""
    rooms = ("support", "staffing")
    return {
        model._meta.label: list(model._base_manager.order_by("pk").values_list())
        for room in rooms
        for model in apps.get_app_config(room).get_models()
        if not issubclass(model, pghistory.models.Event)
    }


@pytest.mark.parametrize(("route", "row", "readers"), READ, ids=[row[0] for row in READ])
def test_reading(client, world, route, row, readers):
    url = address(world, route, row)
    before = everything()
    wanted = {role: 200 if role in readers else 403 for role in world.people}
    if route in NOT_A_CLINICIANS:
        wanted[CL] = 404
    assert answers(client, world.people, url) == wanted
    assert everything() == before


@pytest.mark.parametrize(("route", "row", "readers"), READ, ids=[row[0] for row in READ])
def test_strangers_find_nothing(client, world, route, row, readers):
    url = address(world, route, row)
    found = answers(client, world.strangers, url)
    if row:
        assert {role: code for role, code in found.items() if code not in (403, 404)} == {}
        assert found[HC] == 404
    else:
        for role in readers - {CL}:
            client.force_login(world.strangers[role])
            page = client.get(url).content.decode()
            assert world.hospital.name not in page and world.clinician.name not in page


@pytest.mark.parametrize(("route", "row", "writers"), WRITE, ids=[row[0] for row in WRITE])
def test_writing_refused(client, world, route, row, writers):
    """403 for those without the right, 404 outside, 405 for reading; and nothing changed."""
    url = address(world, route, row)
    before = everything()
    others = {role: person for role, person in world.people.items() if role not in writers}
    found = answers(client, others, url, "post")
    assert {role: code for role, code in found.items() if code != 403} in ({}, {CL: 404})
    assert set(answers(client, world.strangers, url, "post").values()) <= {403, 404}
    for role in writers:
        client.force_login(world.strangers[role])
        assert client.post(url).status_code == 404
        client.force_login(world.people[role])
        assert client.get(url).status_code == 405
    assert everything() == before


@pytest.mark.parametrize("route", sorted({row[0] for row in READ + WRITE if row[1]}))
def test_bad_id(client, world, route):
    method = "post" if route in {row[0] for row in WRITE} else "get"
    for role in (HC, RC):
        client.force_login(world.people[role])
        assert getattr(client, method)(reverse(route, args=[987654321])).status_code in (404, 403)
        assert getattr(client, method)(reverse(route, args=[0]).replace("/0/", "/x/")).status_code == 404


@pytest.mark.parametrize(("route", "row", "readers"), READ, ids=[row[0] for row in READ])
def test_wrong_method_and_nobody(client, world, route, row, readers):
    url = address(world, route, row)
    assert client.get(url).headers["Location"].startswith(reverse("sign-in"))
    client.force_login(world.people[HC])
    assert client.delete(url).status_code == 405
    assert client.put(url).status_code == 405


def test_somebody_with_both_duties_still_cannot_confirm_own_entries(client, world):
    both = build.user([HC, RC], world.hospital)
    client.force_login(both)
    url = reverse("activity-confirm", args=[world.submitted.pk])
    assert client.post(url).status_code == 403
    world.submitted.refresh_from_db()
    assert world.submitted.status == "submitted"
