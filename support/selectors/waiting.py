"""What waits for a person: the same questions for the workspace, the lists and their filters."""

from django.db.models import F, Q, QuerySet

from accounts.models import Organisation, Role, User
from support.models import AgreementVersion, OutcomeValue
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


def records_disputed(records: QuerySet) -> QuerySet:
    """Records in dispute, the oldest first."""
    return records.filter(status=RecordStatus.DISPUTED).order_by("disputed_at", "pk")


def records_to_answer(records: QuerySet, user: User) -> QuerySet:
    """Entered by the user's side, disputed by the other, and not yet answered."""
    return records_entered(records, user, RecordStatus.DISPUTED).filter(dispute_answer="")


def records_to_rule(records: QuerySet, user: User) -> QuerySet:
    """In dispute under programmes of the user's own reach, for an officer who did not enter them.

    The rule of ``may_rule`` as a query.
    """
    if not user.has_role(Role.BUREAU_OFFICER):
        return records.none()
    return (
        records_disputed(records)
        .filter(agreement__cycle__programme__bureau__in=Organisation.objects.owned_by(user))
        .exclude(Q(entered_for=user.organisation_id) | Q(entered_by=user))
    )


def outcomes_to_confirm(user: User) -> QuerySet[OutcomeValue]:
    """Submitted by others and the bureau's to confirm."""
    return (
        OutcomeValue.objects.owned_by(user)
        .filter(status=RecordStatus.SUBMITTED)
        .exclude(Q(entered_for=user.organisation_id) | Q(entered_by=user))
    )


def records_entered(records: QuerySet, user: User, *statuses: str) -> QuerySet:
    """Records in these states that the user may mend: those of the organisation, or only one's own."""
    mine = Q(entered_for=user.organisation_id)
    if user.reach().organisations is None:
        mine &= Q(entered_by=user)
    return records.filter(mine, status__in=statuses)
