"""Where each role lands after sign-in. The first role of the table that a person holds decides."""

from accounts.models import Role, User

DESK, DASHBOARD, WORKSPACE = "admin:index", "dashboard", "workspace"

LANDING = {
    Role.BUREAU_OFFICER: DESK,
    Role.BUREAU_LEADER: DASHBOARD,
    Role.SYSTEM_ADMIN: DESK,
    Role.AUDIT_ADMIN: DESK,
    Role.HOSPITAL_COORDINATOR: WORKSPACE,
    Role.RECIPIENT_COORDINATOR: WORKSPACE,
    Role.HOSPITAL_LEADER: WORKSPACE,
    Role.CLINICIAN: WORKSPACE,
    Role.LEADERSHIP: DASHBOARD,
}


def landing_of(user: User) -> str:
    """Name of the route; every account holds at least one role."""
    return next(route for role, route in LANDING.items() if user.has_role(role))
