"""A return as it is, or would be, written down, and its tables for page and workbook."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from core.numbers import percent, plain, ratio_percent
from reports.models import MonthlyReturn, ReturnForm, ReturnLevel
from reports.return_columns import COLUMNS, Column, added, read, stored
from reports.selectors.return_checks import Checked, checked
from reports.selectors.return_lines import Live, live, pair_json, person_json
from reports.selectors.return_subjects import Subject


def statement(
    found: Live, result: Checked, *, remark: str = "", line_remarks: Mapping[int, str] | None = None
) -> MonthlyReturn:
    """The unsaved row that a submission would freeze. ``line_remarks`` by agreement."""
    remarks = line_remarks or {}
    sources = {key: {"return": head.pk, "version": head.version} for key, head in result.sources.items()}
    subject = found.subject
    row = MonthlyReturn(
        form=subject.form,
        level=subject.level,
        organisation=subject.organisation,
        clinician=subject.clinician,
        month=subject.month,
        remark=remark.strip(),
        lines=[
            pair_json(line, remarks.get(line.agreement.pk, "").strip()[:200], sources.get(line.agreement.pk))
            for line in found.lines
        ],
        people=[person_json(line, sources.get(line.key)) for line in found.people],
        totals=stored(found.totals),
        topics=found.topics,
        gaps=result.gaps,
        warnings=result.warnings,
        records=found.records,
        versions=found.versions,
    )
    if found.sharing is not None:
        row.sharing = {"unnamed": stored(found.sharing.unnamed), "shared": stored(found.sharing.shared)}
    return row


def preview(subject: Subject) -> tuple[MonthlyReturn, Checked]:
    """What would be submitted now, and what speaks against it. A constant number of statements."""
    found = live(subject)
    result = checked(found)
    return statement(found, result), result


@dataclass(frozen=True)
class TableRow:
    """``cells``: texts in the order of the columns; ``row``: the stored line, empty on lines of sums."""

    name: str
    row: dict
    cells: list[str]
    rate: str = ""


@dataclass(frozen=True)
class Tables:
    columns: tuple[Column, ...]
    pairs: list[TableRow]
    people: list[TableRow]
    bridge: list[TableRow]  # from the people to the total
    total: TableRow

    @property
    def facts(self) -> list[tuple[Column, str]]:
        """The totals one by one, for a narrow screen."""
        return list(zip(self.columns, self.total.cells, strict=True))


def tables(row: MonthlyReturn) -> Tables:
    form = row.form

    def line(name: str, values: Mapping[str, str], of: dict | None = None) -> TableRow:
        numbers = read(form, values)
        rate = ""
        if form == ReturnForm.ATTENDANCE:
            rate = percent(ratio_percent(numbers["present"], numbers["due"], 2))
        cells = [plain(numbers[column.code]) for column in COLUMNS[form]]
        return TableRow(name, of or {}, cells, rate)

    people = [line(one["name"], one["values"], one) for one in row.people]
    bridge = []
    if row.sharing and people:
        sums = stored(added(form, (read(form, one["values"]) for one in row.people)))
        bridge = [
            line("人员参与合计", sums),
            line("加：没有列出参加人员的", row.sharing["unnamed"]),
            line("减：共同参与，合计只计一次", row.sharing["shared"]),
        ]
    return Tables(
        COLUMNS[form],
        [line(f"{one['sender']}→{one['recipient']}", one["values"], one) for one in row.lines],
        people,
        bridge,
        line("合计", row.totals),
    )


def is_by_person(row: MonthlyReturn) -> bool:
    """Whether the sheet's lines are people: attendance below the bureau."""
    return row.form == ReturnForm.ATTENDANCE and row.level != ReturnLevel.BUREAU


@dataclass(frozen=True)
class Change:
    """A column in which a new version differs from the one before."""

    column: Column
    before: Decimal
    after: Decimal

    @property
    def sentence(self) -> str:
        gap, unit = self.after - self.before, self.column.unit
        sign = "增加" if gap > 0 else "减少"
        return (
            f"{self.column.label}：{plain(self.before)} 改为 {plain(self.after)} {unit}，"
            f"{sign} {plain(abs(gap))} {unit}"
        )


def changes(before: MonthlyReturn, after: MonthlyReturn) -> list[Change]:
    old, new = read(before.form, before.totals), read(after.form, after.totals)
    return [
        Change(column, old[column.code], new[column.code])
        for column in COLUMNS[before.form]
        if old[column.code] != new[column.code]
    ]
