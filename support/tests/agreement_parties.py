"""People around one agreement for its tests, and short ways to bring a version into each state."""

from dataclasses import dataclass, field
from datetime import date

from accounts.models import Role, User
from support.models import Agreement, AgreementVersion
from support.services.agreements import (
    agreement_amend,
    agreement_terminate,
    version_confirm,
    version_file,
    version_return,
    version_withdraw,
)
from testing import builders as build
from testing.scene import people_for

Status = AgreementVersion.Status


@dataclass
class Parties:
    """A hospital, a clinic and their county bureau, each with somebody in every role it can have."""

    bureau: object
    hospital: object
    clinic: object
    cycle: object
    agreement: Agreement
    actors: dict[str, User] = field(default_factory=dict)

    @property
    def version(self) -> AgreementVersion:
        return self.agreement.versions.order_by("-number").first()


def parties() -> Parties:
    bureau = build.bureau(build.COUNTY)
    hospital, clinic = build.organisation("hospital"), build.organisation("township_clinic")
    cycle = build.cycle(build.programme(bureau))
    agreement = build.agreement_draft(hospital, clinic, within=cycle)
    actors = {f"own {role}": user for role, user in people_for(bureau, hospital, clinic).items()}
    # each side may have coordinators of either name: what counts is whose they are
    actors["sender's second"] = build.user(Role.RECIPIENT_COORDINATOR, hospital)
    actors["recipient's second"] = build.user(Role.HOSPITAL_COORDINATOR, clinic)
    far = [build.organisation(kind, at=build.FAR_AWAY) for kind in ("bureau", "hospital", "township_clinic")]
    actors |= {f"far {role}": user for role, user in people_for(*far).items()}
    actors["province officer"] = build.officer(build.bureau("450000"))
    actors["township officer"] = build.officer(build.bureau("451027001"))
    return Parties(bureau, hospital, clinic, cycle, agreement, actors)


SENDERS = {"own hospital_coordinator", "sender's second"}
RECIPIENTS = {"own recipient_coordinator", "recipient's second"}
OFFICERS = {"own bureau_officer", "province officer"}

# how to bring a first version into each state; who may do what there and where it then stands
STEPS = {
    Status.DRAFT: [],
    Status.SENDER_CONFIRMED: ["sender"],
    Status.RECIPIENT_CONFIRMED: ["sender", "recipient"],
    Status.FILED: ["sender", "recipient", "bureau"],
    Status.WITHDRAWN: ["withdraw"],
}
VERBS = {
    "confirm": lambda version, by: version_confirm(version=version, by=by),
    "file": lambda version, by: version_file(version=version, by=by),
    "return": lambda version, by: version_return(version=version, by=by, reason="日期有误"),
}


def bring(found: Parties, status: str) -> AgreementVersion:
    for step in STEPS[status]:
        if step == "withdraw":
            version_withdraw(version=found.version, by=found.actors["own bureau_officer"])
        elif step == "bureau":
            version_file(version=found.version, by=found.actors["own bureau_officer"])
        else:
            actor = "own hospital_coordinator" if step == "sender" else "own recipient_coordinator"
            version_confirm(version=found.version, by=found.actors[actor])
    assert found.version.status == status
    return found.version


def amend(found: Parties, **dates) -> AgreementVersion:
    version = agreement_amend(
        agreement=found.agreement, reason="人员调整", by=found.actors["own bureau_officer"]
    )
    for name, value in dates.items():
        setattr(version, name, value)
    version.save()
    return version


def confirm_both(found: Parties, version: AgreementVersion) -> AgreementVersion:
    version_confirm(version=version, by=found.actors["own hospital_coordinator"])
    return version_confirm(version=version, by=found.actors["own recipient_coordinator"])


def terminate(found: Parties, on: date, *, by="own bureau_officer", reason="受援单位撤并") -> Agreement:
    return agreement_terminate(agreement=found.agreement, on=on, reason=reason, by=found.actors[by])
