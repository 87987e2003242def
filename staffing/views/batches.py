"""Planning: a hospital makes up a batch and adds its people one by one."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.access import access
from core.pages import attempt
from core.scope import visible_or_404
from staffing.forms import BatchForm, PostingForm, ReasonForm
from staffing.models import Batch, Posting
from staffing.services import postings as services
from staffing.views.postings import ENTER, may_manage, refuse_cancel, visible_posting
from support.models import Agreement

FIELDS = ("agreement", "clinician", "start_on", "end_on", "department", "role")


def _suggested_code(organisation, year: int) -> str:
    """Initials of the hospital, year, running number: LYXRMYY-2026-03."""
    prefix = f"{organisation.name_key.upper()[:20]}-{year}-"
    number = Batch.objects.filter(sender=organisation, departed_on__year=year).count() + 1
    while Batch.objects.filter(code=f"{prefix}{number:02d}").exists():
        number += 1
    return f"{prefix}{number:02d}"


@require_http_methods(["GET", "POST"])
@access(ENTER)
def batch_new(request):
    hospital = request.user.organisation
    today = timezone.localdate()
    initial = {"code": _suggested_code(hospital, today.year), "departed_on": today}
    form = BatchForm(request.POST or None, user=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        batch = attempt(form, lambda: services.batch_create(sender=hospital, **form.cleaned_data))
        if batch:
            messages.success(request, "批次已建立，请逐个添加派驻人员。")
            return redirect("batch-detail", pk=batch.pk)
    has_agreement = Agreement.objects.filter(sender=hospital, effective_from__isnull=False).exists()
    return render(request, "staffing/batch_form.html", {"form": form, "has_agreement": has_agreement})


def _batch_page(request, batch, form=None):
    postings = (
        Posting.objects.visible_to(request.user)
        .filter(batch=batch)
        .select_related("clinician", "agreement__sender", "agreement__recipient")
        .order_by("start_on", "clinician__name_key")
    )
    adds = request.user.has_perm(ENTER) and batch.sender_id == request.user.organisation_id
    if adds and form is None:
        form = PostingForm(batch=batch, initial={"start_on": batch.departed_on, "role": Posting.Role.MEMBER})
    return render(
        request,
        "staffing/batch_detail.html",
        {"batch": batch, "postings": postings, "form": form, "adds": adds},
    )


def _visible_batch(request, pk) -> Batch:
    return visible_or_404(Batch.objects.select_related("sender", "cycle__programme"), request.user, pk=pk)


@require_GET
@access("staffing.view_batch")
def batch_detail(request, pk):
    return _batch_page(request, _visible_batch(request, pk))


@require_POST
@access(ENTER)
def posting_add(request, pk):
    batch = _visible_batch(request, pk)
    if batch.sender_id != request.user.organisation_id:
        raise PermissionDenied
    form = PostingForm(request.POST, batch=batch)
    if form.is_valid():
        posting = attempt(
            form,
            lambda: services.posting_create(
                batch=batch, by=request.user, **{name: form.cleaned_data[name] for name in FIELDS}
            ),
        )
        if posting:
            messages.success(request, f"已添加{posting.clinician.name}。受援单位确认到岗后计入统计。")
            return redirect("batch-detail", pk=batch.pk)
    return _batch_page(request, batch, form)


@require_http_methods(["GET", "POST"])
@access(ENTER)
def posting_edit(request, pk):
    posting = visible_posting(request, pk)
    if not may_manage(posting, request.user):
        raise PermissionDenied
    if posting.status not in services.OPEN:
        messages.info(request, "派驻已经开始或结束，不能再修改计划。")
        return redirect("posting-detail", pk=posting.pk)
    initial = {name: getattr(posting, name) for name in FIELDS}
    form = PostingForm(request.POST or None, batch=posting.batch, initial=initial)
    if request.method == "POST" and form.is_valid():
        changes = {name: form.cleaned_data[name] for name in FIELDS}
        if attempt(form, lambda: services.posting_change(posting=posting, by=request.user, **changes)):
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
