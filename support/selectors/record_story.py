"""The story of a two-sided record: who did what when, and what a correction changes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import models

from core.models import AuditEvent
from core.numbers import plain
from support.models.confirmation import TwoSidedRecord

BASE = {field.name for field in TwoSidedRecord._meta.local_fields}


@dataclass(frozen=True)
class Step:
    """One line of the history. ``words`` is what the person wrote with it."""

    at: datetime
    who: str
    where: str
    what: str
    words: str = ""


def record_history(record: TwoSidedRecord) -> list[Step]:
    """From entering to the last act, oldest first; two statements."""
    steps = [Step(record.entered_at, record.entered_by.name, str(record.entered_for), "填报")]
    events = AuditEvent.objects.filter(
        subject_type=record._meta.label_lower,
        subject_id=str(record.pk),
        verb=AuditEvent.Verb.TRANSITION,
    ).select_related("user__organisation")
    for event in events.order_by("at", "pk"):
        what, _, words = event.note.partition("：")
        who = event.user.name if event.user else event.username
        where = str(event.user.organisation or "") if event.user else ""
        steps.append(Step(event.at, who, where, what, words))
    return steps


@dataclass(frozen=True)
class Difference:
    label: str
    before: str
    after: str


NOTHING = "无"


def record_differences(
    before: TwoSidedRecord,
    after: TwoSidedRecord,
    below: Mapping[str, Callable[[TwoSidedRecord], list[str]]],
) -> list[Difference]:
    """What differs in the columns people fill in and in the rows below.

    ``below``: label → function that words a record's rows of that kind.
    """
    found = []
    for field in type(before)._meta.concrete_fields:
        if field.name in BASE or not field.editable or field.primary_key:
            continue
        old, new = getattr(before, field.attname), getattr(after, field.attname)
        if old != new:
            found.append(Difference(str(field.verbose_name), _text(before, field), _text(after, field)))
    for label, rows in below.items():
        old, new = rows(before), rows(after)
        if sorted(old) != sorted(new):
            found.append(Difference(label, "、".join(old) or NOTHING, "、".join(new) or NOTHING))
    return found


def _text(record: TwoSidedRecord, field: models.Field) -> str:
    value = getattr(record, field.attname)
    if value is None or value == "":
        return NOTHING
    if isinstance(field, models.FileField):
        return "有附件"
    if field.choices:
        return str(getattr(record, f"get_{field.name}_display")())
    if isinstance(value, bool):
        return "是" if value else "否"
    if field.is_relation:
        return str(getattr(record, field.name))
    return f"{value:%Y-%m-%d}" if hasattr(value, "strftime") else plain(value)
