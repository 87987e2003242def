"""Pieces of the desk's templates: waiting work, the grouped menu, cells that know their column."""

from django import template
from django.utils import timezone
from django.utils.html import format_html, strip_tags
from django.utils.safestring import mark_safe

from core.waiting import work_waiting

register = template.Library()

# groups that are set up once and then rarely opened; a short menu shows them all the same
QUIET_GROUPS = ("基础目录", "系统管理")
SHORT_MENU = 10


# of a line's urgency the colour of its card
CARD_TONES = {"overdue": "bad", "bad": "bad", "off": "info"}


@register.simple_tag(takes_context=True)
def desk_cards(context):
    """The lines of 待办, and folded away below them those with nothing to do: the desk shows what there could be."""
    lines = work_waiting(context["request"].user, day=timezone.localdate(), empty=True)
    return {
        "waiting": [line for line in lines if line.count],
        "nothing": [line for line in lines if not line.count],
    }


@register.filter
def card_tone(line) -> str:
    return CARD_TONES.get(line.tone, "wait") if line.count else "none"


@register.simple_tag
def desk_pages(entries):
    """The pages beside the desk, from the navigation's entries: calendars, registers, lists by person."""
    return [place for entry in entries for place in entry["places"]]


@register.simple_tag(takes_context=True)
def desk_menu(context):
    """Groups with their entries; which entry is current and which groups start open."""
    path = context["request"].path
    groups = context.get("available_apps") or []
    short = sum(len(group["models"]) for group in groups) <= SHORT_MENU
    menu = []
    for group in groups:
        entries = [
            {
                "name": model["name"],
                "url": model["admin_url"],
                "here": bool(model["admin_url"]) and path.startswith(model["admin_url"]),
            }
            for model in group["models"]
            if model["admin_url"]
        ]
        here = any(entry["here"] for entry in entries)
        is_open = here or short or group["name"] not in QUIET_GROUPS
        menu.append({"name": group["name"], "entries": entries, "open": is_open})
    return menu


@register.filter
def chosen(choices):
    """The text of a filter's chosen entry; empty while the filter shows everything."""
    for index, choice in enumerate(choices):
        if choice["selected"]:
            return "" if index == 0 else choice["display"]
    return ""


@register.filter
def with_labels(cells, headers):
    """Each cell with its column's name, which a phone shows beside the value."""
    labelled = []
    for cell, header in zip(cells, headers, strict=False):
        name = strip_tags(str(header["text"])).strip()
        tag = "td" if cell.startswith("<td") else "th"
        start = format_html('<{} data-label="{}"', mark_safe(tag), name)
        rest = cell[len(tag) + 1 :].replace('alt="True"', 'alt="是"').replace('alt="False"', 'alt="否"')
        labelled.append(mark_safe(start + rest))
    return labelled
