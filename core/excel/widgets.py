"""Strict readers of cells. Each says in Chinese what it found and what it expected.

``clean`` takes a raw cell and returns a value or raises ValueError; ``render`` gives what the
export writes (text, date or number), so that an exported file reads back as the same values.
"""

import re
from datetime import date, datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from import_export.widgets import Widget

from core.excel.cells import Unreadable, as_text, is_blank, narrow, number_text, shown, tidy

DATE = re.compile(r"(\d{4})(?:-|/|\.|年)(\d{1,2})(?:-|/|\.|月)(\d{1,2})日?(?: 0{1,2}:00(?::00)?)?")
MONTH = re.compile(r"(\d{4})(?:-|/|\.|年)(\d{1,2})月?")
NUMBER = re.compile(r"-?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?")
BETWEEN_HAN = re.compile(
    r"(?<=[\u3400-\u9fff\U00020000-\U0003ffff·])\s+(?=[\u3400-\u9fff\U00020000-\U0003ffff·])"
)


class CellWidget(Widget):
    """``number_format`` and ``expected`` serve the workbook and its page of instructions."""

    number_format = "@"
    expected = "文字"
    choices: tuple[str, ...] = ()

    def clean(self, value, row=None, **kwargs):
        if isinstance(value, Unreadable):
            raise ValueError(value.reason)
        if is_blank(value):
            return self.blank()
        return self.read(value)

    def blank(self):
        return None

    def read(self, value):
        raise NotImplementedError

    def render(self, value, obj=None, **kwargs):
        return value

    def show(self, value) -> str:
        """The value in a list of differences."""
        return as_text(self.render(value)) or "空白"

    def refuse(self, value, why: str = ""):
        raise ValueError(f"写的是{shown(value)}，{why}应为{self.expected}。")

    def spoilt(self, value, why: str):
        """For what a spreadsheet made of a text."""
        raise ValueError(f"写的是{shown(value)}，{why}。请把单元格设为文本后重新填写。")


class TextWidget(CellWidget):
    """Free text. A number in the cell becomes its digits; limits come from the model field."""

    def __init__(self, *, max_length: int | None = None, validators=()):
        super().__init__()
        self.max_length, self.validators = max_length, tuple(validators)

    def blank(self):
        return ""

    def read(self, value):
        return self.checked(tidy(as_text(value)))

    def checked(self, text: str) -> str:
        if self.max_length and len(text) > self.max_length:
            raise ValueError(f"有 {len(text)} 个字，最多 {self.max_length} 个字。")
        for validator in self.validators:
            try:
                validator(text)
            except ValidationError as error:
                raise ValueError(f"写的是{shown(text)}，{''.join(error.messages)}") from error
        return text

    def render(self, value, obj=None, **kwargs):
        return value or ""


class NameWidget(TextWidget):
    """A person's name: ledgers put blanks into two-character names to align them (张　三)."""

    expected = "姓名"

    def read(self, value):
        if not isinstance(value, str):
            self.refuse(value)
        return self.checked(BETWEEN_HAN.sub("", tidy(as_text(value))))


class CodeWidget(TextWidget):
    """A code by which something is recognised. A whole number in the cell is taken digit by digit.

    ``upper``: codes whose letters are capitals by rule.
    """

    expected = "编码"

    def __init__(self, *, upper: bool = False, **kwargs):
        super().__init__(**kwargs)
        self.upper = upper

    def read(self, value):
        if isinstance(value, bool | date):
            self.spoilt(value, "像是被表格软件改成了日期或是非值")
        if isinstance(value, float) and not (value.is_integer() and abs(value) < 1e15):
            self.spoilt(value, "单元格是带小数或过长的数字")
        text = narrow(as_text(value))
        return self.checked(text.upper() if self.upper else text)


class LongNumberWidget(CodeWidget):
    """Identity-like numbers (credit code, licence, telephone): a numeric cell may have lost digits."""

    expected = "文本格式的号码"

    def read(self, value):
        if not isinstance(value, str):
            self.spoilt(value, "单元格是数字格式，前面的 0 和 15 位以后的数字可能已经丢失")
        return super().read(value)


class DateWidget(CellWidget):
    number_format = "yyyy-mm-dd"
    expected = "日期，例如 2026-03-01"
    first, last = 1900, 2100

    def read(self, value):
        if isinstance(value, datetime):
            if (value.hour, value.minute, value.second) != (0, 0, 0):
                self.refuse(value, "带有钟点，")
            return self.in_range(value.date(), value)
        if isinstance(value, date):
            return self.in_range(value, value)
        if not isinstance(value, str):
            self.refuse(value, "单元格是数字而不是日期，请把单元格格式改为日期；")
        return self.in_range(self.parse(narrow(as_text(value)), value), value)

    def parse(self, text: str, value) -> date:
        found = DATE.fullmatch(text)
        if not found:
            self.refuse(value)
        return self.day(value, *map(int, found.groups()))

    def day(self, value, *parts: int) -> date:
        try:
            return date(*parts)
        except ValueError:
            self.refuse(value, "没有这一天，")

    def in_range(self, day: date, value) -> date:
        if not self.first <= day.year <= self.last:
            self.refuse(value, "年份不对，")
        return day


class MonthWidget(DateWidget):
    """A month; the day is always the first."""

    number_format = "yyyy-mm"
    expected = "年月，例如 1980-05"

    def in_range(self, day, value):
        return super().in_range(day, value).replace(day=1)

    def parse(self, text, value):
        found = MONTH.fullmatch(text)
        return self.day(value, *map(int, found.groups()), 1) if found else super().parse(text, value)

    def show(self, value):
        return f"{value:%Y-%m}" if value else "空白"


class DecimalWidget(CellWidget):
    number_format = "General"
    expected = "数字"

    def __init__(self, *, places: int = 2, minimum: Decimal | None = Decimal(0), largest: int = 10):
        super().__init__()
        self.places, self.minimum, self.largest = places, minimum, largest

    def read(self, value):
        if isinstance(value, bool | date):
            self.refuse(value)
        text = narrow(as_text(value))
        if not NUMBER.fullmatch(text):
            self.refuse(value)
        return self.limited(Decimal(text.replace(",", "")), value)

    def limited(self, number: Decimal, value) -> Decimal:
        if self.minimum is not None and number < self.minimum:
            self.refuse(value, f"不能小于 {self.minimum}，")
        if -number.normalize().as_tuple().exponent > self.places:
            self.refuse(value, "请填整数，" if not self.places else f"最多 {self.places} 位小数，")
        if number.adjusted() >= self.largest:
            self.refuse(value, "数字过大，")
        return number

    def show(self, value):
        return "空白" if value is None else number_text(value)


class IntegerWidget(DecimalWidget):
    expected = "整数"

    def __init__(self, *, minimum: int | None = 0):
        super().__init__(places=0, minimum=minimum, largest=9)

    def limited(self, number, value):
        return int(super().limited(number, value))


class YesNoWidget(CellWidget):
    expected = "“是”或“否”"
    choices = ("是", "否")

    def blank(self):
        return False

    def read(self, value):
        text = narrow(as_text(value))
        if text not in self.choices:
            self.refuse(value)
        return text == "是"

    def render(self, value, obj=None, **kwargs):
        return "是" if value else "否"


class ChoiceWidget(CellWidget):
    """One of a list, by its name or its code; nothing is derived from other words.

    ``also``: further exact spellings, spelling → code. ``empty``: the value of a blank cell, which a
    cell may also spell out as ``empty_label``.
    """

    def __init__(self, choices, *, also=None, empty="", empty_label: str = ""):
        super().__init__()
        self.labels = {str(code): str(label) for code, label in choices}
        self.choices = tuple(self.labels.values())
        self.codes = {narrow(label): code for code, label in self.labels.items()}
        self.codes |= {code: code for code in self.labels}
        self.codes |= {narrow(word): str(code) for word, code in (also or {}).items()}
        self.empty, self.empty_label = empty, empty_label

    @property
    def expected(self):
        return "以下之一：" + "、".join(self.choices)

    def blank(self):
        return self.empty

    def read(self, value):
        text = narrow(as_text(value))
        if text == self.empty_label:
            return self.empty
        if text not in self.codes:
            self.refuse(value)
        return self.codes[text]

    def render(self, value, obj=None, **kwargs):
        return self.labels.get(str(value), "") if value not in (None, "") else ""

    def show(self, value):
        return self.render(value) or self.empty_label or "空白"


class ShownWidget(CellWidget):
    """A column that is only looked at; what stands there is compared, never written."""

    expected = "只供查看"

    def read(self, value):
        return tidy(as_text(value))

    def blank(self):
        return ""

    def render(self, value, obj=None, **kwargs):
        return "" if value is None else value
