"""Documents and measuring helpers for the tests of the PDF engine."""

from __future__ import annotations

import io
from collections import defaultdict
from datetime import UTC, date, datetime
from functools import lru_cache

import pdfplumber

from core.rendering import (
    Annex,
    Column,
    Heading,
    Identity,
    OfficialDocument,
    Paragraph,
    Table,
)
from core.rendering.pdf import render_pdf

MM = 72 / 25.4
LEFT, RIGHT, TOP, BOTTOM = 28 * MM, 184 * MM, 37 * MM, 262 * MM
HANZI = "对口支援工作关系基层群众健康必须长期坚持久久为功"


def plain_document(characters: int = 28 * 22 * 3) -> OfficialDocument:
    """One long paragraph without punctuation: every line but two is full."""
    text = (HANZI * (characters // len(HANZI) + 1))[:characters]
    return OfficialDocument(title="", blocks=(Paragraph(text, indent=False),))


def full_document(rows: int = 60) -> OfficialDocument:
    """Every kind of part once."""
    columns = (
        Column("序号"),
        Column("姓名"),
        Column("受援单位", None, "left"),
        Column("天数", None, "right"),
    )
    people = [(str(i), "欧阳文静", "青岭县石塘镇中心卫生院", "184") for i in range(1, rows + 1)]
    wide = [Column("受援单位", None, "left")]
    wide += [
        Column(f"疑难病例讨论{i}（人次）", None, "right", "参与诊疗" if i < 3 else "") for i in range(1, 16)
    ]
    return OfficialDocument(
        title="滨江市卫生健康委员会关于2026年度城乡医院对口支援工作情况的总结报告",
        addressee="省卫生健康委员会",
        blocks=(
            Paragraph("2026年，共派出17批69人次，其中短期12批50人次，较支援前增长30.8%。" + HANZI * 6 + "。"),
            Heading("主要做法"),
            Heading("加强组织领导", level=2),
            Heading("健全机构", level=3),
            Heading("成立专班", level=4),
            Paragraph((HANZI[:11] + "，" + HANZI[:7] + "、“" + HANZI[:5] + "”；") * 12),
            Heading("主要成效"),
            Table(
                columns[1:],
                [row[1:] for row in people[:3]],
                caption="人员情况",
                unit="单位：天",
                notes=("注：略。",),
            ),
            Paragraph(HANZI * 9),
        ),
        issuer="滨江市卫生健康委员会",
        issued_on=date(2026, 1, 5),
        annexes=(
            Annex("派驻人员名单", (Table(columns, people),)),
            Annex("统计表", (Table(wide, [("青岭县人民医院", *["1234"] * 15)] * 20),), landscape=True),
        ),
        definitions=("派驻人员按人次统计。", "只统计已确认的记录。"),
        identity=Identity("第 2 版", "ab" * 32, datetime(2026, 1, 1, 0, 30, tzinfo=UTC)),
    )


@lru_cache(maxsize=16)
def pdf_of(document: OfficialDocument) -> bytes:
    return render_pdf(document)


def opened(document: OfficialDocument) -> pdfplumber.PDF:
    return pdfplumber.open(io.BytesIO(pdf_of(document)))


def is_folio(page: pdfplumber.page.Page, char: dict) -> bool:
    """Below the type area of the sheet; on a sideways page turned upright, the sheet's foot is at the left."""
    return char["x1"] < (297 - 262) * MM if page.rotation else char["top"] > BOTTOM


def text_lines(page: pdfplumber.page.Page, size: float | None = None) -> list[list[dict]]:
    """Characters by baseline, from top to bottom, without the page number."""
    lines = defaultdict(list)
    for char in page.chars:
        if not is_folio(page, char) and (size is None or abs(char["size"] - size) < 0.1):
            lines[round(char["matrix"][5], 1)].append(char)
    return [sorted(lines[y], key=lambda char: char["x0"]) for y in sorted(lines, reverse=True)]


def line_text(line: list[dict]) -> str:
    return "".join(char["text"] for char in line)


def page_text(page: pdfplumber.page.Page) -> str:
    return "\n".join(line_text(line) for line in text_lines(page))
