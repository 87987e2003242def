"""Free texts that are compared across units and years. A room above registers its own with one call."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.db import models
from django.urls import reverse

from core.near_text import ReadText, StockPhrases
from staffing.models import Activity, MentorSummary


@dataclass(frozen=True)
class TextSource:
    """``text``: the free words of a row; ``unit`` and ``year``: who wrote them about which year."""

    code: str
    label: str
    model: type[models.Model]
    text: Callable[[models.Model], str]
    unit: Callable[[models.Model], int]
    year: Callable[[models.Model], int]
    url: Callable[[models.Model], str]
    related: tuple[str, ...] = ()


_sources: dict[str, TextSource] = {}


def register(source: TextSource) -> None:
    _sources[source.code] = source


def all_sources() -> tuple[TextSource, ...]:
    return tuple(_sources.values())


def source_called(code: str) -> TextSource:
    return _sources[code]


def source_of(row: models.Model) -> TextSource:
    return next(source for source in _sources.values() if source.model is type(row))


@cache
def stock_phrases() -> StockPhrases:
    lines = (Path(__file__).parent / "data" / "stock_phrases.txt").read_text(encoding="utf-8").splitlines()
    return StockPhrases(line for line in lines if line and not line.startswith("#"))


def read_text(text: str) -> ReadText:
    return stock_phrases().read(text)


def joined(*texts: str) -> str:
    """Several fields as one text: what stood in one may have been copied into another."""
    return "\n".join(text for text in texts if text)


register(
    TextSource(
        "activity",
        "活动",
        Activity,
        text=lambda row: joined(row.topic, row.content, row.note),
        unit=lambda row: row.entered_for_id,
        year=lambda row: row.start_on.year,
        url=lambda row: reverse("activity-detail", args=[row.pk]),
        related=("activity_type", "entered_for"),
    )
)
register(
    TextSource(
        "mentor_summary",
        "师带徒年终总结",
        MentorSummary,
        text=lambda row: row.text,
        unit=lambda row: row.submitted_for_id,
        year=lambda row: row.year,
        url=lambda row: reverse("mentorship-detail", args=[row.mentorship_id]),
        related=("mentorship__mentor", "mentorship__apprentice"),
    )
)
