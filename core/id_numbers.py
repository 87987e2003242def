"""Identity numbers (公民身份号码, GB 11643-1999) and telephone numbers: read, checked, masked.

The first six digits are not held against today's region codes: codes are retired and people keep theirs.
Nothing here stores anything; see core.personal for how they are kept.
"""

import re
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from stdnum.exceptions import ValidationError as BadCheckDigit
from stdnum.iso7064 import mod_11_2

from core.dates import add_months

ADVICE = "身份证号应为 18 位：17 位数字加 1 位数字或 X"
OLDEST_YEARS = 110
MOBILE = re.compile(r"1[3-9]\d{9}")
LANDLINE = re.compile(r"0\d{2,3}-?\d{7,8}")
FULL_WIDTH = str.maketrans("０１２３４５６７８９Ｘｘ－＋　", "0123456789XX-+ ")


@dataclass(frozen=True)
class IdNumber:
    """A number in order: ``text`` with a capital X, the birth date and whether it is a man's."""

    text: str
    born_on: date
    is_male: bool

    @property
    def warning(self) -> str:
        """What is possible but unlikely, as a sentence; empty when nothing is."""
        if add_months(self.born_on, OLDEST_YEARS * 12) <= timezone.localdate():
            return f"身份证号中的出生日期是 {self.born_on:%Y-%m-%d}，年龄超过 {OLDEST_YEARS} 岁，请核对。"
        return ""


def read_id_number(text: str) -> IdNumber:
    """The number, or ValueError with one Chinese sentence that says what was found and what is expected."""
    digits = re.sub(r"\s", "", text.translate(FULL_WIDTH)).upper()
    if re.fullmatch(r"\d{15}", digits):
        raise ValueError("这是 15 位的旧身份证号，2013 年起已停止使用，请填写 18 位的新号。")
    if len(digits) != 18:
        raise ValueError(f"{ADVICE}，现在是 {len(digits)} 位。")
    if not re.fullmatch(r"[0-9]{17}[0-9X]", digits):
        raise ValueError(f"{ADVICE}，现在含有其他字符。")
    born = digits[6:14]
    try:
        born_on = date(int(born[:4]), int(born[4:6]), int(born[6:]))
    except ValueError:
        raise ValueError(f"身份证号第 7 至 14 位应为出生日期，现在是 {born}，没有这一天。") from None
    if born_on > timezone.localdate():
        raise ValueError(f"身份证号中的出生日期 {born_on:%Y-%m-%d} 晚于今天，请核对。")
    try:
        mod_11_2.validate(digits)
    except BadCheckDigit:
        expected = mod_11_2.calc_check_digit(digits[:17])
        raise ValueError(
            f"身份证号校验位不符：按前 17 位末位应为 {expected}，现在是 {digits[17]}，请逐位核对。"
        ) from None
    return IdNumber(digits, born_on, int(digits[16]) % 2 == 1)


def read_phone(text: str) -> str:
    """A mobile or landline number without blanks, or ValueError with a Chinese sentence."""
    digits = re.sub(r"[\s()（）]", "", text.translate(FULL_WIDTH))
    digits = re.sub(r"^(\+?86-?)(?=1[3-9])", "", digits)
    compact = digits.replace("-", "")
    if MOBILE.fullmatch(compact):
        return compact
    if LANDLINE.fullmatch(digits):
        return digits
    raise ValueError("联系电话应为 11 位手机号，或带区号的固定电话（例如 0776-1234567）。")


def mask_id_number(text: str) -> str:
    """110105********002X."""
    return f"{text[:6]}********{text[-4:]}" if text else ""


def mask_phone(text: str) -> str:
    """138****1234; of a landline only the last four digits: ****4567."""
    if not text:
        return ""
    return f"{text[:3]}****{text[-4:]}" if MOBILE.fullmatch(text) else f"****{text[-4:]}"
