"""Texts that seem to hold somebody's identity: identity, telephone and hospital record numbers.

A number counts whatever stands inside it: blanks, hyphens and full-width digits do not hide it. Only an
identity number in order is certain; everything else is a suspicion that a person may wave through. A name
alone is never guessed at: too many surnames are ordinary words of medicine (高, 黄, 白, 石).
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from core.id_numbers import mask_id_number, mask_phone, read_id_number

DASHES = re.compile(r"[\u2010-\u2015\u2212\u2500\uFE58\uFE63]")
# digits in groups: "138 0013 8000", "138-0013-8000"; a line break, a dot or a word ends the number
RUN = re.compile(r"(?<![0-9A-Za-z.])\d+(?:[ \t-]{1,2}\d+)*(?:[ \t-]{0,2}[Xx](?![A-Za-z]))?(?!\.\d)")
LANDLINE = re.compile(r"(?<!\d)[(]?(010|02\d|0[3-9]\d{2})[)]?[ -]{0,2}((?:\d[ -]?){6,7}\d)(?!\d)")
NAMED_PHONE = re.compile(r"(?:电话|手机|座机|联系方式|联系号码)[^\d\n]{0,4}(\d(?:[ -]?\d){6,11})(?!\d)")
RECORD_NUMBER = re.compile(
    r"(?:住院|门诊|病案|病历|就诊卡?|登记|医保卡?|社保卡?|农合卡?|健康卡|身份证)(?:号码?|编号|ID)\s*(?:为|是)?\s*[:：]?\s*([A-Za-z]{0,3}\d[\dA-Za-z -]{3,})",
    re.IGNORECASE,
)
MOST_GROUPS = 18


@dataclass(frozen=True)
class Suspicion:
    """``what`` in words, ``shown``: the number with its middle hidden."""

    what: str
    shown: str

    def __str__(self):
        return f"{self.what}（{self.shown}）"


def plain_text(text: str) -> str:
    """Full-width signs made ordinary, dashes made hyphens, what cannot be seen left out."""
    narrow = DASHES.sub("-", unicodedata.normalize("NFKC", text or ""))
    return "".join(sign for sign in narrow if unicodedata.category(sign) != "Cf")


def id_numbers_in(text: str) -> list[str]:
    """Identity numbers in order (date and check digit), each once."""
    found = [number for number in _numbers(plain_text(text)) if len(number) == 18 and _is_id(number)]
    return list(dict.fromkeys(found))


def suspicions_in(text: str) -> list[Suspicion]:
    """What looks like a personal number without being an identity number in order."""
    narrow, found = plain_text(text), []
    for number in _numbers(narrow):
        if len(number) == 18 and not _is_id(number) and _born(number[6:14]):
            found.append(Suspicion("像身份证号的数字", mask_id_number(number)))
        elif len(number) == 15 and number.isdecimal() and _born("19" + number[6:12]):
            found.append(Suspicion("像 15 位旧身份证号的数字", mask_id_number(number)))
        elif len(number) == 11 and re.fullmatch(r"1[3-9]\d{9}", number):
            found.append(Suspicion("像手机号的数字", mask_phone(number)))
    for area, local in LANDLINE.findall(narrow):
        digits = re.sub(r"\D", "", local)
        if len(digits) in (7, 8):
            found.append(Suspicion("像固定电话的数字", mask_phone(area + digits)))
    for number in NAMED_PHONE.findall(narrow):
        digits = re.sub(r"\D", "", number)
        if len(digits) in (7, 8):
            found.append(Suspicion("像电话的数字", mask_phone(digits)))
    for number in RECORD_NUMBER.findall(narrow):
        digits = re.sub(r"[\s-]", "", number)
        if not _is_id(digits.upper()):
            found.append(Suspicion("像住院号、病历号的数字", f"****{digits[-2:]}"))
    return list(dict.fromkeys(found))


def _numbers(narrow: str) -> Iterator[str]:
    """Every number of 11, 15 or 18 signs that whole groups of digits make up."""
    for run in RUN.findall(narrow):
        groups = re.findall(r"\d+[Xx]?|[Xx]", run)
        for first in range(len(groups)):
            number = ""
            for group in groups[first : first + MOST_GROUPS]:
                number += group.upper()
                if len(number) in (11, 15, 18):
                    yield number
                if len(number) >= 18:
                    break


def _is_id(number: str) -> bool:
    try:
        read_id_number(number)
    except ValueError:
        return False
    return True


def _born(digits: str) -> date | None:
    if not digits.isdecimal():
        return None
    try:
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
    return day if 1900 <= day.year <= 2100 else None
