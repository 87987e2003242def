"""Postings: who is where and when; arrival and end."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from core.access import access
from core.lists import show_list
from core.pages import attempt
from core.scope import visible_or_404
from staffing.forms import ArrivalForm, EarlyForm, EndForm, ExtendForm, ReasonForm
from staffing.lists.postings import PostingList
from staffing.models import Posting, PostingChange
from staffing.selectors.inspections import findings_shown
from staffing.selectors.stay_verdicts import posting_verdicts
from staffing.services import postings as services

ENTER = "staffing.enter_posting"


def visible_posting(request, pk) -> Posting:
    rows = Posting.objects.select_related(
        "clinician__organisation",
        "agreement__sender",
        "agreement__recipient",
        "batch__sender",
        "entered_by",
        "arrival_confirmed_by",
    )
    return visible_or_404(rows, request.user, pk=pk)


@require_GET
@access("staffing.view_posting")
def posting_list(request):
    return show_list(request, PostingList)


def _may_confirm_arrival(posting, user) -> bool:
    return user.has_perm("staffing.confirm_arrival") and services.may_confirm_arrival(
        posting=posting, by=user
    )


def may_manage(posting, user) -> bool:
    """The sender's coordinator plans and ends what the hospital sends."""
    return user.has_perm(ENTER) and posting.agreement.sender_id == user.organisation_id


@require_GET
@access("staffing.view_posting")
def posting_detail(request, pk):
    return show_posting(request, visible_posting(request, pk))


def show_posting(request, posting, **refused):
    """The page with its forms; a form that was refused comes back with what was typed.

    ``refused``: the form by its name on the page (arrival, end, cancel, extend, early).
    """
    today = timezone.localdate()
    is_approved = posting.status == Posting.Status.APPROVED
    manages = may_manage(posting, request.user)
    changes = list(posting.change_requests.select_related("requested_by", "decided_by"))
    asked = next((row for row in changes if row.status == PostingChange.Status.REQUESTED), None)
    forms = dict.fromkeys(("arrival", "end", "cancel", "extend", "early"))
    if _may_confirm_arrival(posting, request.user):
        forms["arrival"] = ArrivalForm(initial={"arrived_on": min(posting.start_on, today)})
    if manages and is_approved:
        forms["cancel"] = ReasonForm()
    if manages and posting.status in Posting.PRESENT:
        if posting.end_on <= today:
            forms["end"] = EndForm(initial={"ended_on": posting.end_on})
        if asked is None:
            forms |= {"extend": ExtendForm(), "early": EarlyForm()}
    return render(
        request,
        "staffing/posting_detail.html",
        {
            "posting": posting,
            **forms,
            **refused,
            "changes": changes,
            "asked": asked,
            "may_withdraw": manages and asked is not None,
            "verdicts": posting_verdicts(posting),
            "may_edit": manages and is_approved,
            "is_late": is_approved and posting.start_on < today,
            "is_planned": posting.status == Posting.Status.PLANNED,
            "findings": findings_shown(request.user).filter(posting=posting),
        },
    )


@require_POST
@access("staffing.confirm_arrival")
def posting_arrive(request, pk):
    posting = visible_posting(request, pk)
    if posting.agreement.recipient_id != request.user.organisation_id:
        raise PermissionDenied
    form = ArrivalForm(request.POST)
    if form.is_valid() and attempt(
        form,
        lambda: services.posting_confirm_arrival(posting=posting, by=request.user, **form.cleaned_data),
    ):
        return _back(request, posting, "已确认到岗。")
    return show_posting(request, posting, arrival=form)


@require_POST
@access(ENTER)
def posting_end(request, pk):
    posting = visible_posting(request, pk)
    if not may_manage(posting, request.user):
        raise PermissionDenied
    form = EndForm(request.POST)
    if form.is_valid() and attempt(
        form, lambda: services.posting_end(posting=posting, by=request.user, **form.cleaned_data)
    ):
        return _back(request, posting, "派驻已结束。")
    return show_posting(request, posting, end=form)


def refuse_cancel(request, posting, form):
    return show_posting(request, posting, cancel=form)


def _back(request, posting, done):
    messages.success(request, f"{posting.clinician.name}：{done}")
    if request.POST.get("from") == "list":
        return redirect("posting-list")
    return redirect("posting-detail", pk=posting.pk)
