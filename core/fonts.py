"""Which font files serve the four type faces that GB/T 9704-2012 asks for, plus 宋体 for page numbers.

The standard names licensed faces (方正小标宋, 仿宋_GB2312, 楷体_GB2312, 黑体). An operator who owns them puts
the files into ``FONT_DIR`` and they come first. Otherwise free stand-ins are used, and ``FontFace.licensed``
says so: a document set in stand-ins must not claim conformity.

A face is chosen by the names stored inside the font file, never by the file name. Every stack ends in a font
with more than 30,000 characters: a character found in none of the listed fonts would make the PDF renderer
search the whole system, which has been seen to take a minute.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from fontTools.ttLib import TTCollection, TTFont, TTLibError

FANGSONG = "fangsong"
KAITI = "kaiti"
XIAOBIAOSONG = "xiaobiaosong"
HEITI = "heiti"
SONGTI = "songti"

LABELS = {
    FANGSONG: "仿宋",
    KAITI: "楷体",
    XIAOBIAOSONG: "小标宋",
    HEITI: "黑体",
    SONGTI: "宋体",
}
ROLES = tuple(LABELS)

# Beginnings of the family names (lower case, without blanks) under which licensed faces are sold.
_LICENSED_NAMES = {
    FANGSONG: ("仿宋", "fangsong", "方正仿宋", "fzfangsong", "fzfs", "stfangsong", "华文仿宋"),
    KAITI: ("楷体", "kaiti", "方正楷体", "fzkai", "stkaiti", "华文楷体"),
    XIAOBIAOSONG: ("方正小标宋", "fzxiaobiaosong", "fzxbs", "小标宋"),
    HEITI: ("黑体", "simhei", "方正黑体", "fzhei", "stheiti", "华文黑体"),
    SONGTI: ("宋体", "simsun", "新宋体", "nsimsun", "方正书宋", "fzshusong", "stsong", "华文宋体"),
}
# Stand-ins in order of likeness: (place, file name, family as the system knows it).
_STAND_INS = {
    FANGSONG: (("data", "FandolFang-Regular.otf"), ("system", "LXGWWenKai-Light.ttf")),
    KAITI: (("data", "FandolKai-Regular.otf"), ("system", "LXGWWenKai-Light.ttf")),
    XIAOBIAOSONG: (("data", "FandolSong-Bold.otf"),),
    HEITI: (("package", "NotoSansSC-Regular.otf"), ("system", "NotoSansCJK-Regular.ttc")),
    SONGTI: (),
}
# The end of every stack: fonts that have everything.
_TAIL = (("package", "NotoSerifSC-Regular.otf"), ("system", "NotoSerifCJK-Regular.ttc"))
_SYSTEM_FAMILIES = {
    "LXGWWenKai-Light.ttf": "LXGW WenKai Light",
    "NotoSansCJK-Regular.ttc": "Noto Sans CJK SC",
    "NotoSerifCJK-Regular.ttc": "Noto Serif CJK SC",
}
_SYSTEM_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
    "~/.fonts",
    "/usr/share/texlive/texmf-dist/fonts/opentype/public/fandol",
)
_FONT_SUFFIXES = {".otf", ".ttf", ".ttc"}
STAND_IN_PACKAGE = "pylopdf_fonts_zh_cn"


@dataclass(frozen=True)
class FontFace:
    """One font file in a stack.

    ``family`` is the name to write in CSS; ``label`` the name that the font itself carries;
    ``by_url`` tells that CSS reaches it through an ``@font-face`` rule and not through the system.
    """

    role: str
    family: str
    label: str
    path: Path
    licensed: bool
    by_url: bool


def font_dir() -> Path | None:
    """The operator's folder with licensed fonts, or None."""
    value = getattr(settings, "FONT_DIR", None)
    return Path(value) if value else None


def stand_in_dir() -> Path | None:
    """The folder into which set-up puts the three Fandol files."""
    value = getattr(settings, "DATA_DIR", None)
    return Path(value) / "fonts" if value else None


def package_dir() -> Path | None:
    """The folder of the pip package with Noto Sans SC and Noto Serif SC; the package itself is not imported."""
    spec = importlib.util.find_spec(STAND_IN_PACKAGE)
    return Path(spec.origin).parent if spec and spec.origin else None


def font_faces() -> dict[str, list[FontFace]]:
    """For each role the faces to use, best first. A role can be empty only when no font is installed at all."""
    return {role: list(faces) for role, faces in _discover(font_dir(), stand_in_dir(), package_dir()).items()}


def primary(role: str) -> FontFace | None:
    """The face that sets ordinary text of this role."""
    faces = font_faces()[role]
    return faces[0] if faces else None


def font_stack(role: str) -> str:
    """The value for CSS ``font-family`` (also for the ``font-family`` attribute of an SVG in a document)."""
    names = [f"'{face.family}'" for face in font_faces()[role]]
    generic = "sans-serif" if role == HEITI else "serif"
    return ", ".join([*dict.fromkeys(names), generic])


def font_face_css() -> str:
    """``@font-face`` rules with file URLs, and one custom property a role: ``var(--font-fangsong)`` and so on.

    No weight is a synthetic one: each face is declared ``normal``, whatever the file says, so that a title in
    小标宋 needs no ``font-weight``.
    """
    rules: dict[str, str] = {}
    for faces in font_faces().values():
        for face in faces:
            if face.by_url:
                rules[face.family] = (
                    f"@font-face {{ font-family: '{face.family}'; src: url('{face.path.as_uri()}'); "
                    "font-weight: normal; font-style: normal; }"
                )
    properties = " ".join(f"--font-{role}: {font_stack(role)};" for role in ROLES)
    return "\n".join([*rules.values(), f":root {{ {properties} }}"])


def font_folders() -> list[Path]:
    """Folders that ``@font-face`` rules point into, for the file fetcher's list of allowed places."""
    faces = (face for faces in font_faces().values() for face in faces if face.by_url)
    return sorted({face.path.parent for face in faces})


def uses_stand_ins() -> list[str]:
    """Chinese labels of the roles that are set in a stand-in instead of the licensed face."""
    return [LABELS[role] for role in ROLES if not ((face := primary(role)) and face.licensed)]


def missing_characters(text: str, role: str = FANGSONG) -> str:
    """The characters of ``text``, in order and once each, that no font of the role's stack has a glyph for."""
    wanted = dict.fromkeys(char for char in text if not char.isspace())
    known: set[int] = set()
    for face in font_faces()[role]:
        known |= character_codes(face)
    return "".join(char for char in wanted if ord(char) not in known)


def character_codes(face: FontFace) -> frozenset[int]:
    """Code points that the face has a glyph for."""
    return _character_codes(face.path, face.label)


def names_of(face: FontFace) -> frozenset[str]:
    """Every name under which a renderer may report the face: its CSS name and the names inside the file."""
    inside = (names for names in map(_names, _open(face.path)) if face.label in names)
    return frozenset([face.family, *(name for names in inside for name in names)])


@lru_cache(maxsize=32)
def _character_codes(path: Path, label: str) -> frozenset[int]:
    for font in _open(path):
        if label in _names(font):
            return frozenset(font.getBestCmap() or ())
    return frozenset()


def clear_cache() -> None:
    """Look at the folders again (fonts were added while the process ran)."""
    _discover.cache_clear()
    _character_codes.cache_clear()


@lru_cache(maxsize=8)
def _discover(
    licensed_folder: Path | None, data_folder: Path | None, package_folder: Path | None
) -> dict[str, tuple[FontFace, ...]]:
    licensed = _licensed_faces(licensed_folder)
    places = {"data": data_folder, "package": package_folder, "system": None}
    result = {}
    for role in ROLES:
        faces = list(licensed.get(role, ()))
        for place, name in (*_STAND_INS[role], *_TAIL):
            face = _stand_in(role, place, places[place], name)
            if face and face.path not in {known.path for known in faces}:
                faces.append(face)
        result[role] = tuple(faces)
    return result


def _stand_in(role: str, place: str, folder: Path | None, name: str) -> FontFace | None:
    if place == "system":
        path = _system_file(name)
        family = _SYSTEM_FAMILIES[name]
        return FontFace(role, family, family, path, False, False) if path else None
    path = folder / name if folder else None
    if path is None or not path.is_file():
        path = _system_file(name)  # an operator or the container image may have put it there
    if path is None:
        return None
    label = _first_name(path)
    return FontFace(role, _css_name(path), label, path, False, True) if label else None


def _licensed_faces(folder: Path | None) -> dict[str, list[FontFace]]:
    found: dict[str, list[FontFace]] = {}
    if folder is None or not folder.is_dir():
        return found
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in _FONT_SUFFIXES:
            continue
        names = [name for font in _open(path)[:1] for name in _names(font)]
        for role, beginnings in _LICENSED_NAMES.items():
            label = _match(names, beginnings)
            if label:
                found.setdefault(role, []).append(FontFace(role, _css_name(path), label, path, True, True))
                break
    return found


def _css_name(path: Path) -> str:
    """The file's name, since the PDF shows it as the name of the embedded font; safe inside CSS quotes."""
    return re.sub(r"[^\w-]", "-", path.stem)


def _match(names: Iterable[str], beginnings: tuple[str, ...]) -> str | None:
    for name in names:
        if name.lower().replace(" ", "").replace("-", "").startswith(beginnings):
            return name
    return None


def _system_file(name: str) -> Path | None:
    for folder in _SYSTEM_FOLDERS:
        root = Path(folder).expanduser()
        if root.is_dir():
            for path in root.rglob(name):
                return path
    return None


def _open(path: Path) -> list[TTFont]:
    """The fonts in a file; an unreadable file counts as holding none."""
    try:
        if path.suffix.lower() == ".ttc":
            return list(TTCollection(str(path), lazy=True).fonts)
        return [TTFont(str(path), lazy=True)]
    except (OSError, TTLibError):
        return []


def _names(font: TTFont) -> list[str]:
    """Family and full names in all languages (name ids 16, 1, 4), without repeats."""
    table = font["name"]
    records = sorted(
        (record for record in table.names if record.nameID in (16, 1, 4)),
        key=lambda record: (16, 1, 4).index(record.nameID),
    )
    names = []
    for record in records:
        try:
            names.append(record.toUnicode())
        except UnicodeDecodeError:
            continue
    return list(dict.fromkeys(names))


def _first_name(path: Path) -> str | None:
    for font in _open(path):
        names = _names(font)
        return names[0] if names else path.stem
    return None
