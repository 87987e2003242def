"""One column of a sheet: where its value lives, how it is read and what its help says."""

from import_export.fields import Field

from core.excel.widgets import CellWidget, ShownWidget


class Column(Field):
    """``attribute``: a field of the model (or any attribute to show). ``heading``: the column's title.

    ``required``: the heading must be there and the cell filled. ``keyed``: part of the natural key,
    so the heading must be there. Read-only columns are exported, may stand in a file, change nothing;
    with ``check`` a cell that contradicts the record is an error (the name beside a staff number).
    """

    def __init__(
        self,
        attribute: str,
        heading: str,
        widget: CellWidget | None = None,
        *,
        required: bool = False,
        keyed: bool = False,
        read_only: bool = False,
        check: bool = False,
        help: str = "",
        example: str = "",
        width: int = 14,
    ):
        super().__init__(
            attribute=attribute,
            column_name=heading,
            widget=widget or ShownWidget(),
            readonly=read_only or check,
        )
        self.required, self.keyed, self.check = required, keyed or required, check
        self.help, self.example, self.width = help, example, width

    @property
    def heading(self) -> str:
        return self.column_name

    def differs(self, old, new) -> bool:
        """Whether the cell says something else than the record; both read the same way."""
        if old == new:
            return False
        try:
            return self.widget.clean(self.widget.render(old)) != new
        except ValueError:
            return True
