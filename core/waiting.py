"""“待办”: one list of the work that waits for a person, filled by every app.

An app registers a source in ``ready()``: a function (user, day) → lines, asking the same questions as its
pages. Lines with nothing to do are left out; returned work comes first, drafts last.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Waiting:
    """One line of work: how many, what, where it is done. ``tone``: "" to do, "bad" returned, "off" no hurry."""

    count: int
    what: str
    action: str
    url: str
    tone: str = ""


Source = Callable[..., Iterable[Waiting]]
_sources: list[Source] = []


def register(source: Source) -> Source:
    """Add a source; it is called as ``source(user, day=day)``."""
    if source not in _sources:
        _sources.append(source)
    return source


def work_waiting(user, *, day: date) -> list[Waiting]:
    """All lines of all apps, in the order in which they should be done."""
    lines = [line for source in _sources for line in source(user, day=day) if line.count]
    order = {"bad": 0, "": 1, "off": 2}
    return sorted(lines, key=lambda line: order[line.tone])
