"""Pages of long lists. Rows are counted up to a limit; beyond it the page says “1000 条以上”, never a wrong number."""

from functools import cached_property

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

COUNTED = 1_000


def slice_of(rows: QuerySet, start: int, stop: int) -> list:
    """``rows[start:stop]`` in two statements: the keys in their order, then what belongs to these few rows.

    How many rows contain a word the planner cannot know. In one statement it would join a dozen tables to
    all of them before it sorts and throws them away.
    """
    keys = list(rows.select_related(None).prefetch_related(None).values_list("pk", flat=True)[start:stop])
    found = {row.pk: row for row in rows.filter(pk__in=keys).order_by()} if keys else {}
    return [found[key] for key in keys if key in found]


class CappedPaginator(Paginator):
    """``count`` is exact unless ``is_capped``; then it is the limit, and pages beyond it can be opened too."""

    def __init__(self, rows, per_page: int, *, limit: int | None = COUNTED):
        """``limit`` None counts everything."""
        super().__init__(rows, per_page)
        self.limit = limit

    @cached_property
    def _counted(self) -> int:
        if isinstance(self.object_list, list | tuple):
            return len(self.object_list)
        rows = self.object_list.order_by()
        return rows.count() if self.limit is None else rows[: self.limit + 1].count()

    @cached_property
    def is_capped(self) -> bool:
        return (
            self.limit is not None and not isinstance(self.object_list, list) and self._counted > self.limit
        )

    @cached_property
    def count(self) -> int:
        return min(self._counted, self.limit) if self.is_capped else self._counted

    def get_page(self, number) -> "ListPage":
        """The page asked for; nonsense gives the first, too large a number the last."""
        try:
            wanted = max(int(number), 1)
        except (TypeError, ValueError):
            wanted = 1
        if not self.is_capped:
            wanted = min(wanted, self.num_pages)
        start = (min(wanted, 1_000_000) - 1) * self.per_page
        stop = start + self.per_page + 1
        known = isinstance(self.object_list, list | tuple)
        found = list(self.object_list[start:stop]) if known else slice_of(self.object_list, start, stop)
        if not found and wanted > 1:
            return self.get_page(self.num_pages)
        return ListPage(found[: self.per_page], wanted, self, more=len(found) > self.per_page)


class ListPage(Page):
    def __init__(self, rows, number, paginator, *, more: bool):
        super().__init__(rows, number, paginator)
        self.more = more

    def has_next(self) -> bool:
        return self.more

    def next_page_number(self) -> int:
        return self.number + 1
