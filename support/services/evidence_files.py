"""The stored files behind evidence rows: they go once it is certain that their row is gone."""

from collections.abc import Iterable

from django.core.files.storage import Storage
from django.db import models, transaction

from support.models.evidence import EvidenceFile


def names_of(row: EvidenceFile) -> list[str]:
    return [name for name in (row.file.name, row.thumbnail.name) if name]


def delete_later(storage: Storage, names: Iterable[str]) -> None:
    """Once the row is really gone: a rolled-back removal keeps its files."""
    wanted = tuple(names)

    def delete() -> None:
        for name in wanted:
            storage.delete(name)

    transaction.on_commit(delete)


def evidence_discard(*, record: models.Model) -> None:
    """Files of a record that is being deleted go once that is certain. Rows go with the record."""
    for relation in record._meta.related_objects:
        if issubclass(relation.related_model, EvidenceFile):
            for row in relation.related_model.objects.filter(**{relation.field.name: record}):
                delete_later(row.file.storage, names_of(row))
