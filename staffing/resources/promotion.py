"""The December list as a workbook: exactly the lines it is given, in their order."""

from collections.abc import Iterable

from core.excel.columns import Column
from core.excel.widgets import CellWidget
from core.excel.writing import write_workbook
from staffing.selectors.promotion_candidates import CandidateLine


class NumberCell(CellWidget):
    number_format = "0"


COLUMNS = [
    Column("name", "姓名", width=12),
    Column("staff_no", "工号"),
    Column("organisation", "单位", width=28),
    Column("department", "科室"),
    Column("title", "现职称", width=18),
    Column("title_since", "取得职称日期"),
    Column("year", "申报年度", NumberCell()),
    Column("target", "申报级别"),
    Column("verdict", "结论", width=12),
    Column("headline", "说明", width=36),
    Column("required", "要求", width=16),
    Column("proved", "已证实", width=16),
    Column("provisional", "含未锁定", width=16),
    Column("shortfall", "尚差（约合天数）", NumberCell()),
    Column("exemptions", "免于要求的情形", width=28),
    Column("missing", "资料缺项", width=36),
    Column("rule", "适用规定", width=20),
    Column("basis", "政策依据", width=50),
    Column("counted_to", "算至"),
]


def _cells(line: CandidateLine) -> list:
    person, ledger, rule = line.candidate.clinician, line.ledger, line.account.applied.rule
    return [
        person.name,
        person.staff_no,
        person.organisation.name,
        person.department,
        person.title_label,
        f"{person.title_since:%Y-%m-%d}" if person.title_since else "",
        line.candidate.application_year,
        line.candidate.get_target_level_display(),
        ledger.verdict.label,
        ledger.headline,
        str(ledger.required),
        str(ledger.proved),
        str(ledger.provisional),
        ledger.shortfall,
        "、".join(entry.label for entry in ledger.exemptions),
        "；".join([*ledger.missing_facts, *ledger.undecided]),
        rule.name,
        rule.basis,
        f"{ledger.counted_to:%Y-%m-%d}",
    ]


def candidate_workbook(lines: Iterable[CandidateLine]) -> bytes:
    return write_workbook("拟申报人员", COLUMNS, [_cells(line) for line in lines])
