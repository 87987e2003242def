"""Monthly returns and tables of years as workbooks, laid out like the printed form.

Title, unit, month and version on top; columns numbered as in the statistical form, with their units;
below the table who filled it in, who is responsible and when. Texts are never formulas.
"""

import io
from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation

from django.utils import timezone
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from core.excel.writing import A4, safe
from core.numbers import NO_VALUE
from reports.models import MonthlyReturn, ReturnForm, ReturnLevel
from reports.selectors.return_statement import TableRow, Tables, is_by_person, tables
from reports.selectors.return_years import YEARLY, YearTable

TITLE, BOLD = Font(name="Calibri", bold=True, size=16), Font(name="Calibri", bold=True)
FILL = PatternFill("solid", fgColor="E8EEF3")
THIN = Border(*[Side(style="thin", color="808080")] * 4)
CENTRE = Alignment(horizontal="center", vertical="center", wrap_text=True)
LEFT = Alignment(vertical="top", wrap_text=True)
NARROW, HEIGHT = 7.5, 18  # so that the whole form stays readable on one sheet of A4


def number(text: str):
    """A number as a number; “—” and words as they are."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return text


class Sheet:
    """Writes rows from the top; ``width`` columns in all."""

    def __init__(self, book: Workbook, name: str, widths: Sequence[float]):
        self.page = book.create_sheet(name[:31])
        self.width, self.row = len(widths), 0
        for place, width in enumerate(widths, 1):
            self.page.column_dimensions[get_column_letter(place)].width = width
        self.page.page_setup.orientation, self.page.page_setup.paperSize = "landscape", A4
        self.page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        self.page.page_setup.fitToHeight = False

    def across(self, text: str, *, font: Font | None = None, alignment: Alignment = LEFT) -> None:
        """One text over the whole width."""
        self.row += 1
        cell = self._put(1, text)
        cell.alignment = alignment
        if font:
            cell.font = font
        self.page.merge_cells(start_row=self.row, end_row=self.row, start_column=1, end_column=self.width)
        lines = max(1, -(-len(text) // 90))
        self.page.row_dimensions[self.row].height = 28 if font is TITLE else 16 * lines

    def line(self, values: Iterable, *, head: bool = False, bold: bool = False) -> None:
        self.row += 1
        values = list(values)
        self.page.row_dimensions[self.row].height = self._height(values)
        for place, value in enumerate(values, 1):
            cell = self._put(place, value)
            cell.border = THIN
            cell.alignment = CENTRE if head or not isinstance(value, str) or value == NO_VALUE else LEFT
            if head or bold:
                cell.font = BOLD
            if head:
                cell.fill = FILL

    def _height(self, values: list) -> float:
        """Room for the longest text, which is wrapped; an ideograph is two characters wide."""
        lines = 1
        for place, value in enumerate(values, 1):
            if isinstance(value, str):
                width = self.page.column_dimensions[get_column_letter(place)].width
                lines = max(lines, -(-2 * len(value) // int(width - 1)))
        return min(HEIGHT * lines, 400)

    def freeze(self) -> None:
        """Rows so far stay in sight and stand on every printed page."""
        self.page.freeze_panes = f"A{self.row + 1}"
        self.page.print_title_rows = f"1:{self.row}"

    def _put(self, place: int, value):
        cell = self.page.cell(self.row, place)
        if isinstance(value, str):
            cell.value, cell.data_type = safe(value), "s"
        else:
            cell.value = value
        return cell


def _saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _book() -> Workbook:
    book = Workbook()
    book.remove(book.active)
    return book


def _head(sheet: Sheet, row: MonthlyReturn, name: str) -> None:
    state = "迟报" if row.is_late else "按期"
    sheet.across(name, font=TITLE, alignment=CENTRE)
    sheet.across(
        f"填报单位：{row.subject_name}（{row.get_level_display()}）　　月份：{row.month:%Y-%m}　　"
        f"第 {row.version} 版　　{state}（应报 {row.due_on:%Y-%m-%d}）"
    )


def _foot(sheet: Sheet, row: MonthlyReturn) -> None:
    for label, texts in (
        ("备注", [row.remark]),
        ("更正原因", [row.reason]),
        ("缺漏", row.gaps),
        ("提醒", row.warnings),
    ):
        for text in texts:
            if text:
                sheet.across(f"{label}：{text}")
    by = f"{row.submitted_by.name}（代报）" if row.is_on_behalf else row.submitted_by.name
    day = timezone.localtime(row.submitted_at)
    sheet.across(f"填报人：{by}　　　　负责人：　　　　　　　　填报日期：{day:%Y-%m-%d}")


def return_workbook(row: MonthlyReturn) -> bytes:
    """The form itself, and behind it the people and the topics."""
    book, shown = _book(), tables(row)
    name = row.get_form_display()
    if is_by_person(row):
        _people(Sheet(book, "考勤", _widths(shown, 4, rate=True)), row, shown, name)
    else:
        _pairs(Sheet(book, "月报", _widths(shown, 4, rate=row.is_attendance)), row, shown, name)
        if shown.people:
            _people(Sheet(book, "人员", _widths(shown, 4)), row, shown, f"{name}·人员参与情况")
    if row.form == ReturnForm.WORKLOAD and row.level != ReturnLevel.BUREAU:
        _topics(Sheet(book, "主题清单", [12, 18, 34, 20, 20, 26, 46]), row)
    return _saved(book)


def _widths(shown: Tables, lead: int, *, rate: bool = False) -> list[float]:
    return [5, 20, 20, 8][:lead] + [NARROW] * len(shown.columns) + ([8] if rate else []) + [20]


def _headings(sheet: Sheet, shown: Tables, lead: list[str], *, rate: bool) -> None:
    more = ["出勤率（%）"] if rate else []
    if any(column.number for column in shown.columns):
        numbers = [column.number for column in shown.columns]
        sheet.line(["列次", *[""] * (len(lead) - 1), *numbers, *[""] * len(more), ""], head=True)
    sheet.line([*lead, *(column.heading for column in shown.columns), *more, "备注"], head=True)
    sheet.freeze()


def _numbers(line: TableRow, *, rate: bool) -> list:
    return [*map(number, line.cells), *([number(line.rate.rstrip("%"))] if rate else [])]


def _pairs(sheet: Sheet, row: MonthlyReturn, shown: Tables, name: str) -> None:
    rate = row.is_attendance
    _head(sheet, row, name)
    _headings(sheet, shown, ["序号", "支援单位", "受援单位", "派驻（人）"], rate=rate)
    for place, line in enumerate(shown.pairs, 1):
        one = line.row
        sheet.line(
            [
                place,
                one["sender"],
                one["recipient"],
                one["people"],
                *_numbers(line, rate=rate),
                one["remark"],
            ]
        )
    sheet.line(["合计", "", "", "", *_numbers(shown.total, rate=rate), ""], bold=True)
    _foot(sheet, row)


def _people(sheet: Sheet, row: MonthlyReturn, shown: Tables, name: str) -> None:
    rate = row.is_attendance
    _head(sheet, row, name)
    _headings(sheet, shown, ["序号", "支援单位", "受援单位", "姓名"], rate=rate)
    for place, line in enumerate(shown.people, 1):
        one = line.row
        sheet.line(
            [place, one["sender"], one["recipient"], line.name, *_numbers(line, rate=rate), one["remark"]]
        )
    for line in shown.bridge:
        sheet.line(["", line.name, "", "", *_numbers(line, rate=rate), ""])
    sheet.line(["合计", "", "", "", *_numbers(shown.total, rate=rate), ""], bold=True)
    _foot(sheet, row)


def _topics(sheet: Sheet, row: MonthlyReturn) -> None:
    _head(sheet, row, f"{row.get_form_display()}·主题清单")
    sheet.line(["日期", "类型", "主题", "支援单位", "受援单位", "参加人员", "数量"], head=True)
    sheet.freeze()
    for one in row.topics:
        sheet.line(
            [one[name] for name in ("day", "type", "topic", "sender", "recipient", "people", "numbers")]
        )
    _foot(sheet, row)


def return_file_name(row: MonthlyReturn) -> str:
    return f"{row.month:%Y-%m} {row.subject_name} {row.get_form_display()}（第{row.version}版）.xlsx"


def year_workbook(table: YearTable) -> bytes:
    """The statistical form: columns by number, a row a period, the total last."""
    book = _book()
    sheet = Sheet(book, "统计表", [14, *([NARROW] * len(YEARLY))])
    sheet.across("对口支援统计表", font=TITLE, alignment=CENTRE)
    sheet.across(
        f"填报单位：{table.organisation.name}　　期间：{table.label}　　"
        "口径：按活动开始日期归入各期，只计对方已确认的记录"
    )
    sheet.line(
        ["列次", *(str(figure.column) if figure.column else "" for figure in YEARLY)],
        head=True,
    )
    sheet.line(["期间", *(f"{figure.label}（{figure.unit}）" for figure in YEARLY)], head=True)
    sheet.freeze()
    for row in table.rows:
        sheet.line([row.label, *map(number, row.texts)], bold=row.kind in ("total", "quarter"))
    sheet.across("派驻人数、接收进修和受援单位每期只计一次，各期不相加，合计为整个期间的不同人数和家数。")
    for text in (*table.warnings, *table.differences):
        sheet.across(f"提醒：{text}")
    sheet.across(f"填报人：　　　　　　负责人：　　　　　　填报日期：{timezone.localdate():%Y-%m-%d}")
    return _saved(book)
