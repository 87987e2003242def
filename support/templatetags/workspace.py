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
