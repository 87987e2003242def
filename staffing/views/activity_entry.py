"""Logging an activity: choose its type, fill in what the type needs, submit to the other side."""

from django.contrib import messages
from django.db.models import Max
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from core.access import access
from core.pages import attempt, filled
from staffing.activity_forms import ActivityForm, OutcomeForms, outcomes_of
from staffing.models import Activity, ActivityType
from staffing.selectors.entry import (
    agreements_for_activity,
    last_agreement,
    participants_for,
    sees_only_own_rows,
)
from staffing.services import activities as services
from staffing.views.activities import ENTER, RECORDS, visible_activity


@require_http_methods(["GET", "POST"])
@access(ENTER)
def activity_new(request):
    code = request.GET.get("type", "")
    if not code:
        return _choose_type(request)
    kind = ActivityType.objects.filter(code=code, is_active=True).first()
    if kind is None:
        raise Http404
    return _form_page(request, kind, None)


def _choose_type(request):
    """Tiles of all types, those this person used lately first."""
    used = dict(
        Activity.objects.filter(entered_by=request.user)
        .order_by()
        .values("activity_type")
        .annotate(last=Max("entered_at"))
        .values_list("activity_type", "last")
    )
    types = list(ActivityType.objects.filter(is_active=True))
    lately = sorted((row for row in types if row.pk in used), key=lambda row: used[row.pk], reverse=True)[:4]
    return render(
        request,
        "staffing/activity_type.html",
        {
            "lately": lately,
            "types": types,
            "has_agreement": agreements_for_activity(request.user).exists(),
        },
    )


@require_http_methods(["GET", "POST"])
@access(ENTER)
def activity_edit(request, pk):
    activity = visible_activity(request, pk)
    RECORDS.require_entering(activity, request.user)
    if not activity.is_editable:
        messages.info(request, f"记录现在是“{activity.status_label}”，不能修改。")
        return redirect("activity-detail", pk=activity.pk)
    return _form_page(request, activity.activity_type, activity)


def _initial(request, agreements) -> dict:
    user = request.user
    own = user.clinician.pk if hasattr(user, "clinician") else None
    people = [own] if sees_only_own_rows(user) and own else []
    return ActivityForm.initial_new(agreement=last_agreement(user, agreements), people=people)


def _form_page(request, kind, activity):
    agreements = agreements_for_activity(request.user)
    form = ActivityForm(
        request.POST or None,
        activity_type=kind,
        agreements=agreements,
        people=participants_for(request.user, agreements, keep=activity),
        activity=activity,
        initial=ActivityForm.initial_of(activity) if activity else _initial(request, agreements),
    )
    rows = activity.outcomes.all().values("kind", "name", "department", "first_on") if activity else []
    outcomes = OutcomeForms(
        request.POST or None,
        prefix="outcomes",
        initial=list(rows) if kind.names_outcomes else [],
        form_kwargs={"activity_type": kind},
    )
    named = not kind.names_outcomes or outcomes.is_valid() if request.method == "POST" else True
    if request.method == "POST" and form.is_valid() and named:
        saved = attempt(
            form,
            lambda: services.activity_save(
                activity_type=kind,
                by=request.user,
                activity=activity,
                outcomes=outcomes_of(filled(outcomes), activity) if kind.names_outcomes else (),
                submit="send" in request.POST,
                **form.values(),
            ),
        )
        if saved:
            return _after(request, saved)
    return render(
        request,
        "staffing/activity_form.html",
        {"form": form, "outcomes": outcomes, "kind": kind, "record": activity},
    )


def _after(request, activity):
    if activity.is_open:
        messages.info(request, "已存为草稿，提交后由对方确认。")
    else:
        messages.success(request, f"已提交，等待{activity.confirming_organisation()}确认。")
    return redirect("activity-detail", pk=activity.pk)
