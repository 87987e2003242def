"""Planning a rotation: the hospital's table of who goes next, with everything that speaks against it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.access import access
from core.dates import Period
from core.pages import attempt, page_of
from core.scope import visible_or_404
from staffing.models import Batch, Clinician
from staffing.plan_forms import (
    CandidateFilter,
    PlanChoices,
    PlanHeaderForm,
    PlanLines,
    PlanNextForm,
    PlanStartForm,
    lines_initial,
)
from staffing.selectors.candidates import candidates, only_free, staff_of
from staffing.selectors.planning import plan_lines, review_plan
from staffing.services import plans as services
from staffing.services.plan_steps import plan_submit as submit
from staffing.services.plan_steps import plan_withdraw as withdraw
from staffing.views.batches import attempt_told, visible_batch
from staffing.views.postings import ENTER
from support.models import Agreement


def suggested_code(organisation, year: int) -> str:
    """Initials of the hospital, year, running number: LYXRMYY-2026-03."""
    prefix = f"{organisation.name_key.upper()[:20]}-{year}-"
    number = Batch.objects.filter(sender=organisation, departed_on__year=year).count() + 1
    while Batch.objects.filter(code=f"{prefix}{number:02d}").exists():
        number += 1
    return f"{prefix}{number:02d}"


def _own_batch(request, pk) -> Batch:
    """404 outside the user's sight, 403 for anybody but the sender."""
    batch = visible_batch(request, pk)
    if batch.sender_id != request.user.organisation_id:
        raise PermissionDenied
    return batch


def _not_editable(request, batch):
    """Sends to the batch when its plan is not to be changed now; None when it is."""
    if batch.is_editable:
        return None
    messages.info(request, f"计划现在是“{batch.get_status_display()}”，不能修改。")
    return redirect("batch-detail", pk=batch.pk)


@require_http_methods(["GET", "POST"])
@access(ENTER)
def batch_new(request):
    hospital = request.user.organisation
    today = timezone.localdate()
    initial = {"code": suggested_code(hospital, today.year), "departed_on": today}
    form = PlanStartForm(request.POST or None, user=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        batch = attempt(
            form, lambda: services.plan_start(sender=hospital, by=request.user, **form.cleaned_data)
        )
        if batch:
            messages.success(request, "计划已建立，请填写人员。")
            return redirect("plan-edit", pk=batch.pk)
    has_agreement = Agreement.objects.filter(sender=hospital, effective_from__isnull=False).exists()
    recent = Batch.objects.visible_to(request.user).filter(
        sender=hospital, status=Batch.Status.FILED, postings__isnull=False
    )
    return render(
        request,
        "staffing/batch_form.html",
        {"form": form, "has_agreement": has_agreement, "recent": recent.distinct()[:5]},
    )


@require_http_methods(["GET", "POST"])
@access(ENTER)
def plan_next(request, pk):
    source = _own_batch(request, pk)
    initial = {
        "code": suggested_code(source.sender, timezone.localdate().year),
        "cycle": source.cycle_id,
        "task": source.task,
    }
    form = PlanNextForm(request.POST or None, user=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        batch = attempt(
            form, lambda: services.plan_from_batch(source=source, by=request.user, **form.cleaned_data)
        )
        if batch:
            messages.success(request, "已按现有批次排好日期，请选择接替人员。")
            return redirect("plan-edit", pk=batch.pk)
    return render(request, "staffing/plan_next.html", {"form": form, "source": source})


@require_http_methods(["GET", "POST"])
@access(ENTER)
def plan_edit(request, pk):
    batch = _own_batch(request, pk)
    if elsewhere := _not_editable(request, batch):
        return elsewhere
    if request.method == "GET":
        return _plan_page(request, batch)
    lines = plan_lines(batch)
    header = PlanHeaderForm(request.POST, instance=batch)
    formset = PlanLines(
        request.POST,
        initial=lines_initial(lines),
        form_kwargs={"choices": PlanChoices(batch)},
        prefix="lines",
    )
    valid = [header.is_valid(), formset.is_valid()]
    saved = all(valid) and attempt(
        header,
        lambda: services.plan_save(
            batch=batch, header=header.cleaned_data, lines=formset.typed(), by=request.user
        ),
    )
    if not saved:
        return _plan_page(request, batch, header, formset)
    if "choose" in request.POST:
        return redirect(_candidates_url(batch, request.POST["choose"]))
    if "submit" not in request.POST:
        messages.success(request, "草稿已保存。")
        return redirect("plan-edit", pk=batch.pk)
    try:
        submit(batch=batch, by=request.user)
    except ValidationError as error:
        fresh = visible_batch(request, pk)
        refused = error.message_dict if hasattr(error, "error_dict") else {"__all__": error.messages}
        return _plan_page(request, fresh, refused=refused)
    messages.success(request, f"批次 {batch.code} 已提交，等待受援单位接收。")
    return redirect("batch-detail", pk=batch.pk)


def _candidates_url(batch, number: str) -> str:
    number = number if number.isdigit() else "1"
    return f"{reverse('plan-candidates', args=[batch.pk])}?{urlencode({'line': number})}"


def _plan_page(request, batch, header=None, formset=None, refused=None):
    """The table with its conflicts; what could not be saved comes back as typed."""
    review = None
    if formset is None:
        lines = plan_lines(batch)
        review = review_plan(batch, lines)
        formset = PlanLines(
            initial=lines_initial(lines), form_kwargs={"choices": PlanChoices(batch)}, prefix="lines"
        )
        for form, line in zip(formset.forms, lines, strict=False):
            form.conflicts = review.of_line(line.number)
            form.is_saved = True
    else:
        for form in formset.initial_forms:
            form.is_saved = True
    header = header or PlanHeaderForm(instance=batch)
    return render(
        request,
        "staffing/plan_form.html",
        {
            "batch": batch,
            "form": header,
            "formset": formset,
            "review": review,
            "refused": refused or {},
        },
    )


@require_GET
@access(ENTER)
def plan_candidates(request, pk):
    """Own staff for one line of the plan: speciality, title, and what fills the days."""
    batch = _own_batch(request, pk)
    if elsewhere := _not_editable(request, batch):
        return elsewhere
    number = request.GET.get("line", "")
    line = batch.lines.filter(number=number).first() if number.isdigit() else None
    data = request.GET.copy()
    if line is not None:
        for name in ("start_on", "end_on"):
            if name not in data and getattr(line, name):
                data[name] = getattr(line, name).isoformat()
    filters = CandidateFilter(data)
    chosen = filters.chosen
    people = staff_of(batch.sender_id)
    if "q" in chosen:
        text = chosen["q"]
        people = people.filter(
            Q(name__icontains=text)
            | Q(name_key__startswith=text.lower())
            | Q(staff_no__startswith=text)
            | Q(department__icontains=text)
        )
    if "speciality" in chosen:
        people = people.filter(speciality__code__startswith=chosen["speciality"].code)
    start, end = chosen.get("start_on"), chosen.get("end_on")
    period = Period(start, end) if start and end and start <= end else None
    if "free" in chosen and period:
        people = only_free(people, period)
    page = page_of(request, people)
    return render(
        request,
        "staffing/plan_candidates.html",
        {
            "batch": batch,
            "line": line,
            "filter": filters,
            "page": page,
            "candidates": candidates(list(page), period),
            "period": period,
        },
    )


@require_POST
@access(ENTER)
def plan_choose(request, pk):
    batch = _own_batch(request, pk)
    person = visible_or_404(
        Clinician.objects.filter(organisation=batch.sender_id),
        request.user,
        pk=request.POST.get("clinician") or 0,
    )
    number = request.POST.get("line", "")
    if attempt_told(
        request,
        lambda: services.plan_choose(
            batch=batch, number=int(number) if number.isdigit() else 0, clinician=person, by=request.user
        ),
    ):
        messages.success(request, f"第 {number} 行已选{person.name}。")
    return redirect("plan-edit", pk=batch.pk)


@require_POST
@access(ENTER)
def plan_withdraw(request, pk):
    batch = _own_batch(request, pk)
    if attempt_told(request, lambda: withdraw(batch=batch, by=request.user)):
        messages.success(request, "已撤回，可以修改后重新提交。")
        return redirect("plan-edit", pk=batch.pk)
    return redirect("batch-detail", pk=batch.pk)


@require_POST
@access(ENTER)
def plan_discard(request, pk):
    batch = _own_batch(request, pk)
    if attempt_told(request, lambda: services.plan_discard(batch=batch, by=request.user)):
        messages.success(request, f"计划 {batch.code} 已删除。")
        return redirect("batch-list")
    return redirect("batch-detail", pk=pk)
