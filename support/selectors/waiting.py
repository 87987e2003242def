"""What waits for a person: the same questions for the workspace, the lists and their filters."""

from django.db.models import F, Q, QuerySet

from accounts.models import User
from support.models import AgreementVersion
from support.models.confirmation import RecordStatus

OPEN_STATUS = AgreementVersion.Status


def versions_to_confirm(user: User) -> QuerySet[AgreementVersion]:
    """Agreement texts whose next confirmation is due from the user's organisation."""
    organisation = user.organisation_id
    due = Q(status=OPEN_STATUS.DRAFT, agreement__sender=organisation) | Q(
        status=OPEN_STATUS.SENDER_CONFIRMED, agreement__recipient=organisation
    )
    return AgreementVersion.objects.visible_to(user).filter(due)


def records_to_confirm(records: QuerySet, user: User) -> QuerySet:
    """Submitted records for which the user's organisation answers as the other side.

    The rule of ``TwoSidedRecord.confirming_organisation`` as a query: the sender confirms the
    recipient's entries, the recipient everybody else's; never one's own.
    """
    organisation = user.organisation_id
    theirs = Q(entered_for=F("agreement__recipient"))
    answers = (theirs & Q(agreement__sender=organisation)) | (~theirs & Q(agreement__recipient=organisation))
    return records.filter(answers, status=RecordStatus.SUBMITTED).exclude(
        Q(entered_for=organisation) | Q(entered_by=user)
    )


def records_entered(records: QuerySet, user: User, *statuses: str) -> QuerySet:
    """Records in these states that the user may mend: those of the organisation, or only one's own."""
    mine = Q(entered_for=user.organisation_id)
    if user.reach().organisations is None:
        mine &= Q(entered_by=user)
    return records.filter(mine, status__in=statuses)
