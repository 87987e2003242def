"""Asking for an extension or an early end from a posting's page; the bureau decides at its desk."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from core.access import access
from core.pages import attempt
from core.scope import visible_or_404
from staffing.forms import EarlyForm, ExtendForm
from staffing.models import PostingChange
from staffing.services import posting_changes as services
from staffing.views.batches import attempt_told
from staffing.views.postings import ENTER, may_manage, show_posting, visible_posting


@require_POST
@access(ENTER)
def posting_extend(request, pk):
    return _ask(request, pk, ExtendForm(request.POST), services.posting_extend, "extend")


@require_POST
@access(ENTER)
def posting_end_early(request, pk):
    return _ask(request, pk, EarlyForm(request.POST), services.posting_end_early, "early")


def _ask(request, pk, form, verb, name):
    posting = visible_posting(request, pk)
    if not may_manage(posting, request.user):
        raise PermissionDenied
    if form.is_valid() and attempt(form, lambda: verb(posting=posting, by=request.user, **form.cleaned_data)):
        messages.success(request, f"{posting.clinician.name}：申请已提出，等待卫健局批准。")
        return redirect("posting-detail", pk=posting.pk)
    return show_posting(request, posting, **{name: form})


@require_POST
@access(ENTER)
def posting_change_withdraw(request, pk):
    change = visible_or_404(PostingChange.objects.select_related("posting__agreement"), request.user, pk=pk)
    if not may_manage(change.posting, request.user):
        raise PermissionDenied
    if attempt_told(request, lambda: services.posting_change_withdraw(change=change, by=request.user)):
        messages.success(request, "申请已撤回。")
    return redirect("posting-detail", pk=change.posting_id)
