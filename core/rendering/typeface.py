"""How wide a character is and which font of a stack sets it, read from the font files themselves.

Lines are broken here and not by the renderer (see ``linebreak``), so widths must be the fonts' own.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache

from fontTools.ttLib import TTCollection, TTFont

from core import fonts

GETA = "〓"  # the printers' mark for a character that no font has


@dataclass(frozen=True)
class Metrics:
    """Advance widths by code point, and ascent and descent (positive), all in em."""

    advances: dict[int, float]
    ascent: float
    descent: float


@dataclass
class Typeface:
    """One role's stack of fonts."""

    role: str
    faces: tuple[fonts.FontFace, ...]
    _known: dict[str, tuple[int, float]] = field(default_factory=dict)

    def place(self, char: str) -> tuple[int, float]:
        """(index of the first face that has the character, its width in em); -1 when no face has it."""
        found = self._known.get(char)
        if found is None:
            found = self._known[char] = self._look_up(ord(char))
        return found

    def _look_up(self, code: int) -> tuple[int, float]:
        for index, face in enumerate(self.faces):
            width = metrics(face).advances.get(code)
            if width is not None:
                return index, width
        return -1, 1.0

    @property
    def baseline(self) -> float:
        """How far below the middle of its line the renderer puts the baseline, in em."""
        if not self.faces:
            return 0.38
        face = metrics(self.faces[0])
        return (face.ascent - face.descent) / 2

    def width(self, text: str) -> float:
        """Width in em, without tracking."""
        return sum(self.place(char)[1] for char in text)


def typeface(role: str) -> Typeface:
    """The role's typeface; found again when fonts were added and ``core.fonts`` was told so."""
    return _typeface(role, tuple(fonts.font_faces()[role]))


@lru_cache(maxsize=16)
def _typeface(role: str, faces: tuple[fonts.FontFace, ...]) -> Typeface:
    return Typeface(role, faces)


@lru_cache(maxsize=16)
def metrics(face: fonts.FontFace) -> Metrics:
    with _open(face) as font:
        scale = 1 / font["head"].unitsPerEm
        widths = font["hmtx"].metrics
        advances = {code: widths[name][0] * scale for code, name in (font.getBestCmap() or {}).items()}
        header = font["hhea"]
        return Metrics(advances, header.ascent * scale, -header.descent * scale)


def _open(face: fonts.FontFace) -> TTFont:
    if face.path.suffix.lower() != ".ttc":
        return TTFont(str(face.path), lazy=True)
    with TTCollection(str(face.path), lazy=True) as collection:
        for number, font in enumerate(collection.fonts):
            if any(str(record) == face.label for record in font["name"].names):
                return TTFont(str(face.path), lazy=True, fontNumber=number)
    return TTFont(str(face.path), lazy=True, fontNumber=0)


def clean(text: str) -> str:
    """Printable text: composed (NFC), white space as single blanks, no control or invisible characters.

    Characters that Python does not know yet stay: the newest ideographs occur in names.
    """
    kept = (" " if char in _BLANKS else char for char in unicodedata.normalize("NFC", str(text)))
    return "".join(char for char in kept if not _invisible(char))


_BLANKS = frozenset("\t\n\r\x0b\x0c\x85\xa0\u2028\u2029")


def _invisible(char: str) -> bool:
    if "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef":  # variation selectors
        return True
    return unicodedata.category(char) in ("Cc", "Cf", "Cs")
