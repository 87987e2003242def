"""What the desk (the bureau's admin) shows beyond single tables: status chips, and the lists behind 待办."""

from collections.abc import Callable, Mapping

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode

from core.numbers import NO_VALUE

TONES = ("ok", "wait", "bad", "off", "info")


def chip(text, tone: str = "off"):
    """A state as a small coloured label; the text says it all, colour only helps."""
    if not text:
        return None
    return format_html('<span class="chip chip-{}">{}</span>', tone, text)


def chip_column(field: str, tones: Mapping[str, str], *, description: str):
    """A list column that shows a choice field as a chip; unknown values are grey."""

    @admin.display(description=description, ordering=field)
    def column(self, row):
        return chip(getattr(row, f"get_{field}_display")(), tones.get(getattr(row, field), "off"))

    return column


def text_column(field: str, *, description: str):
    """A related row as plain text: a link would lead to a page that not everybody here may open."""

    @admin.display(description=description, ordering=field)
    def column(self, row):
        related = getattr(row, field)
        return str(related) if related else NO_VALUE

    return column


def list_url(model, **filters) -> str:
    """Address of the model's list, filtered."""
    name = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return f"{name}?{urlencode(filters)}" if filters else name


def object_url(row) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


class WaitingFilter(admin.SimpleListFilter):
    """“待办”: the lists behind its lines. Subclasses name the selectors by which the lines count.

    ``waiting``: {value: (label, selector(user) -> queryset)}.
    """

    title = "待办"
    parameter_name = "waiting"
    waiting: Mapping[str, tuple[str, Callable]] = {}

    def __init__(self, request, params, model, model_admin):
        super().__init__(request, params, model, model_admin)
        self.user = request.user

    def lookups(self, request, model_admin):
        return [(value, label) for value, (label, _) in self.waiting.items()]

    def queryset(self, request, queryset):
        if self.value() not in self.waiting:
            return queryset
        _, selector = self.waiting[self.value()]
        return queryset.filter(pk__in=selector(user=self.user).order_by().values("pk"))
