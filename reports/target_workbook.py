"""Targets and where they stand as a workbook: one row a target; it is only given out, never read back."""

from collections.abc import Iterable
from datetime import date

from core.excel.columns import Column
from core.excel.widgets import DateWidget, DecimalWidget
from core.excel.writing import write_workbook
from reports.targets import TargetProgress

COLUMNS = (
    Column("cycle", "周期", width=20),
    Column("number", "协议编号", width=18),
    Column("sender", "支援单位", width=28),
    Column("recipient", "受援单位", width=28),
    Column("start", "统计开始", DateWidget()),
    Column("end", "统计结束", DateWidget()),
    Column("target", "目标", width=24),
    Column("detail", "说明", width=30),
    Column("promise", "约定", width=22),
    Column("planned", "计划", width=12),
    Column("reached", "已确认完成", DecimalWidget(), width=12),
    Column("unconfirmed", "未确认", DecimalWidget(), width=10),
    Column("expected", "到今天应完成", width=14),
    Column("unit", "单位", width=8),
    Column("verdict", "判定", width=10),
    Column("says", "情况", width=60),
    Column("definition", "口径", width=60),
)


def target_workbook(rows: Iterable[TargetProgress], today: date) -> bytes:
    return write_workbook(f"目标进度 {today:%Y-%m-%d}", COLUMNS, (_values(row) for row in rows))


def _values(row: TargetProgress) -> tuple:
    agreement = row.agreement
    says = [row.occurrences_text, *row.says] + (["多于约定"] if row.exceeds else [])
    return (
        str(agreement.cycle),
        agreement.number,
        agreement.sender.name,
        agreement.recipient.name,
        row.window.start,
        row.window.end,
        row.name,
        row.target.detail,
        row.promise,
        row.planned_text,
        row.reached,
        row.unconfirmed,
        row.expected_text,
        row.unit,
        row.verdict.label,
        "；".join(text for text in says if text),
        row.definition,
    )
