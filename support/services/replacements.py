"""Correcting what is confirmed (更正、作废): a new record takes the place of the old one, or takes it out.

Both are entered by the side that entered the original and confirmed by the other; until then the
original stands and counts.
"""

from django.db import models, transaction
from django.utils import timezone

from accounts.models import User
from core.errors import RuleBroken, checked
from support.models.confirmation import RecordStatus, TwoSidedRecord
from support.services.records import expect, expect_own_side, locked, stated, told


def replacement_of(*, original: TwoSidedRecord, by: User, reason: str) -> dict:
    """What makes a new record the correction of ``original``, which is locked from here on.

    Call it before any other lock of the transaction, and create the record with these fields.
    """
    reason = stated(reason, field="replace_reason", missing="请写明更正原因。")
    return {"replaces": replaceable(original, by), "replace_reason": reason}


def replaceable(
    original: TwoSidedRecord, by: User, *, verb: str = "更正", but: TwoSidedRecord | None = None
) -> TwoSidedRecord:
    """The confirmed record of one's own side, locked; RuleBroken when it is not or something else is about to
    replace it. ``but``: the correction that is being rewritten.
    """
    current = locked(original)
    expect(current, RecordStatus.CONFIRMED, verb=verb)
    expect_own_side(current, by, verb=verb)
    other = type(current).objects.filter(replaces=current).exclude(pk=but.pk if but else None).first()
    if other is not None:
        word = "作废" if other.is_withdrawal else "更正"
        raise RuleBroken(f"这条记录的{word}正在办理（{other.status_label}），不能再{verb}。")
    return current


@transaction.atomic
def record_withdraw(*, record: TwoSidedRecord, by: User, reason: str) -> TwoSidedRecord:
    """Ask the other side to agree that a confirmed record goes, with nothing in its place.

    The withdrawal says of what record it speaks (what people choose and name), but carries no amounts and
    no rows below, and waits for the other side at once.
    """
    reason = stated(reason, missing="请写明作废原因，对方据此确认。")
    original = replaceable(record, by, verb="作废")
    withdrawal = type(original)(
        **{field.attname: getattr(original, field.attname) for field in _named(type(original))},
        replaces=original,
        replace_reason=reason,
        is_withdrawal=True,
        entered_by=by,
        entered_for=by.organisation,
        status=RecordStatus.SUBMITTED,
        submitted_at=timezone.now(),
    )
    checked(withdrawal)
    withdrawal.save()
    told(original, by, f"申请作废：{reason}")
    told(withdrawal, by, f"提交作废：{reason}")
    return withdrawal


def _named(model: type[TwoSidedRecord]) -> list[models.Field]:
    """The columns that people fill in and that say what the record is about: no amounts, no files."""
    return [
        field
        for field in model._meta.concrete_fields
        if field.editable
        and not field.primary_key
        and not field.unique
        and not isinstance(field, models.FileField)
        and not (isinstance(field, models.DecimalField) and field.null)
    ]
