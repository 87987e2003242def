"""What an uploaded file really is, before anything parses it.

Told by content, never by name. A workbook is a zip: its parts are unpacked once while counting, so
that a bomb stops at the limit; and its sheet is scanned for far-away cells (the reader builds a
dense table), for formulas and for error values, which the reader would hand over as blanks.
"""

import io
import posixpath
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import PurePath
from xml.parsers import expat

from defusedxml.ElementTree import fromstring
from django.core.exceptions import ValidationError

MEGABYTE = 1024 * 1024
MAX_FILE = 10 * MEGABYTE
MAX_UNPACKED = 80 * MEGABYTE
MAX_PARTS = 1000
MAX_ROWS = 5000
MAX_COLUMNS = 200

SAVE_AS = "请在 Excel 或 WPS 中“另存为”xlsx 工作簿后再导入。"
BROKEN = f"文件已损坏，无法打开。{SAVE_AS}"


@dataclass
class SheetFacts:
    """What the scan of one sheet found. Positions are (row, column) counted from 0."""

    rows: int = 0
    columns: int = 0
    formulas: list[tuple[int, int]] = field(default_factory=list)
    lost: dict[tuple[int, int], str] = field(default_factory=dict)


def recognise(file) -> str:
    """ "xlsx" or "csv"; ValidationError for everything else. ``file`` is an uploaded file."""
    if file.size > MAX_FILE:
        raise ValidationError(
            f"文件有 {file.size / MEGABYTE:.1f} MB，超过上限 {MAX_FILE // MEGABYTE} MB，请分成几个文件导入。"
        )
    if not file.size:
        raise ValidationError("文件是空的。")
    file.seek(0)
    head = file.read(8)
    file.seek(0)
    suffix = PurePath(file.name or "").suffix.lower()
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise ValidationError(f"文件是旧版 xls 或设了密码，不能导入。{SAVE_AS}")
    if head.startswith(b"PK"):
        if suffix != ".xlsx":
            raise ValidationError(f"文件扩展名是“{suffix or '无'}”，只接受 xlsx 和 csv。{SAVE_AS}")
        return "xlsx"
    if suffix == ".csv":
        return "csv"
    if suffix == ".xlsx":
        raise ValidationError(BROKEN)
    raise ValidationError(f"文件扩展名是“{suffix or '无'}”，只接受 xlsx 和 csv。{SAVE_AS}")


def unpacked(data: bytes) -> zipfile.ZipFile:
    """The opened workbook, after reading every part through once under the limit."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        parts = archive.infolist()
        if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
            raise ValidationError(TOO_LARGE)
        if any(part.flag_bits & 1 for part in parts):
            raise ValidationError(f"文件设了密码，不能导入。{SAVE_AS}")
        total = 0
        for part in parts:
            with archive.open(part) as stream:
                while chunk := stream.read(MEGABYTE):
                    total += len(chunk)
                    if total > MAX_UNPACKED:
                        raise ValidationError(TOO_LARGE)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, OSError, NotImplementedError) as error:
        raise ValidationError(BROKEN) from error
    except Exception as error:
        if isinstance(error, ValidationError):
            raise
        raise ValidationError(BROKEN) from error  # zlib.error and whatever else a forged archive provokes
    names = set(archive.namelist())
    if "xl/workbook.bin" in names or any(name.endswith("vbaProject.bin") for name in names):
        raise ValidationError(f"文件带有宏或是二进制工作簿，不能导入。{SAVE_AS}")
    if "xl/workbook.xml" not in names:
        raise ValidationError(f"文件不是 Excel 工作簿。{SAVE_AS}")
    return archive


TOO_LARGE = (
    f"文件展开后超过 {MAX_UNPACKED // MEGABYTE} MB，不能导入。请删去图片和多余的工作表，或分成几个文件。"
)


def sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name → part of the archive that holds it."""
    try:
        book = fromstring(archive.read("xl/workbook.xml"))
        links = fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    except Exception as error:
        raise ValidationError(BROKEN) from error
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    parts = {}
    for element in book.iter():
        if element.tag.rpartition("}")[2] == "sheet":
            link = next((value for name, value in element.items() if name.endswith("}id")), "")
            target = targets.get(link, "")
            path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
            parts[element.get("name")] = path
    return parts


def scan_sheet(archive: zipfile.ZipFile, part: str, max_rows: int = MAX_ROWS) -> SheetFacts:
    """One pass over a sheet's XML. ValidationError when it is broken or larger than we read."""
    facts = SheetFacts()
    parser = expat.ParserCreate()
    handler = _Scan(facts, max_rows)
    parser.StartDoctypeDeclHandler = handler.doctype
    parser.StartElementHandler, parser.EndElementHandler = handler.start, handler.end
    parser.CharacterDataHandler = handler.text
    parser.buffer_text = True
    try:
        with archive.open(part) as stream:
            parser.ParseFile(stream)
    except (expat.ExpatError, KeyError) as error:
        raise ValidationError(BROKEN) from error
    return facts


REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


class _Scan:
    def __init__(self, facts: SheetFacts, max_rows: int):
        self.facts, self.max_rows = facts, max_rows
        self.row = self.column = -1
        self.kind, self.held, self.formula, self.filled, self.in_value = "", False, False, False, False

    def doctype(self, *args):
        raise ValidationError(BROKEN)

    def start(self, tag, attributes):
        name = tag.rpartition(":")[2]
        if name == "row":
            number = attributes.get("r", "")
            self.row = int(number) - 1 if number.isdigit() else self.row + 1
            self.column = -1
        elif name == "c":
            found = REFERENCE.fullmatch(attributes.get("r", ""))
            self.column += 1
            if found:
                self.column = _place(found[1])
                self.row = int(found[2]) - 1
            self.kind, self.held, self.formula, self.filled = attributes.get("t", ""), False, False, False
        elif name in ("f", "v", "t", "is"):
            # even an empty text counts: the reader makes a cell of it
            self.held = True
            self.formula |= name == "f"
            self.in_value = name in ("v", "t")

    def text(self, data):
        if self.in_value:
            self.filled = True

    def end(self, tag):
        name = tag.rpartition(":")[2]
        if name in ("v", "t"):
            self.in_value = False
        elif name == "c":
            self._cell()

    def _cell(self):
        if not self.held:
            return
        at = (self.row, self.column)
        facts = self.facts
        facts.rows, facts.columns = max(facts.rows, at[0] + 1), max(facts.columns, at[1] + 1)
        if facts.rows > self.max_rows + 1:
            raise ValidationError(f"数据超过 {self.max_rows} 行，请分成几个文件导入。")
        if facts.columns > MAX_COLUMNS:
            raise ValidationError(f"列数超过 {MAX_COLUMNS}，请删去多余的列。")
        if self.kind == "e":
            facts.lost[at] = "单元格是公式错误值（如 #N/A），请改为实际内容。"
        elif self.formula and not self.filled:
            facts.lost[at] = "单元格是公式，文件里没有保存结果；请复制后“选择性粘贴”为数值。"
        elif self.formula:
            facts.formulas.append(at)


def _place(letters: str) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - 64
    return place - 1
