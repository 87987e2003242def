"""The base of all resources: read every row, match it, check it, write all rows or none.

A row goes: cells → values → ``resolve`` → existing record by natural key → rules within the file
(``check_together``) → the service that the pages call too (``write``). All rows go all the way even
when others are wrong, so that every problem is told at once; then everything is rolled back.
"""

from collections import defaultdict

from django.core.exceptions import ValidationError
from django.db.models import CharField
from import_export.exceptions import ImportError as ImportRefused
from import_export.resources import Resource

from core.errors import checked
from core.excel.columns import Column
from core.excel.guards import MAX_ROWS
from core.excel.importing import OUT_OF_REACH, ImportSteps
from core.excel.rows import Row
from core.excel.widgets import TextWidget


class ExcelResource(ImportSteps, Resource):
    """Subclasses declare Column fields in the order of the sheet, and override the hooks below.

    ``key``: attributes that together recognise a record; ``once``: further attribute sets that may
    occur once in a file; ``advice``: sentences for the page of instructions; ``max_rows``: of one file;
    ``judges_new_rows``: ``judge`` knows every rule for new rows, so that a preview need not write them.
    """

    key: tuple[str, ...] = ()
    once: tuple[tuple[str, ...], ...] = ()
    advice: tuple[str, ...] = ()
    max_rows = MAX_ROWS
    judges_new_rows = False

    class Meta:
        chunk_size = 1000

    def __init__(self, user=None, **kwargs):
        super().__init__(**kwargs)
        self.user = user
        self.prepare()
        self.columns = [field for field in self.fields.values() if isinstance(field, Column)]
        for column in self.columns:
            self._take_limits(column)

    def _take_limits(self, column: Column) -> None:
        """Length and form of a text come from the model field, so that they are said once."""
        field = next((f for f in self._meta.model._meta.fields if f.name == column.attribute), None)
        if isinstance(column.widget, TextWidget) and isinstance(field, CharField):
            column.widget.max_length = column.widget.max_length or field.max_length
            column.widget.validators = column.widget.validators or tuple(field._validators)

    @classmethod
    def get_display_name(cls):
        return str(cls._meta.model._meta.verbose_name)

    @property
    def sheet_name(self) -> str:
        return self.get_display_name()

    def column_of(self, attribute: str) -> Column | None:
        return next((column for column in self.columns if column.attribute == attribute), None)

    def writable(self) -> list[Column]:
        return [column for column in self.columns if not column.readonly]

    def fillable(self) -> list[Column]:
        """The columns of the empty template: those that are written or checked."""
        return [column for column in self.columns if not column.readonly or column.check]

    def get_export_order(self):
        return tuple(self.fields)

    get_import_order = get_export_order

    def export_resource(self, instance, selected_fields=None, **kwargs):
        return [column.export(instance) for column in self.columns]

    def filter_export(self, queryset, **kwargs):
        return self.related(queryset)

    def import_data(self, dataset, dry_run=False, raise_errors=False, **kwargs):
        """Rows all written, or none; ``raise_errors`` turns the problems into one exception."""
        kwargs |= {"rollback_on_validation_errors": True, "use_transactions": True}
        result = super().import_data(dataset, dry_run=dry_run, raise_errors=False, **kwargs)
        if raise_errors and not result.succeeded:
            raise ImportRefused(ValidationError(result.sentences))
        return result

    # ---- hooks
    def prepare(self) -> None:
        """Add columns that depend on data (one per measure)."""

    def may_lack(self, column: Column) -> bool:
        """Columns whose absence is not worth telling."""
        return False

    def related(self, queryset):
        """The queryset with everything that columns read."""
        return queryset

    def preload(self, rows: list[Row]) -> None:
        """Load what ``resolve`` looks up, for all rows at once."""

    def resolve(self, row: Row) -> None:
        """Values that need several cells (a staff number within an organisation)."""

    def label(self, row: Row) -> str:
        """How the preview names the row: its key, as far as it could be read."""
        columns = [(name, self.column_of(name)) for name in self.key if row.has(name)]
        return " ".join(column.widget.show(row.values[name]) for name, column in columns if column)

    def candidates(self, rows: list[Row]) -> dict[tuple, list]:
        """Existing records by key, for the keys that occur in the rows: one query."""
        found = defaultdict(list)
        keys = [row.key for row in rows if row.key is not None]
        if keys:
            wanted = {f"{name}__in": {key[i] for key in keys} for i, name in enumerate(self.key)}
            for record in self.related(self._meta.model._default_manager.filter(**wanted)):
                found[tuple(getattr(record, name) for name in self.key)].append(record)
        return found

    def foreign(self, row: Row) -> str:
        """What to say when the key belongs to somebody else's record."""
        return OUT_OF_REACH

    def owned(self, queryset):
        """The rows among these that the user may write."""
        return queryset.owned_by(self.user)

    def check_together(self, rows: list[Row]) -> None:
        """Rules between rows of the file."""

    def in_order(self, rows: list[Row]) -> list[Row]:
        """Rows in an order in which they can be written."""
        return rows

    def judge(self, row: Row) -> None:
        """The service's rules without writing, as far as the row's cells allow: for rows that have a
        wrong cell already, and in a preview for new rows (``judges_new_rows``)."""

    def write(self, row: Row):
        """Create or change the record through its rules; returns it."""
        record = row.instance if row.instance is not None else self._meta.model()
        for column in self.writable():
            if column.attribute in row.values:
                setattr(record, column.attribute, row.values[column.attribute])
        checked(record)
        record.save()
        return record
