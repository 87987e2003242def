"""Finding one or two Chinese characters in many texts.

``LIKE '%义诊%'`` reads every row, and trigram indexes help from the third character only. So the texts
are indexed by every character and every pair of neighbours (``text_grams``, a function of the database,
made in a migration, under a GIN index). The index narrows, ``ILIKE`` decides.
"""

from django.contrib.postgres.fields import ArrayField
from django.db.models import Func, TextField, Value
from django.db.models.functions import Cast


class TextGrams(Func):
    """The grams of several fields, written exactly as in the index, or it is not used."""

    template = "text_grams(%(expressions)s)"
    arg_joiner = " || E'\\n' || "
    output_field = ArrayField(TextField())


def grams(text: str) -> list[str]:
    """What a text must have in the index to contain these words: its pairs, or its only character."""
    text = text.lower()
    return sorted({text[at : at + 2] for at in range(len(text) - 1)}) if len(text) > 1 else [text]


def with_grams(rows, text: str, *fields: str):
    """Rows in which one of the text fields may contain the text: all that do, and some more."""
    wanted = Cast(Value(grams(text)), ArrayField(TextField()))
    return rows.alias(text_grams=TextGrams(*fields)).filter(text_grams__contains=wanted)
