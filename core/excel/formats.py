"""The two file formats, as django-import-export knows formats."""

from import_export.formats.base_formats import Format

from core.excel.reading import read_csv, read_workbook
from core.excel.writing import write_csv, write_workbook


class XlsxFormat(Format):
    title = "Excel 工作簿（xlsx）"

    def get_title(self):
        return self.title

    def create_dataset(self, in_stream, sheet_name: str = ""):
        return read_workbook(in_stream, sheet_name)

    def export_data(self, dataset, **kwargs):
        """``dataset`` comes from ExcelResource.export; ``resource`` tells widths and formats."""
        resource = kwargs["resource"]
        return write_workbook(resource.sheet_name, resource.columns, dataset)

    def get_extension(self):
        return "xlsx"

    def get_content_type(self):
        return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    def can_import(self):
        return True

    def can_export(self):
        return True


class CsvFormat(XlsxFormat):
    title = "CSV（UTF-8）"

    def create_dataset(self, in_stream, sheet_name: str = ""):
        return read_csv(in_stream)

    def export_data(self, dataset, **kwargs):
        return write_csv(kwargs["resource"].columns, dataset)

    def get_extension(self):
        return "csv"

    def get_content_type(self):
        return "text/csv; charset=utf-8"


FORMATS = {"xlsx": XlsxFormat, "csv": CsvFormat}
