"""Forms: the lines of every box and the height of every row, worked out before anything is drawn."""

from __future__ import annotations

from dataclasses import dataclass

from core import fonts

from .blocks import Form, FormCell, FormRow
from .grid import LINE
from .linebreak import Line, break_lines
from .tables import LINE_UNITS, PADDING
from .typeface import Typeface, typeface

FORM_SIZE = 12.0  # 小四
FORM_LINE = LINE_UNITS[FORM_SIZE]
_ROW_PADDING = 4  # units a row is higher than its lines
_FOOT_GAP = 2  # units that stay blank above the foot
_TITLE_UNITS = 6 * LINE


@dataclass(frozen=True, slots=True)
class FormBox:
    """A box: x and width in pt from the form's left edge, its text and what stands at its foot."""

    left: float
    width: float
    align: str
    label: bool
    lines: tuple[Line, ...]
    foot: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class FormRowBox:
    """A row ready to be put on a page; rows of one ``block`` are drawn as one piece."""

    units: int
    boxes: tuple[FormBox, ...]
    block: int


def lay_out_form(form: Form, width: float, max_units: int, block: int) -> list[FormRowBox]:
    """The rows of a form ``width`` pt wide on pages with room for ``max_units``."""
    faces = typeface(fonts.FANGSONG), typeface(fonts.HEITI)
    step = width / form.columns
    return [part for row in form.rows for part in _split(_row(row, faces, step, block), max_units)]


def _row(row: FormRow, faces: tuple[Typeface, Typeface], step: float, block: int) -> FormRowBox:
    boxes, column, units = [], 0, row.lines * LINE
    for cell in row.cells:
        box = _box(cell, faces[cell.label], column * step, cell.span * step)
        boxes.append(box)
        column += cell.span
        units = max(units, _units(box))
    return FormRowBox(units, tuple(boxes), block)


def _box(cell: FormCell, face: Typeface, left: float, width: float) -> FormBox:
    room = max(width - 2 * PADDING, FORM_SIZE)
    align = "center" if cell.label else cell.align
    return FormBox(
        left, width, align, cell.label, _lines(cell.text, face, room), _foot(cell.foot, face, room)
    )


def _lines(text: str, face: Typeface, width: float) -> tuple[Line, ...]:
    parts = [break_lines(part, face, FORM_SIZE, width, justify=False) for part in text.splitlines()]
    return tuple(line for lines in parts for line in lines)


def _foot(texts: tuple[str, ...], face: Typeface, width: float) -> tuple[Line, ...]:
    return tuple(line for text in texts for line in _lines(text, face, width))


def _units(box: FormBox) -> int:
    gap = _FOOT_GAP if box.foot else 0
    return max(len(box.lines) + len(box.foot), 1) * FORM_LINE + _ROW_PADDING + gap


def _split(row: FormRowBox, max_units: int) -> list[FormRowBox]:
    """The row itself, or parts of half a page when it is too high to stand on a page below a title.

    The foot stands in the last part.
    """
    if row.units <= max_units - _TITLE_UNITS:
        return [row]
    room = (max_units // 2 - _ROW_PADDING) // FORM_LINE
    longest = max(len(box.lines) for box in row.boxes)
    starts = range(0, max(longest, 1), room)
    parts = []
    for start in starts:
        boxes = tuple(
            FormBox(
                box.left,
                box.width,
                box.align,
                box.label,
                box.lines[start : start + room],
                box.foot if start == starts[-1] else (),
            )
            for box in row.boxes
        )
        parts.append(FormRowBox(max(LINE, *(_units(box) for box in boxes)), boxes, row.block))
    return parts
