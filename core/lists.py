"""List pages, declared: what is listed, by what it is filtered and sorted, what it sums to, what is exported.

An app puts its listings into ``<app>/lists/``; they are known by their URL name, so that an export started
on the page can be made by a worker from the same address. A view only says ``show_list(request, ActivityList)``.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import Any, ClassVar

from django import forms
from django.db.models import Count, F, Model, QuerySet
from django.http import HttpRequest, QueryDict
from django.shortcuts import render
from django.utils import timezone

from core.excel.widgets import CellWidget, DateWidget, DecimalWidget, ShownWidget
from core.pages import PAGE_SIZES, FilterForm, offer_sizes, size_of
from core.paging import COUNTED, CappedPaginator, ListPage

PLACES_OF_A_LIST = ("page", "size", "totals")  # not part of what is filtered or in which order


@dataclass(frozen=True)
class Order:
    """A column that can be sorted. ``by``: field paths, the most important first; ``nullable`` ones stand last,
    one with a minus runs against the others. The key decides among equals.

    ``falls``: the first click shows the largest (or newest) first.
    """

    name: str
    label: str
    by: tuple[str, ...]
    falls: bool = False
    nullable: tuple[str, ...] = ()

    def expressions(self, *, falling: bool) -> list:
        found = []
        for path in (*self.by, "pk"):
            down, path = falling != path.startswith("-"), path.removeprefix("-")
            if path in self.nullable:
                found.append(F(path).desc(nulls_last=True) if down else F(path).asc(nulls_last=True))
            else:
                found.append(f"-{path}" if down else path)
        return found

    def arrange(self, rows: list, *, falling: bool) -> list:
        """The same order for rows that are not in the database; equal ones keep the order they came in."""
        rows = list(rows)
        for path in reversed(self.by):
            down, path = falling != path.startswith("-"), path.removeprefix("-")
            of = attrgetter(path.replace("__", "."))
            if path in self.nullable:
                blank = [row for row in rows if of(row) is None]
                rows = sorted((row for row in rows if of(row) is not None), key=of, reverse=down) + blank
            else:
                rows.sort(key=of, reverse=down)
        return rows


@dataclass(frozen=True)
class Shown:
    """A column of the exported sheet. ``value``: attribute path with dots, or a function of the row."""

    heading: str
    value: str | Callable[[Any], Any]
    width: int = 14
    widget: CellWidget = ShownWidget()
    required: bool = True

    def of(self, row) -> Any:
        if callable(self.value):
            found = self.value(row)
        else:
            found = row
            for name in self.value.split("."):
                found = getattr(found, name, None)
                if found is None:
                    break
            if callable(found) and not isinstance(found, Model):
                found = found()
        return self.widget.render(str(found) if isinstance(found, Model) else found)


def day(heading: str, value) -> Shown:
    return Shown(heading, value, 12, DateWidget())


def moment(heading: str, name: str) -> Shown:
    """A point of time as the pages show it; ``name``: a DateTimeField of the row."""

    def told(row) -> str:
        at = getattr(row, name)
        return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""

    return Shown(heading, told, 17)


def number(heading: str, value, places: int = 2) -> Shown:
    return Shown(heading, value, 10, DecimalWidget(places=places))


@dataclass(frozen=True)
class Total:
    """One sum over everything that the filters leave."""

    label: str
    value: Any
    unit: str = ""


@dataclass(frozen=True)
class Heading:
    """The state of a sortable column: which order a click asks for, and whether it is the present one."""

    label: str
    sort: str
    aria: str = ""


_listings: dict[str, type["Listing"]] = {}


def listing_of(name: str) -> type["Listing"] | None:
    return _listings.get(name)


class Listing:
    """One list for one person and one address. Subclasses set the fields and override the hooks."""

    name: ClassVar[str] = ""
    title: ClassVar[str] = ""
    permission: ClassVar[str] = ""
    template: ClassVar[str] = ""
    orders: ClassVar[tuple[Order, ...]] = ()
    default: ClassVar[str] = ""
    totals_note: ClassVar[str] = ""
    columns: ClassVar[tuple[Shown, ...]] = ()
    sizes: ClassVar[tuple[int, ...]] = PAGE_SIZES

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if cls.name:
            _listings[cls.name] = cls

    def __init__(self, user, data: QueryDict):
        self.user, self.data = user, data
        self.filter = self.make_filter()
        self._offer_order_and_size()
        self.chosen = self.filter.chosen

    # ---- hooks
    def make_filter(self) -> FilterForm:
        raise NotImplementedError

    def visible(self) -> QuerySet | list:
        """The rows of the list without any filter, within the person's scope."""
        raise NotImplementedError

    def filtered(self, rows):
        return rows

    def related(self, rows):
        """With everything that a row of the page or of the sheet reads."""
        return rows

    def prepare(self, rows: list) -> list:
        """What cannot be had in the query, for the rows of one page."""
        return rows

    def totals(self) -> list[Total]:
        return []

    def context(self) -> dict:
        return {}

    def sheet_columns(self) -> tuple[Shown, ...]:
        return self.columns

    # ---- what the address asks for
    def _offer_order_and_size(self) -> None:
        fields = self.filter.fields
        if self.orders:
            choices = [("", f"默认（{self._order_label(self.default)}）")]
            for order in self.orders:
                for name in (f"-{order.name}", order.name) if order.falls else (order.name, f"-{order.name}"):
                    choices.append((name, self._order_label(name)))
            fields["sort"] = forms.ChoiceField(label="排序", choices=choices, required=False)
        offer_sizes(self.filter, self.sizes)

    def _order_label(self, name: str) -> str:
        order = next(order for order in self.orders if order.name == name.removeprefix("-"))
        falling = name.startswith("-")
        return f"{order.label}{'从大到小、从新到旧' if falling else '从小到大、从旧到新'}"

    def _asked(self, name: str) -> str:
        self.filter.is_valid()
        return self.filter.cleaned_data.get(name) or ""

    @cached_property
    def sort(self) -> str:
        return self._asked("sort") or self.default

    @cached_property
    def size(self) -> int:
        return size_of(self.filter, self.sizes[0])

    @property
    def query(self) -> str:
        """The address of this list without the page: filters and order."""
        kept = self.data.copy()
        for name in PLACES_OF_A_LIST:
            kept.pop(name, None)
        return kept.urlencode()

    # ---- rows
    @cached_property
    def found(self) -> QuerySet | list:
        return self.filtered(self.visible())

    @cached_property
    def rows(self) -> QuerySet | list:
        """Everything that is found, in the order asked for, with what the page reads."""
        return self.related(self.in_order(self.found))

    def in_order(self, rows):
        if not self.orders:
            return rows
        order = next(order for order in self.orders if order.name == self.sort.removeprefix("-"))
        falling = self.sort.startswith("-")
        if isinstance(rows, list):
            return order.arrange(rows, falling=falling)
        return rows.order_by(*order.expressions(falling=falling))

    def page(self, number, *, exact: bool = False) -> ListPage:
        limit = None if exact else COUNTED
        page = CappedPaginator(self.rows, self.size, limit=limit).get_page(number)
        page.object_list = self.prepare(page.object_list)
        return page

    def headings(self) -> dict[str, Heading]:
        found = {}
        for order in self.orders:
            first, other = order.name, f"-{order.name}"
            if order.falls:
                first, other = other, first
            aria = {order.name: "ascending", f"-{order.name}": "descending"}.get(self.sort, "")
            found[order.name] = Heading(order.label, other if self.sort == first else first, aria)
        return found

    # ---- the sheet
    def told(self) -> str:
        """Filters and order in words, for the audit log."""
        words = [f"{chip.label}={chip.text}" if chip.text else chip.label for chip in self.filter.chips]
        if self.orders:
            words.append(f"排序={self._order_label(self.sort)}")
        return "；".join(words)

    def sheet_rows(self, *, chunk: int = 1000) -> Iterable[list]:
        """Values in the order of ``sheet_columns``, read from the database in chunks."""
        columns, waiting = self.sheet_columns(), []
        source = self.rows.iterator(chunk_size=chunk) if isinstance(self.rows, QuerySet) else iter(self.rows)
        for row in source:
            waiting.append(row)
            if len(waiting) == chunk:
                yield from ([c.of(one) for c in columns] for one in self.prepare(waiting))
                waiting = []
        if waiting:
            yield from ([c.of(one) for c in columns] for one in self.prepare(waiting))


def show_list(request: HttpRequest, kind: type[Listing], **extra):
    """The page. Sums over more rows than are counted are asked for after it (``?totals=1``)."""
    listing = kind(request.user, request.GET)
    wanted = "totals" in request.GET
    page = listing.page(request.GET.get("page"), exact=wanted)
    summed = wanted or not page.paginator.is_capped
    context = {
        "listing": listing,
        "filter": listing.filter,
        "page": page,
        "totals": listing.totals() if summed and page.object_list else [],
        "summed": summed,
        **listing.context(),
        **extra,
    }
    return render(request, listing.template, context)


def counts_by_choice(rows: QuerySet, field: str, choices, unit: str = "条") -> list[Total]:
    """How many rows have each value of a choice field; one statement."""
    found = dict(rows.order_by().values_list(field).annotate(rows=Count("pk", distinct=True)))
    return [Total(str(label), found[value], unit) for value, label in choices if value in found]
