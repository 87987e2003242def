"""Three rings for the permission tests, and how far each user may see into them.

OWN and OTHER lie in the same county and have nothing to do with each other; STRANGER lies in another
province and, so that a date navigation would give it away, in another year.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from accounts.models import Role, User
from accounts.models.user import REGION_ROLES, SYSTEM_ROLES
from testing import builders as build
from tests.permissions.rings import Ring, build_ring

OFFICER, LEADER, READER = Role.BUREAU_OFFICER, Role.BUREAU_LEADER, Role.LEADERSHIP
SENDER, BOSS, RECIPIENT = Role.HOSPITAL_COORDINATOR, Role.HOSPITAL_LEADER, Role.RECIPIENT_COORDINATOR
CLINICIAN, SYSTEM, AUDIT = Role.CLINICIAN, Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN
ROLES = tuple(Role.values)
REGION, UNITS, ADMINS = frozenset(REGION_ROLES), frozenset({SENDER, BOSS, RECIPIENT}), frozenset(SYSTEM_ROLES)
BUSINESS = REGION | UNITS | {CLINICIAN}
DESK = ADMINS | {OFFICER, LEADER}
EVERYBODY = frozenset(Role)

OWN, OTHER, STRANGER = "own", "other", "stranger"
RINGS = (OWN, OTHER, STRANGER)
# the administrators belong to no ring and see all alike
PEOPLE = [(role, ring) for role in ROLES for ring in RINGS if ring == OWN or role not in ADMINS]
PEOPLE_IDS = [f"{role}-{ring}" for role, ring in PEOPLE]


@dataclass(repr=False)
class World:
    rings: dict[str, Ring]

    def user(self, role: str, ring: str = OWN) -> User:
        return self.rings[ring].people[role]

    @property
    def own(self) -> Ring:
        return self.rings[OWN]

    def forbidden_words(self, role: str, ring: str) -> set[str]:
        """Marks that no page may show to this user: those of rings beyond the own reach."""
        hidden = set(RINGS) - set(reached(role, ring))
        return {word for name in hidden for word in (self.rings[name].mark, self.rings[name].code)}


def reached(role: str, ring: str) -> tuple[str, ...]:
    """Rings in which the role meets rows: the own one, for region roles the county's, for system all."""
    if role in ADMINS:
        return RINGS
    if not role:
        return ()
    if role in REGION and ring in (OWN, OTHER):
        return (OWN, OTHER)
    return (ring,)


def is_near(role: str, ring: str, target: str = OWN) -> bool:
    return target in reached(role, ring)


def build_world() -> World:
    rings: Iterable[Ring] = (
        Ring(OWN, "青禾", "QINGHE", build.COUNTY, 2026),
        Ring(OTHER, "白石", "BAISHI", build.COUNTY, 2026),
        Ring(STRANGER, "赤霞", "CHIXIA", "110101", 2025),
    )
    return World({ring.name: build_ring(ring) for ring in rings})
