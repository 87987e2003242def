"""One row of a file on its way in, and the result of the whole file."""

from import_export.results import Result, RowResult


class Row(RowResult):
    """``number`` is the row's number in the sheet. ``values``: attribute → value, as far as readable;
    ``shown``: the same for columns that are only looked at.

    ``problems``: (heading or "", sentence). ``changes``: (heading, before, after) of a changed row.
    """

    def __init__(self, number: int, cells: dict):
        super().__init__()
        self.number, self.cells = number, cells
        self.values: dict[str, object] = {}
        self.shown: dict[str, object] = {}
        self.problems: list[tuple[str, str]] = []
        self.changes: list[tuple[str, str, str]] = []
        self.notes: list[str] = []
        self.key: tuple | None = None
        self.label = ""

    def add(self, message: str, heading: str = "") -> None:
        if (heading, message) not in self.problems:
            self.problems.append((heading, message))

    def has(self, *attributes: str) -> bool:
        """Whether all these were read and are not empty."""
        return all(self.values.get(name) not in (None, "") for name in attributes)

    def knows(self, *attributes: str) -> bool:
        """Whether all these were read; an empty text is an answer, too."""
        return all(self.values.get(name) is not None for name in attributes)

    @property
    def sentences(self) -> list[str]:
        """The problems as people read them: “第 5 行“开始日期”：…”."""
        return [
            f"第 {self.number} 行{f'“{heading}”' if heading else ''}：{message}"
            for heading, message in self.problems
        ]

    @property
    def outcome(self) -> str:
        return {
            self.IMPORT_TYPE_NEW: "新增",
            self.IMPORT_TYPE_UPDATE: "修改",
            self.IMPORT_TYPE_SKIP: "不变",
            self.IMPORT_TYPE_INVALID: "有误",
        }.get(self.import_type, "")


class Proposed:
    """The record as the row would leave it: the row's values before the record's own."""

    def __init__(self, row: Row):
        self._row = row

    def __getattr__(self, name):
        if name in self._row.values:
            return self._row.values[name]
        return getattr(self._row.instance, name, None)


class ImportOutcome(Result):
    """What came of a file. ``notes`` concern the whole file; ``base_errors`` stop it altogether."""

    def __init__(self):
        super().__init__()
        self.notes: list[str] = []

    def _count(self, kind: str) -> int:
        return self.totals[kind]

    @property
    def new(self) -> int:
        return self._count(RowResult.IMPORT_TYPE_NEW)

    @property
    def changed(self) -> int:
        return self._count(RowResult.IMPORT_TYPE_UPDATE)

    @property
    def unchanged(self) -> int:
        return self._count(RowResult.IMPORT_TYPE_SKIP)

    @property
    def wrong(self) -> int:
        return self._count(RowResult.IMPORT_TYPE_INVALID)

    @property
    def wrong_rows(self) -> list[Row]:
        return [row for row in self.rows if row.problems]

    @property
    def moving_rows(self) -> list[Row]:
        """New and changed rows: what a person looks at before confirming."""
        return [row for row in self.rows if row.is_new() or row.is_update()]

    @property
    def noted_rows(self) -> list[Row]:
        return [row for row in self.rows if row.notes]

    @property
    def sentences(self) -> list[str]:
        """Everything that is wrong, whole-file problems first."""
        return [str(error.error) for error in self.base_errors] + [
            sentence for row in self.wrong_rows for sentence in row.sentences
        ]

    @property
    def succeeded(self) -> bool:
        return not self.base_errors and not self.wrong
