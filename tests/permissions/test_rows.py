import pytest
pytestmark = pytest.mark.django_db
def test_build(world):
    for ring in world.rings.values():
        print({k: len(v) for k, v in ring.rows.items()})
