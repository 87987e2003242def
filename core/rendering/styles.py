"""Type faces and sizes of the parts of a document (GB/T 9704-2012, 7.2–7.3), and the style sheet made of them."""

from __future__ import annotations

from dataclasses import dataclass

from core import fonts

from . import grid
from .forms import FORM_LINE
from .typeface import typeface

BASELINE = 0.38  # em below the middle of a line, for every face: the fonts' own values differ


@dataclass(frozen=True, slots=True)
class Style:
    """``units`` is the height of one line; ``tracking`` in pt; ``level`` that of the PDF's outline (0: none)."""

    role: str
    size: float
    units: int = grid.LINE
    align: str = "left"
    tag: str = "p"
    level: int = 0

    @property
    def tracking(self) -> float:
        return grid.BODY_TRACKING if self.size == grid.SIZE_BODY else 0.0


STYLES = {
    "title": Style(fonts.XIAOBIAOSONG, grid.SIZE_TITLE, align="center", tag="h1", level=1),
    "body": Style(fonts.FANGSONG, grid.SIZE_BODY),
    "number": Style(fonts.FANGSONG, grid.SIZE_BODY, align="center"),
    "heading1": Style(fonts.HEITI, grid.SIZE_BODY, tag="h2", level=2),
    "heading2": Style(fonts.KAITI, grid.SIZE_BODY, tag="h3", level=3),
    "heading3": Style(fonts.FANGSONG, grid.SIZE_BODY, tag="h4", level=4),
    "heading4": Style(fonts.FANGSONG, grid.SIZE_BODY, tag="h5", level=5),
    "annexmark": Style(fonts.HEITI, grid.SIZE_BODY),
    "annextitle": Style(fonts.XIAOBIAOSONG, grid.SIZE_TITLE, align="center", tag="h1", level=1),
    "caption": Style(fonts.HEITI, 14.0, align="center"),
    "unit": Style(fonts.FANGSONG, grid.SIZE_SMALL, grid.SMALL_LINE, align="right"),
    "note": Style(fonts.FANGSONG, grid.SIZE_SMALL, grid.SMALL_LINE),
    "smallhead": Style(fonts.HEITI, grid.SIZE_SMALL, grid.SMALL_LINE, tag="h2"),
}
CELL_ROLES = {"plain": fonts.FANGSONG, "strong": fonts.HEITI}


def line_height(role: str, size: float, units: int) -> float:
    """The CSS line-height in pt that puts the baseline of any face at the same place of a line."""
    return units * grid.UNIT + 2 * (BASELINE - typeface(role).baseline) * size


def family(face: fonts.FontFace) -> str:
    """The face's name in this style sheet. Single font files go by URL: the system mixes up the weights of a family."""
    return face.family if face.by_url or face.path.suffix == ".ttc" else face.path.stem


def font_stack(role: str) -> str:
    return ", ".join([*dict.fromkeys(f"'{family(face)}'" for face in fonts.font_faces()[role]), "serif"])


def _font_rules() -> list[str]:
    """Kerning and ligatures are switched off here, where lines are measured without them.

    Not by ``font-kerning``: WeasyPrint 70 then leaks a list of attributes with every line it sets.
    """
    faces = {family(face): face for role in fonts.ROLES for face in fonts.font_faces()[role]}
    return [
        f"@font-face {{ font-family: '{name}'; src: url('{face.path.as_uri()}'); "
        "font-feature-settings: 'kern' 0, 'liga' 0 }"
        for name, face in faces.items()
        if face.path.suffix != ".ttc"
    ]


def style_sheet() -> str:
    """CSS with the fonts now installed; the same for every document."""
    rules = [
        *_font_rules(),
        "@page { size: 210mm 297mm; margin: 0 }",
        "html, body, p, h1, h2, h3, h4, h5 { margin: 0; padding: 0; font-weight: normal; font-style: normal }",
        "html { color: #000; hyphens: none; font-size: 16pt }",
        ".page { position: relative; width: 210mm; height: 297mm; break-after: page; overflow: hidden }",
        ".page:last-child { break-after: auto }",
        f".area {{ position: absolute; left: 28mm; top: 37mm; width: {grid.AREA_WIDTH:.3f}pt; "
        f"height: {grid.AREA_HEIGHT:.3f}pt }}",
        # The head of a sideways page lies at the left edge, on odd and even pages alike (7.4).
        f".turned {{ width: {grid.AREA_HEIGHT:.3f}pt; height: {grid.AREA_WIDTH:.3f}pt; "
        "transform: translateY(225mm) rotate(-90deg); transform-origin: 0 0 }",
        ".l { display: block; white-space: pre; text-align: left }",
        ".b { position: absolute; left: 0; width: 100% }",
        ".table { position: absolute; left: 0; width: 100% }",
        f".boxline {{ display: block; height: {FORM_LINE * grid.UNIT:.4f}pt }}",
        ".qr { position: absolute; left: 0 }",
        ".c { position: absolute; white-space: pre }",
        ".right { text-align: right } .center { text-align: center } .left { text-align: left }",
        ".rule { position: absolute; left: 0; width: 100%; border-top: 0.5pt solid #000 }",
        _folio(),
    ]
    for name, style in STYLES.items():
        rules.append(
            f".{name} {{ font-family: {font_stack(style.role)}; font-size: {style.size:g}pt; "
            f"letter-spacing: {style.tracking:.4f}pt; "
            f"line-height: {line_height(style.role, style.size, style.units):.4f}pt }} "
            f".{name} .l {{ height: {style.units * grid.UNIT:.4f}pt; text-align: {style.align} }}"
            + (
                f" .{name} {{ bookmark-level: {style.level}; bookmark-label: attr(data-label) }}"
                if style.level
                else ""
            )
        )
    for name, role in CELL_ROLES.items():
        rules.append(f".{name} {{ font-family: {font_stack(role)} }}")
    for role in fonts.ROLES:
        for index, face in enumerate(fonts.font_faces()[role]):
            # No height of its own: a rare character must not move the line.
            rules.append(f".{role}{index} {{ font-family: '{family(face)}', serif; line-height: 0 }}")
    return "\n".join(rules)


def _folio() -> str:
    """Page number: the dash 7 mm below the type area, one character in from the outer edge (7.5)."""
    size, units = grid.SIZE_FOLIO, grid.LINE
    # The dash of the face lies about 0.38 em above the baseline, which is the middle of its line.
    top = grid.AREA_TOP + grid.AREA_HEIGHT + grid.FOLIO_DROP - units * grid.UNIT / 2
    return (
        f".folio {{ position: absolute; top: {top:.3f}pt; left: {grid.AREA_LEFT:.3f}pt; "
        f"width: {grid.AREA_WIDTH - 2 * size:.3f}pt; padding: 0 {size:g}pt; font-size: {size:g}pt; "
        f"font-family: {font_stack(fonts.SONGTI)}; white-space: pre; "
        f"line-height: {line_height(fonts.SONGTI, size, units):.4f}pt }}"
    )
