"""Handed-in files are judged by what is in them."""

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from core.uploads import MEGABYTE, DocumentValidator, validate_document

PDF, JPEG, PNG = b"%PDF-1.7 ...", b"\xff\xd8\xff\xe0....", b"\x89PNG\r\n\x1a\n...."


def refused(name: str, content: bytes, validator=validate_document) -> str:
    with pytest.raises(ValidationError) as caught:
        validator(SimpleUploadedFile(name, content))
    return caught.value.messages[0]


@pytest.mark.parametrize(
    ("name", "content"),
    [("协议.pdf", PDF), ("扫描.JPG", JPEG), ("扫描.jpeg", JPEG), ("章.PnG", PNG)],
)
def test_genuine_documents_pass_and_can_still_be_read(name, content):
    file = SimpleUploadedFile(name, content)
    validate_document(file)
    assert file.read() == content


@pytest.mark.parametrize("name", ["a.exe", "a.html", "a.svg", "a.pdf.exe", "a", ".pdf", "a.pdf\x00.exe"])
def test_other_suffixes_are_refused_whatever_is_inside(name):
    assert refused(name, PDF) == "只接受 PDF、JPG、PNG 文件。"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", b"MZ\x90\x00 program"),
        ("a.pdf", b"<html><script>"),
        ("a.pdf", PNG),
        ("a.png", PDF),
        ("a.jpg", b""),
        ("a.pdf", b" " * 20 + PDF),
    ],
)
def test_a_name_that_lies_is_refused(name, content):
    assert "内容与扩展名" in refused(name, content)


def test_size_is_told_and_limited():
    small = DocumentValidator(limit=2 * MEGABYTE)
    small(SimpleUploadedFile("a.pdf", PDF.ljust(2 * MEGABYTE, b"x")))
    message = refused("a.pdf", PDF.ljust(2 * MEGABYTE + 1, b"x"), small)
    assert "超过上限 2 MB" in message
