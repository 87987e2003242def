"""The search over everything: each app registers what can be found (in ``searched.py``).

Every kind finds within the person's scope and costs three bounded statements: the keys of the first rows,
these rows, and how many there are.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import QuerySet

from core.paging import slice_of

LONGEST = 60
FIRST = 5
MANY = 100  # counted up to here: “100 条以上”


@dataclass(frozen=True)
class Hit:
    """One thing that was found. ``sub``: a second line; ``url`` empty: known, but without a page for this person."""

    title: str
    sub: str
    url: str = ""


@dataclass(frozen=True)
class Kind:
    """``find``: (user, text) → rows in order; ``show``: (row, user, text) → Hit; ``list_url``: (user, text) → the list with
    the same filter, or empty."""

    code: str
    label: str
    order: int
    permission: str
    find: Callable[..., QuerySet]
    show: Callable[..., Hit]
    list_url: Callable[..., str] = lambda user, text: ""


@dataclass(frozen=True)
class Group:
    kind: Kind
    hits: list[Hit]
    count: int
    is_capped: bool
    url: str

    @property
    def has_more(self) -> bool:
        return self.count > len(self.hits)


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    _kinds[kind.code] = kind
    return kind


def kinds_for(user) -> list[Kind]:
    allowed = (kind for kind in _kinds.values() if user.has_perm(kind.permission))
    return sorted(allowed, key=lambda kind: kind.order)


def search_all(user, text: str) -> list[Group]:
    """The first few of every kind that the person may see; kinds without any are left out."""
    groups = []
    for kind in kinds_for(user):
        rows = kind.find(user, text)
        found = slice_of(rows, 0, FIRST)
        if not found:
            continue
        count = len(found) if len(found) < FIRST else rows.order_by()[: MANY + 1].count()
        groups.append(
            Group(
                kind,
                [kind.show(row, user, text) for row in found],
                min(count, MANY),
                count > MANY,
                kind.list_url(user, text),
            )
        )
    return groups
