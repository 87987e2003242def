"""What list pages and forms share: filters kept in the address, pages, rules shown on the form."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.core.paginator import Page, Paginator

from core.web import add_errors

PAGE_SIZE = 25
NO_FILTERS = ("sort", "size")  # of the same form, but they leave nothing out


@dataclass(frozen=True)
class Chip:
    """A filter that is in use. ``name``: what to take out of the address to be rid of it."""

    label: str
    text: str
    name: str


class FilterForm(forms.Form):
    """Filters of a list. A value that means nothing is named beside its field and filters nothing."""

    def __init__(self, data, **kwargs):
        super().__init__(data=data, auto_id="filter_%s", **kwargs)
        for field in self.fields.values():
            field.required = False

    def drop(self, *names: str) -> None:
        """Leave out filters that say nothing to this person."""
        for name in names:
            del self.fields[name]

    @property
    def chosen(self) -> dict:
        """The filters that say something."""
        self.is_valid()
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if value not in (None, "", False) and name not in NO_FILTERS
        }

    @property
    def is_used(self) -> bool:
        return bool(self.chosen)

    @property
    def chips(self) -> list[Chip]:
        """The filters in use, as one reads them."""
        return [
            Chip(str(self.fields[name].label), self._told(self.fields[name], value), name)
            for name, value in self.chosen.items()
        ]

    @staticmethod
    def _told(field, value) -> str:
        if value is True:
            return ""
        if isinstance(field, forms.ModelChoiceField):
            return str(field.label_from_instance(value))
        if isinstance(field, forms.ChoiceField):
            labels = {str(key): str(label) for key, label in field.choices}
            return labels.get(str(value), str(value))
        return f"{value:%Y-%m-%d}" if isinstance(value, date) else str(value)


PAGE_SIZES = (25, 50, 100)


def offer_sizes(form: FilterForm, sizes: Sequence[int] = PAGE_SIZES) -> None:
    """The choice of how many rows a page has; it stays in the address with the filters."""
    choices = [("", f"{sizes[0]} 条"), *((str(size), f"{size} 条") for size in sizes[1:])]
    form.fields["size"] = forms.ChoiceField(label="每页", choices=choices, required=False)


def size_of(form: FilterForm, usual: int = PAGE_SIZES[0]) -> int:
    form.is_valid()
    return int(form.cleaned_data.get("size") or usual)


class SearchField(forms.CharField):
    def __init__(self, label: str, hint: str = ""):
        widget = forms.TextInput(attrs={"type": "search", "placeholder": hint, "autocomplete": "off"})
        super().__init__(label=label, required=False, max_length=60, strip=True, widget=widget)


def page_of(request, rows, size: int = PAGE_SIZE) -> Page:
    """The page asked for in the address; nonsense gives the first or the last page."""
    return Paginator(rows, size).get_page(request.GET.get("page"))


def attempt(form: forms.BaseForm, verb: Callable):
    """What the service returns, or None with its broken rules shown on the form."""
    try:
        return verb()
    except ValidationError as error:
        add_errors(form, error)
        return None


def filled(formset) -> list[dict]:
    """The cleaned rows of a formset in which something was typed, without those ticked for removal."""
    rows = [form.cleaned_data for form in formset.forms if form.has_changed() or form.initial]
    return [
        {name: value for name, value in row.items() if name != "DELETE"}
        for row in rows
        if row and not row.get("DELETE")
    ]
