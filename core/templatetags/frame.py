"""The site frame: which places of the system a person finds in the navigation."""

from dataclasses import dataclass

from django import template
from django.urls import NoReverseMatch, reverse

register = template.Library()


@dataclass(frozen=True)
class Place:
    label: str
    url_name: str
    permission: str
    # places that make no sense to somebody who sees only their own rows
    own_rows: bool = True


PLACES = (
    Place("工作台", "workspace", "support.view_workspace"),
    Place("协议", "agreement-list", "support.view_agreement", own_rows=False),
    Place("派驻", "posting-list", "staffing.view_posting"),
    Place("活动", "activity-list", "staffing.view_activity"),
    Place("进修", "study-list", "staffing.view_advancedstudy", own_rows=False),
    Place("捐赠", "donation-list", "support.view_donation", own_rows=False),
    Place("成效", "outcome-list", "support.view_outcomevalue", own_rows=False),
    Place("人员", "clinician-list", "staffing.view_clinician", own_rows=False),
    Place("到岗和覆盖", "cycle-list", "reports.view_readiness", own_rows=False),
    Place("年度总结", "summary-list", "reports.view_summary", own_rows=False),
)


def _address(url_name: str) -> str:
    """Empty for a place that this installation does not have."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""


@register.simple_tag(takes_context=True)
def navigation(context) -> list[dict]:
    """The places the signed-in person may open, the present one marked."""
    user, request = context.get("user"), context.get("request")
    if user is None or not user.is_authenticated:
        return []
    only_own_rows = user.reach().organisations is None and not user.reach().everything
    path = request.path if request else ""
    places = []
    if user.is_staff and (desk := _address("admin:index")):
        places.append({"label": "管理工作台", "url": desk, "is_here": path.startswith(desk)})
    for place in PLACES:
        if (only_own_rows and not place.own_rows) or not user.has_perm(place.permission):
            continue
        if url := _address(place.url_name):
            places.append({"label": place.label, "url": url, "is_here": path.startswith(url)})
    return places
