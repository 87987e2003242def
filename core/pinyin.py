"""Sort and search keys for Chinese names; PostgreSQL here has no Chinese collation.

pypinyin reads surnames with several readings as ordinary words; the table mends those seen.
"""

from pypinyin import Style, lazy_pinyin

# surnames whose reading differs from the ordinary one; the longer ones are looked at first
SURNAMES = {
    "万俟": ("mo", "qi"),
    "单于": ("chan", "yu"),
    "尉迟": ("yu", "chi"),
    "澹台": ("tan", "tai"),
    "长孙": ("zhang", "sun"),
    "宰父": ("zai", "fu"),
    "单": ("shan",),
    "仇": ("qiu",),
    "解": ("xie",),
    "曾": ("zeng",),
    "区": ("ou",),
    "查": ("zha",),
    "盖": ("ge",),
    "任": ("ren",),
    "尉": ("wei",),
    "朴": ("piao",),
    "员": ("yun",),
    "折": ("she",),
    "召": ("shao",),
    "缪": ("miao",),
    "翟": ("zhai",),
    "华": ("hua",),
    "覃": ("qin",),
    "冼": ("xian",),
    "黑": ("he",),
    "秘": ("bi",),
    "种": ("chong",),
    "乐": ("yue",),
    "繁": ("po",),
    "那": ("na",),
    "葛": ("ge",),
    "卜": ("bu",),
    "逄": ("pang",),
    "晁": ("chao",),
}
LONGEST = 100


def initials(text: str) -> str:
    """First letters in lower case: 凌云县人民医院 → lyxrmyy. Digits and letters stay."""
    return "".join(lazy_pinyin(text or "", style=Style.FIRST_LETTER)).lower()[:LONGEST]


def full_pinyin(text: str) -> str:
    """Full pinyin without blanks: 凌云县 → lingyunxian."""
    return "".join(lazy_pinyin(text or "")).lower()[: LONGEST * 3]


def _syllables(name: str) -> list[str]:
    """Syllables of a person's name, surname first."""
    for length in (2, 1):
        if surname := SURNAMES.get(name[:length]):
            return [*surname, *lazy_pinyin(name[length:])]
    return [*lazy_pinyin(name[:1]), *lazy_pinyin(name[1:])]


def person_key(name: str) -> str:
    """Full pinyin of a person's name, surname first: 曾立 → zengli."""
    return "".join(_syllables(name or "")).lower()[:LONGEST]


def person_initials(name: str) -> str:
    """First letters of a person's name, surname first: 曾立 → zl."""
    return "".join(syllable[:1] for syllable in _syllables(name or "")).lower()[:LONGEST]


def typed(text: str) -> str:
    """What somebody typed as a key to look for: lower case, without blanks and apostrophes."""
    return "".join(char for char in text.lower() if not char.isspace() and char not in "'’")
