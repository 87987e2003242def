"""Groups of roles that policies speak of."""

from accounts.models.user import REGION_ROLES, SYSTEM_ROLES, UNIT_ROLES, Role

OFFICER = frozenset({Role.BUREAU_OFFICER})
BUREAU = frozenset({Role.BUREAU_OFFICER, Role.BUREAU_LEADER})
SENDERS = frozenset({Role.HOSPITAL_COORDINATOR})
RECIPIENTS = frozenset({Role.RECIPIENT_COORDINATOR})
COORDINATORS = SENDERS | RECIPIENTS
SYSTEM = frozenset({Role.SYSTEM_ADMIN})
AUDITORS = frozenset({Role.AUDIT_ADMIN})
REGION = frozenset(REGION_ROLES)
UNITS = frozenset(UNIT_ROLES)
# everybody whose work is the programme itself, readers included
BUSINESS = REGION | UNITS | {Role.CLINICIAN}
EVERYONE = BUSINESS | frozenset(SYSTEM_ROLES)

__all__ = [name for name in dir() if name.isupper()]
