"""Tables: column widths, type size and the lines of every cell, worked out before anything is drawn.

Names, figures and dates stay on one line; columns of long text give way. Type is as large as the columns allow,
and smaller only where that makes the table clearly shorter. All heights are whole units (see ``grid``), so that
pages can be filled exactly.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from core import fonts

from .document import Table
from .grid import LINE
from .linebreak import Line, break_lines
from .typeface import Typeface, typeface

# 小四, 五号, 小五, 六号 in pt, and the units that one line of each takes.
LINE_UNITS = {12.0: 7, 10.5: 6, 9.0: 5, 7.5: 4}
PADDING = 3.0  # pt left and right of a cell's text
_ROW_PADDING = 2  # units a row is higher than its lines
_ROOMY_ROWS, _ROOMY_COLUMNS = 12, 6  # up to these a table is set in 小四, one row a text line
_MIN_EMS, _MAX_EMS = 2.0, 14.0  # of a column without a width of its own
_SHORT_EMS = 5.0  # words up to this length are not broken: names, titles
_HEADING_EMS = 3.0
_FEW_COLUMNS = 8  # up to these the headings, too, get room for five characters
_FIGURE_CHARACTERS = 12
_SAFETY = 0.1
_MAX_HEADER_LINES = 6
_TITLE_UNITS = 6 * LINE  # annex mark, title of two lines, blanks, caption
_WORTH_IT = 0.75  # smaller type must save a quarter of the lines
_HEADER_UNIT = re.compile(r"(.+)（([^（）]+)）")


@dataclass(frozen=True, slots=True)
class Cell:
    """Lines of one cell and where it stands in its row: x in pt from the table's left edge, y in units."""

    left: float
    width: float
    align: str
    lines: tuple[Line, ...]
    units: int
    top: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    units: int
    cells: tuple[Cell, ...]
    strong: bool = False  # set in 黑体: heading and totals


@dataclass(frozen=True, slots=True)
class TableLayout:
    """A table ready to be put on pages: its rows in order and the heading that every page repeats."""

    size: float
    line_units: int
    header: Row
    rows: tuple[Row, ...]
    edges: tuple[float, ...]  # x of the vertical rules, the outer ones included
    grouped: tuple[bool, ...]  # for each inner rule: starts below the group heading
    group_units: int


def lay_out(table: Table, width: float, max_units: int) -> TableLayout:
    """The layout of a table ``width`` pt wide on pages with room for ``max_units``."""
    roomy = len(table.rows) <= _ROOMY_ROWS and len(table.columns) <= _ROOMY_COLUMNS
    best: TableLayout | None = None
    best_fits = False
    for size in LINE_UNITS:
        if size == max(LINE_UNITS) and not roomy:
            continue
        layout, fits = _at_size(table, width, max_units, size, roomy)
        if best is None or not best_fits or (fits and _height(layout) < _WORTH_IT * _height(best)):
            best, best_fits = layout, fits
        if fits and size <= 9.0:  # 六号 is for tables that fit in nothing else
            break
    assert best is not None
    return best


def _height(layout: TableLayout) -> int:
    """Lines of all rows, whatever their type size: smaller type pays only where fewer cells wrap."""
    return sum(max(len(cell.lines) for cell in row.cells) for row in layout.rows)


def _at_size(
    table: Table, width: float, max_units: int, size: float, roomy: bool
) -> tuple[TableLayout, bool]:
    faces = typeface(fonts.FANGSONG), typeface(fonts.HEITI)
    edges, fits = _edges(table, faces, size, width)
    header, group_units = _header(table, faces[1], size, edges)
    rows: list[Row] = []
    least = LINE if roomy and size == max(LINE_UNITS) else 0
    for number, texts in enumerate(table.rows, start=1):
        strong = table.has_total and number == len(table.rows)
        row = _row(table, texts, faces[strong], size, edges, strong, least)
        rows.extend(_split(row, max_units - header.units, size))
    if not rows:
        line = _lines(table.empty_text, faces[0], size, width - 2 * PADDING)
        rows.append(Row(LINE, (Cell(0.0, width, "center", line, LINE),)))
    grouped = tuple(
        bool(left.group) and left.group == right.group
        for left, right in zip(table.columns, table.columns[1:], strict=False)
    )
    layout = TableLayout(size, LINE_UNITS[size], header, tuple(rows), tuple(edges), grouped, group_units)
    return layout, fits and header.units <= _units(_MAX_HEADER_LINES, size)


def _edges(
    table: Table, faces: tuple[Typeface, Typeface], size: float, width: float
) -> tuple[list[float], bool]:
    """(x of the vertical rules, whether every column got the width it cannot do without)."""
    needs = [_need(table, index, faces, size) for index in range(len(table.columns))]
    floors, wishes = [low for low, _ in needs], [high for _, high in needs]
    spare = width - sum(floors)
    if spare <= 0:
        widths = [low * width / sum(floors) for low in floors]
    elif sum(wishes) <= width:
        widths = [high * width / sum(wishes) for high in wishes]
    else:  # only columns of long text give way
        share = spare / (sum(wishes) - sum(floors))
        widths = [low + (high - low) * share for low, high in needs]
    edges = [0.0]
    for column in widths:
        edges.append(edges[-1] + column)
    edges[-1] = width
    return edges, spare >= -0.01


def _need(table: Table, index: int, faces: tuple[Typeface, Typeface], size: float) -> tuple[float, float]:
    """(smallest, wished) width of a column in pt: short words, dates and figures are not to be broken."""
    column = table.columns[index]
    last = len(table.rows) - 1
    texts = [
        (part, faces[table.has_total and number == last])
        for number, row in enumerate(table.rows)
        for part in row[index].splitlines()
    ]
    widths = [_ems(text, face) for text, face in texts]
    whole = [
        ems for (text, _), ems in zip(texts, widths, strict=True) if ems <= _SHORT_EMS or _is_figure(text)
    ]
    heading = _ems(column.label, faces[1])
    floor = max(_MIN_EMS, min(heading, _HEADING_EMS), max(whole, default=0.0))
    wish = column.width or min(max(widths, default=0.0), _MAX_EMS)
    if column.width is None and len(table.columns) <= _FEW_COLUMNS:
        wish = max(wish, min(heading, _SHORT_EMS))
    extra = 2 * PADDING + _SAFETY
    return floor * size + extra, max(floor, wish) * size + extra


def _is_figure(text: str) -> bool:
    return text.isascii() and len(text) <= _FIGURE_CHARACTERS


def _ems(text: str, face: Typeface) -> float:
    return _width(text, face.role, face.faces)


@lru_cache(maxsize=8192)
def _width(text: str, role: str, faces: tuple[fonts.FontFace, ...]) -> float:
    return typeface(role).width(text)


def _lines(text: str, face: Typeface, size: float, width: float) -> tuple[Line, ...]:
    lines: list[Line] = []
    for part in text.splitlines():
        lines.extend(break_lines(part, face, size, max(width, size), justify=False))
    return tuple(lines)


def _row(
    table: Table,
    texts: tuple[str, ...],
    face: Typeface,
    size: float,
    edges: list[float],
    strong: bool,
    least: int,
) -> Row:
    columns = [
        _lines(text, face, size, edges[index + 1] - edges[index] - 2 * PADDING)
        for index, text in enumerate(texts)
    ]
    units = max(least, _units(max(len(lines) for lines in columns), size))
    cells = tuple(
        Cell(edges[index], edges[index + 1] - edges[index], column.align, lines, units)
        for index, (column, lines) in enumerate(zip(table.columns, columns, strict=True))
    )
    return Row(units, cells, strong)


def _units(lines: int, size: float) -> int:
    return max(lines, 1) * LINE_UNITS[size] + _ROW_PADDING


def _header(table: Table, face: Typeface, size: float, edges: list[float]) -> tuple[Row, int]:
    """The heading row, and the height of the group headings on top of it (0 without groups)."""

    def heading(text: str, first: int, end: int) -> tuple[Line, ...]:
        return _heading_lines(text, face, size, edges[end] - edges[first] - 2 * PADDING)

    labels = [heading(column.label, index, index + 1) for index, column in enumerate(table.columns)]
    groups = {span: heading(table.columns[span[0]].group, *span) for span in _spans(table)}
    inside = {index for first, end in groups for index in range(first, end)}
    group_units = max((_units(len(lines), size) for lines in groups.values()), default=0)
    units = max(
        LINE,
        group_units + max((_units(len(labels[index]), size) for index in inside), default=0),
        max(
            (_units(len(lines), size) for index, lines in enumerate(labels) if index not in inside), default=0
        ),
    )
    cells = [
        Cell(edges[first], edges[end] - edges[first], "center", lines, group_units)
        for (first, end), lines in groups.items()
    ]
    for index, lines in enumerate(labels):
        top = group_units if index in inside else 0
        cells.append(Cell(edges[index], edges[index + 1] - edges[index], "center", lines, units - top, top))
    return Row(units, tuple(cells), strong=True), group_units


def _heading_lines(text: str, face: Typeface, size: float, width: float) -> tuple[Line, ...]:
    """Lines of equal length, the unit in brackets on a line of its own."""
    found = _HEADER_UNIT.fullmatch(text)
    if not found or _ems(text, face) * size <= width:
        return _even_lines(text, face, size, width)
    return _even_lines(found[1], face, size, width) + _even_lines(f"({found[2]})", face, size, width)


def _even_lines(text: str, face: Typeface, size: float, width: float) -> tuple[Line, ...]:
    lines = _lines(text, face, size, width)
    if len(lines) < 2:
        return lines
    narrow = _ems(text, face) * size / len(lines)
    while narrow < width:
        even = _lines(text, face, size, narrow + _SAFETY)
        if len(even) == len(lines):
            return even
        narrow += size / 2
    return lines


def _spans(table: Table) -> list[tuple[int, int]]:
    """Column ranges (first, end) that share a group heading."""
    spans: list[tuple[int, int]] = []
    for index, column in enumerate(table.columns):
        if not column.group:
            continue
        if spans and spans[-1][1] == index and table.columns[index - 1].group == column.group:
            spans[-1] = (spans[-1][0], index + 1)
        else:
            spans.append((index, index + 1))
    return spans


def _split(row: Row, max_units: int, size: float) -> list[Row]:
    """The row itself, or parts of half a page when it is too high to stand on a page below a title."""
    if row.units <= max_units - _TITLE_UNITS:
        return [row]
    room = (max_units // 2 - _ROW_PADDING) // LINE_UNITS[size]
    longest = max(len(cell.lines) for cell in row.cells)
    parts = []
    for start in range(0, longest, room):
        units = _units(min(room, longest - start), size)
        cells = tuple(
            Cell(cell.left, cell.width, cell.align, cell.lines[start : start + room], units)
            for cell in row.cells
        )
        parts.append(Row(units, cells, row.strong))
    return parts
