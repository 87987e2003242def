"""Quarters and years: the months added up, beside the figure of the whole stretch and what was reported.

All columns of the statistical form, in its order. A sum over months equals the figure of the stretch by
construction of the figures (an activity belongs to the month in which it began); the table shows both and
says where they would differ. People counted once (派驻人数, 接收进修) stand in every period in which they
came, so their months are no parts of the year.
"""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from accounts.models import Organisation
from core.dates import Period, add_months
from core.numbers import money, plain
from reports.figures import FIGURES, Figure, Frame
from reports.models import MonthlyReturn, ReturnForm
from reports.return_columns import WORKLOAD, ZERO, read
from reports.selectors.return_subjects import EDITIONS
from reports.selectors.returns_behind import with_changes

MOST_YEARS = 10
# the persons themselves are counted, whatever the number of times they came
ONCE = {"persons", "trainees", "recipients"}
FORM = tuple(
    sorted((figure for figure in FIGURES.values() if figure.column), key=lambda figure: figure.column)
)
YEARLY = (*FORM, FIGURES["recipients"])


@dataclass
class YearRow:
    """``kind``: month, quarter, year, total, ledger or reported; a value is None where none is stated."""

    label: str
    kind: str
    values: dict[str, Decimal | None]

    @property
    def texts(self) -> list[str]:
        return [text_of(figure, self.values.get(figure.code)) for figure in YEARLY]


@dataclass
class YearTable:
    organisation: Organisation
    level: str
    first: int
    last: int
    rows: list[YearRow] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    not_reported: list[date] = field(default_factory=list)
    behind: list[date] = field(default_factory=list)

    @property
    def total(self) -> YearRow:
        return next(row for row in self.rows if row.kind == "total")

    @property
    def label(self) -> str:
        return f"{self.first} 年" if self.first == self.last else f"{self.first}–{self.last} 年"

    @property
    def title(self) -> str:
        return f"{self.organisation.display_name} {self.label}对口支援统计表"


def text_of(figure: Figure, value: Decimal | None) -> str:
    if value is None:
        return plain(None)
    return money(Decimal(value)) if figure.is_money else plain(Decimal(value))


def year_table(
    *, organisation: Organisation, level: str, first: int, last: int, today: date | None = None
) -> YearTable:
    """One year month by month with its quarters, or several years; a constant number of statements a year."""
    frame = Frame(organisation, EDITIONS[level], None, Period(date(first, 1, 1), date(last, 12, 31)))
    monthly = {figure.code: figure.by_month(frame) if figure.day else {} for figure in YEARLY}
    table = YearTable(organisation, level, first, last)
    if first == last:
        _months(table, frame, monthly)
    else:
        _years(table, frame, monthly)
    whole = {figure.code: Decimal(figure.value(frame)) for figure in YEARLY}
    _total(table, monthly, whole)
    _reported(table, frame, today)
    if whole["surgery_demos"] > whole["operations"]:
        table.warnings.append(
            f"手术示教 {plain(whole['surgery_demos'])} 次多于开展手术 {plain(whole['operations'])} 例，请核对。"
        )
    if whole["person_times"] < whole["persons"]:
        table.warnings.append("派驻人次少于派驻人数，请核对。")
    return table


def _at(monthly: dict[str, dict], code: str, month: date) -> Decimal:
    """A month in which no amount is known counts as none."""
    return Decimal(monthly[code].get(month) or 0)


def _sum(monthly: dict[str, dict], months: list[date]) -> dict[str, Decimal | None]:
    return {
        figure.code: None
        if figure.code in ONCE
        else sum((_at(monthly, figure.code, month) for month in months), ZERO)
        for figure in YEARLY
    }


def _months(table: YearTable, frame: Frame, monthly) -> None:
    year = frame.period.start
    for quarter in range(4):
        months = [add_months(year, quarter * 3 + number) for number in range(3)]
        for month in months:
            values = _sum(monthly, [month])
            for code in ONCE - {"recipients"}:
                values[code] = _at(monthly, code, month)
            table.rows.append(YearRow(f"{month.month} 月", "month", values))
        table.rows.append(YearRow(f"第 {quarter + 1} 季度", "quarter", _sum(monthly, months)))


def _years(table: YearTable, frame: Frame, monthly) -> None:
    for number in range(table.first, table.last + 1):
        values = _sum(monthly, [date(number, month, 1) for month in range(1, 13)])
        of_year = replace(frame, period=Period.year(number))
        values |= {code: Decimal(FIGURES[code].value(of_year)) for code in ONCE}
        table.rows.append(YearRow(f"{number} 年", "year", values))


def _total(table: YearTable, monthly, whole: dict[str, Decimal]) -> None:
    """The sum of the rows; where people are counted once, the figure of the whole stretch."""
    kind = "month" if table.first == table.last else "year"
    sums: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for row in table.rows:
        for code, value in row.values.items():
            if row.kind == kind and code not in ONCE:
                sums[code] += value
    for figure in YEARLY:
        if figure.code not in ONCE and sums[figure.code] != whole[figure.code]:
            table.differences.append(
                f"{figure.label}：各期合计 {text_of(figure, sums[figure.code])} {figure.unit}，"
                f"台账 {text_of(figure, whole[figure.code])} {figure.unit}。"
            )
    values = {code: whole[code] if code in ONCE else sums[code] for code in whole}
    table.rows.append(YearRow("合计", "total", values))


def _reported(table: YearTable, frame: Frame, today: date | None) -> None:
    """The newest monthly workload returns of these months, added up."""
    heads = with_changes(
        MonthlyReturn.objects.newest().filter(
            form=ReturnForm.WORKLOAD,
            level=table.level,
            organisation=table.organisation,
            month__range=(frame.period.start, frame.period.end),
        )
    ).values_list("month", "totals", "is_behind")
    sums: dict[str, Decimal] = defaultdict(lambda: ZERO)
    known = set()
    for month, totals, is_behind in heads:
        known.add(month)
        if is_behind:
            table.behind.append(month)
        for code, value in read(ReturnForm.WORKLOAD, totals).items():
            sums[code] += value
    if known:
        values = {column.code: sums[column.code] for column in WORKLOAD}
        table.rows.append(YearRow(f"已上报（{len(known)} 个月）", "reported", values))
    table.behind.sort()
    if today is not None and table.first == table.last:
        months = [add_months(frame.period.start, number) for number in range(12)]
        table.not_reported = [
            month for month in months if month not in known and add_months(month, 1) <= today
        ]
