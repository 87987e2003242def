"""From a document to pages: which line stands where (GB/T 9704-2012, 7.3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from itertools import count
from zoneinfo import ZoneInfo

from core import fonts

from . import grid
from .blocks import Block, DocumentNumber, Form, Heading, Paragraph, QrCode, Table
from .document import Annex, OfficialDocument, numbered_blocks
from .forms import lay_out_form
from .linebreak import Line, break_lines
from .paging import Item, Page, TableRow, TextLine, fill_pages, put_at_bottom
from .qr import GAP, QR_SIDE, QR_UNITS, QrBox, qr_path
from .styles import STYLES
from .tables import lay_out
from .titles import break_title
from .typeface import GETA, clean, typeface

BLANK = Item(grid.LINE)
_ZONE = ZoneInfo("Asia/Shanghai")
_INDENT = 2 * grid.CELL


class Composer:
    """Makes the pages of one document; ``width`` is that of the page at hand, in pt."""

    def __init__(self, document: OfficialDocument) -> None:
        self.document = document
        self.width = grid.AREA_WIDTH
        self._numbers = count(1)

    def pages(self) -> list[Page]:
        document = self.document
        items = [*self._title(document.title, "title"), *self._addressee()]
        items += self._blocks(document.blocks)
        closing = [*self._annex_note(), *self._signature()]
        pages = fill_pages(_keep_end(items, closing), grid.PORTRAIT_UNITS)
        small_print = self._small_print()
        if small_print:
            put_at_bottom(pages, small_print, gap=grid.LINE)
        for number, annex in enumerate(document.annexes, start=1):
            pages += self._annex(annex, number)
        return pages

    # -- parts of the document -------------------------------------------------------------------------------

    def _title(self, text: str, style_name: str, mark: str = "") -> list[Item]:
        style = STYLES[style_name]
        names = (self.document.issuer, self.document.addressee, *self.document.keep_together)
        face = typeface(style.role)
        lines = break_title(text, face, style.size, self.width, names)
        if not lines:
            return []
        set_lines = [break_lines(line, face, style.size, self.width * 2, justify=False)[0] for line in lines]
        label = " ".join(filter(None, (mark, "".join(line.text for line in set_lines))))
        return [*self._lines(set_lines, style_name, label, glue=True), replace(BLANK, glue=True)]

    def _addressee(self) -> list[Item]:
        name = self.document.addressee.strip().rstrip("：:")
        return self._text(f"{name}：", "body", glue=True) if name else []

    def _blocks(self, blocks: Iterable[Block]) -> list[Item]:
        items: list[Item] = []
        for block in numbered_blocks(blocks):
            if isinstance(block, Heading):
                items += self._text(block.text, f"heading{block.level}", first_indent=_INDENT, glue=True)
            elif isinstance(block, Paragraph):
                for text in block.text.splitlines():
                    items += self._text(text, "body", first_indent=_INDENT if block.indent else 0.0)
            elif isinstance(block, DocumentNumber):
                items += self._text(block.text, "number", glue=True)
            elif isinstance(block, QrCode):
                items.append(self._qr(block))
            elif isinstance(block, Form):
                items += self._form(block)
            else:
                items += self._table(block)
        return items

    def _annex_note(self) -> list[Item]:
        annexes = self.document.annexes
        items: list[Item] = []
        for number, annex in enumerate(annexes, start=1):
            name = " ".join(annex.title.split("\n")).rstrip("。；;.")
            mark = f"{number}." if len(annexes) > 1 else ""
            opening = "附件：" if number == 1 else ""
            hang = 5 * grid.CELL + self._width_of(mark, "body")
            items += self._text(
                opening + mark + name,
                "body",
                first_indent=(2 if opening else 5) * grid.CELL,
                indent=hang,
                justify=False,
            )
        return [BLANK, *items] if items else []

    def _signature(self) -> list[Item]:
        """Without a seal: name two characters from the right, the date two characters further in (7.3.5.3)."""
        issuer, issued_on = self.document.issuer.strip(), self.document.issued_on
        day = chinese_date(issued_on) if issued_on else ""
        if not issuer and not day:
            return []
        names = self._broken(issuer, "body", self.width - 4 * grid.CELL)
        name_width = max((self._width_of(line.text, "body") for line in names), default=0.0)
        day_width = self._width_of(day, "body")
        if not issuer:
            name_left, day_left = 0.0, self.width - 4 * grid.CELL - day_width
        elif day_width > name_width:
            day_left = self.width - 2 * grid.CELL - day_width
            name_left = day_left - 2 * grid.CELL
        else:
            name_left = self.width - 2 * grid.CELL - name_width
            day_left = name_left + 2 * grid.CELL
        items = self._lines([replace(line, indent=name_left) for line in names], "body", glue=True)
        days = self._broken(day, "body", self.width)
        items += self._lines([replace(line, indent=day_left) for line in days], "body", glue=True)
        return [BLANK, *items]

    def _annex(self, annex: Annex, number: int) -> list[Page]:
        self.width = grid.AREA_HEIGHT if annex.landscape else grid.AREA_WIDTH
        mark = f"附件{number}" if len(self.document.annexes) > 1 else "附件"
        items = [*self._text(mark, "annexmark", glue=True), replace(BLANK, glue=True)]
        items += self._title(annex.title, "annextitle", mark)
        items += self._blocks(annex.blocks)
        capacity = grid.LANDSCAPE_UNITS if annex.landscape else grid.PORTRAIT_UNITS
        pages = fill_pages(items, capacity, annex.landscape)
        self.width = grid.AREA_WIDTH
        return pages

    def _small_print(self) -> list[Item]:
        """What the figures mean and which state they show; never part of the page-number line."""
        identity = self.document.identity
        lines = []
        if identity.data_time:
            lines.append(f"数据时间：{_local(identity.data_time):%Y-%m-%d %H:%M}（北京时间）")
        if identity.version:
            lines.append(f"版本：{identity.version}")
        if identity.content_hash:
            lines.append(f"内容校验值：{identity.content_hash}")
        definitions = self.document.definitions
        if len(definitions) == 1:
            lines.append(f"口径说明：{definitions[0]}")
        elif definitions:
            lines.append("口径说明：")
            lines += [f"{n}. {text}" for n, text in enumerate(definitions, start=1)]
        if not lines:
            return []
        lines += font_notes(self.document)
        items = self._text("编制说明", "smallhead", glue=True)
        for text in lines:
            items += self._text(text, "note")
        return [replace(item, snap=False) for item in items]

    # -- building stones -------------------------------------------------------------------------------------

    def _text(self, text: str, style_name: str, *, glue: bool = False, **layout: float | bool) -> list[Item]:
        lines = self._broken(text, style_name, self.width, **layout)
        return self._lines(lines, style_name, "".join(line.text for line in lines), glue=glue)

    def _broken(self, text: str, style_name: str, width: float, **layout: float | bool) -> list[Line]:
        style = STYLES[style_name]
        layout.setdefault("justify", style.align == "left")
        return break_lines(text, typeface(style.role), style.size, width, tracking=style.tracking, **layout)

    def _lines(
        self, lines: Iterable[Line], style_name: str, label: str = "", *, glue: bool = False
    ) -> list[Item]:
        style, block = STYLES[style_name], next(self._numbers)
        return [
            Item(style.units, TextLine(line, style_name, block, label), glue, snap=style.units == grid.LINE)
            for line in lines
        ]

    def _width_of(self, text: str, style_name: str) -> float:
        style = STYLES[style_name]
        return typeface(style.role).width(text) * style.size + len(text) * style.tracking

    @property
    def _capacity(self) -> int:
        return grid.PORTRAIT_UNITS if self.width == grid.AREA_WIDTH else grid.LANDSCAPE_UNITS

    def _qr(self, code: QrCode) -> Item:
        path, modules = qr_path(code.text)
        room = self.width - QR_SIDE - GAP
        lines = [line for text in code.caption for line in self._broken(text, "note", room, justify=False)]
        return Item(QR_UNITS, QrBox(path, modules, tuple(lines), next(self._numbers)))

    def _form(self, form: Form) -> list[Item]:
        rows = lay_out_form(form, self.width, self._capacity, next(self._numbers))
        return [Item(row.units, row, snap=number == 0) for number, row in enumerate(rows)]

    def _table(self, table: Table) -> list[Item]:
        layout = lay_out(table, self.width, self._capacity)
        block = next(self._numbers)
        items = []
        if table.caption:
            items += self._text(table.caption, "caption", glue=True)
        if table.unit:
            items += [replace(item, snap=not items) for item in self._text(table.unit, "unit", glue=True)]
        header = TableRow(layout.header, layout, block, is_header=True)
        items.append(Item(layout.header.units, header, glue=True, snap=not items))
        notes = [item for text in table.notes for item in self._text(text, "note")]
        last = len(layout.rows) - 1
        for index, row in enumerate(layout.rows):
            glue = (
                (index == 0 and last > 0)
                or (index == last - 1 and table.has_total)
                or (index == last and bool(notes))
            )
            items.append(Item(row.units, TableRow(row, layout, block), glue, snap=False))
        return items + notes


def compose(document: OfficialDocument) -> list[Page]:
    """The pages of a document, in order."""
    return Composer(document).pages()


def count_pages(document: OfficialDocument) -> int:
    """How many pages the PDF has, without rendering it."""
    return len(compose(document))


def chinese_date(day: date) -> str:
    """2026年1月5日: Arabic figures without leading zeros (7.3.5.4)."""
    return f"{day.year}年{day.month}月{day.day}日"


def font_notes(document: OfficialDocument) -> list[str]:
    """What the standard wants said about fonts: which licensed faces were replaced, and characters without a glyph."""
    notes, parts = [], []
    for role in fonts.ROLES:
        face = fonts.primary(role)
        if face is None or not face.licensed:
            parts.append(f"{fonts.LABELS[role]}以 {face.label if face else '系统字体'} 代替")
    if parts:
        notes.append(
            f"字体说明：本机未安装规定字体，{'、'.join(parts)}；版式尺寸按 GB/T 9704—2012 排印，字体不符合该标准。"
        )
    if missing := missing_characters(document):
        notes.append(f"缺字说明：有 {len(missing)} 个字在现有字体中没有字形，以“{GETA}”代替。")
    return notes


def missing_characters(document: OfficialDocument) -> str:
    """The characters of the document, once each, that no installed font has; they are printed as 〓."""
    return fonts.missing_characters(clean("".join(_texts(document.to_json()))))


def _texts(value: object) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def _local(moment: datetime) -> datetime:
    return moment.astimezone(_ZONE) if moment.tzinfo else moment


def _keep_end(items: list[Item], closing: list[Item]) -> list[Item]:
    """The signature is never alone on a page: the last two lines of the body go with it."""
    if not closing:
        return items
    tail = [replace(item, glue=True) for item in items[-2:]]
    note = [replace(item, glue=True) for item in closing]
    return [*items[:-2], *tail, *note]
