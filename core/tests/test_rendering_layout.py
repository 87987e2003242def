"""The page of GB/T 9704-2012, measured from the PDF itself."""

from __future__ import annotations

from datetime import date

import pytest

from core import fonts
from core.rendering import Annex, Column, Heading, OfficialDocument, Paragraph, Table
from core.rendering.linebreak import NO_END, NO_START

from .rendering_samples import (
    BOTTOM,
    HANZI,
    LEFT,
    MM,
    RIGHT,
    TOP,
    full_document,
    is_folio,
    line_text,
    opened,
    page_text,
    plain_document,
    text_lines,
)

PITCH = 225 * MM / 22
CELL = 156 * MM / 28


def upright(document):
    return [page for page in opened(document).pages if not page.rotation]


def test_page_is_a4():
    for page in opened(plain_document()).pages:
        assert (page.width, page.height) == (
            pytest.approx(210 * MM, abs=0.05),
            pytest.approx(297 * MM, abs=0.05),
        )


def test_full_page_has_22_lines_of_28_characters():
    pages = opened(plain_document()).pages
    assert len(pages) == 3
    for page in pages:
        lines = text_lines(page)
        assert [len(line) for line in lines] == [28] * 22


def test_lines_stand_on_the_grid_and_fill_the_measure():
    lines = text_lines(opened(plain_document()).pages[1])
    baselines = [line[0]["matrix"][5] for line in lines]
    steps = [upper - lower for upper, lower in zip(baselines, baselines[1:], strict=False)]
    assert steps == pytest.approx([PITCH] * 21, abs=0.02)
    for line in lines:
        assert line[0]["x0"] == pytest.approx(LEFT, abs=0.3 * MM)
        assert line[-1]["x1"] == pytest.approx(RIGHT, abs=0.3 * MM)
        gaps = [after["x0"] - before["x0"] for before, after in zip(line, line[1:], strict=False)]
        assert gaps == pytest.approx([CELL] * 27, abs=0.02)
    # The first and the last line lie inside the type area and touch it within the line's own leading.
    assert TOP <= lines[0][0]["top"] < TOP + PITCH / 2
    assert BOTTOM - PITCH / 2 < lines[-1][0]["bottom"] <= BOTTOM


def test_every_body_line_keeps_the_grid_with_headings_tables_and_rare_characters():
    document = OfficialDocument(
        title="关于总结的报告",
        addressee="省卫生健康委员会",
        blocks=(
            Heading("总体情况"),
            Heading("䶮㛃先进", level=2),
            Paragraph(f"{HANZI}䶮{HANZI}㛃{HANZI}𬱟{HANZI}喆堃{HANZI}"),
            Table(
                (Column("姓名"), Column("天数")),
                [("王䶮", "184"), ("李喆", "92")],
                caption="名单",
                notes=("注：略。",),
            ),
            Paragraph(HANZI * 3),
        ),
    )
    page = opened(document).pages[0]
    offsets = [(line[0]["matrix"][5]) % PITCH for line in text_lines(page, 16.0)]
    assert len(offsets) > 10
    assert offsets == pytest.approx([offsets[0]] * len(offsets), abs=0.05)


def test_sizes_of_title_and_body():
    page = opened(full_document()).pages[0]
    lines = text_lines(page)
    assert {round(char["size"], 1) for line in lines[:2] for char in line} == {22.0}
    assert {round(char["size"], 1) for line in lines[2:] for char in line} == {16.0}


def test_title_is_centred_and_breaks_no_word():
    lines = text_lines(opened(full_document()).pages[0], 22.0)
    assert [line_text(line) for line in lines] == [
        "滨江市卫生健康委员会关于2026年度",
        "城乡医院对口支援工作情况的总结报告",
    ]
    for line in lines:
        middle = (line[0]["x0"] + line[-1]["x1"]) / 2
        assert middle == pytest.approx((LEFT + RIGHT) / 2, abs=0.5)


def test_addressee_is_flush_left_after_one_blank_line_and_paragraphs_are_indented():
    lines = text_lines(opened(full_document()).pages[0])
    title, addressee, body = lines[1], lines[2], lines[3]
    assert line_text(addressee) == "省卫生健康委员会："
    assert addressee[0]["x0"] == pytest.approx(LEFT, abs=0.3 * MM)
    assert title[0]["matrix"][5] - addressee[0]["matrix"][5] == pytest.approx(2 * PITCH, abs=5)
    assert body[0]["x0"] == pytest.approx(LEFT + 2 * CELL, abs=0.3 * MM)


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("一、主要做法", fonts.HEITI),
        ("（一）加强组织领导", fonts.KAITI),
        ("1.健全机构", fonts.FANGSONG),
        ("（1）成立专班", fonts.FANGSONG),
        ("二、主要成效", fonts.HEITI),
    ],
)
def test_headings_have_their_number_and_face(text, role):
    pages = upright(full_document())
    line = next(line for page in pages for line in text_lines(page) if line_text(line) == text)
    assert line[0]["x0"] == pytest.approx(LEFT + 2 * CELL, abs=0.3 * MM)
    names = {char["fontname"].split("+")[-1] for char in line}
    assert names == {fonts.primary(role).family.replace(" ", "-")}


def test_page_numbers():
    for number, page in enumerate(opened(plain_document()).pages, start=1):
        folio = [char for char in page.chars if is_folio(page, char)]
        assert line_text(folio) == f"— {number} —"
        assert {round(char["size"], 1) for char in folio} == {14.0}
        if number % 2:
            assert folio[-1]["x1"] == pytest.approx(RIGHT - 14, abs=1)
        else:
            assert folio[0]["x0"] == pytest.approx(LEFT + 14, abs=1)
        # The dash lies about a third of the type size above its baseline, 7 mm below the type area.
        baseline = page.height - folio[0]["matrix"][5]
        assert baseline - 0.38 * 14 == pytest.approx(BOTTOM + 7 * MM, abs=1)


def test_sideways_page_keeps_the_page_number_where_it_is():
    turned = [page for page in opened(full_document()).pages if page.rotation]
    assert {page.page_number % 2 for page in turned} == {0, 1}
    for page in turned:
        assert page.rotation == 90 and page.width > page.height
        folio = sorted((char for char in page.chars if is_folio(page, char)), key=lambda char: char["top"])
        assert line_text(folio) == f"— {page.page_number} —"
        # Turned upright, the sheet's left edge is at the top and its right edge at the bottom.
        if page.page_number % 2:
            assert folio[-1]["bottom"] == pytest.approx(RIGHT - 14, abs=1)
        else:
            assert folio[0]["top"] == pytest.approx(LEFT + 14, abs=1)
    texts = [char for char in turned[0].chars if not is_folio(turned[0], char)]
    assert all(char["upright"] for char in texts)
    assert line_text(text_lines(turned[0])[0]) == "附件2"


@pytest.mark.parametrize("document", [plain_document(), full_document()], ids=["plain", "full"])
def test_nothing_stands_outside_the_type_area_but_the_page_number(document):
    tolerance = 0.3 * MM
    for page in opened(document).pages:
        if page.rotation:
            left, right, top, bottom = 35 * MM, 260 * MM, LEFT, RIGHT
        else:
            left, right, top, bottom = LEFT, RIGHT, TOP, BOTTOM
        chars = [char for char in page.chars if not is_folio(page, char)]
        assert chars
        for char in chars:
            assert left - tolerance <= char["x0"] and char["x1"] <= right + tolerance, char["text"]
            assert top - tolerance <= char["top"] and char["bottom"] <= bottom + tolerance, char["text"]
        for rule in [*page.lines, *page.rects, *page.curves]:
            assert left - tolerance <= rule["x0"] and rule["x1"] <= right + tolerance


def test_no_line_begins_or_ends_with_the_wrong_punctuation_and_lines_are_full():
    lines = [line for page in upright(full_document()) for line in text_lines(page, 16.0)]
    full = 0
    for line in lines:
        text = line_text(line)
        assert text[0] not in NO_START, text
        assert text[-1] not in NO_END, text
        full += line[-1]["x1"] == pytest.approx(RIGHT, abs=0.3 * MM)
    assert full >= 15


def test_signature_without_seal():
    pages = upright(full_document())
    lines = [line for page in pages for line in text_lines(page, 16.0)]
    index = next(i for i, line in enumerate(lines) if line_text(line) == "2026年1月5日")
    name, day = lines[index - 1], lines[index]
    assert line_text(name) == "滨江市卫生健康委员会"
    assert name[-1]["x1"] == pytest.approx(RIGHT - 2 * CELL, abs=1)
    assert day[0]["x0"] == pytest.approx(name[0]["x0"] + 2 * CELL, abs=1)


def test_date_longer_than_the_name_is_two_characters_from_the_right():
    document = OfficialDocument(
        "报告", blocks=(Paragraph(HANZI),), issuer="卫健委", issued_on=date(2026, 11, 22)
    )
    *_, name, day = text_lines(opened(document).pages[0], 16.0)
    assert day[-1]["x1"] == pytest.approx(RIGHT - 2 * CELL, abs=1)
    assert day[0]["x0"] == pytest.approx(name[0]["x0"] + 2 * CELL, abs=1)


@pytest.mark.parametrize("characters", range(28 * 17, 28 * 22, 28))
def test_signature_is_never_alone_on_a_page(characters):
    document = OfficialDocument(
        "报告",
        blocks=(Paragraph((HANZI * 40)[:characters], indent=False),),
        issuer="滨江市卫生健康委员会",
        issued_on=date(2026, 11, 22),
    )
    last = text_lines(opened(document).pages[-1], 16.0)
    assert len(last) >= 4
    assert line_text(last[-1]) == "2026年11月22日"


def test_annex_note_hangs_and_annexes_follow():
    document = OfficialDocument(
        "报告",
        blocks=(Paragraph(HANZI),),
        annexes=(Annex("名单" + HANZI * 2 + "。", ()), Annex("统计表", ())),
    )
    pages = opened(document).pages
    lines = text_lines(pages[0], 16.0)[1:]
    assert line_text(lines[0]).startswith("附件：1.名单")
    assert not line_text(lines[1]).endswith("。")
    start = next(char for char in lines[0] if char["text"] == "名")
    assert lines[0][0]["x0"] == pytest.approx(LEFT + 2 * CELL, abs=1)
    assert lines[1][0]["x0"] == pytest.approx(start["x0"], abs=1)
    assert line_text(lines[-1]) == "2.统计表"
    for number, page in enumerate(pages[1:], start=1):
        mark, title = text_lines(page)[:2]
        assert line_text(mark) == f"附件{number}"
        assert mark[0]["x0"] == pytest.approx(LEFT, abs=0.3 * MM)
        assert mark[0]["matrix"][5] - title[0]["matrix"][5] == pytest.approx(2 * PITCH, abs=4)


def test_a_single_annex_has_no_number():
    document = OfficialDocument("报告", blocks=(Paragraph(HANZI),), annexes=(Annex("统计表"),))
    pages = opened(document).pages
    assert "附件：统计表" in page_text(pages[0])
    assert line_text(text_lines(pages[1])[0]) == "附件"


def test_small_print_tells_definitions_data_time_version_and_hash():
    pages = upright(full_document())
    page = next(page for page in pages if "编制说明" in page_text(page))
    text = page_text(page)
    for part in (
        "数据时间：2026-01-01 08:30",
        "版本：第 2 版",
        "ab" * 32,
        "1. 派驻人员按人次统计。",
        "2. 只统计已确认的记录。",
    ):
        assert part in text
    assert "2026年1月5日" in text
    small = [line for line in text_lines(page) if line[0]["size"] == pytest.approx(10.5)]
    assert small[-1][0]["bottom"] == pytest.approx(BOTTOM, abs=6)


def test_small_print_that_finds_no_room_goes_to_the_next_page():
    document = OfficialDocument("", blocks=plain_document(28 * 20).blocks, definitions=("口径甲。" * 30,) * 3)
    pages = opened(document).pages
    assert len(pages) == 2
    assert "编制说明" in page_text(pages[1])
