"""The quick way to the visible rows is the declared one: same rows for every role and ring."""

import pytest

from core import scope
from staffing.models import Activity
from tests.permissions.world import PEOPLE, PEOPLE_IDS

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("role", "ring"), PEOPLE, ids=PEOPLE_IDS)
@pytest.mark.parametrize("few", [2_000, 0], ids=["keys", "subquery"])
def test_rows_seen_through_the_agreement(world, monkeypatch, role, ring, few):
    monkeypatch.setattr(scope, "FEW_KEYS", few)
    user = world.user(role, ring)
    found = list(Activity.objects.visible_through(user, "agreement").order_by("pk"))
    assert found == list(Activity.objects.visible_to(user).order_by("pk"))
