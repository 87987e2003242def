"""The site frame: which places of the system a person finds in the navigation."""

from dataclasses import dataclass

from django import template
from django.urls import NoReverseMatch, reverse

register = template.Library()


@dataclass(frozen=True)
class Place:
    """``section``: places with the same one share an entry; the others of it stand in a row below."""

    label: str
    url_name: str
    permission: str
    section: str = ""
    # places that make no sense to somebody who sees only their own rows
    own_rows: bool = True


WAITING, AGREEMENTS, POSTINGS, ATTENDANCE = "待办", "协议", "派驻", "考勤"
ACTIVITIES, PEOPLE, TEACHING, RESULTS = "活动", "人员", "进修带教", "成效捐赠"

PLACES = (
    Place("工作台", "workspace", "support.view_workspace"),
    Place("总览", "dashboard", "reports.view_dashboard", own_rows=False),
    Place("待办", "todo", "accounts.view_todo", WAITING),
    Place("时限", "deadlines", "reports.view_deadlines", WAITING, own_rows=False),
    Place("协议", "agreement-list", "support.view_agreement", AGREEMENTS, own_rows=False),
    Place("目标进度", "target-list", "reports.view_targets", AGREEMENTS, own_rows=False),
    Place("派驻人员", "posting-list", "staffing.view_posting", POSTINGS),
    Place("批次和计划", "batch-list", "staffing.view_batch", POSTINGS, own_rows=False),
    Place("在岗日历", "coverage-list", "staffing.view_coverage", POSTINGS, own_rows=False),
    Place("到岗期限", "cycle-list", "reports.view_readiness", POSTINGS, own_rows=False),
    Place("考勤月表", "attendance-list", "staffing.view_monthsheet", ATTENDANCE),
    Place("请假", "leave-list", "staffing.view_leave", ATTENDANCE),
    Place("暗访抽查", "inspection-list", "staffing.view_inspection", ATTENDANCE, own_rows=False),
    Place("活动记录", "activity-list", "staffing.view_activity", ACTIVITIES),
    Place("月报", "return-list", "reports.view_monthlyreturn", ACTIVITIES),
    Place("争议", "dispute-list", "support.view_disputes", ACTIVITIES, own_rows=False),
    Place("雷同文字", "similar-texts", "staffing.view_similar_texts", ACTIVITIES, own_rows=False),
    Place("进修", "study-list", "staffing.view_advancedstudy", TEACHING, own_rows=False),
    Place("师带徒", "mentorship-list", "staffing.view_mentorship", TEACHING),
    Place("成效指标", "outcome-list", "support.view_outcomevalue", RESULTS, own_rows=False),
    Place("捐赠", "donation-list", "support.view_donation", RESULTS, own_rows=False),
    Place("人员名册", "clinician-list", "staffing.view_clinician", PEOPLE, own_rows=False),
    Place("晋升服务", "candidate-list", "staffing.view_promotioncandidate", PEOPLE, own_rows=False),
    Place("服务证明", "certificate-list", "staffing.view_servicecertificate", PEOPLE),
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
    """The entries the signed-in person may open, the present one marked; each with the places of its section."""
    user, request = context.get("user"), context.get("request")
    if user is None or not user.is_authenticated:
        return []
    only_own_rows = user.reach().organisations is None and not user.reach().everything
    path = request.path if request else ""
    entries: dict[str, dict] = {}
    reached = [place for place in PLACES if path.startswith(_address(place.url_name) or "\0")]
    nearest = max(reached, key=lambda place: len(_address(place.url_name)), default=None)
    if user.is_staff and (desk := _address("admin:index")):
        entries["desk"] = {"label": "管理工作台", "url": desk, "is_here": path.startswith(desk), "places": []}
    for place in PLACES:
        if (only_own_rows and not place.own_rows) or not user.has_perm(place.permission):
            continue
        url = _address(place.url_name)
        if not url:
            continue
        here = place is nearest
        entry = entries.setdefault(
            place.section or place.label,
            {"label": place.section or place.label, "url": url, "is_here": False, "places": []},
        )
        entry["is_here"] = entry["is_here"] or here
        entry["places"].append({"label": place.label, "url": url, "is_here": here})
    return list(entries.values())
