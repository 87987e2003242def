"""Batches: the list, one batch with its people, and what recipients answer to a plan."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.access import access
from core.lists import show_list
from core.pages import attempt
from core.scope import visible_or_404
from staffing.forms import DepartmentForm, ReasonForm
from staffing.lists.postings import BatchList
from staffing.models import Batch, Posting
from staffing.selectors.headcount import agreement_mismatches, batch_mismatch
from staffing.services import plan_steps
from staffing.services import postings as services
from staffing.services.plans import may_plan
from staffing.views.postings import ENTER, may_manage, refuse_cancel, visible_posting

ACCEPT = "staffing.accept_batch"


@require_GET
@access("staffing.view_batch")
def batch_list(request):
    return show_list(request, BatchList)


def visible_batch(request, pk) -> Batch:
    rows = Batch.objects.select_related(
        "sender", "cycle__programme", "submitted_by", "filed_by", "returned_by"
    )
    return visible_or_404(rows, request.user, pk=pk)


@require_GET
@access("staffing.view_batch")
def batch_detail(request, pk):
    return show_batch(request, visible_batch(request, pk))


def show_batch(request, batch, refused=None):
    """The page of a batch; a return that was refused comes back with what was typed."""
    postings = list(
        Posting.objects.visible_to(request.user)
        .filter(batch=batch)
        .select_related("clinician", "agreement__sender", "agreement__recipient")
        .order_by("start_on", "clinician__name_key")
    )
    user = request.user
    plans = user.has_perm(ENTER) and may_plan(batch=batch, by=user)
    answers = user.has_perm(ACCEPT) and plan_steps.may_accept(batch=batch, by=user)
    agreements = {posting.agreement_id: posting.agreement for posting in postings}
    mismatches = [batch_mismatch(batch)] if batch.status == Batch.Status.FILED else []
    for pk, text in agreement_mismatches(agreements.values()).items():
        mismatches.append(f"{agreements[pk].number}：{text}")
    return render(
        request,
        "staffing/batch_detail.html",
        {
            "batch": batch,
            "postings": postings,
            "mismatches": [text for text in mismatches if text],
            "acceptances": batch.acceptances.filter(
                recipient__in={row.recipient_id for row in agreements.values()}
            ).select_related("recipient", "accepted_by"),
            "lines": batch.lines.count() if plans and batch.is_editable else 0,
            "may_edit": plans and batch.is_editable,
            "may_withdraw": plans and batch.status in Batch.PENDING,
            "may_continue": plans and batch.status == Batch.Status.FILED and bool(postings),
            "answers": answers,
            "refused": refused or (ReasonForm() if answers else None),
        },
    )


@require_POST
@access(ACCEPT)
def plan_accept(request, pk):
    batch = visible_batch(request, pk)
    if batch.sender_id == request.user.organisation_id:
        raise PermissionDenied
    if attempt_told(request, lambda: plan_steps.plan_accept(batch=batch, by=request.user)):
        messages.success(request, f"已接收批次 {batch.code}，备案后请确认到岗。")
        return redirect("batch-list")
    return redirect("batch-detail", pk=pk)


def attempt_told(request, verb) -> bool:
    """Whether the service did it; its refusal as a message where there is no form."""
    try:
        verb()
    except ValidationError as error:
        for text in error.messages:
            messages.error(request, text)
        return False
    return True


@require_POST
@access(ACCEPT)
def plan_return(request, pk):
    batch = visible_batch(request, pk)
    if batch.sender_id == request.user.organisation_id:
        raise PermissionDenied
    form = ReasonForm(request.POST)
    if form.is_valid() and attempt(
        form, lambda: plan_steps.plan_return(batch=batch, by=request.user, **form.cleaned_data)
    ):
        messages.success(request, f"已退回批次 {batch.code}，由支援医院修改。")
        return redirect("batch-list")
    return show_batch(request, visible_batch(request, pk), form)


@require_http_methods(["GET", "POST"])
@access(ENTER)
def posting_edit(request, pk):
    """Who goes where and when was approved with the batch; here only the department is set right."""
    posting = visible_posting(request, pk)
    if not may_manage(posting, request.user):
        raise PermissionDenied
    if posting.status == Posting.Status.PLANNED:
        messages.info(request, "批次还没有备案，请撤回计划后修改。")
        return redirect("batch-detail", pk=posting.batch_id)
    if posting.status not in services.OPEN:
        messages.info(request, "派驻已经开始或结束，不能再修改计划。")
        return redirect("posting-detail", pk=posting.pk)
    form = DepartmentForm(request.POST or None, initial={"department": posting.department})
    if (
        request.method == "POST"
        and form.is_valid()
        and attempt(
            form, lambda: services.posting_change(posting=posting, by=request.user, **form.cleaned_data)
        )
    ):
        messages.success(request, "已修改。")
        return redirect("posting-detail", pk=posting.pk)
    return render(request, "staffing/posting_form.html", {"form": form, "posting": posting})


@require_POST
@access(ENTER)
def posting_cancel(request, pk):
    posting = visible_posting(request, pk)
    if not may_manage(posting, request.user):
        raise PermissionDenied
    form = ReasonForm(request.POST)
    if form.is_valid() and attempt(
        form, lambda: services.posting_cancel(posting=posting, by=request.user, **form.cleaned_data)
    ):
        messages.success(request, f"已取消{posting.clinician.name}的派驻，记录保留。")
        return redirect("posting-detail", pk=posting.pk)
    return refuse_cancel(request, posting, form)
