"""The PDF file: same bytes everywhere, fonts inside, real glyphs, nothing read but fonts."""

from __future__ import annotations

import hashlib
import io
import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pypdf
import pytest

from core import fonts
from core.rendering import (
    Annex,
    Column,
    OfficialDocument,
    Paragraph,
    Table,
    count_pages,
    missing_characters,
)
from core.rendering.markup import render_html
from core.rendering.pdf import FontFetcher, render_pdf

from .rendering_samples import full_document, opened, page_text, pdf_of

ROOT = Path(__file__).resolve().parents[2]
RARE = "䶮㛃𬱟喆堃"
RENDER = """
import hashlib, json, sys
from core.rendering import OfficialDocument
from core.rendering.pdf import render_pdf
document = OfficialDocument.from_json(json.load(sys.stdin))
if sys.argv[1] == "second":
    render_pdf(OfficialDocument("别的文件"))
print(hashlib.sha256(render_pdf(document)).hexdigest())
"""


def rendered_elsewhere(document, seed, order):
    done = subprocess.run(
        [sys.executable, "-c", RENDER, order],
        input=json.dumps(document.to_json()),
        env={
            **os.environ,
            "PYTHONHASHSEED": seed,
            "PYTHONPATH": os.pathsep.join(sys.path),
            "TZ": "America/New_York",
        },
        capture_output=True,
        text=True,
        timeout=120,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_same_document_gives_the_same_bytes_in_any_process():
    document = full_document()
    here = hashlib.sha256(pdf_of(document)).hexdigest()
    assert hashlib.sha256(render_pdf(document)).hexdigest() == here
    assert rendered_elsewhere(document, "1", "first") == here
    assert rendered_elsewhere(document, "4242", "second") == here


def test_another_document_gives_other_bytes():
    assert render_pdf(OfficialDocument("甲")) != render_pdf(OfficialDocument("乙"))


def test_metadata_comes_from_the_document():
    reader = pypdf.PdfReader(io.BytesIO(pdf_of(full_document())))
    assert reader.metadata.title == full_document().title
    assert reader.metadata.author == "滨江市卫生健康委员会"
    assert reader.metadata.creation_date.isoformat() == "2026-01-01T00:30:00+00:00"
    assert reader.trailer["/Root"]["/Lang"] == "zh-CN"
    outline = [item.title for item in reader.outline if not isinstance(item, list)]
    assert outline == [full_document().title, "附件1 派驻人员名单", "附件2 统计表"]


def test_all_fonts_are_embedded():
    reader = pypdf.PdfReader(io.BytesIO(pdf_of(full_document())))
    seen = set()
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].get_object().values():
            descendant = font.get_object()["/DescendantFonts"][0].get_object()
            descriptor = descendant["/FontDescriptor"]
            assert any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3"))
            seen.add(descriptor["/FontName"].split("+")[-1])
    for role in fonts.ROLES:
        assert fonts.primary(role).family.replace(" ", "-") in seen


@pytest.mark.parametrize("place", ["body", "title", "table"])
def test_rare_characters_have_a_glyph_of_their_own(place):
    document = {
        "body": OfficialDocument("报告", blocks=(Paragraph(f"派驻人员{RARE}。"),)),
        "title": OfficialDocument(RARE),
        "table": OfficialDocument("报告", blocks=(Table((Column("姓名"),), [(RARE,)]),)),
    }[place]
    assert missing_characters(document) == ""
    page = opened(document).pages[0]
    picture = page.to_image(resolution=200).original.convert("L")
    scale = 200 / 72
    pictures = set()
    for char in RARE:
        box = next(item for item in page.chars if item["text"] == char)
        glyph = picture.crop([int(box[edge] * scale) for edge in ("x0", "top", "x1", "bottom")])
        dark = sum(value < 128 for value in glyph.getdata()) / (glyph.width * glyph.height)
        assert dark > 0.04, f"{char} 没有笔画"
        pictures.add(glyph.resize((32, 32)).tobytes())
    assert len(pictures) == len(RARE)


def test_character_without_any_glyph_is_marked_and_told():
    document = OfficialDocument(
        "报告", blocks=(Paragraph("联系人\U0001f3e5王\ue863。"),), definitions=("口径。",)
    )
    assert missing_characters(document) == "\U0001f3e5\ue863"
    text = page_text(opened(document).pages[0])
    assert "联系人〓王〓。" in text and "有 2 个字在现有字体中没有字形" in text


def test_stand_in_fonts_are_named():
    text = page_text(opened(OfficialDocument("报告", definitions=("口径。",))).pages[0])
    stand_ins = fonts.uses_stand_ins()
    assert ("字体不符合该标准" in text) == bool(stand_ins)
    flat = text.replace("\n", "").replace(" ", "")
    for role in fonts.ROLES:
        told = f"{fonts.LABELS[role]}以{fonts.primary(role).label.replace(' ', '')}代替" in flat
        assert told == (fonts.LABELS[role] in stand_ins)


def test_markup_in_texts_is_printed_and_not_obeyed():
    evil = "<script>alert(1)</script><img src='file:///etc/passwd'>&amp;</p>"
    document = OfficialDocument(
        evil,
        addressee=evil,
        blocks=(Paragraph(evil), Table((Column(evil),), [(evil,)], caption=evil, unit=evil, notes=(evil,))),
        issuer=evil,
        annexes=(Annex(evil),),
        definitions=(evil,),
    )
    html = render_html(document)
    assert "<script" not in html and "<img" not in html
    text = "".join(char["text"] for page in opened(document).pages for char in page.chars)
    assert text.replace(" ", "").count("<script>alert(1)</script>") >= 7


@pytest.mark.parametrize(
    "url", ["https://example.com/a.otf", "file:///etc/passwd", "data:text/plain,a", "ftp://a/b"]
)
def test_only_font_files_are_read(url):
    with pytest.raises(ValueError):
        FontFetcher().fetch(url)


def test_fonts_are_read():
    face = next(face for faces in fonts.font_faces().values() for face in faces if face.by_url)
    assert FontFetcher().fetch(face.path.as_uri()).read(4) in (b"OTTO", b"\x00\x01\x00\x00", b"ttcf")


def test_rendering_warns_of_nothing(caplog):
    with caplog.at_level(logging.WARNING):
        render_pdf(full_document(rows=3))
    assert [record.getMessage() for record in caplog.records] == []


@pytest.mark.parametrize("document", [OfficialDocument(""), full_document()], ids=["empty", "full"])
def test_pages_are_counted_without_rendering(document):
    reader = pypdf.PdfReader(io.BytesIO(pdf_of(document)))
    assert len(reader.pages) == count_pages(document) >= 1


def test_overlong_names_are_set():
    long = "滨江市青岭县" * 12 + "卫生健康局"
    document = OfficialDocument("报告", addressee=long, issuer=long, blocks=(Paragraph("a" * 500),))
    text = "".join(char["text"] for page in opened(document).pages for char in page.chars)
    assert text.count("卫生健康局") == 2 and text.count("a") == 500
