"""What waits for the bureau in the field of agreements, donations and outcome figures.

Each selector is both the number in 待办 and the list behind it; the words are the lists' filters.
"""

from datetime import date, timedelta

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.models import Organisation, User
from support.models import Agreement, AgreementVersion, Donation
from support.models.confirmation import RecordStatus

ENDING_WITHIN_DAYS = 60
TO_FILE, RETURNED, PENDING, ENDING, TO_CONFIRM = "to-file", "returned", "pending", "ending", "to-confirm"


def versions_to_file(*, user: User) -> QuerySet[AgreementVersion]:
    """Both sides confirmed and the programme's bureau is in the user's own reach."""
    return AgreementVersion.objects.visible_to(user).filter(
        status=AgreementVersion.Status.RECIPIENT_CONFIRMED,
        agreement__cycle__programme__bureau__in=Organisation.objects.owned_by(user),
    )


def versions_returned(*, user: User) -> QuerySet[AgreementVersion]:
    """Drafts that somebody sent back with a reason."""
    return (
        AgreementVersion.objects.visible_to(user)
        .filter(status=AgreementVersion.Status.DRAFT)
        .exclude(return_reason="")
    )


def agreements_pending(*, user: User) -> QuerySet[Agreement]:
    """Never filed and still under way."""
    under_way = AgreementVersion.objects.filter(agreement=OuterRef("pk"), status__in=AgreementVersion.OPEN)
    return Agreement.objects.visible_to(user).filter(Exists(under_way), effective_from__isnull=True)


def agreements_ending(*, user: User, day: date | None = None) -> QuerySet[Agreement]:
    """In force, over within 60 days, and not yet renewed or terminated."""
    today = day or timezone.localdate()
    return Agreement.objects.visible_to(user).filter(
        effective_from__lte=today,
        effective_to__range=(today, today + timedelta(days=ENDING_WITHIN_DAYS)),
        terminated_on__isnull=True,
        renewed_by__isnull=True,
    )


def donations_returned(*, user: User) -> QuerySet[Donation]:
    """Entered for the user's organisation and sent back."""
    return Donation.objects.visible_to(user).filter(
        status=RecordStatus.RETURNED, entered_for=user.organisation_id
    )
