"""“待办”: one list of the work that waits for a person, filled by every app.

An app registers a source in ``ready()``: a function (user, day) → lines, asking the same questions as its
pages. Each line leads to exactly the rows it counts. The list page, the first page of units, the desk's
cards, the daily mail: all of them show these lines and no others.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

SOON_DAYS = 14  # a line due within these days stands before undated work

OVERDUE, SOON, RETURNED, TO_DO, DRAFT = "overdue", "soon", "bad", "", "off"
ORDER = {OVERDUE: 0, SOON: 1, RETURNED: 2, TO_DO: 3, DRAFT: 4}
GROUPS = (
    (OVERDUE, "逾期", (OVERDUE,)),
    (SOON, "近期到期", (SOON,)),
    ("open", "待处理", (RETURNED, TO_DO)),
    (DRAFT, "草稿", (DRAFT,)),
)


@dataclass(frozen=True)
class Waiting:
    """One line of work: how many, what (read after the number), where it is done.

    ``tone``: "" to do, "bad" returned, "off" no hurry; "overdue" where the source itself knows that it is
    too late. ``due_on``: the day by which it must be done; the list makes "soon" and "overdue" of it.
    ``explain``: one sentence on what to do.
    """

    count: int
    what: str
    action: str
    url: str
    tone: str = TO_DO
    due_on: date | None = None
    explain: str = ""

    @property
    def is_urgent(self) -> bool:
        return self.tone in (OVERDUE, RETURNED)

    @property
    def is_far(self) -> bool:
        """Has a day, and that is not near: it stands behind what should be done when one comes by."""
        return self.tone == TO_DO and self.due_on is not None

    @property
    def waits_now(self) -> bool:
        return self.tone != DRAFT and not self.is_far


@dataclass(frozen=True)
class Group:
    """Lines of one urgency under one heading."""

    name: str
    title: str
    lines: list[Waiting] = field(default_factory=list)


Source = Callable[..., Iterable[Waiting]]
_sources: list[Source] = []


def register(source: Source) -> Source:
    """Add a source; it is called as ``source(user, day=day)``."""
    if source not in _sources:
        _sources.append(source)
    return source


def work_waiting(user, *, day: date, empty: bool = False) -> list[Waiting]:
    """All lines of all apps, in the order in which they should be done: overdue, due soon (the nearest
    first), returned, to do, drafts. ``empty``: also lines with nothing to do, at the end."""
    lines = [_dated(line, day) for source in _sources for line in source(user, day=day)]
    waiting = sorted((line for line in lines if line.count), key=_place)
    return waiting + [line for line in lines if not line.count] if empty else waiting


def grouped(lines: Iterable[Waiting]) -> list[Group]:
    """The same lines under 逾期, 近期到期, 待处理, 草稿; headings without lines are left out."""
    lines = list(lines)
    groups = [
        Group(name, title, [row for row in lines if row.tone in tones]) for name, title, tones in GROUPS
    ]
    return [group for group in groups if group.lines]


def _dated(line: Waiting, day: date) -> Waiting:
    """Tone by the calendar. What was returned and drafts keep theirs until they are overdue."""
    if line.due_on is None:
        return line
    if line.due_on < day:
        return replace(line, tone=OVERDUE)
    is_soon = line.tone == TO_DO and line.due_on <= day + timedelta(days=SOON_DAYS)
    return replace(line, tone=SOON) if is_soon else line


def _place(line: Waiting) -> tuple:
    return ORDER[line.tone], line.is_far, line.due_on or date.max
