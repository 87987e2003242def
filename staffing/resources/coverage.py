"""The list of days without anybody as a workbook; it is only given out, never read back."""

from collections.abc import Iterable

from accounts.models import Organisation
from core.excel.columns import Column
from core.excel.widgets import DateWidget, IntegerWidget
from core.excel.writing import write_workbook
from staffing.selectors.coverage import Calendar, Unit, rules_named

COLUMNS = (
    Column("sender", "支援单位", width=28),
    Column("recipient", "受援单位", width=28),
    Column("start", "开始日期", DateWidget()),
    Column("end", "结束日期", DateWidget()),
    Column("days", "天数", IntegerWidget(), width=8),
    Column("expected", "其中预计", IntegerWidget(), width=8),
    Column("tolerance", "容许天数", IntegerWidget(), width=8),
    Column("verdict", "判定", width=14),
    Column("rules", "要求", width=40),
)


def gap_workbook(calendars: Iterable[Calendar], order: list[Unit]) -> tuple[bytes, int]:
    """(workbook, rows). ``order``: the units as they follow each other."""
    found = {calendar.unit: calendar.gaps for calendar in calendars}
    keys = {key for unit in found for key in (unit.sender, unit.recipient) if key}
    # named by agreements that the reader sees
    names = dict(Organisation.objects.filter(pk__in=keys).values_list("pk", "name"))
    rules = rules_named({rule for gaps in found.values() for gap in gaps for rule in gap.rules})
    rows = [
        (
            names.get(unit.sender, ""),
            names.get(unit.recipient, ""),
            gap.period.start,
            gap.period.end,
            gap.period.days,
            gap.expected_days,
            gap.tolerance,
            gap.verdict,
            "；".join(f"{rules[key]}（{rules[key].basis}）" for key in gap.rules) or "没有规定，按 1 人",
        )
        for unit in order
        for gap in found.get(unit, ())
    ]
    return write_workbook("无人在岗清单", COLUMNS, rows), len(rows)
