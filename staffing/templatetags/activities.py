"""What an activity says beyond its measures: findings, filing, and averages that are only derived."""

from django import template

from staffing.models import Activity
from staffing.selectors.averages import averages_of

register = template.Library()


@register.inclusion_tag("staffing/_activity_more.html")
def activity_more(record: Activity) -> dict:
    """Department, content, filing, findings as a subset, and 平均每次 where sessions and people are known."""
    return {
        "record": record,
        "findings": list(record.findings.all()),
        "averages": averages_of(record.measures.select_related("measure")),
    }
