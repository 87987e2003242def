"""How figures and days read on the workspace pages."""

from django import template

from core import numbers
from core.dates import Period, whole_months

register = template.Library()

register.filter("plain", numbers.plain)
register.filter("money", numbers.money)
register.filter("percent", numbers.percent)


@register.filter
def months(period: Period) -> str:
    """Calendar months of a closed period: “6 个月”, “6 个月 3 天”, “20 天”."""
    full, rest = whole_months(period)
    parts = [f"{full} 个月"] if full else []
    if rest or not full:
        parts.append(f"{rest} 天")
    return " ".join(parts)


@register.filter
def size(value):
    """Without its sign; the words say in which direction."""
    return abs(value)


@register.filter
def pair(agreement, user) -> str:
    """Who supports whom; to a party only the other one is named."""
    if user.organisation_id == agreement.sender_id:
        return f"支援 {agreement.recipient.display_name}"
    if user.organisation_id == agreement.recipient_id:
        return f"受援于 {agreement.sender.display_name}"
    return f"{agreement.sender.display_name} → {agreement.recipient.display_name}"
