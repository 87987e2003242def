"""Where notices come from: every app registers what its data has to tell, to whom, and under which key.

A source is a pure function of the data and the moment: asked again, it gives the same notices under the
same keys, and the table keeps each key of a person once. Nothing has to be caught while it happens, so
nothing is lost when a worker dies, and nothing comes twice.

What happened longer ago than LOOK_BACK_DAYS is no news: sources leave it out.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

LOOK_BACK_DAYS = 30


@dataclass(frozen=True)
class NoticeDraft:
    """``user``: primary key. ``key``: names the occurrence, not the sentence: what, which row, which time."""

    user: int
    kind: str
    text: str
    url: str
    key: str


NoticeSource = Callable[[datetime], Iterable[NoticeDraft]]
_sources: list[NoticeSource] = []


def register(source: NoticeSource) -> NoticeSource:
    """Add a source; it is called as ``source(now)``."""
    if source not in _sources:
        _sources.append(source)
    return source


def drafts(now: datetime) -> Iterable[NoticeDraft]:
    for source in _sources:
        yield from source(now)
