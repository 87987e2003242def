"""Entering and confirming: one set of verbs for everything that two sides answer for."""

from django.db import transaction
from django.utils import timezone

from accounts.models import Role, User
from core.errors import RuleBroken
from core.models import AuditEvent
from core.services.audit import audit_record
from support.models.confirmation import RecordStatus, TwoSidedRecord


def may_confirm(*, record: TwoSidedRecord, by: User) -> bool:
    """True for the other side's coordinator; for outcome figures a bureau officer above the recipient.

    Never the side that entered, and never the person who entered.
    """
    if by.pk == record.entered_by_id or by.organisation_id == record.entered_for_id:
        return False
    side = record.confirming_organisation()
    if side is None:
        return (
            by.has_role(Role.BUREAU_OFFICER)
            and type(record).objects.owned_by(by).filter(pk=record.pk).exists()
        )
    return by.organisation_id == side.pk and by.has_role(
        Role.HOSPITAL_COORDINATOR, Role.RECIPIENT_COORDINATOR
    )


def _locked(record: TwoSidedRecord) -> TwoSidedRecord:
    return type(record).objects.select_for_update(of=("self",)).get(pk=record.pk)


@transaction.atomic
def record_submit(*, record: TwoSidedRecord, by: User) -> None:
    """Draft or returned → waiting for the other side. Only the side that entered may submit."""
    current = _locked(record)
    if not current.is_editable:
        raise RuleBroken(f"“{current}”现在是“{current.get_status_display()}”，不能提交。")
    if by.organisation_id != current.entered_for_id:
        raise RuleBroken("只有填报单位可以提交。")
    if obstacles := current.obstacles_to_submit():
        raise RuleBroken(obstacles)
    _write(record, status=RecordStatus.SUBMITTED, submitted_at=timezone.now(), return_reason="")


@transaction.atomic
def record_confirm(*, record: TwoSidedRecord, by: User) -> None:
    """Waiting → confirmed, by the other side. From here on the record counts and never changes."""
    current = _locked(record)
    if current.status != RecordStatus.SUBMITTED:
        raise RuleBroken(f"“{current}”现在是“{current.get_status_display()}”，只有“待确认”的记录可以确认。")
    if not may_confirm(record=current, by=by):
        raise RuleBroken("只能由对方单位确认，本单位和填报人都不能确认自己填报的记录。")
    _write(
        record,
        status=RecordStatus.CONFIRMED,
        confirmed_by=by,
        confirmed_for=by.organisation,
        confirmed_at=timezone.now(),
    )
    audit_record(verb=AuditEvent.Verb.TRANSITION, user=by, subject=record, note="确认")


@transaction.atomic
def record_return(*, record: TwoSidedRecord, by: User, reason: str) -> None:
    """Waiting → returned with a reason; the side that entered may mend and submit again."""
    current = _locked(record)
    if not reason.strip():
        raise RuleBroken({"reason": "请写明退回原因，填报人要据此修改。"})
    if current.status != RecordStatus.SUBMITTED:
        raise RuleBroken(f"“{current}”现在是“{current.get_status_display()}”，只有“待确认”的记录可以退回。")
    if not may_confirm(record=current, by=by):
        raise RuleBroken("只能由对方单位退回。")
    _write(record, status=RecordStatus.RETURNED, return_reason=reason.strip()[:300])
    audit_record(verb=AuditEvent.Verb.TRANSITION, user=by, subject=record, note=f"退回：{reason.strip()}")


def _write(record: TwoSidedRecord, **fields) -> None:
    for name, value in fields.items():
        setattr(record, name, value)
    record.save(update_fields=list(fields))
