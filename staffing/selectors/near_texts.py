"""Which texts of other units or years are nearly the same: candidates by one indexed statement over all
prints of the province, then an exact comparison of the few."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, models

from accounts.models import User
from core.near_text import Likeness, ReadText
from staffing.models import TextPrint
from staffing.text_sources import TextSource, read_text, source_called

CANDIDATES = 12
AT_LEAST = 2  # shared hashes

# Hashes that very many prints have are left out: they would fetch half the table and tell nothing.
_CANDIDATES = """
    WITH asked AS (
        SELECT coalesce(array_agg(wanted.hash), '{}') AS hashes
        FROM unnest(%(hashes)s::integer[]) AS wanted (hash)
        WHERE NOT EXISTS (SELECT 1 FROM staffing_commonstretch common WHERE common.hash = wanted.hash)
    )
    SELECT print.id FROM staffing_textprint print
    CROSS JOIN LATERAL (
        SELECT count(*) AS hits FROM unnest(print.hashes) AS hash
        WHERE hash = ANY ((SELECT hashes FROM asked)::integer[])
    ) shared
    WHERE print.hashes && (SELECT hashes FROM asked)::integer[]
        AND NOT (print.unit_id = %(unit)s AND print.year = %(year)s)
        AND shared.hits >= %(at_least)s
    ORDER BY shared.hits DESC, print.id
    LIMIT %(limit)s
"""


@dataclass(frozen=True)
class NearText:
    """A text that is nearly the same. ``row`` is whoever's it is: ask ``visible_keys`` before showing it."""

    print: TextPrint
    source: TextSource
    row: models.Model
    text: str
    likeness: Likeness


def candidate_keys(*, hashes: Sequence[int], unit: int, year: int) -> list[int]:
    """Keys of the prints that share most with these hashes, of other units or other years. One statement."""
    if not hashes:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            _CANDIDATES,
            {
                "hashes": list(hashes),
                "unit": unit,
                "year": year,
                "at_least": min(AT_LEAST, len(hashes)),
                "limit": CANDIDATES,
            },
        )
        return [pk for (pk,) in cursor.fetchall()]


def near_texts(*, text: str | ReadText, unit: int, year: int, without: Sequence[int] = ()) -> list[NearText]:
    """Nearly the same texts, the nearest first; ``without``: keys of prints that do not count."""
    read = read_text(text) if isinstance(text, str) else text
    keys = [pk for pk in candidate_keys(hashes=read.hashes, unit=unit, year=year) if pk not in without]
    prints = list(TextPrint.objects.filter(pk__in=keys)) if keys else []
    rows = rows_of(prints)
    found = []
    for made in prints:
        row = rows.get(made.pk)
        if row is None:
            continue  # removed since
        source = source_called(made.source)
        words = source.text(row)
        likeness = read.likeness(read_text(words))
        if likeness.is_near:
            found.append(NearText(made, source, row, words, likeness))
    return sorted(found, key=lambda near: (-near.likeness.percent, near.print.pk))


def rows_of(prints: Sequence[TextPrint]) -> dict[int, models.Model]:
    """The row behind each print, by the print's key; one statement a source. Whoever's they are."""
    found: dict[int, models.Model] = {}
    for code, keys in _by_source(prints).items():
        source = source_called(code)
        rows = source.model._base_manager.select_related(*source.related).in_bulk(keys.keys())
        found |= {keys[pk]: row for pk, row in rows.items()}
    return found


def visible_keys(prints: Sequence[TextPrint], user: User) -> set[int]:
    """Keys of the prints whose rows the user may open; one statement a source."""
    seen: set[int] = set()
    for code, keys in _by_source(prints).items():
        rows = source_called(code).model.objects.visible_to(user).filter(pk__in=keys.keys())
        seen |= {keys[pk] for pk in rows.order_by().values_list("pk", flat=True)}
    return seen


def _by_source(prints: Sequence[TextPrint]) -> dict[str, dict[int, int]]:
    grouped: dict[str, dict[int, int]] = defaultdict(dict)
    for made in prints:
        grouped[made.source][made.source_id] = made.pk
    return grouped
