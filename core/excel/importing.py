"""The way of a file through a resource: headings, rows, matches, rules, writing, reach."""

from collections import defaultdict

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, connection, transaction
from import_export.results import Error

from core.errors import broken_constraint
from core.excel.cells import is_blank, shown
from core.excel.columns import Column
from core.excel.headings import find_columns
from core.excel.lookups import NOT_FOUND, LookupWidget
from core.excel.rows import ImportOutcome, Proposed, Row

OUT_OF_REACH = "这一行不属于您的管理范围，不能导入。"
MOVING = (Row.IMPORT_TYPE_NEW, Row.IMPORT_TYPE_UPDATE)


class ImportSteps:
    """What ExcelResource does with a file, step by step; the hooks stand in ExcelResource."""

    def import_data_inner(
        self, dataset, dry_run, raise_errors, using_transactions, collect_failed_rows, **kwargs
    ):
        if not dry_run:
            self._wait_for_others()
        result = ImportOutcome()
        present = self._headings(dataset, result)
        rows = self._rows(dataset, present) if not result.base_errors else []
        result.total_rows = len(rows)
        if not result.base_errors and not rows:
            self._refuse(result, "文件只有列名，没有数据行。")
        if result.base_errors:
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
            self._take(row, present, dry_run)
        self._check_reach(rows)
        self._conclude(result, rows)
        return result

    def _wait_for_others(self) -> None:
        """One import of a kind at a time: a file confirmed twice at once must find its own rows."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [self._meta.model._meta.label])

    def _refuse(self, result: ImportOutcome, message: str) -> None:
        result.append_base_error(Error(message))

    def _headings(self, dataset, result: ImportOutcome) -> list[Column]:
        self.places, problems = find_columns(self.columns, dataset)
        for problem in problems:
            self._refuse(result, problem)
        left_out = [c.heading for c in self.writable() if c not in self.places and not self.may_lack(c)]
        if left_out:
            result.notes.append(f"文件中没有这些列，已有记录的内容保持不变：{'、'.join(left_out)}。")
        return list(self.places)

    def _rows(self, dataset, present: list[Column]) -> list[Row]:
        return [
            Row(number, {column.heading: cells[self.places[column]] for column in present})
            for number, cells in enumerate(dataset, 2)
            if not all(is_blank(cell) for cell in cells)
        ]

    def _read(self, row: Row, present: list[Column]) -> None:
        for column in present:
            cell = row.cells[column.heading]
            if column.readonly and is_blank(cell):
                continue
            if column.required and is_blank(cell):
                row.add("不能为空。", column.heading)
                continue
            into = row.shown if column.readonly and column.attribute != "pk" else row.values
            try:
                into[column.attribute] = column.widget.clean(cell)
            except ValueError as error:
                row.add(str(error), column.heading)

    def _match(self, rows: list[Row]) -> None:
        for row in rows:
            row.key = tuple(row.values[name] for name in self.key) if row.knows(*self.key) else None
        self._match_numbers(rows)
        found = self.candidates(rows)
        for row in rows:
            records = found.get(row.key, []) if row.instance is None and row.key else []
            if len(records) > 1:
                row.add(f"系统中有 {len(records)} 条记录与这一行相同，请从系统导出后带“记录号”导入。")
            elif records:
                row.instance = records[0]
        mine = self._mine({row.instance.pk for row in rows if row.instance is not None})
        for row in rows:
            if row.instance is not None and row.instance.pk not in mine:
                row.instance = None
                row.add(self.foreign(row))

    def _match_numbers(self, rows: list[Row]) -> None:
        """Rows that carry the number of their record, as exports do."""
        numbers = {row.values["pk"] for row in rows if row.has("pk")}
        if not numbers:
            return
        records = self.related(self._meta.model._default_manager.filter(pk__in=numbers))
        found = {record.pk: record for record in records}
        for row in rows:
            if row.has("pk"):
                row.instance = found.get(row.values["pk"])
                if row.instance is None:
                    row.add(
                        f"写的是{shown(row.values['pk'])}，{NOT_FOUND}。新增的行请留空。",
                        self.column_of("pk").heading,
                    )

    def _mine(self, keys: set) -> set:
        """The primary keys among these that the user may write."""
        if not keys:
            return set()
        queryset = self._meta.model._default_manager.filter(pk__in=keys)
        return set(self.owned(queryset).values_list("pk", flat=True))

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
            for row in group if len(group) > 1 else ():
                others = "、".join(str(other.number) for other in group if other is not row)
                if heading:
                    row.add(f"与第 {others} 行相同，不能重复。", heading)
                else:
                    row.add(f"与第 {others} 行重复：同一条记录在文件中只能有一行。")

    def _take(self, row: Row, present: list[Column], dry_run: bool) -> None:
        row.import_type = Row.IMPORT_TYPE_NEW if row.instance is None else Row.IMPORT_TYPE_UPDATE
        self._compare(row, present)
        if row.import_type == Row.IMPORT_TYPE_SKIP and not row.problems:
            return
        # a rehearsal needs no writing where the rules alone tell everything; confirming always writes
        if row.problems or (dry_run and row.instance is None and self.judges_new_rows):
            self.judge(row)
            return
        try:
            with transaction.atomic():
                row.instance = self.write(row)
        except ValidationError as error:
            self._add_errors(row, error)
        except IntegrityError as error:
            row.add(f"与系统中的数据冲突：{self._constraint_message(error)}。")

    def _compare(self, row: Row, present: list[Column]) -> None:
        for column in present:
            if column.attribute in row.shown:
                self._look(row, column, row.shown[column.attribute])
            elif column.attribute in row.values and row.instance is not None and not column.readonly:
                new = row.values[column.attribute]
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
        if not column.check:
            row.notes.append(f"“{column.heading}”只供查看，文件中的{shown(new)}不会导入。")
        elif known is not None:
            row.add(
                f"写的是{shown(new)}，系统中是{shown(column.widget.render(known))}，请核对。", column.heading
            )

    def _add_errors(self, row: Row, error: ValidationError) -> None:
        found = error.error_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.error_list}
        for field, problems in found.items():
            column = self.column_of(field)
            for problem in problems:
                row.add("".join(problem.messages), column.heading if column else "")

    def _constraint_message(self, error: IntegrityError) -> str:
        name = broken_constraint(error)
        for constraint in self._meta.model._meta.constraints:
            if constraint.name == name and constraint.violation_error_code != constraint.name:
                return str(constraint.violation_error_message).rstrip("。")
        return "可能有人同时在修改，请重新导入"

    def _check_reach(self, rows: list[Row]) -> None:
        """The written rows once more, as they now stand: nobody writes beyond their own reach."""
        written = [
            row for row in rows if row.instance is not None and not row.problems and row.import_type in MOVING
        ]
        mine = self._mine({row.instance.pk for row in written})
        for row in written:
            if row.instance.pk not in mine:
                row.add(OUT_OF_REACH)

    def _conclude(self, result: ImportOutcome, rows: list[Row]) -> None:
        for row in rows:
            if row.problems:
                row.import_type = Row.IMPORT_TYPE_INVALID
                row.validation_error = ValidationError(row.sentences)
                result.append_invalid_row(row.number, row.cells, row.validation_error)
            elif row.instance is not None:
                row.add_instance_info(row.instance)
            result.increment_row_result_total(row)
            result.append_row_result(row)
