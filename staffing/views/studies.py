"""Advanced study: entered by one party of the agreement, confirmed by the other."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.access import access
from core.lists import show_list
from core.pages import attempt
from core.scope import visible_or_404
from core.web import run_verb
from staffing.forms import StudyCloseForm, StudyForm, StudyLogForm
from staffing.lists.teaching import StudyList
from staffing.models import AdvancedStudy
from staffing.selectors.studies import (
    least_months,
    months_of,
    study_verdict,
)
from staffing.services import studies as services
from support.selectors.agreements import agreements_as_party
from support.selectors.rights import may_enter, record_rights
from support.services import records

ENTER = "staffing.enter_study"
URLS = ("edit", "submit", "delete", "confirm", "return")


def _visible(request, pk) -> AdvancedStudy:
    rows = AdvancedStudy.objects.select_related(
        "agreement__sender",
        "agreement__recipient",
        "trainee",
        "teacher",
        "speciality",
        "entered_for",
        "entered_by",
        "confirmed_for",
        "confirmed_by",
    )
    return visible_or_404(rows, request.user, pk=pk)


@require_GET
@access("staffing.view_advancedstudy")
def study_list(request):
    return show_list(request, StudyList)


@require_GET
@access("staffing.view_advancedstudy")
def study_detail(request, pk):
    return _detail(request, _visible(request, pk))


def _detail(request, study, close=None, log=None):
    """The page with its forms; a form that was refused comes back with what was typed."""
    enters = request.user.has_perm(ENTER)
    if close is None and enters and services.may_close(study=study, by=request.user):
        close = StudyCloseForm(initial={"ended_on": study.end_on}, auto_id="close_%s")
    months = months_of(study)
    if log is None and months and enters and services.may_write_log(study=study, by=request.user):
        log = StudyLogForm(initial={"month": months[0]}, auto_id="log_%s")
    required = least_months([study.agreement_id]).get(study.agreement_id)
    return render(
        request,
        "staffing/study_detail.html",
        {
            "record": study,
            "confirmer": study.confirming_organisation(),
            "rights": record_rights(record=study, by=request.user, permission=ENTER),
            "urls": {name: reverse(f"study-{name}", args=[study.pk]) for name in URLS},
            "verdict": study_verdict(study, required),
            "logs": study.logs.select_related("entered_by").order_by("-month"),
            "close": close,
            "log": log,
        },
    )


@require_POST
@access(ENTER)
def study_close(request, pk):
    study = _visible(request, pk)
    if study.agreement.sender_id != request.user.organisation_id:
        raise PermissionDenied
    form = StudyCloseForm(request.POST, auto_id="close_%s")
    if form.is_valid() and attempt(
        form, lambda: services.study_close(study=study, by=request.user, **form.cleaned_data)
    ):
        messages.success(request, "已登记结业。")
        return redirect("study-detail", pk=study.pk)
    return _detail(request, study, close=form)


@require_POST
@access(ENTER)
def study_log(request, pk):
    study = _visible(request, pk)
    form = StudyLogForm(request.POST, auto_id="log_%s")
    if form.is_valid() and attempt(
        form, lambda: services.study_log_write(study=study, by=request.user, **form.cleaned_data)
    ):
        messages.success(request, "月志已保存。")
        return redirect("study-detail", pk=study.pk)
    return _detail(request, study, log=form)


@require_http_methods(["GET", "POST"])
@access(ENTER)
def study_new(request):
    return _form_page(request, None)


@require_http_methods(["GET", "POST"])
@access(ENTER)
def study_edit(request, pk):
    study = _visible(request, pk)
    _require_entering(study, request.user)
    if not study.is_editable:
        messages.info(request, f"记录现在是“{study.get_status_display()}”，不能修改。")
        return redirect("study-detail", pk=study.pk)
    return _form_page(request, study)


def _form_page(request, study):
    form = StudyForm(request.POST or None, instance=study, user=request.user)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data | {"by": request.user, "submit": "send" in request.POST}
        if study is None:
            saved = attempt(form, lambda: services.study_create(**values))
        else:
            saved = attempt(form, lambda: services.study_change(study=study, **values))
        if saved:
            messages.success(
                request, "已存为草稿，提交后由对方确认。" if saved.is_editable else "已提交，等待对方确认。"
            )
            return redirect("study-detail", pk=saved.pk)
    return render(
        request,
        "staffing/study_form.html",
        {"form": form, "record": study, "has_agreement": agreements_as_party(request.user).exists()},
    )


def _require_entering(study, user) -> None:
    if not may_enter(record=study, by=user, permission=ENTER):
        raise PermissionDenied


def _require_confirming(study, user) -> None:
    if not records.may_confirm(record=study, by=user):
        raise PermissionDenied


@require_POST
@access(ENTER)
def study_submit(request, pk):
    study = _visible(request, pk)
    _require_entering(study, request.user)
    run_verb(
        request, lambda: records.record_submit(record=study, by=request.user), done="已提交，等待对方确认。"
    )
    return redirect("study-detail", pk=study.pk)


@require_POST
@access(ENTER)
def study_delete(request, pk):
    study = _visible(request, pk)
    _require_entering(study, request.user)
    gone = run_verb(request, lambda: services.study_delete(study=study, by=request.user), done="已删除。")
    return redirect("study-list") if gone else redirect("study-detail", pk=study.pk)


@require_POST
@access("support.confirm_record")
def study_confirm(request, pk):
    study = _visible(request, pk)
    _require_confirming(study, request.user)
    run_verb(
        request, lambda: records.record_confirm(record=study, by=request.user), done="已确认，计入统计。"
    )
    return redirect("study-detail", pk=study.pk)


@require_POST
@access("support.confirm_record")
def study_return(request, pk):
    study = _visible(request, pk)
    _require_confirming(study, request.user)
    reason = request.POST.get("reason", "")
    run_verb(
        request,
        lambda: records.record_return(record=study, by=request.user, reason=reason),
        done="已退回给填报人。",
    )
    return redirect("study-detail", pk=study.pk)
