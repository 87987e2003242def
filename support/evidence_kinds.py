"""Which records carry evidence files, and which permission reads and sends them.

The rooms above add their own in ``policies.py``: the services, the pages and the sweeper serve them all.
"""

from dataclasses import dataclass

from django.db import models

from support.models.confirmation import TwoSidedRecord
from support.models.evidence import EvidenceFile


@dataclass(frozen=True)
class EvidenceKind:
    """``code`` stands in addresses; ``view`` and ``enter`` are permissions."""

    code: str
    model: type[EvidenceFile]
    view: str
    enter: str

    @property
    def relation(self) -> models.ForeignKey:
        """The foreign key from a file to its record."""
        (found,) = (
            field
            for field in self.model._meta.fields
            if field.is_relation and issubclass(field.related_model, TwoSidedRecord)
        )
        return found

    @property
    def record_model(self) -> type[TwoSidedRecord]:
        return self.relation.related_model

    def record_of(self, evidence: EvidenceFile) -> TwoSidedRecord | None:
        return getattr(evidence, self.relation.name)


_kinds: dict[str, EvidenceKind] = {}


def register(kind: EvidenceKind) -> None:
    _kinds[kind.code] = kind


def all_kinds() -> tuple[EvidenceKind, ...]:
    return tuple(_kinds.values())


def kind_called(code: str) -> EvidenceKind | None:
    return _kinds.get(code)


def kind_of(evidence: EvidenceFile) -> EvidenceKind:
    return next(kind for kind in _kinds.values() if kind.model is type(evidence))
