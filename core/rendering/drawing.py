"""Forms and QR codes as HTML: boxes and modules are one drawing each, the text stands over it."""

from __future__ import annotations

from html import escape

from . import grid
from .forms import FORM_LINE, FORM_SIZE, FormBox, FormRowBox
from .linebreak import Line
from .paging import Placed
from .qr import GAP, QR_SIDE, QrBox
from .styles import CELL_ROLES, STYLES, line_height
from .tables import PADDING

_EDGE = 2  # units between a box's rule and its text where the text does not stand in the middle


def draw_form(items: list[Placed], runs) -> str:
    """The rows of one form on this page. ``runs(line, role)`` sets a line's text."""
    top = items[0].top
    height = items[-1].top + items[-1].content.units - top
    parts = [
        f'<div class="table" style="top:{_y(top)};height:{_y(height)};font-size:{FORM_SIZE:g}pt">',
        _rules(items, height),
    ]
    for item in items:
        row: FormRowBox = item.content
        for box in row.boxes:
            parts += _box(box, item.top - top, row.units, runs)
    parts.append("</div>")
    return "".join(parts)


def _rules(items: list[Placed], height: int) -> str:
    top = items[0].top
    last = items[0].content.boxes[-1]
    width, full = last.left + last.width, height * grid.UNIT
    path = [f"M0 {(item.top - top) * grid.UNIT:.2f}H{width:.2f}" for item in items[1:]]
    for item in items:
        start = (item.top - top) * grid.UNIT
        for box in item.content.boxes[1:]:
            path.append(f"M{box.left:.2f} {start:.2f}v{item.content.units * grid.UNIT:.2f}")
    return (
        f'<svg class="b" width="{width:.2f}pt" height="{full:.2f}pt" viewBox="0 0 {width:.2f} {full:.2f}">'
        f'<path d="{"".join(path)}" fill="none" stroke="#000" stroke-width="0.5"/>'
        f'<rect x="0.5" y="0.5" width="{width - 1:.2f}" height="{full - 1:.2f}" fill="none" stroke="#000"/></svg>'
    )


def _box(box: FormBox, top: int, units: int, runs) -> list[str]:
    name = "strong" if box.label else "plain"
    parts = []
    if box.lines:
        blank = _EDGE if box.foot else (units - len(box.lines) * FORM_LINE) / 2
        parts.append(_text(box, box.lines, name, box.align, top + blank, runs))
    if box.foot:
        at = top + units - _EDGE - len(box.foot) * FORM_LINE
        parts.append(_text(box, box.foot, name, "right", at, runs))
    return parts


def _text(box: FormBox, lines: tuple[Line, ...], name: str, align: str, top: float, runs) -> str:
    role = CELL_ROLES[name]
    text = "".join(f'<span class="boxline">{runs(line, role)}</span>' for line in lines)
    return (
        f'<div class="c {name} {align}" style="left:{box.left + PADDING:.2f}pt;'
        f"width:{box.width - 2 * PADDING:.2f}pt;top:{_y(top)};"
        f'line-height:{line_height(role, FORM_SIZE, FORM_LINE):.3f}pt">{text}</div>'
    )


def draw_qr(item: Placed, runs) -> str:
    """The code at the left margin and its caption beside it, in the middle of its height."""
    box: QrBox = item.content
    style = STYLES["note"]
    left = QR_SIDE + GAP
    blank = (QR_SIDE / grid.UNIT - len(box.lines) * style.units) / 2
    text = "".join(f'<span class="l">{runs(line, style.role)}</span>' for line in box.lines)
    caption = (
        f'<div class="c note left" style="left:{left:.2f}pt;width:{grid.AREA_WIDTH - left:.2f}pt;'
        f'top:{_y(item.top + blank)}">{text}</div>'
        if text
        else ""
    )
    return (
        f'<svg class="qr" style="top:{_y(item.top)}" width="{QR_SIDE:.2f}pt" height="{QR_SIDE:.2f}pt" '
        f'viewBox="0 0 {box.modules} {box.modules}"><path d="{escape(box.path)}" fill="#000"/></svg>{caption}'
    )


def _y(units: float) -> str:
    return f"{units * grid.UNIT:.3f}pt"
