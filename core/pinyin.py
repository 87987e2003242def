"""Sort and search keys for Chinese names; PostgreSQL here has no Chinese collation.

pypinyin reads surnames with several readings as ordinary words; the table mends those seen.
"""

from pypinyin import Style, lazy_pinyin

SURNAMES = {
    "单": "shan",
    "仇": "qiu",
    "解": "xie",
    "曾": "zeng",
    "区": "ou",
    "查": "zha",
    "盖": "ge",
    "任": "ren",
    "尉": "wei",
    "朴": "piao",
}


def initials(text: str) -> str:
    """First letters in lower case: 凌云县人民医院 → lyxrmyy. Digits and letters stay."""
    return "".join(lazy_pinyin(text or "", style=Style.FIRST_LETTER)).lower()[:100]


def person_key(name: str) -> str:
    """Full pinyin of a person's name, surname first: 曾立 → zengli."""
    if not name:
        return ""
    first = SURNAMES.get(name[0]) or "".join(lazy_pinyin(name[0]))
    return (first + "".join(lazy_pinyin(name[1:]))).lower()[:100]
