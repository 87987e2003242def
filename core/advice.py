"""Warnings that never forbid: what looks odd is shown once, and whoever has looked may go on.

A service that is given ``acknowledged`` raises Unconfirmed for every advice whose key is not in it; a
caller that nobody looks at (an import, history) passes None and is not asked.
"""

import dataclasses
import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from core.errors import RuleBroken


@dataclass(frozen=True)
class Advice:
    """One full Chinese sentence about a field. ``detail``: rows to show beside it."""

    kind: str
    text: str
    field: str = "__all__"
    detail: Sequence = dataclasses.field(default=(), compare=False)

    @property
    def key(self) -> str:
        """Stays the same while the sentence does: a changed entry is asked about anew."""
        return hashlib.sha256(f"{self.kind}|{self.field}|{self.text}".encode()).hexdigest()[:20]


class Unconfirmed(RuleBroken):
    """Nothing was saved: somebody has to look at ``advice`` first."""

    def __init__(self, advice: Sequence[Advice]):
        super().__init__([one.text for one in advice])
        self.advice = list(advice)


def ask(advice: Sequence[Advice], acknowledged: Collection[str] | None) -> None:
    """Raises Unconfirmed with all advice as soon as one of it was not acknowledged."""
    if acknowledged is not None and any(one.key not in acknowledged for one in advice):
        raise Unconfirmed(advice)
