"""What an official document says, without a word about how it is set.

The dataclasses are frozen and go to JSON and back, so that a frozen summary can be stored and rendered again:
the same document gives the same bytes. Nothing here is computed or guessed; texts come ready for print.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

CHINESE_DIGITS = "零一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1–4, given without its number: 一、 / （一） / 1. / （1） are put in front of it.

    ``numbered=False`` prints the text as it is.
    """

    text: str
    level: int = 1
    numbered: bool = True

    def __post_init__(self) -> None:
        if self.level not in (1, 2, 3, 4):
            raise ValueError(f"标题层级只能是 1 到 4：{self.level}")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; ``indent=False`` sets it flush left (for example a salutation).

    Line feeds inside ``text`` start new paragraphs; an empty one is left out.
    """

    text: str
    indent: bool = True


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    ``width`` is in characters of the table's type, scaled to fill the page; None takes it from the contents.
    ``align`` is left, center or right. Neighbours with the same ``group`` get a shared heading above theirs.
    """

    label: str
    width: float | None = None
    align: str = "center"
    group: str = ""

    def __post_init__(self) -> None:
        if self.align not in ("left", "center", "right"):
            raise ValueError(f"表格列的对齐方式不认识：{self.align}")


@dataclass(frozen=True, slots=True)
class Table:
    """A ruled table; every row has one text a column (None prints nothing). ``has_total`` sets the last row in 黑体.

    ``unit`` (“单位：人次”) stands above the table on the right, ``notes`` below it.
    ``empty_text`` is printed across the table when there are no rows.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...] = ()
    caption: str = ""
    unit: str = ""
    notes: tuple[str, ...] = ()
    has_total: bool = False
    empty_text: str = "本期无记录"

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", tuple(self.columns))
        rows = tuple(tuple("" if value is None else str(value) for value in row) for row in self.rows)
        object.__setattr__(self, "rows", rows)
        object.__setattr__(self, "notes", tuple(self.notes))
        if not self.columns:
            raise ValueError("表格至少要有一列")
        for number, row in enumerate(self.rows, start=1):
            if len(row) != len(self.columns):
                raise ValueError(
                    f"表格“{self.caption}”第 {number} 行有 {len(row)} 格，应为 {len(self.columns)} 格"
                )

    def transposed(self, label: str = "指标", width: float | None = None) -> Table:
        """The same table with its columns as rows: for one or two rows of many measures."""
        first, *rest = self.columns
        names = [row[0] for row in self.rows]
        columns = [Column(label, width, "left"), *(Column(name, None, "right") for name in names)]
        rows = [
            (column.label, *(row[number] for row in self.rows)) for number, column in enumerate(rest, start=1)
        ]
        return replace(self, columns=tuple(columns), rows=tuple(rows), has_total=False)


Block = Heading | Paragraph | Table


@dataclass(frozen=True, slots=True)
class Annex:
    """An annex: starts a new page, “附件1” and its title are set by the engine.

    ``landscape`` turns the page for wide tables; the page number stays where it is on the other pages.
    """

    title: str
    blocks: tuple[Block, ...] = ()
    landscape: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "blocks", tuple(self.blocks))


@dataclass(frozen=True, slots=True)
class Identity:
    """Which frozen state this document shows.

    ``version`` as people say it (“第 2 版”); ``content_hash`` of the frozen figures (hex); ``data_time`` is the
    moment up to which records were counted and the only source of the PDF's own dates.
    """

    version: str = ""
    content_hash: str = ""
    data_time: datetime | None = None


@dataclass(frozen=True, slots=True)
class OfficialDocument:
    """A document in the layout of GB/T 9704-2012 without letterhead.

    ``title`` may hold line feeds to force its lines. ``definitions`` are the 口径说明, one text each, printed
    small after the signature. ``keep_together`` lists names that the title must not break apart.
    """

    title: str
    addressee: str = ""
    blocks: tuple[Block, ...] = ()
    issuer: str = ""
    issued_on: date | None = None
    annexes: tuple[Annex, ...] = ()
    definitions: tuple[str, ...] = ()
    identity: Identity = Identity()
    keep_together: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("blocks", "annexes", "definitions", "keep_together"):
            object.__setattr__(self, name, tuple(getattr(self, name)))

    def to_json(self) -> dict[str, Any]:
        """Plain dicts, lists and strings, for a JSONField."""
        return _plain(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> OfficialDocument:
        """The document that ``to_json`` wrote; raises ValueError when the data is something else."""
        document = _restore(data)
        if not isinstance(document, cls):
            raise ValueError("不是公文数据")
        return document

    def fingerprint(self) -> str:
        """SHA-256 (hex) of everything that is printed, except the content hash itself."""
        bare = replace(self, identity=replace(self.identity, content_hash=""))
        text = json.dumps(bare.to_json(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    def sealed(self) -> OfficialDocument:
        """The same document with its own fingerprint as the content hash."""
        return replace(self, identity=replace(self.identity, content_hash=self.fingerprint()))


def chinese_number(number: int) -> str:
    """1 → 一, 10 → 十, 21 → 二十一 (1–99)."""
    if not 1 <= number <= 99:
        raise ValueError(f"序号超出范围：{number}")
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{CHINESE_DIGITS[tens]}十"
    return head + (CHINESE_DIGITS[ones] if ones else "")


def numbered_blocks(blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks with the numbers of GB/T 9704-2012, 7.3.3 in front of the headings."""
    counters = [0, 0, 0, 0]
    for block in blocks:
        if not isinstance(block, Heading) or not block.numbered:
            yield block
            continue
        counters[block.level - 1] += 1
        counters[block.level :] = [0] * (4 - block.level)
        number = counters[block.level - 1]
        mark = (f"{chinese_number(number)}、", f"（{chinese_number(number)}）", f"{number}.", f"（{number}）")
        yield Heading(mark[block.level - 1] + block.text, block.level, numbered=False)


_KINDS = {
    kind.__name__: kind for kind in (Heading, Paragraph, Column, Table, Annex, Identity, OfficialDocument)
}


def _plain(value: Any) -> Any:
    if type(value) in _KINDS.values():
        fields = {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
        return {"kind": type(value).__name__, **fields}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, (date, datetime)):
        return {"kind": type(value).__name__, "value": value.isoformat()}
    if value is None or isinstance(value, (str, int, float)):
        return value
    raise ValueError(f"公文数据里不能有 {type(value).__name__}")


def _restore(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_restore(item) for item in value)
    if not isinstance(value, dict):
        return value
    kind = value.get("kind")
    if kind == "date":
        return date.fromisoformat(value["value"])
    if kind == "datetime":
        return datetime.fromisoformat(value["value"])
    if kind not in _KINDS:
        raise ValueError(f"公文数据的类型不认识：{kind}")
    try:
        return _KINDS[kind](**{name: _restore(item) for name, item in value.items() if name != "kind"})
    except TypeError as error:
        raise ValueError(f"公文数据的字段不对：{error}") from error
