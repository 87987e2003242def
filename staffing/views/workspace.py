"""The page on which people of hospitals and clinics land: what waits, with whom, who is there."""

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from core.access import access
from core.waiting import work_waiting
from staffing.models import Activity, Posting
from staffing.selectors.entry import sees_only_own_rows
from staffing.selectors.postings import people_on_post
from support.models import Agreement
from support.selectors.agreements import agreement_list, days_left

SHOWN = 8


@require_GET
@access("support.view_workspace")
def workspace(request):
    user, today = request.user, timezone.localdate()
    waiting = work_waiting(user, day=today)
    on_post = people_on_post(day=today).visible_to(user).order_by("end_on", "clinician__name_key")
    activities = (
        Activity.objects.visible_to(user)
        .select_related("activity_type", "agreement__sender", "agreement__recipient", "entered_for")
        .order_by("-start_on", "-pk")[:6]
    )
    context = {
        "waiting": waiting[:SHOWN],
        "waiting_more": max(0, len(waiting) - SHOWN),
        "next": _next_step(user, waiting),
        "today": today,
        "activities": activities,
    }
    if sees_only_own_rows(user):
        mine = (
            Posting.objects.visible_to(user)
            .exclude(status=Posting.Status.CANCELLED)
            .select_related("agreement__sender", "agreement__recipient", "batch")
        )
        return render(request, "staffing/workspace_own.html", context | {"postings": mine[:SHOWN]})
    agreements = list(
        agreement_list(user, day=today)
        .filter(state__in=[Agreement.State.PENDING, Agreement.State.UPCOMING, Agreement.State.IN_FORCE])
        .order_by("effective_to", "number")
    )
    for agreement in agreements:
        agreement.days_left = days_left(agreement, today)
    mine = user.organisation_id
    sides = [
        _side("sender", "支援", "本单位派出", agreements, on_post, mine),
        _side("recipient", "受援", "到本单位", agreements, on_post, mine),
    ]
    # somebody who has neither side yet still gets one explained place
    shown = [side for side in sides if side["agreements"] or side["count"]] or sides[:1]
    return render(request, "staffing/workspace.html", context | {"sides": shown})


def _side(part: str, label: str, where: str, agreements, on_post, organisation_id: int) -> dict:
    people = on_post.filter(**{f"agreement__{part}": organisation_id})
    shown = list(people[: SHOWN + 1])
    return {
        "part": part,
        "label": label,
        "where": where,
        "agreements": [row for row in agreements if getattr(row, f"{part}_id") == organisation_id],
        "people": shown[:SHOWN],
        "count": people.count() if len(shown) > SHOWN else len(shown),
    }


def _next_step(user, waiting) -> dict:
    """One clear thing to do: the first line that waits, else logging what was done today."""
    urgent = next((line for line in waiting if line.waits_now), None)
    if urgent and (user.has_perm("support.confirm_record") or urgent.is_urgent):
        return {"what": f"有 {urgent.count} {urgent.what}", "action": urgent.action, "url": urgent.url}
    if user.has_perm("staffing.enter_activity"):
        return {"what": "登记今天的工作", "action": "登记活动", "url": reverse("activity-new")}
    return {}
