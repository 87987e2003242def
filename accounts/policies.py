"""Who may do what with regions, organisations and accounts."""

from accounts.models import DigestSent, FormerName, Organisation, Region, User
from accounts.roles import AUDITORS, BUREAU, BUSINESS, COORDINATORS, OFFICER, SYSTEM
from core.policy import allow, allow_model

allow_model(Region, view=BUREAU | SYSTEM, add=SYSTEM, change=SYSTEM)
allow_model(
    Organisation,
    view=BUSINESS | SYSTEM,
    add=OFFICER | SYSTEM,
    change=OFFICER | SYSTEM,
    **{"import": OFFICER | SYSTEM, "export": BUREAU | SYSTEM},
)
allow_model(
    FormerName, view=BUSINESS | SYSTEM, add=OFFICER | SYSTEM, change=OFFICER | SYSTEM, delete=OFFICER | SYSTEM
)
allow_model(User, view=SYSTEM | AUDITORS, add=SYSTEM, change=SYSTEM)
# the list of work that waits; those who only read it get nothing to do
allow("accounts.view_todo", BUSINESS | SYSTEM)
allow("accounts.act_on_todo", BUREAU | COORDINATORS | {"clinician"} | SYSTEM)
allow_model(DigestSent, view=SYSTEM)
