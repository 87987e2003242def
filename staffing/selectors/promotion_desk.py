"""What waits for a bureau in the field of promotion service."""

from django.db.models import QuerySet

from accounts.models import User
from staffing.models import RecognisedService
from support.models.confirmation import RecordStatus


def recognised_waiting(*, user: User) -> QuerySet[RecognisedService]:
    """Entered with evidence and submitted by hospitals of the user's reach, not by the user."""
    rows = RecognisedService.objects.owned_by(user).filter(status=RecordStatus.SUBMITTED)
    return rows.exclude(entered_by=user).exclude(entered_for=user.organisation_id)
