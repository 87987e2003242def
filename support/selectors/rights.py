"""Which buttons a person gets on a record that one side enters and the other confirms."""

from dataclasses import dataclass, fields

from accounts.models import Role, User
from support.models import TwoSidedRecord
from support.models.confirmation import RecordStatus
from support.services.disputes import may_rule
from support.services.records import may_confirm

COORDINATORS = (Role.HOSPITAL_COORDINATOR, Role.RECIPIENT_COORDINATOR)
CONFIRM, RULE = "support.confirm_record", "support.rule_record"


@dataclass(frozen=True)
class RecordRights:
    """One flag a button. ``confirm`` carries the return with it, ``answer`` the conceding."""

    edit: bool = False
    submit: bool = False
    delete: bool = False
    retract: bool = False
    confirm: bool = False
    dispute: bool = False
    drop: bool = False
    answer: bool = False
    rule: bool = False
    correct: bool = False

    @property
    def any(self) -> bool:
        return any(getattr(self, field.name) for field in fields(self))


def may_enter(*, record: TwoSidedRecord, by: User, permission: str) -> bool:
    """A coordinator of the side that entered, or the person who entered, in whatever state it is."""
    return (
        by.has_perm(permission)
        and record.entered_for_id == by.organisation_id
        and (by.has_role(*COORDINATORS) or record.entered_by_id == by.pk)
    )


def is_being_replaced(record: TwoSidedRecord) -> bool:
    return type(record).objects.filter(replaces=record).exists()


def record_rights(*, record: TwoSidedRecord, by: User, permission: str) -> RecordRights:
    """``permission``: the one for entering this kind of record."""
    status = record.status
    enters = may_enter(record=record, by=by, permission=permission)
    submitted, disputed = status == RecordStatus.SUBMITTED, status == RecordStatus.DISPUTED
    confirms = (submitted or disputed) and by.has_perm(CONFIRM) and may_confirm(record=record, by=by)
    return RecordRights(
        edit=enters and record.is_editable,
        submit=enters and record.is_open,
        delete=enters and record.is_open,
        retract=enters and submitted and not record.dispute_ruling,
        confirm=confirms and submitted,
        dispute=confirms
        and submitted
        and not record.dispute_ruling
        and not record.is_withdrawal
        and record.confirming_organisation() is not None,
        drop=confirms and disputed,
        answer=enters and disputed,
        rule=disputed and by.has_perm(RULE) and may_rule(record=record, by=by),
        correct=enters and status == RecordStatus.CONFIRMED and not is_being_replaced(record),
    )
