"""Activities: the list with the totals of what is shown, one record, and confirming by the other side."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from core.access import access
from core.lists import show_list
from core.scope import visible_or_404
from core.web import run_verb
from staffing.lists.activities import ActivityList
from staffing.models import Activity, Clinician
from support.selectors.rights import record_rights
from support.services import records

ENTER = "staffing.enter_activity"
URLS = ("edit", "submit", "delete", "confirm", "return")


def visible_activity(request, pk) -> Activity:
    rows = Activity.objects.select_related(
        "agreement__sender",
        "agreement__recipient",
        "activity_type",
        "speciality",
        "entered_for",
        "entered_by",
        "confirmed_for",
        "confirmed_by",
    )
    return visible_or_404(rows, request.user, pk=pk)


@require_GET
@access("staffing.view_activity")
def activity_list(request):
    return show_list(request, ActivityList)


@require_GET
@access("staffing.view_activity")
def activity_detail(request, pk):
    activity = visible_activity(request, pk)
    return render(
        request,
        "staffing/activity_detail.html",
        {
            "record": activity,
            "measures": activity.measures.select_related("measure"),
            "outcomes": activity.outcomes.select_related("person"),
            "people": activity.participants.select_related("organisation"),
            "known_people": set(
                Clinician.objects.visible_to(request.user)
                .filter(activities=activity)
                .values_list("pk", flat=True)
            ),
            "confirmer": activity.confirming_organisation(),
            "rights": record_rights(record=activity, by=request.user, permission=ENTER),
            "urls": {name: reverse(f"activity-{name}", args=[activity.pk]) for name in URLS},
        },
    )


@require_POST
@access("support.confirm_record")
def activity_confirm(request, pk):
    activity = visible_activity(request, pk)
    if not records.may_confirm(record=activity, by=request.user):
        raise PermissionDenied
    run_verb(
        request, lambda: records.record_confirm(record=activity, by=request.user), done="已确认，计入统计。"
    )
    return redirect("activity-detail", pk=activity.pk)


@require_POST
@access("support.confirm_record")
def activity_return(request, pk):
    activity = visible_activity(request, pk)
    if not records.may_confirm(record=activity, by=request.user):
        raise PermissionDenied
    reason = request.POST.get("reason", "")
    run_verb(
        request,
        lambda: records.record_return(record=activity, by=request.user, reason=reason),
        done="已退回给填报人。",
    )
    return redirect("activity-detail", pk=activity.pk)


@require_POST
@access("support.confirm_record")
def activity_confirm_many(request):
    """Each record on its own: one that cannot be confirmed does not hold up the others."""
    wanted = [pk for pk in request.POST.getlist("record") if pk.isdecimal() and len(pk) < 19][:500]
    rows = Activity.objects.visible_to(request.user).filter(pk__in=wanted).select_related("activity_type")
    done = 0
    for activity in rows:
        try:
            records.record_confirm(record=activity, by=request.user)
            done += 1
        except ValidationError as error:
            for message in error.messages:
                messages.error(request, message)
    if done:
        messages.success(request, f"已确认 {done} 条活动，计入统计。")
    elif not wanted:
        messages.info(request, "请先勾选要确认的活动。")
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return redirect(back if safe else reverse("activity-list"))
