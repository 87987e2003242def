"""Files as they come: broken, disguised, oversized, with formulas, merged, far-away and error cells."""

import io
import zipfile
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from openpyxl import Workbook
from openpyxl.styles import Font

from core.excel import guards
from core.excel.cells import Unreadable
from core.excel.reading import read_csv, read_table
from core.tests.excel_files import csv_file, patched, upload, workbook

SHEET = "xl/worksheets/sheet1.xml"


def refused(call, *args) -> str:
    with pytest.raises(ValidationError) as caught:
        call(*args)
    return caught.value.messages[0]


def read(data: bytes, name: str = "派驻"):
    return read_table(data, "xlsx", name)


# ---- what the file is
@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"", "a.xlsx", "文件是空的"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 99, "a.xls", "旧版 xls 或设了密码"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 99, "a.xlsx", "旧版 xls 或设了密码"),
        (b"PK\x03\x04", "a.xlsm", "扩展名是“.xlsm”"),
        (b"PK\x03\x04", "a.csv", "扩展名是“.csv”，只接受 xlsx 和 csv"),
        (b"hello", "a.xlsx", "文件已损坏"),
        (b"%PDF-1.7", "a.pdf", "扩展名是“.pdf”"),
        (b"hello", "a", "扩展名是“无”"),
    ],
)
def test_files_that_are_something_else(data, name, words):
    assert words in refused(guards.recognise, upload(data, name))


def test_kinds_are_recognised():
    assert guards.recognise(upload(workbook(["a"]), "台账.XLSX")) == "xlsx"
    assert guards.recognise(upload(csv_file(["a"]), "台账.csv")) == "csv"


def test_too_large_a_file(monkeypatch):
    monkeypatch.setattr(guards, "MAX_FILE", 10)
    assert "超过上限" in refused(guards.recognise, upload(workbook(["a"])))


# ---- the archive
def test_broken_zips():
    data = workbook(["a"], ["b"])
    assert "文件已损坏" in refused(read, data[: len(data) // 2])
    assert "文件已损坏" in refused(read, b"PK\x03\x04" + b"\0" * 200)
    spoilt = bytearray(data)
    spoilt[60:90] = bytes(30)
    assert "文件已损坏" in refused(read, bytes(spoilt))


def test_a_bomb_stops_at_the_limit_whatever_it_claims():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/media/bomb", "w") as part:
            for _ in range(guards.MAX_UNPACKED // guards.MEGABYTE + 1):
                part.write(bytes(guards.MEGABYTE))
    data = out.getvalue()
    assert len(data) < guards.MEGABYTE
    assert "文件展开后超过" in refused(read, data)
    # the same with a directory that claims 100 bytes
    claimed = (guards.MAX_UNPACKED + guards.MEGABYTE).to_bytes(4, "little")
    assert data.count(claimed) >= 1
    assert refused(read, data.replace(claimed, (100).to_bytes(4, "little")))


def test_other_zips():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("content.xml", "<x/>")
    assert "不是 Excel 工作簿" in refused(read, out.getvalue())
    out = io.BytesIO(workbook(["a"]))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("xl/vbaProject.bin", "x")
    assert "带有宏" in refused(read, out.getvalue())


def test_a_document_type_is_refused():
    data = patched(
        workbook(["a"], ["b"]),
        SHEET,
        lambda xml: '<!DOCTYPE x [<!ENTITY a "b">]>' + xml.split("?>", 1)[-1],
    )
    assert "文件已损坏" in refused(read, data)


# ---- the sheet
def test_one_far_away_cell_does_not_eat_the_memory():
    def far(sheet):
        sheet["XFD1048576"] = "x"

    assert "请分成几个文件" in refused(read, workbook(["a"], ["b"], prepare=far))
    empty = patched(
        workbook(["a"], ["b"]),
        SHEET,
        lambda xml: xml.replace(
            "</sheetData>",
            '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t></t></is></c></row></sheetData>',
        ),
    )
    assert "请分成几个文件" in refused(read, empty)


def test_formats_without_content_do_not_count():
    def styled(sheet):
        for row in range(1, 9000, 50):
            sheet.cell(row, 300).font = Font(bold=True)

    dataset = read(workbook(["a"], ["b"], prepare=styled))
    assert (dataset.headers, list(dataset)) == (["a"], [("b",)])


def test_too_many_rows():
    def rows(count):
        return [[number] for number in range(count)]

    assert len(read_table(workbook(["a"], *rows(3)), "xlsx", "x", 3)) == 3
    assert "数据超过 3 行" in refused(read_table, workbook(["a"], *rows(4)), "xlsx", "x", 3)
    assert len(read_csv(csv_file(["a"], *rows(3), *[[""]] * 20), 3)) >= 3
    assert "数据超过 3 行" in refused(read_csv, csv_file(["a"], *rows(4)), 3)


def test_row_numbers_stay_those_of_the_sheet():
    dataset = read(workbook(["a", "b"], [None, None], ["x", None], [None, None], ["y", 2]))
    assert [tuple(row) for row in dataset] == [("", ""), ("x", ""), ("", ""), ("y", 2.0)]


def test_empty_workbooks():
    assert "文件里没有内容" in refused(read, workbook([]))
    assert "第 1 行是空的" in refused(read, workbook([None], ["a"]))
    assert "文件里没有内容" in refused(read_csv, b"\r\n\r\n")


def test_formulas_and_error_values_are_never_blanks():
    def formulas(sheet):
        sheet["A2"] = "=1+1"
        sheet["B2"] = "#N/A"
        sheet["B2"].data_type = "e"
        sheet["D9"] = "=2+2"

    dataset = read(workbook(["a", "b", "c", "d"], prepare=formulas))
    first = dataset[0]
    assert isinstance(first[0], Unreadable) and "文件里没有保存结果" in first[0].reason
    assert isinstance(first[1], Unreadable) and "#N/A" in first[1].reason
    assert isinstance(dataset[7][3], Unreadable)
    calculated = patched(
        workbook(["a"], ["=1+1"]),
        SHEET,
        lambda xml: xml.replace("<v></v>", "<v>2</v>").replace("<v />", "<v>2</v>"),
    )
    dataset = read(calculated)
    assert dataset[0] == (2.0,)
    assert dataset.notes == ["有 1 个单元格是公式（例如 A2），按文件里保存的结果读取，请核对。"]


def test_merged_cells_are_refused_with_their_place():
    data = workbook(["a", "b"], [1, 2], [None, 3], prepare=lambda sheet: sheet.merge_cells("A2:A3"))
    assert "有合并单元格（A2:A3）" in refused(read, data)


def test_the_right_sheet_is_read():
    book = Workbook()
    book.active.title = "填写说明"
    book.active.append(["不是数据"])
    book.create_sheet("别的").append(["x"])
    out = io.BytesIO()
    book.save(out)
    dataset = read(out.getvalue())
    assert (dataset.headers, dataset.notes) == (["x"], ["读取的是工作表“别的”。"])
    book.create_sheet("派驻").append(["y"])
    out = io.BytesIO()
    book.save(out)
    assert read(out.getvalue()).headers == ["y"]
    book["派驻"].sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    assert read(out.getvalue()).headers == ["x"]


def test_dates_numbers_and_texts_arrive_as_such():
    dataset = read(workbook(["a", "b", "c", "d"], [date(2026, 3, 1), 12, "0012", True]))
    assert dataset[0] == (date(2026, 3, 1), 12.0, "0012", True)


# ---- csv
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_encodings(encoding):
    dataset = read_csv(csv_file(["姓名"], ["喆堃，䶮"], encoding=encoding))
    assert (dataset.headers, dataset[0]) == (["姓名"], ("喆堃，䶮",))


def test_csv_that_is_none():
    assert "不是文本" in refused(read_csv, b"a,b\r\n\x00,1\r\n")
    assert "编码无法识别" in refused(read_csv, b"\xff\xfe\x00\xff\xff")
    assert "引号或换行不合规则" in refused(read_csv, b'a,b\r\n"x"y,1\r\n')


@pytest.mark.parametrize("separator", ["\t", ";"])
def test_csv_with_other_separators(separator):
    dataset = read_csv(f"a{separator}b\n1{separator}2\n".encode())
    assert (dataset.headers, dataset[0]) == (["a", "b"], ("1", "2"))


def test_csv_rows_of_uneven_length_keep_their_cells():
    dataset = read_csv(b"a,b\n1\n1,2,3\n")
    assert dataset.headers == ["a", "b", ""]
    assert [tuple(row) for row in dataset] == [("1", "", ""), ("1", "2", "3")]
