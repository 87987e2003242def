"""What stands in a cell: tidying it, quoting it in messages, keeping spreadsheets from running it."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

# invisible characters that ledgers bring along from web pages and chat programs
INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"))
CONTROL = dict.fromkeys([*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F])
RISKY = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Unreadable:
    """A cell whose value the file does not hold (a formula without a result, #N/A)."""

    reason: str


def escape(text: str) -> str:
    """Keep a spreadsheet from taking the text for a formula; ``unescape`` gives the text back."""
    if text.startswith(RISKY) or (text.startswith("'") and text[1:2] in {*RISKY, "'"}):
        return "'" + text
    return text


def unescape(text: str) -> str:
    return text[1:] if text.startswith("'") and text[1:2] in {*RISKY, "'"} else text


def tidy(text: str) -> str:
    """Without invisible characters and without blanks (ideographic ones too) at both ends."""
    return text.translate(INVISIBLE).translate(CONTROL).strip()


def narrow(text: str) -> str:
    """Full-width digits, letters and signs as ordinary ones: for codes, dates and numbers."""
    return unicodedata.normalize("NFKC", tidy(text))


def is_blank(value) -> bool:
    return value is None or (isinstance(value, str) and not tidy(value))


def number_text(value: int | float | Decimal) -> str:
    """A number as a spreadsheet shows it: 12.0 is 12, and float noise beyond 15 digits is gone."""
    return f"{Decimal(format(value, '.15g')).normalize():f}"


def as_text(value) -> str:
    """A cell as text, untouched otherwise."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float | Decimal):
        return number_text(value)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}".removesuffix(" 00:00")
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    return unescape(str(value))


def shown(value) -> str:
    """How a message quotes a cell."""
    if isinstance(value, Unreadable):
        return "无法读取的内容"
    if is_blank(value):
        return "空白"
    text = tidy(as_text(value))
    return f"“{text[:40]}{'…' if len(text) > 40 else ''}”"


def same_heading(text: str) -> str:
    """Headings are compared without blanks, line breaks and the width of brackets."""
    return re.sub(r"\s+", "", narrow(text)).rstrip("*")
