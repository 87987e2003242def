"""Leave on the workspace: the list, asking, deciding, withdrawing."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.access import access
from core.lists import show_list
from core.pages import attempt
from core.scope import visible_or_404
from staffing.attendance_forms import DecisionForm, LeaveForm
from staffing.lists.attendance import LeaveList
from staffing.models import ApprovalLevel, Leave, LeaveApproval
from staffing.selectors.leave import (
    DEFAULT_TEXT,
    is_late,
    level_of,
    postings_for_leave,
)
from staffing.services import leave as services

ASK, DECIDE = "staffing.request_leave", "staffing.decide_leave"


def _rows():
    return Leave.objects.select_related(
        "posting__clinician",
        "posting__agreement__sender",
        "posting__agreement__recipient",
        "posting__agreement__cycle__programme",
        "requested_by",
    ).prefetch_related(Prefetch("approvals", LeaveApproval.objects.select_related("decided_by")))


@require_GET
@access("staffing.view_leave")
def leave_list(request):
    return show_list(request, LeaveList)


@require_http_methods(["GET", "POST"])
@access(ASK)
def leave_new(request):
    postings, today = postings_for_leave(request.user), timezone.localdate()
    initial = {"start_on": today, "end_on": today}
    form = LeaveForm(request.POST or None, postings=postings, initial=initial)
    if request.method == "POST" and form.is_valid():
        made = attempt(form, lambda: services.leave_request(by=request.user, **form.cleaned_data))
        if made:
            who = "、".join(ApprovalLevel(level).label for level in made.levels)
            messages.success(request, f"请假已提出，由{who}审批。")
            return redirect("leave-detail", pk=made.pk)
    return render(
        request,
        "staffing/leave_form.html",
        {"form": form, "has_stay": postings.exists(), "default_text": DEFAULT_TEXT},
    )


def _visible(request, pk) -> Leave:
    return visible_or_404(_rows(), request.user, pk=pk)


@require_GET
@access("staffing.view_leave")
def leave_detail(request, pk):
    return _detail(request, _visible(request, pk))


def _detail(request, leave, form=None):
    known = {approval.level: approval for approval in leave.approvals.all()}
    level = request.user.has_perm(DECIDE) and level_of(leave=leave, by=request.user)
    return render(
        request,
        "staffing/leave_detail.html",
        {
            "leave": leave,
            "steps": [(ApprovalLevel(name).label, known.get(name)) for name in leave.levels],
            "is_late": is_late(leave),
            "begun": leave.status == Leave.Status.REQUESTED and leave.start_on <= timezone.localdate(),
            "level": level and ApprovalLevel(level).label,
            "form": (form or DecisionForm()) if level else None,
            "may_withdraw": request.user.has_perm(ASK)
            and services.may_withdraw(leave=leave, by=request.user),
        },
    )


@require_POST
@access(DECIDE)
def leave_decide(request, pk):
    leave = _visible(request, pk)
    if not level_of(leave=leave, by=request.user):
        raise PermissionDenied
    form, agree = DecisionForm(request.POST), request.POST.get("answer") == "approve"
    if form.is_valid() and attempt(
        form,
        lambda: services.leave_decide(
            leave=leave, approved=agree, by=request.user, note=form.cleaned_data["note"]
        ),
    ):
        messages.success(request, "已同意。" if agree else "已答复不批准。")
        return redirect("leave-detail", pk=leave.pk)
    return _detail(request, leave, form)


@require_POST
@access(ASK)
def leave_withdraw(request, pk):
    leave = _visible(request, pk)
    if not services.may_withdraw(leave=leave, by=request.user):
        raise PermissionDenied
    services.leave_withdraw(leave=leave, by=request.user)
    messages.success(request, "请假已撤回。")
    return redirect(reverse("leave-detail", args=[leave.pk]))
