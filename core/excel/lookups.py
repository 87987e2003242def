"""Finding what a cell refers to by its natural key: one query a column and import, none a row."""

from collections.abc import Iterable

from core.excel.cells import as_text, narrow, shown, tidy
from core.excel.widgets import CellWidget

NOT_FOUND = "不存在或不在您的管理范围内"


class LookupWidget(CellWidget):
    """A reference by code (``key``) or one of the ``also`` fields, such as the name.

    ``owned``: only what lies in the user's own reach; otherwise whatever the user may see.
    ``what``: how messages call the code ("机构编码"). ``related``: what later rules will follow.
    ``numeric_ok``: whole numbers count as codes.
    """

    def __init__(self, model, *, what: str, key: str = "code", also=(), owned=False, related=(), listed=False):
        super().__init__()
        self.model, self.what, self.key, self.also = model, what, key, tuple(also)
        self.owned, self.related, self.listed = owned, tuple(related), listed
        self.found: dict[str, list] = {}

    @property
    def expected(self):
        return self.what

    def key_of(self, value) -> str:
        if isinstance(value, bool):
            self.refuse(value)
        return narrow(as_text(value))

    def preload(self, cells: Iterable, user) -> None:
        """Load everything that the cells of one column may mean."""
        written = {as_text(cell) for cell in cells if isinstance(cell, str | int | float)}
        texts = {form(text) for text in written for form in (tidy, narrow)} - {""}
        queryset = self.model._default_manager.all()
        queryset = queryset.owned_by(user) if self.owned else queryset.visible_to(user)
        self.found = {}
        for field in (self.key, *self.also):
            for row in queryset.filter(**{f"{field}__in": texts}).select_related(*self.related):
                known = self.found.setdefault(narrow(str(getattr(row, field))), [])
                if row not in known:
                    known.append(row)

    def read(self, value):
        rows = self.found.get(self.key_of(value), [])
        if not rows:
            raise ValueError(f"{self.what}{shown(value)}{NOT_FOUND}。{self.allowed()}")
        if len(rows) > 1:
            codes = "、".join(str(getattr(row, self.key)) for row in rows[:5])
            raise ValueError(f"{shown(value)}有多个，请改填编码：{codes}。")
        return rows[0]

    def allowed(self) -> str:
        """The whole list where it is short enough to be told."""
        if not self.listed:
            return ""
        self.choices = self.choices or tuple(str(row) for row in self.model._default_manager.all()[:60])
        return "可填：" + "、".join(self.choices) + "。"

    def render(self, value, obj=None, **kwargs):
        return "" if value is None else str(getattr(value, self.key))

    def show(self, value):
        return "空白" if value is None else f"{value}（{self.render(value)}）"
