"""A file as rows: xlsx through calamine, csv as UTF-8 or GB18030. Row numbers stay those of the sheet."""

import csv
import io

import tablib
from django.core.exceptions import ValidationError
from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from core.excel import guards
from core.excel.cells import Unreadable, is_blank
from core.excel.headings import letter

HELP_SHEET = "填写说明"
LIST_SHEET = "选项"


def read_table(data: bytes, kind: str, sheet_name: str, max_rows: int = guards.MAX_ROWS) -> tablib.Dataset:
    """A dataset whose first data row is row 2 of the sheet (blank rows included).

    ``notes`` on the dataset: what the reader should know. ValidationError for files we cannot read.
    """
    return read_workbook(data, sheet_name, max_rows) if kind == "xlsx" else read_csv(data, max_rows)


def read_workbook(data: bytes, sheet_name: str, max_rows: int = guards.MAX_ROWS) -> tablib.Dataset:
    archive = guards.unpacked(data)
    parts = guards.sheet_parts(archive)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            name = _choose(book.sheets_metadata, sheet_name)
            facts = guards.scan_sheet(archive, parts.get(name, ""), max_rows)
            sheet = book.get_sheet_by_name(name)
            merged = [area for area in sheet.merged_cell_ranges or () if area[1][0] > 0]
            cells = sheet.to_python(skip_empty_area=False) if facts.rows else []
    except CalamineError as error:
        raise ValidationError(guards.BROKEN) from error
    if merged:
        raise ValidationError(
            f"工作表“{name}”有合并单元格（{'、'.join(_area(area) for area in merged[:5])}），"
            "只有左上角有值。请取消合并，逐行填写。"
        )
    for (row, column), reason in facts.lost.items():
        while len(cells) <= row:
            cells.append([])
        cells[row] += [""] * (column + 1 - len(cells[row]))
        cells[row][column] = Unreadable(reason)
    notes = [f"读取的是工作表“{name}”。"] if len(parts) > 1 else []
    if facts.formulas:
        row, column = facts.formulas[0]
        notes.append(
            f"有 {len(facts.formulas)} 个单元格是公式（例如 {letter(column)}{row + 1}），"
            "按文件里保存的结果读取，请核对。"
        )
    return _dataset(cells, notes)


def _choose(sheets, wanted: str) -> str:
    """The sheet named after the noun, else the first visible one that is no page of ours."""
    visible = [sheet.name for sheet in sheets if sheet.visible == SheetVisibleEnum.Visible]
    if wanted in visible:
        return wanted
    for name in visible:
        if name not in (HELP_SHEET, LIST_SHEET):
            return name
    raise ValidationError("工作簿里没有可读的工作表。")


def _area(area) -> str:
    (top, left), (bottom, right) = area
    return f"{letter(left)}{top + 1}:{letter(right)}{bottom + 1}"


def read_csv(data: bytes, max_rows: int = guards.MAX_ROWS) -> tablib.Dataset:
    text = _decoded(data)
    if "\0" in text:
        raise ValidationError("文件内容不是文本，不能作为 csv 导入。")
    first = text.split("\n", 1)[0]
    separator = max(",\t;", key=first.count)
    cells = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True):
            cells.append(row)
            if len(cells) > max_rows + 1 and any(not is_blank(cell) for cell in row):
                raise ValidationError(f"数据超过 {max_rows} 行，请分成几个文件导入。")
            if len(row) > guards.MAX_COLUMNS:
                raise ValidationError(f"列数超过 {guards.MAX_COLUMNS}，请删去多余的列。")
    except csv.Error as error:
        raise ValidationError(f"csv 第 {len(cells) + 1} 行附近的引号或换行不合规则，无法分列。") from error
    return _dataset(cells, [])


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ValidationError("csv 的文字编码无法识别，请另存为“CSV UTF-8”或 xlsx 后再导入。")


def _dataset(cells: list[list], notes: list[str]) -> tablib.Dataset:
    if all(is_blank(cell) for row in cells for cell in row):
        raise ValidationError("文件里没有内容。")
    width = max(len(row) for row in cells)
    headers, *rows = [row + [""] * (width - len(row)) for row in cells]
    if all(is_blank(cell) for cell in headers):
        raise ValidationError("第 1 行是空的，应当是列名。请以模板为准。")
    dataset = tablib.Dataset(*rows, headers=headers)
    dataset.notes = notes
    return dataset
