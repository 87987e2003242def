"""Putting lines and table rows on pages: every height is known, so pages are filled here and not by the renderer.

That keeps all text on the grid of 22 lines, repeats table headings, keeps headings with their text and the
signature with the last lines of the body, and gives the same pages on every machine.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from .forms import FormRowBox
from .grid import LINE
from .linebreak import Line
from .qr import QrBox
from .tables import Row, TableLayout


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of text in one of the styles of ``styles.STYLES``; lines of one ``block`` make one element."""

    line: Line
    style: str
    block: int
    label: str = ""  # bookmark of the block


@dataclass(frozen=True, slots=True)
class TableRow:
    row: Row
    table: TableLayout
    block: int
    is_header: bool = False


Content = TextLine | TableRow | FormRowBox | QrBox


@dataclass(frozen=True, slots=True)
class Item:
    """``glue``: may not be the last thing on its page. ``snap``: begins on a text line. ``content`` None: blank."""

    units: int
    content: Content | None = None
    glue: bool = False
    snap: bool = True


@dataclass(frozen=True, slots=True)
class Placed:
    top: int
    content: Content


@dataclass(slots=True)
class Page:
    capacity: int
    landscape: bool = False
    placed: list[Placed] = field(default_factory=list)
    filled: int = 0

    def fits(self, chunk: list[Item]) -> bool:
        return _end(chunk, self.filled) <= self.capacity

    def put(self, item: Item) -> None:
        top = _snapped(self.filled) if item.snap else self.filled
        if item.content is not None:
            self.placed.append(Placed(top, item.content))
        elif not self.placed:
            return  # a page does not begin with a blank
        self.filled = top + item.units


def fill_pages(items: Iterable[Item], capacity: int, landscape: bool = False) -> list[Page]:
    """Pages of ``capacity`` units that hold the items in order; at least one page."""
    pages = [Page(capacity, landscape)]
    for chunk in _chunks(items):
        if pages[-1].placed and not pages[-1].fits(chunk):
            pages.append(Page(capacity, landscape))
        for item in chunk:
            # A chunk higher than a page is let go item by item.
            if pages[-1].placed and not pages[-1].fits([item]):
                pages.append(Page(capacity, landscape))
            if not pages[-1].placed:
                _repeat_header(pages[-1], item)
            pages[-1].put(item)
    return pages


def put_at_bottom(pages: list[Page], items: list[Item], gap: int) -> None:
    """The items at the foot of the last page, or at the head of a new one when the page has no room for them."""
    height = _end(items, 0)
    last = pages[-1]
    if last.filled + gap + height <= last.capacity:
        last.filled = last.capacity - height
        for item in items:
            last.put(item)
        return
    pages.extend(fill_pages(items, last.capacity, last.landscape))


def _repeat_header(page: Page, item: Item) -> None:
    content = item.content
    if isinstance(content, TableRow) and not content.is_header:
        header = content.table.header
        page.put(Item(header.units, TableRow(header, content.table, content.block, is_header=True)))


def _chunks(items: Iterable[Item]) -> Iterable[list[Item]]:
    chunk: list[Item] = []
    for item in items:
        chunk.append(item)
        if not item.glue:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _snapped(units: int) -> int:
    return -(-units // LINE) * LINE


def _end(chunk: list[Item], filled: int) -> int:
    for item in chunk:
        filled = (_snapped(filled) if item.snap else filled) + item.units
    return filled
