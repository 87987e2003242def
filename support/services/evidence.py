"""Evidence: taking over, when a record is saved, the files that came before it."""

import uuid

from django.db import models

from accounts.models import User


def evidence_attach(*, record: models.Model, entry_key: uuid.UUID, by: User) -> int:
    """Files sent under the form's key by this person become the record's; how many."""
    relation = record._meta.get_field("evidence")
    files = relation.related_model.objects.filter(entry_key=entry_key, uploaded_by=by)
    return files.filter(**{relation.field.name: None}).update(**{relation.field.name: record})
