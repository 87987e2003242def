"""The exact visible set of every model for every user: nothing leaks, nothing is missing."""

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.models import Role
from core.checks import our_models
from testing import builders as build
from tests.permissions.expected import EXPECTED, REFERENCE, expected
from tests.permissions.world import OWN, PEOPLE, PEOPLE_IDS, REGION, RINGS

pytestmark = pytest.mark.django_db
MODELS = {model._meta.label: model for model in our_models()}


def test_every_model_has_an_entry():
    assert set(EXPECTED) == set(MODELS), "为新的模型在 expected.py 中写明谁能看到哪些行"


def test_no_table_is_empty(world):
    """A ring without a row of some model would prove nothing about it."""
    empty = [
        f"{ring.name} {label}"
        for ring in world.rings.values()
        for label, rows in ring.rows.items()
        if not rows and EXPECTED[label] != REFERENCE
    ]
    assert not empty


def differences(model, found: set[int], wanted: set[int], who: str) -> list[str]:
    def told(keys):
        return [str(row) for row in model._base_manager.filter(pk__in=keys)]

    label = model._meta.label
    leaked, missing = found - wanted, wanted - found
    return [f"leaked {label} to {who}: {told(leaked)}"] * bool(leaked) + [
        f"missing {label} for {who}: {told(missing)}"
    ] * bool(missing)


def keys(queryset) -> list[int]:
    return list(queryset.order_by().values_list("pk", flat=True))


@pytest.mark.parametrize(("role", "ring"), PEOPLE, ids=PEOPLE_IDS)
@pytest.mark.parametrize("door", ["visible_to", "owned_by"])
def test_rows(world, role, ring, door):
    user, problems = world.user(role, ring), []
    for model in MODELS.values():
        found = keys(getattr(model.objects, door)(user))
        wanted = expected(world, model, role, ring, owned=door == "owned_by")
        problems += differences(model, set(found), wanted, f"{role} of {ring}")
        if len(found) != len(set(found)):
            problems.append(f"{model._meta.label} repeats rows for {role}")
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("role", sorted(REGION))
def test_the_province_sees_its_county_and_no_other_province(world, role):
    province = build.user(role, build.bureau("450000"))
    problems = []
    for label in ("accounts.Organisation", "support.Agreement", "staffing.Posting", "reports.Summary"):
        model, wanted = MODELS[label], expected(world, MODELS[label], role, OWN)
        found = set(keys(model.objects.visible_to(province)))
        if label == "accounts.Organisation":
            wanted |= {province.organisation_id}
        problems += differences(model, found, wanted, f"{role} of the province")
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_nobody_sees_nothing(world, model):
    """Signed out, or an account that was deactivated."""
    assert not model.objects.visible_to(AnonymousUser()).exists()
    for role in (Role.SYSTEM_ADMIN, Role.BUREAU_OFFICER):
        gone = world.user(role)
        gone.is_active = False
        try:
            assert not model.objects.visible_to(gone).exists()
            assert not model.objects.owned_by(gone).exists()
        finally:
            gone.is_active = True


def test_two_duties_join_two_views(world):
    """A person with two roles sees what either role sees, and nothing twice."""
    both = build.user([Role.HOSPITAL_COORDINATOR, Role.CLINICIAN], world.own.hospital)
    agreement, posting = MODELS["support.Agreement"], MODELS["staffing.Posting"]
    for model in (agreement, posting):
        wanted = expected(world, model, Role.HOSPITAL_COORDINATOR, OWN)
        found = keys(model.objects.visible_to(both))
        assert (set(found), len(found)) == (wanted, len(wanted))
    assert all(ring in RINGS for ring in world.rings)
