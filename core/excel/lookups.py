"""Finding what a cell refers to by its natural key: one query a column and import, none a row."""

from collections import Counter
from collections.abc import Iterable
from datetime import date

from core.excel.cells import as_text, narrow, shown, tidy
from core.excel.widgets import CellWidget

NOT_FOUND = "不存在或不在您的管理范围内"
TOLD = 60


class LookupWidget(CellWidget):
    """A reference by code (``key``) or one of the ``also`` fields, such as the name.

    ``owned``: only what lies in the user's own reach; otherwise whatever the user may see.
    ``what``: how messages call the code ("机构编码"). ``related``: what later rules will follow.
    ``listed``: a filter for the short code lists that messages and drop-downs tell in full; these are
    written by their ``also`` name wherever that is unmistakable.
    """

    def __init__(
        self,
        model,
        *,
        what: str,
        key: str = "code",
        also=(),
        owned=False,
        related=(),
        listed: dict | None = None,
    ):
        super().__init__()
        self.model, self.what, self.key, self.also = model, what, key, tuple(also)
        self.owned, self.related, self.listed = owned, tuple(related), listed
        self.found: dict[str, list] = {}
        self._choices: tuple[str, ...] | None = None
        self._doubles: set[str] | None = None

    @property
    def expected(self):
        return self.what

    @property
    def choices(self) -> tuple[str, ...]:
        if self.listed is None:
            return ()
        if self._choices is None:
            self._choices = tuple(map(str, self.model._default_manager.filter(**self.listed)))
        return self._choices

    def key_of(self, value) -> str:
        if isinstance(value, bool | date):
            self.spoilt(value, "像是被表格软件改成了日期或是非值")
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
        if not self.choices:
            return ""
        more = f" 等 {len(self.choices)} 项，见模板的填写说明" if len(self.choices) > TOLD else ""
        return f"可填：{'、'.join(self.choices[:TOLD])}{more}。"

    def render(self, value, obj=None, **kwargs):
        if value is None:
            return ""
        if self.listed is not None and (name := getattr(value, self.also[0])) not in self.doubles:
            return name
        return str(getattr(value, self.key))

    @property
    def doubles(self) -> set[str]:
        """Names that more than one row bears."""
        if self._doubles is None:
            names = Counter(self.model._default_manager.values_list(self.also[0], flat=True))
            self._doubles = {name for name, times in names.items() if times > 1}
        return self._doubles

    def show(self, value):
        if value is None:
            return "空白"
        return str(value) if self.listed is not None else f"{value}（{self.render(value)}）"
