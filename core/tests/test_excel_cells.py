"""Cells: what they are taken for, what is refused and how that is said."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.excel.cells import Unreadable, as_text, escape, narrow, same_heading, shown, tidy, unescape
from core.excel.widgets import (
    ChoiceWidget,
    CodeWidget,
    DateWidget,
    DecimalWidget,
    IntegerWidget,
    LongNumberWidget,
    MonthWidget,
    NameWidget,
    TextWidget,
    YesNoWidget,
)

CHOICES = ChoiceWidget(
    [("21", "二级甲等"), ("233", "主治（主管）医师")], also={"主治医师": "233"}, empty_label="未填"
)


@pytest.mark.parametrize("text", ["=1+1", "+86 776", "-3", "@x", "\ta", "\rb", "'=x", "''", "''=x"])
def test_risky_texts_get_an_apostrophe_that_comes_off_again(text):
    assert escape(text) == "'" + text
    assert unescape(escape(text)) == text


@given(st.text(max_size=12))
def test_escaping_loses_nothing(text):
    assert unescape(escape(text)) == text
    assert not escape(text).startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize("text", ["张三", "'引号", "a=1", ""])
def test_ordinary_texts_stay(text):
    assert escape(text) == text


def test_tidying():
    assert tidy("　张三\u200b \xa0") == "张三"
    assert narrow("ＡＢ－００１２") == "AB-0012"
    assert same_heading("姓 名\n*") == "姓名"
    assert same_heading("派驻（天）") == same_heading("派驻(天)")
    assert as_text(12.0) == "12" and as_text(0.1 + 0.2) == "0.3" and as_text(1e15) == "1000000000000000"
    assert as_text(datetime(2026, 3, 1)) == "2026-03-01"
    assert shown("") == "空白" and shown("长" * 50) == f"“{'长' * 40}…”"


@pytest.mark.parametrize(
    "cell",
    [
        date(2026, 3, 1),
        datetime(2026, 3, 1),
        "2026-03-01",
        "2026/3/1",
        "2026.3.1",
        "2026年3月1日",
        " ２０２６年３月１日　",
        "2026-03-01 00:00:00",
    ],
)
def test_dates_that_are_dates(cell):
    assert DateWidget().clean(cell) == date(2026, 3, 1)


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("2026-02-31", "没有这一天"),
        ("完全不是日期", "应为日期，例如 2026-03-01"),
        ("2026-13-01", "没有这一天"),
        ("03/01/2026", "应为日期"),
        ("2026-3", "应为日期"),
        ("20260301", "应为日期"),
        (46082.0, "单元格是数字而不是日期"),
        (True, "单元格是数字而不是日期"),
        (datetime(2026, 3, 1, 8, 30), "带有钟点"),
        ("0206-03-01", "年份不对"),
        (date(2206, 3, 1), "年份不对"),
        (Unreadable("单元格是公式"), "单元格是公式"),
    ],
)
def test_dates_that_are_none_say_why(cell, reason):
    with pytest.raises(ValueError, match=reason):
        DateWidget().clean(cell)


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 12, 31)))
def test_every_date_reads_back_in_all_spellings(day):
    for text in (
        f"{day:%Y-%m-%d}",
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
    ):
        assert DateWidget().clean(text) == day


@pytest.mark.parametrize("cell", ["1980-05", "1980年5月", "1980.5", date(1980, 5, 17), "1980-05-17"])
def test_months(cell):
    assert MonthWidget().clean(cell) == date(1980, 5, 1)


@pytest.mark.parametrize(("cell", "code"), [("0012", "0012"), (12.0, "12"), ("ａ-1", "a-1"), (" 7 ", "7")])
def test_codes(cell, code):
    assert CodeWidget().clean(cell) == code


@pytest.mark.parametrize("cell", [12.5, 1e15, date(2026, 1, 1), True])
def test_codes_that_a_spreadsheet_spoilt(cell):
    with pytest.raises(ValueError, match="设为文本后重新填写"):
        CodeWidget().clean(cell)


def test_long_numbers_must_be_text():
    assert LongNumberWidget().clean("０７７６-7612345") == "0776-7612345"
    with pytest.raises(ValueError, match="15 位以后的数字可能已经丢失"):
        LongNumberWidget().clean(7767612345.0)


@pytest.mark.parametrize(
    ("cell", "name"), [("张　三", "张三"), ("欧阳 明", "欧阳明"), ("John Smith", "John Smith")]
)
def test_names(cell, name):
    assert NameWidget().clean(cell) == name


@pytest.mark.parametrize("cell", ["主治（主管）医师", "主治(主管)医师", "233", 233.0, "主治医师", " 233　"])
def test_choices_by_name_or_code(cell):
    assert CHOICES.clean(cell) == "233"


def test_choices_refuse_everything_else_and_list_what_is_allowed():
    assert CHOICES.clean(None) == CHOICES.clean("未填") == ""
    for cell in ("主治", "副主任", 233.5, True, "2331"):
        with pytest.raises(ValueError, match="应为以下之一：二级甲等、主治（主管）医师"):
            CHOICES.clean(cell)


@pytest.mark.parametrize(("cell", "number"), [(3.0, 3), ("３", 3), ("1,200", 1200), ("0", 0), (None, None)])
def test_whole_numbers(cell, number):
    assert IntegerWidget().clean(cell) == number


@pytest.mark.parametrize("cell", [3.5, -1, "约3", "3人", "1,20", "1e5", float("inf"), 10**12, True])
def test_numbers_that_are_none(cell):
    with pytest.raises(ValueError, match="应为整数"):
        IntegerWidget().clean(cell)


def test_decimals():
    assert DecimalWidget(places=1).clean(1.5) == Decimal("1.5")
    assert DecimalWidget(places=1).clean(0.1 + 0.2) == Decimal("0.3")
    with pytest.raises(ValueError, match="最多 1 位小数"):
        DecimalWidget(places=1).clean("1.55")


def test_yes_and_no():
    assert [YesNoWidget().clean(cell) for cell in ("是", "否", True, False, None)] == [
        True,
        False,
        True,
        False,
        False,
    ]
    with pytest.raises(ValueError, match="应为“是”或“否”"):
        YesNoWidget().clean("对")


def test_texts_have_their_limit():
    assert TextWidget(max_length=3).clean(" 一二三　") == "一二三"
    assert TextWidget().clean("'=1+1") == "=1+1"
    with pytest.raises(ValueError, match="有 4 个字，最多 3 个字"):
        TextWidget(max_length=3).clean("一二三四")
