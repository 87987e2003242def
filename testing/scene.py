"""A small world with somebody in every role: own side, other side and strangers.

world = scene()
client.force_login(world.people["hospital_coordinator"])
client.force_login(world.strangers["hospital_coordinator"])     # the same role, far away
"""

from dataclasses import dataclass, field

from accounts.models import Organisation, Role, User
from accounts.models.user import REGION_ROLES, SYSTEM_ROLES
from staffing.models import Activity, Clinician, Posting
from support.models import Agreement, Cycle
from testing import builders as build

RECIPIENT_ROLES = {Role.RECIPIENT_COORDINATOR}


@dataclass
class Scene:
    """``people`` and ``strangers`` by role value; the strangers live in another province."""

    bureau: Organisation
    hospital: Organisation
    clinic: Organisation
    cycle: Cycle
    agreement: Agreement
    clinician: Clinician
    posting: Posting
    activity: Activity
    people: dict[str, User] = field(default_factory=dict)
    strangers: dict[str, User] = field(default_factory=dict)


def people_for(bureau: Organisation, hospital: Organisation, clinic: Organisation) -> dict[str, User]:
    """One account per role, each at the organisation where the role belongs."""
    found = {}
    for role in Role:
        if role in SYSTEM_ROLES:
            home = None
        elif role in REGION_ROLES:
            home = bureau
        else:
            home = clinic if role in RECIPIENT_ROLES else hospital
        found[role.value] = build.user(role, home)
    return found


def scene(start=build.YEAR_START, end=build.YEAR_END) -> Scene:
    """County bureau, hospital and clinic with an agreement in force, one posting and one activity;

    beside it, far away, a second bureau, hospital and clinic that have nothing to do with the first.
    """
    bureau = build.bureau(build.COUNTY)
    hospital = build.organisation("hospital")
    clinic = build.organisation("township_clinic")
    people = people_for(bureau, hospital, clinic)
    far = [build.organisation(kind, at=build.FAR_AWAY) for kind in ("bureau", "hospital", "township_clinic")]
    cycle = build.cycle(build.programme(bureau), start, end)
    agreement = build.agreement_in_force(hospital, clinic, start, end, within=cycle)
    clinician = build.clinician(hospital, user=people[Role.CLINICIAN])
    posting = build.posting(agreement, clinician)
    activity = build.activity(agreement, participants=[clinician])
    return Scene(
        bureau,
        hospital,
        clinic,
        cycle,
        agreement,
        clinician,
        posting,
        activity,
        people,
        people_for(*far),
    )
