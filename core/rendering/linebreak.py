"""Breaking Chinese text into lines that fill the measure, with the rules for punctuation.

The renderer neither stretches Chinese lines nor squeezes punctuation, so a line that must not begin with “，”
would end short of the margin. Here each line gets its own letter spacing and ends exactly at the margin:

- no line begins with closing punctuation or ends with opening punctuation, —— and …… are not torn
  (GB/T 15834-2011, 5.1);
- punctuation that would open the next line is drawn in when the punctuation marks of the line have enough
  blank in them; otherwise the character before it goes down with it and the line is stretched;
- figures and Latin words stay whole unless they are longer than a third of the line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .typeface import GETA, Typeface, clean

NO_START = frozenset("，。、；：！？）》〉」』】〕〗｝］”’·—…％‰℃～,.;:!?)]}%°々ー")
NO_END = frozenset("（《〈「『【〔〖｛［“‘([{￥＄№")
_TORN = frozenset("—…")  # pairs of these stay together, but may begin a line
# Ink in the left half of the square: the right half may be given up.
_HALF_BLANK = frozenset("，。、；：）》〉」』】〕〗｝］”’")
_INNER_SQUEEZE = 0.35  # of the square, for a mark between two characters
_FULL_SQUEEZE = 0.5  # before other punctuation
_MAX_STRETCH = 0.25  # of the type size a gap; beyond it the line stays short rather than falling apart
_WORD = re.compile(r"[!-~]+|.", re.DOTALL)
_EPSILON = 0.01


@dataclass(frozen=True, slots=True)
class Run:
    """Text of one font in a line: letter spacing in pt for its characters, ``after`` pt added behind it."""

    text: str
    face: int = 0
    spacing: float = 0.0
    after: float = 0.0


@dataclass(frozen=True, slots=True)
class Line:
    """``indent`` in pt from the left edge; ``spacing`` is the letter spacing that most of the line has."""

    runs: tuple[Run, ...]
    indent: float = 0.0
    spacing: float = 0.0

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)


@dataclass(slots=True)
class _Cell:
    char: str
    face: int
    width: float  # pt, tracking included
    word: int  # number of the Latin word it belongs to, or -1
    breakable: bool = False  # a line may begin here


def break_lines(
    text: str,
    face: Typeface,
    size: float,
    width: float,
    *,
    tracking: float = 0.0,
    first_indent: float = 0.0,
    indent: float = 0.0,
    justify: bool = True,
) -> list[Line]:
    """The lines of one paragraph; all lengths in pt. An empty text gives no line."""
    cells = _cells(clean(text).strip(" "), face, size, width, tracking)
    lines: list[Line] = []
    start = 0
    while start < len(cells):
        left = indent if lines else first_indent
        end, last = _line_end(cells, start, width - left, size)
        taken = cells[start:end]
        while taken and taken[-1].char == " ":
            taken.pop()
        if taken:
            fill = justify and not last
            lines.append(_set_line(taken, left, width - left, size, tracking, fill))
        start = end
        while start < len(cells) and cells[start].char == " ":
            start += 1
    return lines


def _cells(text: str, face: Typeface, size: float, width: float, tracking: float) -> list[_Cell]:
    cells: list[_Cell] = []
    for number, match in enumerate(_WORD.finditer(text)):
        piece = match.group()
        word = number if piece.isascii() and piece != " " else -1
        made = [_cell(char, face, size, tracking, word) for char in piece]
        if word >= 0 and sum(cell.width for cell in made) > width / 3:
            for cell in made:
                cell.breakable = True
        cells.extend(made)
    for before, cell in zip(cells, cells[1:], strict=False):
        cell.breakable = _may_break(before, cell)
    if cells:
        cells[0].breakable = True
    return cells


def _cell(char: str, face: Typeface, size: float, tracking: float, word: int) -> _Cell:
    index, em = face.place(char)
    if index < 0:
        char = GETA
        index, em = face.place(char)
    return _Cell(char, max(index, 0), em * size + tracking, word)


def _may_break(before: _Cell, cell: _Cell) -> bool:
    if cell.word >= 0 and cell.word == before.word:
        return cell.breakable  # set for words that are too long
    if cell.char in _TORN and before.char != cell.char:
        return before.char not in NO_END
    return cell.char not in NO_START and before.char not in NO_END and cell.char != " "


def _line_end(cells: list[_Cell], start: int, width: float, size: float) -> tuple[int, bool]:
    """(index after the line's last cell, whether the paragraph ends there)."""
    total = 0.0
    end = start
    while end < len(cells) and total + cells[end].width <= width + _EPSILON:
        total += cells[end].width
        end += 1
    if end == len(cells):
        return end, True
    if end == start:
        return start + 1, False
    if cells[end].breakable or cells[end].char == " ":
        return end, False
    further = next(
        (i for i in range(end, len(cells)) if cells[i].breakable or cells[i].char == " "), len(cells)
    )
    if cells[further - 1].word < 0 and further - end <= 3:
        overflow = sum(cell.width for cell in cells[start:further]) - width
        if overflow <= sum(_slack(cells[start:further], size)):
            return further, further == len(cells)
    back = next((i for i in range(end, start, -1) if cells[i].breakable), end)
    return back, False


def _slack(cells: list[_Cell], size: float) -> list[float]:
    """Blank in pt that each cell can give up; the last one nothing, its square would stick out of the type area."""
    slack = []
    for index, cell in enumerate(cells):
        if cell.char not in _HALF_BLANK or cell.width < size * 0.9 or index == len(cells) - 1:
            slack.append(0.0)
        elif cells[index + 1].char in NO_START | NO_END:
            slack.append(_FULL_SQUEEZE * size)
        else:
            slack.append(_INNER_SQUEEZE * size)
    return slack


def _set_line(
    cells: list[_Cell], indent: float, width: float, size: float, tracking: float, fill: bool
) -> Line:
    natural = sum(cell.width for cell in cells)
    if natural > width + _EPSILON:
        return _runs(cells, indent, tracking, 0.0, _trims(cells, size, natural - width))
    stretch = 0.0
    if fill:
        gaps = sum(1 for cell, after in zip(cells, cells[1:], strict=False) if not _same_word(cell, after))
        stretch = (width - natural) / gaps if gaps else 0.0
        if stretch > _MAX_STRETCH * size:
            stretch = 0.0
    return _runs(cells, indent, tracking, stretch, {})


def _trims(cells: list[_Cell], size: float, overflow: float) -> dict[int, float]:
    """How much blank each punctuation mark gives up: first doubled marks, then the others in equal shares."""
    slack = _slack(cells, size)
    trims: dict[int, float] = {}
    for full in (True, False):
        group = [
            i for i, room in enumerate(slack) if room and (room > _INNER_SQUEEZE * size + _EPSILON) is full
        ]
        room = sum(slack[i] for i in group)
        share = min(1.0, overflow / room) if room else 0.0
        for index in group:
            trims[index] = slack[index] * share
        overflow -= room * share
    return trims


def _same_word(cell: _Cell, after: _Cell) -> bool:
    return cell.word >= 0 and cell.word == after.word


def _runs(
    cells: list[_Cell], indent: float, tracking: float, stretch: float, trims: dict[int, float]
) -> Line:
    """Cells joined into as few runs as possible: a new run where font, word or trim asks for it."""
    runs: list[Run] = []
    text = ""
    for index, cell in enumerate(cells):
        text += cell.char
        after = cells[index + 1] if index + 1 < len(cells) else None
        trim = trims.get(index, 0.0)
        in_word = stretch > _EPSILON and cell.word >= 0
        ends = (
            after is None
            or trim > 0
            or after.face != cell.face
            or trims.get(index + 1, 0.0) > 0
            or (stretch > _EPSILON and (after.word != cell.word) and (after.word >= 0 or cell.word >= 0))
        )
        if ends:
            spacing = tracking if in_word else tracking + stretch
            behind = (stretch if in_word and after is not None else 0.0) - trim
            runs.append(Run(text, cell.face, spacing, behind))
            text = ""
    return Line(tuple(runs), indent, tracking + stretch)
