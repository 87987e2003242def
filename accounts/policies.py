"""Who may do what with regions, organisations and accounts."""

from accounts.models import FormerName, Organisation, Region, User
from accounts.roles import AUDITORS, BUREAU, BUSINESS, OFFICER, SYSTEM
from core.policy import allow_model

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
