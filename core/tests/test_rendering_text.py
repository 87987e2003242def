"""Line breaking, titles, numbering and the stored form of documents."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import fonts
from core.rendering import Annex, Heading, OfficialDocument, Paragraph, Table
from core.rendering.document import chinese_number, numbered_blocks
from core.rendering.grid import AREA_WIDTH, BODY_TRACKING, CELL, SIZE_BODY
from core.rendering.linebreak import NO_END, NO_START, break_lines
from core.rendering.titles import break_title
from core.rendering.typeface import clean, typeface

from .rendering_samples import HANZI, full_document

TEXT = st.text(
    alphabet=st.one_of(
        st.sampled_from("的一是在人有我对口支援医院卫生工作"),
        st.sampled_from("，。、“”（）《》——……；：！1234567890.%aZ "),
    ),
    max_size=200,
)


def body_lines(text, **options):
    face = typeface(fonts.FANGSONG)
    return break_lines(text, face, SIZE_BODY, AREA_WIDTH, tracking=BODY_TRACKING, **options)


def line_width(line):
    face = typeface(fonts.FANGSONG)
    width = line.indent
    for run in line.runs:
        width += sum(face.place(char)[1] * SIZE_BODY + run.spacing for char in run.text) + run.after
    return width - (line.spacing - BODY_TRACKING)


@settings(max_examples=150, deadline=None)
@given(TEXT)
def test_no_character_is_lost_and_no_line_is_too_long(text):
    lines = body_lines(text, first_indent=2 * CELL)
    assert "".join(line.text for line in lines).replace(" ", "") == clean(text).replace(" ", "")
    for line in lines:
        assert line_width(line) <= AREA_WIDTH + 0.1


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["对口支援", "工作", "，", "。", "“强基层”", "（试行）", "17批", "30.8%", "《办法》", "——"]
        )
    )
)
def test_punctuation_rules_hold_for_ordinary_sentences(parts):
    text = "".join(part if i % 2 or part[0] not in "，。" else "医院" + part for i, part in enumerate(parts))
    while any(mark * 2 in text for mark in "，。"):
        text = text.replace("，，", "，").replace("。。", "。")
    text = text.replace("，。", "。").replace("。，", "。")
    for line in body_lines(text)[1:]:
        assert line.text[0] not in NO_START - {"—"}
    for line in body_lines(text)[:-1]:
        assert line.text[-1] not in NO_END


def test_comma_that_would_open_a_line_pulls_a_character_down_and_the_line_is_stretched():
    lines = body_lines((HANZI * 2)[:28] + "，" + HANZI)
    assert [len(line.text) for line in lines][0] == 27
    assert line_width(lines[0]) == pytest.approx(AREA_WIDTH, abs=0.05)


def test_comma_is_drawn_in_where_the_line_has_blank_to_give():
    text = "县级强、乡级活、村级稳、上下联、信息通、服务好、群众乐了呀，" + HANZI
    assert text[28] != "，" and text[29] == "，"
    lines = body_lines(text[:9] + text[10:])
    assert lines[0].text.endswith("，") and len(lines[0].text) == 29
    assert line_width(lines[0]) == pytest.approx(AREA_WIDTH, abs=0.05)


def test_figures_are_not_torn():
    text = HANZI[:24] + "123456789.25%以上"
    assert body_lines(text + HANZI)[1].text.startswith("123456789.25%")


def test_word_longer_than_the_line_is_broken():
    lines = body_lines("x" * 300)
    assert len(lines) > 3 and "".join(line.text for line in lines) == "x" * 300


def test_control_characters_and_newest_ideographs():
    assert clean("甲\x00\x1b\u200b乙\t\n丙\ufe0f") == "甲乙  丙"
    assert clean("\U00031350") == "\U00031350"


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("2026年度对口支援工作总结", ["2026年度对口支援工作总结"]),
        ("关于报送\n年度总结的报告", ["关于报送", "年度总结的报告"]),
    ],
)
def test_titles(title, lines):
    assert break_title(title, typeface(fonts.XIAOBIAOSONG), 22, AREA_WIDTH) == lines


def test_title_keeps_names_together():
    names = ("凌云县逻楼中心卫生院",)
    text = "市第一人民医院对口支援凌云县逻楼中心卫生院等四家单位2026年度工作情况的报告"
    lines = break_title(text, typeface(fonts.XIAOBIAOSONG), 22, AREA_WIDTH, names)
    assert "".join(lines) == text and len(lines) == 3
    assert any(names[0] in line for line in lines)
    assert not any(line[0] in NO_START or line.endswith(("20", "202")) for line in lines)


def test_very_long_title_is_still_set():
    lines = break_title(HANZI * 6, typeface(fonts.XIAOBIAOSONG), 22, AREA_WIDTH)
    assert "".join(lines) == HANZI * 6
    assert max(map(len, lines)) <= 20


def test_numbering_restarts_below_a_higher_heading():
    levels = [1, 2, 2, 3, 4, 4, 1, 2, 3]
    texts = [block.text for block in numbered_blocks(Heading("甲", level) for level in levels)]
    assert texts == [
        "一、甲",
        "（一）甲",
        "（二）甲",
        "1.甲",
        "（1）甲",
        "（2）甲",
        "二、甲",
        "（一）甲",
        "1.甲",
    ]


def test_unnumbered_heading_is_left_alone():
    assert [b.text for b in numbered_blocks([Heading("附言", 1, numbered=False), Heading("甲")])] == [
        "附言",
        "一、甲",
    ]


@pytest.mark.parametrize(
    ("number", "text"), [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (21, "二十一"), (99, "九十九")]
)
def test_chinese_numbers(number, text):
    assert chinese_number(number) == text


def test_document_survives_json():
    document = full_document()
    stored = json.loads(json.dumps(document.to_json(), ensure_ascii=False))
    assert OfficialDocument.from_json(stored) == document
    assert OfficialDocument.from_json(stored).fingerprint() == document.fingerprint()


@pytest.mark.parametrize(
    "data",
    [{}, {"kind": "Heading", "text": "甲"}, {"kind": "Os"}, {"kind": "OfficialDocument", "titel": "甲"}],
)
def test_other_data_is_refused(data):
    with pytest.raises(ValueError):
        OfficialDocument.from_json(data)


def test_fingerprint_covers_the_text_but_not_the_hash_itself():
    document = full_document()
    assert document.sealed().fingerprint() == document.fingerprint()
    assert document.sealed().identity.content_hash == document.fingerprint()
    other = OfficialDocument(document.title, blocks=(*document.blocks, Paragraph("多一句。")))
    assert other.fingerprint() != document.fingerprint()


def test_bad_heading_level_is_refused():
    with pytest.raises(ValueError, match="1 到 4"):
        Heading("甲", level=5)


def test_cells_become_text():
    table = Table((full_document().annexes[0].blocks[0].columns[0],), [(0,), (None,)])
    assert table.rows == (("0",), ("",))
    assert datetime(2026, 1, 1, tzinfo=UTC) and Annex("空").blocks == ()
