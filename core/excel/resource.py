"""The base of all resources: read every row, match it, check it, write all rows or none.

A row goes: cells → values (``read``) → existing record by natural key (``match``) → rules within the
file (``check_together``) → the service that the pages call too (``write``). All rows go all the way
even when others are wrong, so that every problem is told at once; then everything is rolled back.
"""

from collections import defaultdict

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import CharField
from import_export.exceptions import ImportError as ImportRefused
from import_export.resources import ModelResource
from import_export.results import Error

from core.errors import broken_constraint, checked
from core.excel.cells import is_blank, shown
from core.excel.columns import Column
from core.excel.headings import find_columns
from core.excel.lookups import LookupWidget
from core.excel.rows import ImportOutcome, Proposed, Row
from core.excel.widgets import TextWidget

OUT_OF_REACH = "这一行不属于您的管理范围，不能导入。"


class ExcelResource(ModelResource):
    """``key``: attributes that recognise a record; ``once``: further attribute sets unique in a file.

    Subclasses declare Column fields in the order of the sheet, and override the hooks below.
    """

    key: tuple[str, ...] = ()
    once: tuple[tuple[str, ...], ...] = ()
    advice: tuple[str, ...] = ()

    class Meta:
        fields = ()
        chunk_size = 1000
        use_transactions = True

    def __init__(self, user=None, **kwargs):
        super().__init__(**kwargs)
        self.user = user
        self.prepare()
        self.columns = [field for field in self.fields.values() if isinstance(field, Column)]
        for column in self.columns:
            self._take_limits(column)

    def prepare(self) -> None:
        """Hook: add columns that depend on data (one per measure)."""

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

    # ---- export
    def filter_export(self, queryset, **kwargs):
        return self.related(queryset)

    def related(self, queryset):
        """Hook: the queryset with everything that columns read."""
        return queryset

    # ---- hooks of the import
    def resolve(self, row: Row) -> None:
        """Values that need several cells (a staff number within an organisation)."""

    def check_together(self, rows: list[Row]) -> None:
        """Rules between rows of the file."""

    def judge(self, row: Row) -> None:
        """Rules for a row that already has a wrong cell, as far as its other cells allow."""

    def candidates(self, rows: list[Row]) -> dict[tuple, list]:
        """Existing records by key, for the keys that occur in the rows."""
        named = {name: {row.values[name] for row in rows if row.key} for name in self.key}
        found = defaultdict(list)
        if all(named.values()):
            queryset = self._meta.model._base_manager.filter(**{f"{n}__in": v for n, v in named.items()})
            for record in self.related(queryset):
                found[tuple(getattr(record, name) for name in self.key)].append(record)
        return found

    def owned(self, queryset):
        """The rows among these that the user may write."""
        return queryset.owned_by(self.user)

    def write(self, row: Row):
        """Create or change the record through its rules; returns it."""
        record = row.instance if row.instance is not None else self._meta.model()
        for column in self.writable():
            if column.attribute in row.values:
                setattr(record, column.attribute, row.values[column.attribute])
        checked(record)
        record.save()
        return record

    def in_order(self, rows: list[Row]) -> list[Row]:
        """Rows in the order in which they can be written."""
        return rows

    # ---- the import itself
    def import_data(self, dataset, dry_run=False, raise_errors=False, **kwargs):
        kwargs["rollback_on_validation_errors"] = True
        kwargs["use_transactions"] = True
        result = super().import_data(dataset, dry_run=dry_run, raise_errors=False, **kwargs)
        if raise_errors and not result.succeeded:
            raise ImportRefused(ValidationError(result.sentences))
        return result

    def import_data_inner(
        self, dataset, dry_run, raise_errors, using_transactions, collect_failed_rows, **kwargs
    ):
        result = ImportOutcome()
        result.diff_headers = self.get_diff_headers()
        for problem in getattr(dataset, "problems", ()):
            self._refuse(result, problem)
        present = self._headings(dataset, result)
        rows = self._rows(dataset, present, result) if not result.base_errors else []
        if result.base_errors:
            return result
        if not rows:
            self._refuse(result, "文件只有列名，没有数据行。")
            return result
        result.notes += getattr(dataset, "notes", ())
        for column in present:
            if isinstance(column.widget, LookupWidget):
                column.widget.preload((row.cells[column.heading] for row in rows), self.user)
        for row in rows:
            self._read(row, present)
        self.preload(rows)
        for row in rows:
            self.resolve(row)
            row.label = self.label(row)
        self._match(rows)
        self._repeated(rows)
        self.check_together(rows)
        for row in self.in_order(rows):
            self._take(row, present)
        self._check_reach(rows)
        self._conclude(result, rows)
        return result

    def preload(self, rows: list[Row]) -> None:
        """Hook: load what ``resolve`` looks up, for all rows at once."""

    def label(self, row: Row) -> str:
        """How the preview names the row."""
        return " ".join(column.widget.show(row.values[name]) for name, column in self._keyed(row))

    def _keyed(self, row: Row):
        pairs = ((name, self.column_of(name)) for name in self.key)
        return [(name, column) for name, column in pairs if column is not None and row.has(name)]

    def _refuse(self, result: ImportOutcome, message: str) -> None:
        result.append_base_error(Error(ValidationError(message).messages[0]))

    def _headings(self, dataset, result: ImportOutcome) -> list[Column]:
        self.places, problems = find_columns(self.columns, dataset)
        for problem in problems:
            self._refuse(result, problem)
        left_out = [c.heading for c in self.writable() if c not in self.places and not self.may_lack(c)]
        if left_out:
            result.notes.append(f"文件中没有这些列，已有记录的内容保持不变：{'、'.join(left_out)}。")
        return list(self.places)

    def may_lack(self, column: Column) -> bool:
        """Hook: columns whose absence is not worth telling."""
        return False

    def _rows(self, dataset, present, result) -> list[Row]:
        rows = []
        for number, cells in enumerate(dataset, 2):
            if all(is_blank(cell) for cell in cells):
                continue
            rows.append(Row(number, {c.heading: cells[self.places[c]] for c in present}))
        result.total_rows = len(rows)
        return rows

    def _read(self, row: Row, present: list[Column]) -> None:
        for column in present:
            cell = row.cells[column.heading]
            if column.readonly and is_blank(cell):
                continue
            if column.required and is_blank(cell):
                row.add("不能为空。", column.heading)
                continue
            try:
                row.values[column.attribute] = column.widget.clean(cell)
            except ValueError as error:
                row.add(str(error), column.heading)

    def _match(self, rows: list[Row]) -> None:
        for row in rows:
            row.key = tuple(row.values[n] for n in self.key) if self.key and row.has(*self.key) else None
        found = self.candidates(rows)
        for row in rows:
            if row.instance is None and row.key is not None:
                records = found.get(row.key, [])
                if len(records) > 1:
                    row.add(f"系统中有 {len(records)} 条记录与这一行相同，请从系统导出后带“记录号”导入。")
                elif records:
                    row.instance = records[0]
        known = {row.instance.pk for row in rows if row.instance is not None}
        mine = set(self.owned(self._meta.model._default_manager.filter(pk__in=known)).values_list("pk", flat=True))
        for row in rows:
            if row.instance is not None and row.instance.pk not in mine:
                row.instance = None
                row.add(self.foreign(row))

    def foreign(self, row: Row) -> str:
        """What to say when the key belongs to somebody else's record."""
        return OUT_OF_REACH

    def _repeated(self, rows: list[Row]) -> None:
        groups = defaultdict(list)
        for row in rows:
            if row.instance is not None:
                groups["", row.instance.pk].append(row)
            elif row.key is not None:
                groups["", row.key].append(row)
            for names in self.once:
                if row.has(*names):
                    heading = self.column_of(names[0]).heading
                    groups[heading, tuple(row.values[name] for name in names)].append(row)
        for (heading, _), group in groups.items():
            for row in group:
                others = "、".join(str(other.number) for other in group if other is not row)
                if others and heading:
                    row.add(f"与第 {others} 行相同，不能重复。", heading)
                elif others:
                    row.add(f"与第 {others} 行重复：同一条记录在文件中只能有一行。")

    def _take(self, row: Row, present: list[Column]) -> None:
        if row.problems:
            self.judge(row)
            return
        row.import_type = Row.IMPORT_TYPE_NEW if row.instance is None else Row.IMPORT_TYPE_UPDATE
        self._compare(row, present)
        if row.problems or row.import_type == Row.IMPORT_TYPE_SKIP:
            return
        try:
            with transaction.atomic():
                row.instance = self.write(row)
        except ValidationError as error:
            self._add_errors(row, error)
        except IntegrityError as error:
            row.add(f"与系统中的数据冲突（{self._constraint_message(error)}）。")
        else:
            row.add_instance_info(row.instance)

    def _compare(self, row: Row, present: list[Column]) -> None:
        for column in present:
            if column.attribute not in row.values:
                continue
            new = row.values[column.attribute]
            if column.readonly:
                self._look(row, column, new)
            elif row.instance is not None:
                old = column.get_value(row.instance)
                if column.differs(old, new):
                    row.changes.append((column.heading, column.widget.show(old), column.widget.show(new)))
        if row.instance is not None and not row.changes:
            row.import_type = Row.IMPORT_TYPE_SKIP

    def _look(self, row: Row, column: Column, new) -> None:
        """A read-only cell that says something else than the system is told, not written."""
        known = column.get_value(Proposed(row))
        if not column.differs(known, new):
            return
        if column.check and known is not None:
            row.add(f"写的是{shown(new)}，系统中是{shown(column.widget.render(known))}，请核对。", column.heading)
        elif not column.check:
            row.notes.append(f"“{column.heading}”只供查看，文件中的{shown(new)}不会导入。")

    def _add_errors(self, row: Row, error: ValidationError) -> None:
        found = error.error_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.error_list}
        for field, problems in found.items():
            column = self.column_of(field)
            for problem in problems:
                row.add("".join(problem.messages), column.heading if column else "")

    def _constraint_message(self, error: IntegrityError) -> str:
        name = broken_constraint(error)
        for constraint in self._meta.model._meta.constraints:
            if constraint.name == name:
                return constraint.violation_error_message.rstrip("。")
        return "可能有人同时在修改，请重新导入"

    def _check_reach(self, rows: list[Row]) -> None:
        written = {row.instance.pk for row in rows if not row.problems and row.import_type in MOVING}
        mine = set(self.owned(self._meta.model._default_manager.filter(pk__in=written)).values_list("pk", flat=True))
        for row in rows:
            if row.instance is not None and row.instance.pk in written - mine:
                row.add(OUT_OF_REACH)

    def _conclude(self, result: ImportOutcome, rows: list[Row]) -> None:
        for row in rows:
            if row.problems:
                row.import_type = Row.IMPORT_TYPE_INVALID
                row.validation_error = ValidationError(row.sentences)
                result.append_invalid_row(row.number, row.cells, row.validation_error)
            result.increment_row_result_total(row)
            result.append_row_result(row)


MOVING = (Row.IMPORT_TYPE_NEW, Row.IMPORT_TYPE_UPDATE)

