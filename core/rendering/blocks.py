"""The blocks of which a document's text is made. Frozen dataclasses: texts come ready for print."""

from __future__ import annotations

from dataclasses import dataclass, replace


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


@dataclass(frozen=True, slots=True)
class DocumentNumber:
    """The document's own number (发文字号), centred on a line of its own."""

    text: str


@dataclass(frozen=True, slots=True)
class QrCode:
    """A QR code three text lines high (about 30 mm) at the left margin, with ``caption`` lines beside it.

    ``text`` is what a scanner reads: printable ASCII, 1–200 characters.
    """

    text: str
    caption: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "caption", tuple(self.caption))
        if not 1 <= len(self.text) <= 200 or not self.text.isascii() or not self.text.isprintable():
            raise ValueError("二维码的内容应为 1 到 200 个可打印的 ASCII 字符")


@dataclass(frozen=True, slots=True)
class FormCell:
    """A box of a form, ``span`` columns wide.

    A ``label`` is set in 黑体 in the middle. ``foot`` lines (signature, seal, date) stand at the bottom
    right, the text then at the top: what is between stays blank for handwriting.
    """

    text: str = ""
    span: int = 1
    label: bool = False
    align: str = "center"
    foot: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "foot", tuple(self.foot))
        if self.align not in ("left", "center", "right"):
            raise ValueError(f"表格栏的对齐方式不认识：{self.align}")
        if self.span < 1:
            raise ValueError(f"表格栏至少占一列：{self.span}")


@dataclass(frozen=True, slots=True)
class FormRow:
    """Boxes from left to right; at least ``lines`` text lines of the page high."""

    cells: tuple[FormCell, ...]
    lines: int = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "cells", tuple(self.cells))


@dataclass(frozen=True, slots=True)
class Form:
    """A ruled form (登记表、鉴定表): rows of boxes on ``columns`` columns of equal width."""

    columns: int
    rows: tuple[FormRow, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "rows", tuple(self.rows))
        for number, row in enumerate(self.rows, start=1):
            width = sum(cell.span for cell in row.cells)
            if width != self.columns:
                raise ValueError(f"表格第 {number} 行共占 {width} 列，应为 {self.columns} 列")


Block = Heading | Paragraph | Table | DocumentNumber | QrCode | Form
