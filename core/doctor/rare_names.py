"""Rare characters of people's names, judged from a page that is really rendered.

The page is set in the document fonts. Afterwards the glyphs that the PDF really holds are looked at: an
empty box, a glyph without ink, or one from a font outside our stack (the renderer had to search the system)
are told by character.
"""

from __future__ import annotations

from io import BytesIO

from fontTools.pens.boundsPen import BoundsPen
from fontTools.ttLib import TTFont

from core import fonts
from core.doctor.finding import FAIL, OK, WARN, Finding, trouble

RARE = "䶮㛃𬱟喆堃翀玥珺犇㼆䴔𫖮"
MEND = (
    "sudo apt-get update && sudo apt-get install -y fonts-noto-cjk fonts-lxgw-wenkai；"
    "仍缺字时把含有这些字的字体放进 FONT_DIR"
)


def rare_names() -> Finding:
    """Render the characters and say which have no glyph."""
    try:
        shown = glyphs_shown(RARE)
    except OSError as error:
        return trouble(
            FAIL,
            f"不能生成 PDF：缺少系统库（{str(error).splitlines()[0]}）。",
            "sudo apt-get update && sudo apt-get install -y libpango-1.0-0 libpangoft2-1.0-0",
        )
    known = {name for face in fonts.font_faces()[fonts.FANGSONG] for name in fonts.names_of(face)}
    blank = [char for char in RARE if not shown.get(char)]
    if blank:
        return trouble(WARN, f"这些字没有字形，会印成空框：{' '.join(blank)}", MEND)
    strangers = [char for char in RARE if shown[char] not in known]
    if strangers:
        return trouble(
            WARN,
            f"这些字不在公文字体里，借用了系统字体，生成会变慢：{' '.join(strangers)}",
            MEND,
        )
    used = dict.fromkeys(shown[char] for char in RARE)
    return Finding(OK, f"{len(RARE)} 个生僻字（{' '.join(RARE)}）都有字形，取自 {'、'.join(used)}")


def glyphs_shown(text: str, role: str = fonts.FANGSONG) -> dict[str, str]:
    """Render one page; for each character the family whose glyph is shown, or '' for an empty box or a blank.

    Raises OSError when a system library of the renderer is missing.
    """
    # Late, because importing it loads system libraries that may be missing.
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    configuration = FontConfiguration()
    css = CSS(string=fonts.font_face_css(), font_config=configuration)
    body = "".join(f"<p>{char}</p>" for char in text)
    html = f"<html lang='zh-CN'><body style='font: 16pt var(--font-{role})'>{body}</body></html>"
    document = HTML(string=html).render(stylesheets=[css], font_config=configuration)
    document.write_pdf()  # only now the document knows which glyphs it shows
    result = dict.fromkeys(text, "")
    for font in document.fonts.values():
        empty = set(font.missing.values())
        outlines = TTFont(BytesIO(font.file_content), fontNumber=max(font.index, 0), lazy=True)
        for glyph, char in font.to_unicode.items():
            if char in result and glyph not in empty and _has_ink(outlines, glyph):
                result[char] = font.family
    return result


def _has_ink(font: TTFont, glyph: int) -> bool:
    """Some fonts map a character to a glyph that draws nothing."""
    glyphs = font.getGlyphSet()
    pen = BoundsPen(glyphs)
    glyphs[font.getGlyphName(glyph)].draw(pen)
    return pen.bounds is not None
