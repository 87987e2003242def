"""Heads of sortable columns, filters in use, and found words marked in a text."""

import re

from django import template
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import mark_safe

register = template.Library()


def _address(request, **changes) -> str:
    """The query string with changes; None takes a name out. Always begins a new first page."""
    kept = request.GET.copy()
    for name, value in {"page": None, "totals": None, **changes}.items():
        if value is None:
            kept.pop(name, None)
        else:
            kept[name] = value
    return f"?{kept.urlencode()}"


@register.simple_tag(takes_context=True)
def sort_head(context, name: str, css: str = ""):
    """<th> of a column that a click sorts; the present order is told to screen readers as well."""
    heading = context["listing"].headings()[name]
    return format_html(
        '<th{}{}><a class="sort" href="{}">{}</a></th>',
        format_html(' class="{}"', css) if css else "",
        format_html(' aria-sort="{}"', heading.aria) if heading.aria else "",
        _address(context["request"], sort=heading.sort),
        heading.label,
    )


@register.inclusion_tag("components/chips.html", takes_context=True)
def filter_chips(context):
    request, found = context["request"], context["filter"]
    chips = [(chip, _address(request, **{chip.name: None})) for chip in found.chips]
    kept = {name: None for name in request.GET if name not in ("sort", "size")}
    return {"chips": chips, "clear": _address(request, **kept)}


@register.simple_tag(takes_context=True)
def without_filters(context) -> str:
    """The address of the list without any filter, order and size kept."""
    request = context["request"]
    return request.path + _address(
        request, **{name: None for name in request.GET if name not in ("sort", "size")}
    )


@register.simple_tag(takes_context=True)
def with_totals(context) -> str:
    return _address(context["request"], totals="1")


@register.filter
def marked(text, words: str):
    """The text with every occurrence of the words in <mark>; everything escaped."""
    text, words = str(text), str(words).strip()
    if not words:
        return conditional_escape(text)
    parts = re.split(f"({re.escape(words)})", text, flags=re.IGNORECASE)
    if len(parts) == 1:
        return conditional_escape(text)
    return format_html_join(
        "", "{}", ((format_html("<mark>{}</mark>", part) if n % 2 else part,) for n, part in enumerate(parts))
    ) or mark_safe("")


@register.filter
def around(text, words: str) -> str:
    """A long text cut to the surroundings of the first occurrence: about 80 characters."""
    text = " ".join(str(text).split())
    place = max(text.lower().find(str(words).strip().lower()), 0)
    start = max(place - 30, 0)
    cut = text[start : start + 80]
    return f"{'…' if start else ''}{cut}{'…' if start + 80 < len(text) else ''}"
