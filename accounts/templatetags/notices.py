"""The bell of the page frame."""

from django import template

from accounts.selectors.notices import SHOWN_UP_TO, unread_count

register = template.Library()


@register.inclusion_tag("accounts/_bell.html", takes_context=True)
def bell(context):
    """How many unread notices, in one statement; more than can be shown is “99+”."""
    count = unread_count(context["user"])
    shown = f"{SHOWN_UP_TO}+" if count > SHOWN_UP_TO else str(count or "")
    return {"count": count, "shown": shown}
