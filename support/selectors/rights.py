"""Which buttons a person gets on a record that one side enters and the other confirms."""

from dataclasses import dataclass

from accounts.models import Role, User
from support.models import TwoSidedRecord
from support.models.confirmation import RecordStatus
from support.services.records import may_confirm

COORDINATORS = (Role.HOSPITAL_COORDINATOR, Role.RECIPIENT_COORDINATOR)


@dataclass(frozen=True)
class RecordRights:
    edit: bool
    confirm: bool

    @property
    def any(self) -> bool:
        return self.edit or self.confirm


def may_enter(*, record: TwoSidedRecord, by: User, permission: str) -> bool:
    """A coordinator of the side that entered, or the person who entered, in whatever state it is."""
    return (
        by.has_perm(permission)
        and record.entered_for_id == by.organisation_id
        and (by.has_role(*COORDINATORS) or record.entered_by_id == by.pk)
    )


def record_rights(*, record: TwoSidedRecord, by: User, permission: str) -> RecordRights:
    """``permission``: the one for entering this kind of record."""
    return RecordRights(
        edit=record.is_editable and may_enter(record=record, by=by, permission=permission),
        confirm=record.status == RecordStatus.SUBMITTED
        and by.has_perm("support.confirm_record")
        and may_confirm(record=record, by=by),
    )
