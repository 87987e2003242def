"""What waits for a person: the same questions for the workspace, the lists and their filters."""

from django.db.models import Count, F, Min, Q, QuerySet

from accounts.models import User
from core.waiting import Waiting
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


def records_entered(records: QuerySet, user: User, *statuses: str) -> QuerySet:
    return records.filter(entered(user, *statuses))


def records_disputed(records: QuerySet) -> QuerySet:
    """Records over which the two sides disagree; the bureau has the last word."""
    return records.filter(status=RecordStatus.DISPUTED)


def record_counts(records: QuerySet, user: User, *, answers: bool) -> dict[str, int]:
    """{to_confirm, returned, disputed, drafts} of one kind of record, in one statement.

    ``answers``: whether this kind is confirmed by the other side and the user belongs to one.
    """
    states = {
        "returned": entered(user, RecordStatus.RETURNED),
        "disputed": entered(user, RecordStatus.DISPUTED),
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
