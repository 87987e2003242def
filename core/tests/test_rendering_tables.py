"""Tables in the PDF: repeated headings, unbroken rows, rules, empty and over-long contents."""

from __future__ import annotations

import pytest

from core.rendering import Annex, Column, OfficialDocument, Paragraph, Table
from core.rendering.grid import AREA_HEIGHT, AREA_WIDTH, PORTRAIT_UNITS
from core.rendering.tables import PADDING, lay_out

from .rendering_samples import BOTTOM, HANZI, LEFT, MM, RIGHT, opened, page_text, text_lines

PEOPLE = (Column("序号"), Column("姓名"), Column("受援单位", None, "left"), Column("到岗日期"))


def people(count):
    return [(str(i), f"人员{i:04d}", "青岭县石塘镇中心卫生院", "2026-03-01") for i in range(1, count + 1)]


def annexed(table, **options):
    return OfficialDocument("报告", blocks=(Paragraph(HANZI),), annexes=(Annex("名单", (table,), **options),))


def test_heading_is_repeated_on_every_page_and_no_row_is_lost():
    pages = opened(annexed(Table(PEOPLE, people(300)))).pages[1:]
    assert len(pages) > 5
    names = []
    for page in pages:
        words = [word["text"] for word in page.extract_words()]
        assert words.count("受援单位") == 1 and words.count("到岗日期") == 1
        names += [word for word in words if word.startswith("人员")]
    assert names == [f"人员{i:04d}" for i in range(1, 301)]


def test_rows_are_not_broken_across_pages():
    rows = [(str(i), "甲\n乙\n丙", f"始{i:03d}{HANZI * 4}终{i:03d}", "2026-03-01") for i in range(60)]
    for page in opened(annexed(Table(PEOPLE, rows))).pages[1:]:
        text = page.extract_text()
        for i in range(60):
            assert (f"始{i:03d}" in text) == (f"终{i:03d}" in text)


def test_row_higher_than_a_page_is_continued():
    rows = [("1", "王某", HANZI * 150 + "完毕", "2026-03-01")]
    pages = opened(annexed(Table(PEOPLE, rows))).pages[1:]
    assert len(pages) >= 2
    text = "".join(char["text"] for page in pages for char in page.chars)
    assert text.count(HANZI[-1]) >= 150 and "完毕" in text
    assert all(line[0]["bottom"] < BOTTOM for page in pages for line in text_lines(page))


def test_text_stays_between_the_rules_of_its_column():
    table = Table(PEOPLE, people(40))
    edges = lay_out(table, AREA_WIDTH, PORTRAIT_UNITS).edges
    page = opened(annexed(table)).pages[1]
    for word in page.extract_words(x_tolerance=1):
        if word["text"].startswith(("人员", "青岭", "2026-")) and word["bottom"] < BOTTOM:
            column = {"人": 1, "青": 2, "2": 3}[word["text"][0]]
            assert LEFT + edges[column] + PADDING - 0.5 <= word["x0"]
            assert word["x1"] <= LEFT + edges[column + 1] - PADDING + 0.5


def test_figures_and_names_stay_on_one_line():
    layout = lay_out(Table(PEOPLE, people(20)), AREA_WIDTH, PORTRAIT_UNITS)
    assert {len(cell.lines) for row in layout.rows for cell in row.cells} == {1}


def test_wide_table_is_readable_in_landscape():
    columns = [Column("受援单位", None, "left")]
    columns += [Column(f"疑难病例讨论{i}（人次）", None, "right") for i in range(15)]
    layout = lay_out(Table(columns, [("青岭县人民医院", *["105541"] * 15)]), AREA_HEIGHT, 180)
    assert layout.size >= 9
    assert all(len(cell.lines) == 1 for cell in layout.rows[0].cells[1:])


def test_smaller_type_only_where_it_saves_lines():
    short = lay_out(Table(PEOPLE, people(5)), AREA_WIDTH, PORTRAIT_UNITS)
    long = lay_out(Table(PEOPLE, people(50)), AREA_WIDTH, PORTRAIT_UNITS)
    assert (short.size, long.size) == (12.0, 10.5)


def test_group_headings_span_their_columns():
    columns = (
        Column("单位"),
        Column("门急诊", group="参与诊疗"),
        Column("住院", group="参与诊疗"),
        Column("手术"),
    )
    layout = lay_out(Table(columns, [("甲", "1", "2", "3")]), AREA_WIDTH, PORTRAIT_UNITS)
    spanning = next(cell for cell in layout.header.cells if cell.lines[0].text == "参与诊疗")
    assert (spanning.left, spanning.left + spanning.width) == pytest.approx(
        (layout.edges[1], layout.edges[3])
    )
    below = [cell.lines[0].text for cell in layout.header.cells if cell.top]
    assert below == ["门急诊", "住院"]


def test_empty_table_says_so():
    text = page_text(opened(annexed(Table(PEOPLE, (), empty_text="本年度无派驻人员"))).pages[1])
    assert "受援单位" in text and "本年度无派驻人员" in text


def test_total_row_is_set_in_heiti():
    table = Table(PEOPLE, [*people(3), ("", "合计数", "", "")], has_total=True)
    page = opened(annexed(table)).pages[1]
    total = {char["fontname"] for char in page.chars if char["text"] in "合计数" and char["size"] < 14}
    heading = {char["fontname"] for char in page.chars if char["text"] in "到岗日期" and char["size"] < 14}
    plain = {char["fontname"] for char in page.chars if char["text"] in "青岭" and char["size"] < 14}
    assert total == heading and not total & plain


def test_caption_stays_with_the_table_and_notes_with_the_last_row():
    for filler in range(14, 22):
        document = OfficialDocument(
            "",
            blocks=(
                Paragraph((HANZI * 40)[: 28 * filler], indent=False),
                Table(PEOPLE, people(4), caption="派驻情况", unit="单位：人", notes=("注：说明。",)),
            ),
        )
        for page in opened(document).pages:
            text = page_text(page)
            assert ("派驻情况" in text) <= ("人员0001" in text)
            assert ("注：说明。" in text) <= ("人员0004" in text)


def test_rules_frame_the_table():
    page = opened(annexed(Table(PEOPLE, people(5)))).pages[1]
    frame = max(page.rects, key=lambda rect: rect["width"])
    assert frame["x0"] == pytest.approx(LEFT, abs=0.3 * MM)
    assert frame["x1"] == pytest.approx(RIGHT, abs=0.3 * MM)
    inner = [char for line in text_lines(page) for char in line if char["size"] == pytest.approx(12)]
    assert inner and all(frame["top"] < char["top"] and char["bottom"] < frame["bottom"] for char in inner)


def test_transposed():
    table = Table((Column("单位"), Column("手术"), Column("讲座")), [("甲院", "3", "5"), ("乙院", "4", "6")])
    turned = table.transposed("指标")
    assert [column.label for column in turned.columns] == ["指标", "甲院", "乙院"]
    assert turned.rows == (("手术", "3", "4"), ("讲座", "5", "6"))


def test_rows_must_fit_their_columns():
    with pytest.raises(ValueError, match="第 2 行有 1 格，应为 4 格"):
        Table(PEOPLE, [*people(1), ("1",)])
