"""People and activities in the search over everything."""

from django.urls import reverse
from django.utils.http import urlencode

from core.search import Hit, Kind, register
from core.templatetags.lists import around
from staffing.models import Activity, Clinician
from staffing.selectors.activity_search import activities_found
from staffing.selectors.named import people_named


def _people(user, text: str):
    return (
        Clinician.objects.visible_to(user)
        .filter(people_named(text))
        .select_related("organisation")
        .order_by("name_key", "staff_no", "pk")
    )


def _person(row: Clinician, user, text: str) -> Hit:
    parts = (row.organisation.name, row.department, row.title_label if row.title else "", row.staff_no)
    return Hit(row.name, "　".join(part for part in parts if part), reverse("person-detail", args=[row.pk]))


def _activities(user, text: str):
    return (
        activities_found(Activity.objects.visible_through(user, "agreement"), text)
        .select_related("activity_type", "agreement__sender", "agreement__recipient")
        .order_by("-start_on", "-pk")
    )


def _activity(row: Activity, user, text: str) -> Hit:
    name = row.activity_type.name
    title = f"{name}：{row.topic}" if row.topic else name
    sub = f"{row.start_on:%Y-%m-%d}　{row.agreement.recipient.display_name}　{row.get_status_display()}"
    for told in (row.place, row.content):
        if text.lower() in told.lower():
            sub += f"　{around(told, text)}"
            break
    return Hit(title, sub, reverse("activity-detail", args=[row.pk]))


def _list(name: str):
    return lambda user, text: f"{reverse(name)}?{urlencode({'q': text})}"


register(Kind("people", "人员", 20, "staffing.view_clinician", _people, _person))
register(
    Kind("activities", "活动", 40, "staffing.view_activity", _activities, _activity, _list("activity-list"))
)
