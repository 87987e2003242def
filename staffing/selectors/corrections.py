"""Corrections of locked attendance that wait for a second person."""

from django.db.models import Q, QuerySet

from accounts.models import Role, User
from staffing.models import AttendanceCorrection


def corrections_to_decide(*, user: User) -> QuerySet[AttendanceCorrection]:
    """Asked for by somebody else: at one's own unit, or for an officer in the region."""
    turn = Q(pk__in=[])
    if user.has_role(Role.RECIPIENT_COORDINATOR):
        turn |= Q(sheet__recipient=user.organisation_id)
    if user.has_role(Role.BUREAU_OFFICER):
        turn |= Q(sheet__recipient__in=user.reach().organisations)
    return (
        AttendanceCorrection.objects.visible_to(user)
        .filter(turn, status=AttendanceCorrection.Status.REQUESTED)
        .exclude(requested_by=user)
    )
