"""The document as PDF bytes: the same document gives the same bytes, in any process.

The renderer reads nothing but the font files: no network, no other file.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from weasyprint import CSS, HTML
from weasyprint.text.ffi import harfbuzz_subset
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher

from core import fonts

from .compose import compose
from .document import OfficialDocument
from .markup import page_markup
from .paging import Page
from .styles import style_sheet

logger = logging.getLogger(__name__)

_STRUTS_KEPT = 2000  # line metrics that WeasyPrint remembers in a font configuration


class FontFetcher(URLFetcher):
    """Opens the font files that ``core.fonts`` found and nothing else."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols={"file"}, allow_redirects=False)

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
        path = Path(unquote(urlsplit(url).path))
        if not any(path == face.path for faces in fonts.font_faces().values() for face in faces):
            raise ValueError("排版时只允许读取字体文件")
        return super().fetch(url, headers)


@dataclass
class _Press:
    """What renders of one process share: parsed style sheet and loaded fonts (half a second each time)."""

    source: str
    sheet: CSS
    font_config: FontConfiguration


_lock = threading.Lock()
_press: _Press | None = None


def render_pdf(document: OfficialDocument) -> bytes:
    """The PDF of a document. Renders of one process follow one another: the fonts are shared.

    Raises RuntimeError when no font is installed at all.
    """
    if not fonts.font_faces()[fonts.FANGSONG]:
        raise RuntimeError("没有可用的中文字体，无法生成 PDF；请运行 manage.py doctor 查看安装办法。")
    with _lock:
        press = _ready()
        pages = compose(document)
        html = HTML(string=page_markup(document, pages), url_fetcher=FontFetcher(), base_url=None)
        return html.write_pdf(
            stylesheets=[press.sheet],
            font_config=press.font_config,
            pdf_identifier=_identifier(document),
            finisher=lambda _, pdf: _turn_landscape_pages(pdf, pages),
        )


def _ready() -> _Press:
    global _press
    source = style_sheet()
    if _press is None or _press.source != source:
        if harfbuzz_subset is None:
            logger.warning("缺少 libharfbuzz-subset0：每份 PDF 将多用十几秒，请安装该系统库。")
        font_config = FontConfiguration()
        sheet = CSS(string=source, font_config=font_config, url_fetcher=FontFetcher())
        _press = _Press(source, sheet, font_config)
    elif len(_press.font_config.strut_layouts) > _STRUTS_KEPT:
        _press.font_config.strut_layouts.clear()
    return _press


def _identifier(document: OfficialDocument) -> bytes:
    text = document.identity.content_hash + document.fingerprint()
    return hashlib.sha256(text.encode()).digest()[:16]


def _turn_landscape_pages(pdf: Any, pages: list[Page]) -> None:
    """Sideways pages are turned upright on the screen; on paper they lie as GB/T 9704-2012, 7.4 wants them."""
    sheets = [item for item in pdf.objects if isinstance(item, dict) and item.get("Type") == "/Page"]
    for sheet, page in zip(sheets, pages, strict=True):
        if page.landscape:
            sheet["Rotate"] = 90
