"""Builders: evidence files, sent the way a browser sends them."""

import uuid

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from support.evidence_kinds import all_kinds
from support.models import EvidenceFile, TwoSidedRecord
from support.services.evidence import evidence_add
from testing.files import png


def evidence_kind_of(record: TwoSidedRecord):
    return next(kind for kind in all_kinds() if kind.record_model is type(record))


def evidence(
    record: TwoSidedRecord, by: User | None = None, content: bytes | None = None, **fields
) -> EvidenceFile:
    """A photo (or ``content``) of an open record, sent by whoever entered it."""
    return evidence_add(
        of=evidence_kind_of(record),
        upload_key=fields.pop("upload_key", uuid.uuid4()),
        entry_key=fields.pop("entry_key", uuid.uuid4()),
        file=SimpleUploadedFile("照片.png", png() if content is None else content),
        by=by or record.entered_by,
        record=record,
        **fields,
    )
