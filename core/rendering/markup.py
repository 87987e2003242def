"""The pages as HTML: every line and cell in its place, nothing left for the renderer to decide."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from html import escape
from itertools import groupby

from . import grid
from .compose import compose
from .document import OfficialDocument
from .drawing import draw_form, draw_qr
from .forms import FormRowBox
from .linebreak import Line, Run
from .paging import Page, Placed, TableRow, TextLine
from .qr import QrBox
from .styles import CELL_ROLES, STYLES, line_height, style_sheet
from .tables import PADDING, Cell, Row, TableLayout
from .typeface import clean


def render_html(document: OfficialDocument) -> str:
    """A complete page of HTML with its style sheet: what the PDF is made from."""
    return page_markup(document, compose(document), style_sheet())


def page_markup(document: OfficialDocument, pages: list[Page], styles: str = "") -> str:
    """HTML of composed pages; without ``styles`` the caller gives the renderer the style sheet."""
    return "".join(
        [
            '<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8">',
            _metadata(document),
            f"<style>{styles}</style>" if styles else "",
            "</head><body>",
            *(_page(page, number) for number, page in enumerate(pages, start=1)),
            "</body></html>",
        ]
    )


def created_at(document: OfficialDocument) -> datetime | None:
    """The PDF's date: the data time, else the day of issue, else none. Never the clock."""
    if document.identity.data_time:
        return document.identity.data_time
    if document.issued_on:
        return datetime(document.issued_on.year, document.issued_on.month, document.issued_on.day)
    return None


def _metadata(document: OfficialDocument) -> str:
    title = "".join(clean(part).strip() for part in document.title.splitlines())
    parts = [f"<title>{escape(title)}</title>"]
    metas = {"author": clean(document.issuer), "keywords": clean(document.identity.version)}
    if moment := created_at(document):
        stamp = moment.isoformat(timespec="seconds")
        metas["dcterms.created"] = metas["dcterms.modified"] = stamp if moment.tzinfo else f"{stamp}+08:00"
    parts += [f'<meta name="{name}" content="{escape(value)}">' for name, value in metas.items() if value]
    return "".join(parts)


def _page(page: Page, number: int) -> str:
    turned = " turned" if page.landscape else ""
    parts = [f'<section class="page"><div class="area{turned}">']
    for kind, placed in groupby(page.placed, key=lambda item: (type(item.content), item.content.block)):
        parts.append(_DRAWN[kind[0]](list(placed)))
    side = "right" if number % 2 else "left"
    parts.append(f'</div><div class="folio {side}">— {number} —</div></section>')
    return "".join(parts)


def _text_block(items: list[Placed]) -> str:
    """One paragraph, or the part of it that stands on this page."""
    content = items[0].content
    style = STYLES[content.style]
    label = f' data-label="{escape(content.label)}"' if style.level else ""
    rule = f'<div class="rule" style="top:{_y(items[0].top)}"></div>' if content.style == "smallhead" else ""
    lines = "".join(_line(item.content.line, style.role, style.tracking) for item in items)
    return f'{rule}<{style.tag} class="b {content.style}" style="top:{_y(items[0].top)}"{label}>{lines}</{style.tag}>'


def _line(line: Line, role: str, tracking: float) -> str:
    style = f"padding-left:{line.indent:.3f}pt;" if line.indent else ""
    spacing = line.spacing if abs(line.spacing - tracking) > 0.002 else tracking
    if spacing != tracking:
        style += f"letter-spacing:{spacing:.3f}pt"
    attribute = f' style="{style}"' if style else ""
    return f'<span class="l"{attribute}>{_runs(line.runs, role, spacing)}</span>'


def _runs(runs: Iterable[Run], role: str, spacing: float) -> str:
    return "".join(_run(run, role, spacing) for run in runs)


def _run(run: Run, role: str, spacing: float) -> str:
    text = escape(run.text)
    style = ""
    if abs(run.spacing - spacing) > 0.002:
        style = f"letter-spacing:{run.spacing:.3f}pt;"
    if abs(run.after) > 0.002:
        style += f"margin-right:{run.after:.3f}pt"
    if not style and not run.face:
        return text
    face = f' class="{role}{run.face}"' if run.face else ""
    attribute = f' style="{style}"' if style else ""
    return f"<span{face}{attribute}>{text}</span>"


def _table_block(items: list[Placed]) -> str:
    """The rows of one table on this page, with its rules."""
    layout: TableLayout = items[0].content.table
    top = items[0].top
    height = items[-1].top + items[-1].content.row.units - top
    parts = [
        f'<div class="table" style="top:{_y(top)};height:{_y(height)};font-size:{layout.size:g}pt">',
        _rules(layout, items, height),
    ]
    for run in _even_runs(items):
        if len(run) > 1:
            parts += _columns(run, top, layout.size)
        else:
            parts += [_cell(cell, run[0].content.row, run[0].top - top, layout) for cell in _cells(run[0])]
    parts.append("</div>")
    return "".join(parts)


def _rules(layout: TableLayout, items: list[Placed], height: int) -> str:
    """All rules of the fragment as one drawing: single boxes with borders take several times as long."""
    top, width, bottom = items[0].top, layout.edges[-1], height * grid.UNIT
    path = [f"M0 {(item.top - top) * grid.UNIT:.2f}H{width:.2f}" for item in items[1:]]
    last = items[-1].content.row
    if len(layout.edges) > 2 and len(last.cells) == 1 and last.cells[0].width >= width:
        bottom = (items[-1].top - top) * grid.UNIT  # “no records” across the whole table
    with_header = items[0].content.is_header
    for edge, grouped in zip(layout.edges[1:-1], layout.grouped, strict=True):
        start = layout.group_units * grid.UNIT if grouped and with_header else 0
        path.append(f"M{edge:.2f} {start:.2f}V{bottom:.2f}")
    if with_header:
        for cell in layout.header.cells:
            if cell.top:
                path.append(f"M{cell.left:.2f} {cell.top * grid.UNIT:.2f}h{cell.width:.2f}")
    full = height * grid.UNIT
    return (
        f'<svg class="b" width="{width:.2f}pt" height="{full:.2f}pt" viewBox="0 0 {width:.2f} {full:.2f}">'
        f'<path d="{"".join(path)}" fill="none" stroke="#000" stroke-width="0.5"/>'
        f'<rect x="0.5" y="0.5" width="{width - 1:.2f}" height="{full - 1:.2f}" fill="none" stroke="#000"/></svg>'
    )


def _even_runs(items: list[Placed]) -> Iterable[list[Placed]]:
    """Neighbouring rows of one height with one line a cell: their columns are set in one piece each."""

    def evenness(item: Placed) -> tuple[object, ...]:
        row = item.content.row
        even = not item.content.is_header and all(len(cell.lines) <= 1 for cell in row.cells)
        return (row.units, row.strong) if even else (item.top,)

    for _, run in groupby(items, key=evenness):
        yield list(run)


def _columns(run: list[Placed], top: int, size: float) -> Iterable[str]:
    rows = [item.content.row for item in run]
    name = _cell_class(rows[0])
    height = line_height(CELL_ROLES[name], size, rows[0].units)
    at = _y(run[0].top - top)
    columns: dict[tuple[float, float, str], dict[int, str]] = {}
    for number, row in enumerate(rows):
        for cell in row.cells:
            text = _runs(cell.lines[0].runs, CELL_ROLES[name], 0.0) if cell.lines else ""
            columns.setdefault((cell.left, cell.width, cell.align), {})[number] = text
    for (left, width, align), texts in columns.items():
        # An empty line needs a blank, or the lines below it would move up.
        text = "\n".join(texts.get(number) or " " for number in range(len(rows)))
        yield (
            f'<div class="c {name} {align}" style="left:{left + PADDING:.2f}pt;width:{width - 2 * PADDING:.2f}pt;'
            f'top:{at};line-height:{height:.3f}pt">{text}</div>'
        )


def _cell_class(row: Row) -> str:
    return "strong" if row.strong else "plain"


def _cells(item: Placed) -> Iterable[Cell]:
    return (cell for cell in item.content.row.cells if cell.lines)


def _cell(cell: Cell, row: Row, top: int, layout: TableLayout) -> str:
    name = _cell_class(row)
    height = line_height(CELL_ROLES[name], layout.size, layout.line_units)
    text = "\n".join(_runs(line.runs, CELL_ROLES[name], 0.0) for line in cell.lines)
    blank = (cell.units - len(cell.lines) * layout.line_units) / 2
    return (
        f'<div class="c {name} {cell.align}" style="left:{cell.left + PADDING:.2f}pt;'
        f'width:{cell.width - 2 * PADDING:.2f}pt;top:{_y(top + cell.top + blank)};line-height:{height:.3f}pt">'
        f"{text}</div>"
    )


def _form_block(items: list[Placed]) -> str:
    return draw_form(items, _plain_runs)


def _qr_block(items: list[Placed]) -> str:
    return draw_qr(items[0], _plain_runs)


def _plain_runs(line: Line, role: str) -> str:
    return _runs(line.runs, role, 0.0)


def _y(units: float) -> str:
    return f"{units * grid.UNIT:.3f}pt"


_DRAWN = {TextLine: _text_block, TableRow: _table_block, FormRowBox: _form_block, QrBox: _qr_block}
