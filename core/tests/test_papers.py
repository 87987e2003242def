"""PDF papers: whole, of a sensible size, and without anything that plainly runs."""

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from core.papers import LIMIT, is_paper, read_paper
from testing.files import PDF, png


def file(content: bytes, name="签到表"):
    return SimpleUploadedFile(name, content)


def test_told_by_its_content():
    assert is_paper(file(PDF, "x.jpg")) and not is_paper(file(png(), "x.pdf")) and not is_paper(file(b""))
    assert read_paper(file(PDF)) == PDF


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (PDF[:-7], "不完整"),
        (PDF + b"x" * LIMIT, "超过上限 20 MB"),
        (PDF.replace(b"/Catalog", b"/Catalog/OpenAction<</S/JavaScript>>"), "脚本"),
        (PDF.replace(b"/Catalog", b"/Catalog/OpenAction<</S/J#61v#61Script>>"), "脚本"),
        (PDF.replace(b"/Catalog", b"/Catalog/AA<</S/Launch>>"), "脚本"),
    ],
)
def test_refused(content, part):
    with pytest.raises(ValidationError, match=part):
        read_paper(file(content))


def test_words_that_only_look_like_it_pass():
    read_paper(file(PDF.replace(b"/Catalog", b"/Catalog/LaunchDate(2026)/JavaScripted 1")))
