"""Pairs of nearly identical texts as a bureau sees them: both side by side, or its own half only."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from accounts.models import User
from accounts.selectors.named import organisations_named
from staffing.models import SimilarPair, TextPrint
from staffing.selectors.near_texts import rows_of, visible_keys
from staffing.text_sources import read_text, source_called


@dataclass(frozen=True)
class Side:
    """One text of a pair. ``pieces``: (words, whether they recur in the other); empty when not to be seen."""

    year: int
    visible: bool = False
    unit: str = "其他单位"
    label: str = ""
    title: str = ""
    url: str = ""
    pieces: tuple[tuple[str, bool], ...] = ()


@dataclass(frozen=True)
class ShownPair:
    pair: SimilarPair
    sides: tuple[Side, Side]

    @property
    def pk(self) -> int:
        return self.pair.pk

    @property
    def is_whole(self) -> bool:
        """Whether the reader sees both texts, and so may decide."""
        return all(side.visible for side in self.sides)


def similar_pairs(
    pairs: QuerySet[SimilarPair], user: User, *, year: int | None = None, text: str = "", result: str = ""
) -> QuerySet[SimilarPair]:
    """``text``: a unit's name among those the user may see, or the search would tell whose the other half is;
    ``result``: open, different or copied.
    """
    if year:
        pairs = pairs.filter(Q(first__year=year) | Q(second__year=year))
    if text:
        mine = TextPrint.objects.visible_to(user).filter(organisations_named(text, "unit"))
        pairs = pairs.filter(Q(first__in=mine) | Q(second__in=mine))
    if result == "open":
        return pairs.filter(verdict__isnull=True)
    return pairs.filter(verdict__result=result) if result else pairs


def shown_pairs(pairs: Sequence[SimilarPair], user: User) -> list[ShownPair]:
    """The texts of the pairs with what recurs marked; two statements a source, however many pairs."""
    prints = {made.pk: made for pair in pairs for made in (pair.first, pair.second)}
    rows, seen = rows_of(list(prints.values())), visible_keys(list(prints.values()), user)
    words = {pk: source_called(prints[pk].source).text(row) for pk, row in rows.items()}
    shown = []
    for pair in pairs:
        first, second = (read_text(words.get(pk, "")) for pk in (pair.first_id, pair.second_id))
        likeness = first.likeness(second)
        sides = tuple(
            _side(made, rows[made.pk], words[made.pk], passages)
            if made.pk in seen and made.pk in rows
            else Side(made.year)
            for made, passages in ((pair.first, likeness.first), (pair.second, likeness.second))
        )
        shown.append(ShownPair(pair, sides))
    return shown


def _side(made: TextPrint, row, words: str, passages) -> Side:
    source = source_called(made.source)
    pieces, done = [], 0
    for start, end in passages:
        pieces += [(words[done:start], False), (words[start:end], True)]
        done = end
    pieces.append((words[done:], False))
    return Side(
        made.year,
        True,
        made.unit.display_name,
        source.label,
        str(row),
        source.url(row),
        tuple(piece for piece in pieces if piece[0]),
    )
