"""Forms, QR codes and document numbers in the PDF: read back from the page, standing on the grid."""

from __future__ import annotations

import io
import subprocess

import pytest
import zxingcpp
from PIL import Image

from core.rendering import (
    Annex,
    DocumentNumber,
    Form,
    FormCell,
    FormRow,
    OfficialDocument,
    Paragraph,
    QrCode,
    count_pages,
)
from core.rendering.pdf import render_pdf

from .rendering_samples import (
    BOTTOM,
    HANZI,
    LEFT,
    MM,
    RIGHT,
    line_text,
    opened,
    page_text,
    pdf_of,
    text_lines,
)

PITCH = 225 * MM / 22
ADDRESS = "https://duikou.example.gov.cn/verify/K7QX-2MNP-4RST-9WYZ-ABCD-EFGH/"
CODE = QrCode(ADDRESS, ("验证码：K7QX-2MNP-4RST-9WYZ-ABCD-EFGH", "扫码或在核验页面输入验证码。"))
LABEL, BOX = FormCell("受援单位意见", 1, label=True), FormCell("", 11, foot=("（公章）", "年　月　日"))


def decoded(document, page=1, resolution=150):
    drawn = subprocess.run(
        ["pdftoppm", "-r", str(resolution), "-f", str(page), "-l", str(page), "-png", "-"],
        input=pdf_of(document),
        capture_output=True,
        check=True,
    ).stdout
    return [found.text for found in zxingcpp.read_barcodes(Image.open(io.BytesIO(drawn)))]


@pytest.mark.parametrize("text", [ADDRESS, "K7QX-2MNP-4RST-9WYZ-ABCD-EFGH", "x", "h" * 200])
def test_the_code_on_the_page_reads_as_it_was_given(text):
    assert decoded(OfficialDocument("证明", blocks=(QrCode(text),))) == [text]


def test_the_code_stands_in_the_type_area_with_its_quiet_zone_and_keeps_the_grid():
    document = OfficialDocument("", blocks=(Paragraph(HANZI * 3), CODE, Paragraph(HANZI * 3)))
    page = opened(document).pages[0]
    dark = [curve for curve in page.rects + page.curves if curve.get("fill")]
    left, right = min(item["x0"] for item in dark), max(item["x1"] for item in dark)
    top, bottom = min(item["top"] for item in dark), max(item["bottom"] for item in dark)
    assert right - left == pytest.approx(bottom - top, abs=0.1)
    module = 3 * PITCH / (round((right - left) / (3 * PITCH - (right - left)) * 8) + 8)
    assert left - LEFT >= 4 * module - 0.1, "quiet zone"
    body = text_lines(page, 16.0)
    steps = [a[0]["matrix"][5] - b[0]["matrix"][5] for a, b in zip(body, body[1:], strict=False)]
    assert sorted(round(step / PITCH, 2) for step in steps) == [1.0, 1.0, 1.0, 1.0, 4.0]
    caption = list(text_lines(page, 10.5))
    assert line_text(caption[0]).startswith("验证码：K7QX")
    assert all(line[0]["x0"] > right for line in caption) and all(
        top < line[0]["top"] < bottom for line in caption
    )


@pytest.mark.parametrize("filler", range(16, 22))
def test_a_code_that_finds_no_room_goes_whole_to_the_next_page(filler):
    document = OfficialDocument("", blocks=(Paragraph((HANZI * 40)[: 28 * filler], indent=False), CODE))
    pages = count_pages(document)
    assert pages == (1 if filler <= 19 else 2)
    assert decoded(document, page=pages) == [ADDRESS]


def test_what_no_scanner_would_read_is_refused():
    for text in ("", "汉字", "a\n", "x" * 201):
        with pytest.raises(ValueError, match="二维码"):
            QrCode(text)


def test_blocks_go_to_json_and_back_and_give_the_same_bytes():
    rows = (FormRow((LABEL, BOX), lines=4),)
    document = OfficialDocument("鉴定表", blocks=(DocumentNumber("甲〔2026〕1号"), Form(12, rows), CODE))
    again = OfficialDocument.from_json(document.to_json())
    assert again == document and again.fingerprint() == document.fingerprint()
    assert render_pdf(again) == pdf_of(document)


def test_new_blocks_leave_the_fingerprint_of_older_documents_alone():
    document = OfficialDocument("报告", blocks=(Paragraph("正文。"),), annexes=(Annex("名单"),))
    assert document.fingerprint() == "b4b933952e4d4c354556dfddeb1a7e83794749782ce8335a5a2d174547d62f94"


def test_the_number_is_centred_below_the_title():
    page = opened(OfficialDocument("基层服务证明", blocks=(DocumentNumber("凌卫〔2026〕0001号"),))).pages[0]
    title, number = text_lines(page)[:2]
    assert line_text(number) == "凌卫〔2026〕0001号"
    assert (number[0]["x0"] + number[-1]["x1"]) / 2 == pytest.approx((LEFT + RIGHT) / 2, abs=1)
    assert title[0]["matrix"][5] - number[0]["matrix"][5] == pytest.approx(2 * PITCH, abs=4)


def form(rows):
    return OfficialDocument("", blocks=(Form(12, tuple(rows)),))


def test_text_stays_in_its_box_and_signature_lines_at_the_foot():
    person = FormRow(
        (
            FormCell("姓名", 2, label=True),
            FormCell("欧阳文静", 4),
            FormCell("单位", 2, label=True),
            FormCell(HANZI, 4),
        )
    )
    page = opened(form([person, FormRow((LABEL, BOX), lines=5)])).pages[0]
    column = (RIGHT - LEFT) / 12
    words = {word["text"]: word for word in page.extract_words()}
    assert LEFT + 2 * column < words["欧阳文静"]["x0"] and words["欧阳文静"]["x1"] < LEFT + 6 * column
    for line in ("受援", "单位", "意见"):
        assert words[line]["x1"] < LEFT + column or line == "单位"
    frame = max(page.rects, key=lambda rect: rect["width"])
    assert (frame["x0"], frame["x1"]) == (pytest.approx(LEFT, abs=1), pytest.approx(RIGHT, abs=1))
    signed = words["（公章）"]
    assert signed["x1"] == pytest.approx(RIGHT - 3, abs=1)
    assert 0 < frame["bottom"] - words["日"]["bottom"] < PITCH, "at the foot"
    long = [
        char for char in page.chars if char["x0"] > LEFT + 8 * column and char["top"] < signed["top"] - PITCH
    ]
    assert "".join(char["text"] for char in long).startswith(HANZI[:5])


def test_rows_are_not_torn_and_the_frame_closes_on_every_page():
    rows = [FormRow((FormCell(f"始{i:02d}\n终{i:02d}", 12),), lines=2) for i in range(40)]
    pages = opened(form(rows)).pages
    assert len(pages) > 2
    for page in pages:
        text = page_text(page)
        assert all((f"始{i:02d}" in text) == (f"终{i:02d}" in text) for i in range(40))
        frame = max(page.rects, key=lambda rect: rect["width"])
        assert all(frame["top"] < char["top"] for char in page.chars if char["top"] < BOTTOM)
        assert frame["bottom"] <= BOTTOM + 1
    assert "始39" in page_text(pages[-1])


def test_a_box_higher_than_a_page_is_continued_and_signed_once():
    rows = [FormRow((FormCell("总结", 1, label=True), FormCell(HANZI * 120 + "完毕", 11, foot=("签名处",))))]
    pages = opened(form(rows)).pages
    text = "".join(page_text(page) for page in pages)
    assert len(pages) >= 2 and text.count("签名处") == 1 and "完毕" in text.replace("\n", "")
    assert text.index("完") < text.index("签名处")
    lowest = max(char["bottom"] for page in pages for char in page.chars if char["size"] == 12)
    assert lowest < BOTTOM + 1


def test_rows_must_fill_the_width():
    with pytest.raises(ValueError, match="第 1 行共占 11 列，应为 12 列"):
        Form(12, (FormRow((FormCell("姓名", 11),)),))
    with pytest.raises(ValueError):
        FormCell("姓名", 0)
    with pytest.raises(ValueError):
        FormCell("姓名", align="middle")
