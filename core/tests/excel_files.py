"""Files as people hand them in, for the tests of import and export."""

import csv
import io
import zipfile

from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook, load_workbook


def workbook(headings, *rows, title: str = "Sheet1", prepare=None) -> bytes:
    """An xlsx with these rows; ``prepare(sheet)`` may still change it."""
    book = Workbook()
    sheet = book.active
    sheet.title = title
    for row in (headings, *rows):
        sheet.append(list(row))
    if prepare:
        prepare(sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def csv_file(headings, *rows, encoding: str = "utf-8-sig") -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([headings, *rows])
    return out.getvalue().encode(encoding)


def upload(data: bytes, name: str = "台账.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def sheet_of(data: bytes, name: str | None = None):
    book = load_workbook(io.BytesIO(data))
    return book[name] if name else book.worksheets[0]


def table_of(data: bytes) -> list[list]:
    """All cells of the first sheet, headings first."""
    return [[cell.value for cell in row] for row in sheet_of(data).iter_rows()]


def patched(data: bytes, part: str, change) -> bytes:
    """The same workbook with one part's text changed."""
    source, out = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, change(content.decode()).encode() if name == part else content)
    return out.getvalue()
