"""What waits for a person: the same questions for the workspace, the lists and their filters."""

from django.db.models import Count, F, Min, Q, QuerySet

from accounts.models import Organisation, Role, User
from core.waiting import Waiting
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


def to_confirm(user: User) -> Q:
    """Submitted records for which the user's organisation answers as the other side.

    The rule of ``TwoSidedRecord.confirming_organisation`` as a condition: the sender confirms the
    recipient's entries, the recipient everybody else's; never one's own.
    """
    organisation = user.organisation_id
    theirs = Q(entered_for=F("agreement__recipient"))
    answers = (theirs & Q(agreement__sender=organisation)) | (~theirs & Q(agreement__recipient=organisation))
    others = ~Q(entered_for=organisation) & ~Q(entered_by=user)
    return answers & others & Q(status=RecordStatus.SUBMITTED)


def entered(user: User, *statuses: str) -> Q:
    """Records in these states that the user may mend: those of the organisation, or only one's own."""
    mine = Q(entered_for=user.organisation_id, status__in=statuses)
    return mine & Q(entered_by=user) if user.reach().organisations is None else mine


def records_to_confirm(records: QuerySet, user: User) -> QuerySet:
    return records.filter(to_confirm(user))


def records_disputed(records: QuerySet) -> QuerySet:
    """Records in dispute, the oldest first."""
    return records.filter(status=RecordStatus.DISPUTED).order_by("disputed_at", "pk")


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


def to_answer(user: User) -> Q:
    """In dispute, the user's to explain or to concede, and not explained yet; then the bureau has the word."""
    return entered(user, RecordStatus.DISPUTED) & Q(dispute_answer="")


def records_to_answer(records: QuerySet, user: User) -> QuerySet:
    return records_disputed(records).filter(to_answer(user))


def outcomes_to_confirm(user: User) -> QuerySet[OutcomeValue]:
    """Submitted by others and the bureau's to confirm."""
    return (
        OutcomeValue.objects.owned_by(user)
        .filter(status=RecordStatus.SUBMITTED)
        .exclude(Q(entered_for=user.organisation_id) | Q(entered_by=user))
    )


def records_entered(records: QuerySet, user: User, *statuses: str) -> QuerySet:
    return records.filter(entered(user, *statuses))


def record_counts(records: QuerySet, user: User, *, answers: bool) -> dict[str, int]:
    """{to_confirm, returned, to_answer, drafts} of one kind of record, in one statement.

    ``answers``: whether this kind is confirmed by the other side and the user belongs to one.
    """
    states = {
        "returned": entered(user, RecordStatus.RETURNED),
        "to_answer": to_answer(user),
        "drafts": entered(user, RecordStatus.DRAFT),
    }
    if answers:
        states["to_confirm"] = to_confirm(user)
    counted = {name: Count("pk", filter=condition) for name, condition in states.items()}
    return {"to_confirm": 0} | records.order_by().aggregate(**counted)


def ends_of(rows: QuerySet, what: str, url: str, *, explain: str, field: str = "effective_to") -> Waiting:
    """A line about things that end, due on the first day on which one of them does."""
    found = rows.order_by().aggregate(count=Count("pk"), first=Min(field))
    return Waiting(found["count"], what, "查看", url, due_on=found["first"], explain=explain)
