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

from .blocks import (
    Block,
    Column,
    DocumentNumber,
    Form,
    FormCell,
    FormRow,
    Heading,
    Paragraph,
    QrCode,
    Table,
)

CHINESE_DIGITS = "零一二三四五六七八九"


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
    kind.__name__: kind
    for kind in (
        Heading,
        Paragraph,
        Column,
        Table,
        DocumentNumber,
        QrCode,
        FormCell,
        FormRow,
        Form,
        Annex,
        Identity,
        OfficialDocument,
    )
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
