"""Workbooks that we hand out: exports and empty templates. Codes are text, dates are dates."""

import csv
import io

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.utils.escape import escape as escape_xml_marks
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties

from core.excel.cells import CONTROL, as_text, escape
from core.excel.reading import HELP_SHEET, LIST_SHEET

HEAD_FONT = Font(bold=True, color="FFFFFF")
HEAD_FILL = PatternFill("solid", fgColor="1F5A86")
OPTIONAL_FILL = PatternFill("solid", fgColor="5B6673")
A4 = 9  # the number spreadsheets have for the paper size
TOP = Alignment(vertical="top", wrap_text=True)


def safe(value):
    """A value as it may stand in a cell: texts without control characters and never a formula."""
    return escape(value.translate(CONTROL)) if isinstance(value, str) else value


def _prepare(sheet, columns, *, preset: bool) -> None:
    sheet.freeze_panes = "A2"
    # printed: sideways, all columns on a page, headings on every page
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", A4
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToHeight = False
    sheet.print_title_rows = "1:1"
    for place, column in enumerate(columns, 1):
        dimension = sheet.column_dimensions[get_column_letter(place)]
        dimension.width = max(column.width, len(column.heading) * 2 + 2)
        if preset:  # cells that people fill keep their zeros
            dimension.number_format = column.widget.number_format


def _headings(sheet, columns) -> list[WriteOnlyCell]:
    cells = []
    for column in columns:
        cell = WriteOnlyCell(sheet, value=column.heading)
        cell.font, cell.fill = HEAD_FONT, HEAD_FILL if column.required else OPTIONAL_FILL
        cell.alignment = Alignment(vertical="center")
        cells.append(cell)
    return cells


def write_workbook(title: str, columns, rows) -> bytes:
    """``rows``: an iterable of value lists in the order of the columns."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    _prepare(sheet, columns, preset=False)
    sheet.append(_headings(sheet, columns))
    # one cell object a column, written out on append and filled anew for the next row
    cells = [WriteOnlyCell(sheet) for _ in columns]
    for cell, column in zip(cells, columns, strict=True):
        cell.number_format = column.widget.number_format
    count = 1
    for values in rows:
        for cell, value in zip(cells, values, strict=True):
            if isinstance(value, str):
                cell.value = None
                cell._value, cell.data_type = escape_xml_marks(safe(value)), "s"
            else:
                cell.value = value
                # setting a date picks a format of its own
        for cell, column in zip(cells, columns, strict=True):
            if cell.number_format != column.widget.number_format:
                cell.number_format = column.widget.number_format
        sheet.append([cell if cell.value not in (None, "") else None for cell in cells])
        count += 1
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{count}"
    return _saved(book)


def write_csv(columns, rows) -> bytes:
    """UTF-8 with a mark, so that Excel does not take it for GBK."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([column.heading for column in columns])
    for values in rows:
        writer.writerow([safe(value) if isinstance(value, str) else as_text(value) for value in values])
    return out.getvalue().encode("utf-8-sig")


def write_template(resource) -> bytes:
    """Headings ready to fill, drop-downs from a hidden sheet, and a page of instructions."""
    columns = resource.fillable()
    book = Workbook(write_only=True)
    sheet = book.create_sheet(resource.sheet_name[:31])
    _prepare(sheet, columns, preset=True)
    sheet.append(_headings(sheet, columns))
    _instructions(book.create_sheet(HELP_SHEET), resource, columns)
    lists = book.create_sheet(LIST_SHEET)
    lists.sheet_state = "hidden"
    offered = [column for column in columns if column.widget.choices]
    height = max((len(column.widget.choices) for column in offered), default=0)
    for index in range(height):
        lists.append([c.widget.choices[index] if index < len(c.widget.choices) else None for c in offered])
    for place, column in enumerate(offered, 1):
        source = get_column_letter(place)
        letter = get_column_letter(columns.index(column) + 1)
        rule = DataValidation(
            type="list",
            formula1=f"'{LIST_SHEET}'!${source}$1:${source}${len(column.widget.choices)}",
            allow_blank=not column.required,
            errorTitle="不在列表中",
            error="请从下拉列表中选择。",
            showErrorMessage=True,
        )
        rule.add(f"{letter}2:{letter}{resource.max_rows + 1}")
        sheet.data_validations.append(rule)
    return _saved(book)


def _instructions(sheet, resource, columns) -> None:
    sheet.freeze_panes = "A2"
    for letter, width in zip("ABCDE", (22, 8, 60, 24, 60), strict=True):
        sheet.column_dimensions[letter].width = width
    titles = []
    for text in ("列名", "必填", "怎么填", "示例", "可填的值"):
        cell = WriteOnlyCell(sheet, value=text)
        cell.font, cell.fill = HEAD_FONT, HEAD_FILL
        titles.append(cell)
    sheet.append(titles)
    for column in columns:
        texts = (
            column.heading,
            "必填" if column.required else "",
            column.help or f"填{column.widget.expected}。",
            column.example,
            "、".join(column.widget.choices),
        )
        sheet.append([_wrapped(sheet, text) for text in texts])
    sheet.append([])
    for text in resource.advice:
        sheet.append([None, None, _wrapped(sheet, text)])


def _wrapped(sheet, text: str):
    cell = WriteOnlyCell(sheet, value=safe(text))
    cell.alignment = TOP
    cell.number_format = "@"
    return cell


def _saved(book) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
