"""Entering and confirming: one set of verbs for everything that two sides answer for.

Every verb locks the record first, the one it replaces after it, so that of two people at the same moment
one acts and the other is told what became of it. Disputes and corrections have verbs of their own.
"""

from collections.abc import Callable, Iterable

from django.db import transaction
from django.utils import timezone

from accounts.models import Role, User
from core.errors import RuleBroken
from core.models import AuditEvent
from core.services.audit import audit_record
from support.models.confirmation import RecordStatus, TwoSidedRecord
from support.services.evidence_files import evidence_discard

NOTHING_DISPUTED = {"dispute_reason": "", "dispute_answer": "", "dispute_ruling": "", "disputed_at": None}


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


# ---- what every verb does first and last
def locked(record: TwoSidedRecord) -> TwoSidedRecord:
    """The row as it is now, held until the transaction ends."""
    current = type(record).objects.select_for_update(of=("self",)).filter(pk=record.pk).first()
    if current is None:
        raise RuleBroken("这条记录已被删除。")
    return current


def expect(current: TwoSidedRecord, *statuses: str, verb: str) -> None:
    if current.status not in statuses:
        wanted = "、".join(f"“{RecordStatus(status).label}”" for status in statuses)
        raise RuleBroken(f"“{current}”现在是“{current.status_label}”，只有{wanted}的记录可以{verb}。")


def expect_own_side(current: TwoSidedRecord, by: User, *, verb: str) -> None:
    if by.organisation_id != current.entered_for_id:
        raise RuleBroken(f"只有填报单位可以{verb}。")


def expect_other_side(current: TwoSidedRecord, by: User, *, verb: str) -> None:
    if not may_confirm(record=current, by=by):
        raise RuleBroken(f"只能由对方单位{verb}，本单位和填报人都不能{verb}自己填报的记录。")


def stated(text: str, *, field: str = "reason", missing: str) -> str:
    """The text without blanks around it; RuleBroken beside the field when there is none."""
    text = text.strip()
    if not text:
        raise RuleBroken({field: missing})
    if len(text) > 300:
        raise RuleBroken({field: f"最多 300 个字，现在是 {len(text)} 个字，请缩短。"})
    return text


def write(record: TwoSidedRecord, **fields) -> None:
    for name, value in fields.items():
        setattr(record, name, value)
    record.save(update_fields=list(fields))


def told(record: TwoSidedRecord, by: User, note: str) -> None:
    audit_record(verb=AuditEvent.Verb.TRANSITION, user=by, subject=record, note=note)


# ---- verbs
@transaction.atomic
def record_submit(*, record: TwoSidedRecord, by: User) -> None:
    """Draft or returned → waiting for the other side. Only the side that entered may submit.

    A new submission opens the matter anew: what was disputed before stands in the history alone.
    """
    current = locked(record)
    expect(current, RecordStatus.DRAFT, RecordStatus.RETURNED, verb="提交")
    expect_own_side(current, by, verb="提交")
    _expect_original(current)
    if not current.is_withdrawal and (obstacles := current.obstacles_to_submit()):
        raise RuleBroken(obstacles)
    write(
        record,
        status=RecordStatus.SUBMITTED,
        submitted_at=timezone.now(),
        return_reason="",
        **NOTHING_DISPUTED,
    )
    told(record, by, "提交")


@transaction.atomic
def record_retract(*, record: TwoSidedRecord, by: User) -> None:
    """Waiting → draft: the side that entered takes back what it sent by mistake, while nobody has decided."""
    current = locked(record)
    expect(current, RecordStatus.SUBMITTED, verb="收回")
    expect_own_side(current, by, verb="收回")
    if current.dispute_ruling:
        raise RuleBroken("主管部门已对争议作出处理，不能再收回，请等待对方确认或退回。")
    write(record, status=RecordStatus.DRAFT, submitted_at=None)
    told(record, by, "收回")


@transaction.atomic
def record_confirm(*, record: TwoSidedRecord, by: User) -> None:
    """Waiting → confirmed, by the other side. From here on the record counts and never changes.

    A correction takes the place of its original in the same moment; a withdrawal takes the original out
    and itself counts nowhere.
    """
    current = locked(record)
    expect(current, RecordStatus.SUBMITTED, verb="确认")
    expect_other_side(current, by, verb="确认")
    original = locked(current.replaces) if current.replaces_id else None
    if original is not None:
        _expect_original(current)
        # first the old one goes: what may exist only once would otherwise exist twice
        write(original, status=RecordStatus.SUPERSEDED)
        word = "作废" if current.is_withdrawal else "被更正"
        told(original, by, f"{word}：{current.replace_reason}")
    write(
        record,
        status=RecordStatus.SUPERSEDED if current.is_withdrawal else RecordStatus.CONFIRMED,
        confirmed_by=by,
        confirmed_for=by.organisation,
        confirmed_at=timezone.now(),
    )
    told(record, by, "确认作废" if current.is_withdrawal else "确认")
    if original is not None and not current.is_withdrawal:
        for take_over in _heirs.get(type(record), ()):
            take_over(original, current)


@transaction.atomic
def record_return(*, record: TwoSidedRecord, by: User, reason: str) -> None:
    """Waiting → returned with a reason; the side that entered may mend and submit again."""
    reason = stated(reason, missing="请写明退回原因，填报人要据此修改。")
    current = locked(record)
    expect(current, RecordStatus.SUBMITTED, verb="退回")
    expect_other_side(current, by, verb="退回")
    write(record, status=RecordStatus.RETURNED, return_reason=reason)
    told(record, by, f"退回：{reason}")


@transaction.atomic
def record_delete(*, record: TwoSidedRecord, by: User) -> None:
    """Remove a draft or returned record of one's own side."""
    current = locked(record)
    if not current.is_open or current.entered_for_id != by.organisation_id:
        raise RuleBroken("只有本单位的草稿或被退回的记录可以删除。")
    told(current, by, "删除")
    evidence_discard(record=current)
    current.delete()


def record_confirm_many(
    *, records: Iterable[TwoSidedRecord], by: User
) -> tuple[int, list[tuple[TwoSidedRecord, str]]]:
    """Each on its own: one that cannot be confirmed does not hold up the others.

    How many were confirmed, and the others with the reason.
    """
    done, failed = 0, []
    for record in records:
        try:
            record_confirm(record=record, by=by)
            done += 1
        except RuleBroken as error:
            failed.append((record, "".join(error.messages)))
    return done, failed


# ---- what stands in the place of a confirmed record
_heirs: dict[type[TwoSidedRecord], list[Callable]] = {}


def on_replacement(model: type[TwoSidedRecord]):
    """Register ``take_over(original, successor)``: what was written below the original goes on below the
    record that replaced it."""

    def register(take_over: Callable) -> Callable:
        _heirs.setdefault(model, []).append(take_over)
        return take_over

    return register


# a correction speaks of the same matter before the same two sides
MATTER = {
    "agreement_id": "协议",
    "recipient_id": "受援单位",
    "clinician_id": "人员",
    "entered_for_id": "填报单位",
}


def _expect_original(current: TwoSidedRecord) -> None:
    """The record that this one is to replace is still in force and lies between the same two sides."""
    if current.replaces_id is None:
        return
    original = type(current).objects.get(pk=current.replaces_id)
    if original.status != RecordStatus.CONFIRMED:
        raise RuleBroken(
            f"要更正的原记录现在是“{original.status_label}”，不再是“已确认”，这条更正不能再办理，"
            "请由填报单位删除，或由对方退回。"
        )
    for column, label in MATTER.items():
        if getattr(original, column, None) != getattr(current, column, None):
            raise RuleBroken(f"更正不能换{label}；{label}登记错了，请作废原记录后重新登记。")
