"""Evidence files as pages show them: of a record, or of a form that has not been saved yet."""

import uuid

from django.db.models import Q, QuerySet

from accounts.models import User
from support.evidence_kinds import EvidenceKind
from support.models.confirmation import TwoSidedRecord
from support.models.evidence import EvidenceFile
from support.services.evidence import may_change


def evidence_of(
    *, of: EvidenceKind, user: User, record: TwoSidedRecord | None = None, entry_key: uuid.UUID | None = None
) -> QuerySet[EvidenceFile]:
    """What the user may see of the record's files; without a record what waits under the form's key."""
    rows = of.model.objects.visible_to(user)
    if record is not None:
        return rows.filter(**{of.relation.name: record})
    if entry_key is None:
        return rows.none()
    return rows.filter(Q(**{of.relation.name: None}), entry_key=entry_key, uploaded_by=user)


def may_add(*, of: EvidenceKind, user: User, record: TwoSidedRecord | None) -> bool:
    return (record is None or record.is_editable) and may_change(of, record, user)
