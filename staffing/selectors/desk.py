"""What waits for the bureau in the field of postings and activities.

Each selector is both the number in 待办 and the list behind it; the words are the lists' filters.
"""

from datetime import date

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Organisation, User
from staffing.models import Activity, AdvancedStudy, Batch, Inspection, Posting, PostingChange
from support.models.confirmation import RecordStatus

NO_ARRIVAL, TO_END, NO_ATTENDANCE, RETURNED = "no-arrival", "to-end", "no-attendance", "returned"
TO_FILE, TO_DECIDE, TO_CONCLUDE = "to-file", "to-decide", "to-conclude"
TO_ISSUE, TO_RECOGNISE = "to-issue", "to-recognise"


def postings_without_arrival(*, user: User, day: date | None = None) -> QuerySet[Posting]:
    """The stay has begun and the recipient has not confirmed that the person is there."""
    return (
        Posting.objects.visible_to(user)
        .not_arrived()
        .filter(
            status=Posting.Status.APPROVED,
            start_on__lte=day or timezone.localdate(),
        )
    )


def postings_to_end(*, user: User) -> QuerySet[Posting]:
    """On post though the last day is over: the end is still to be recorded."""
    return Posting.objects.visible_to(user).filter(
        status__in=Posting.PRESENT, end_on__lt=timezone.localdate()
    )


def activities_returned(*, user: User) -> QuerySet[Activity]:
    """Entered for the user's organisation and sent back."""
    return Activity.objects.visible_to(user).filter(
        status=RecordStatus.RETURNED, entered_for=user.organisation_id
    )


def studies_returned(*, user: User) -> QuerySet[AdvancedStudy]:
    return AdvancedStudy.objects.visible_to(user).filter(
        status=RecordStatus.RETURNED, entered_for=user.organisation_id
    )


def batches_to_file(*, user: User) -> QuerySet[Batch]:
    """Plans that every recipient accepted, of programmes that the user's bureau looks after."""
    return (
        Batch.objects.visible_to(user)
        .filter(
            status=Batch.Status.ACCEPTED,
            cycle__programme__bureau__in=Organisation.objects.owned_by(user),
        )
        .exclude(submitted_by=user)
    )


def posting_changes_to_decide(*, user: User) -> QuerySet[PostingChange]:
    """Requests to extend or end early, of programmes that the user's bureau looks after, not one's own."""
    return (
        PostingChange.objects.visible_to(user)
        .filter(
            status=PostingChange.Status.REQUESTED,
            posting__agreement__cycle__programme__bureau__in=Organisation.objects.owned_by(user),
        )
        .exclude(requested_by=user)
    )


def inspections_to_conclude(*, user: User) -> QuerySet[Inspection]:
    """Recorded by the user's own bureau and not yet concluded: they count nowhere."""
    return Inspection.objects.visible_to(user).filter(
        bureau=user.organisation_id, status=Inspection.Status.DRAFT
    )
