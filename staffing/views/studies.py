"""Advanced study: entered by one party of the agreement, confirmed by the other."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.access import access
from core.lists import show_list
from core.pages import attempt
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
from support.views.records import RecordViews

ENTER = "staffing.enter_study"


def _rows():
    return AdvancedStudy.objects.select_related(
        "agreement__sender",
        "agreement__recipient",
        "agreement__cycle__programme",
        "trainee",
        "teacher",
        "speciality",
        "entered_for",
        "entered_by",
        "confirmed_for",
        "confirmed_by",
    )


RECORDS = RecordViews(
    name="study",
    label="进修",
    model=AdvancedStudy,
    enter=ENTER,
    rows=_rows,
    correct=lambda study: f"{reverse('study-new')}?replaces={study.pk}",
    home=lambda study: reverse("study-list"),
)


@require_GET
@access("staffing.view_advancedstudy")
def study_list(request):
    return show_list(request, StudyList)


@require_GET
@access("staffing.view_advancedstudy")
def study_detail(request, pk):
    return _detail(request, RECORDS.visible(request, pk))


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
        RECORDS.context(request, study)
        | {
            "verdict": study_verdict(study, required),
            "logs": study.logs.select_related("entered_by").order_by("-month"),
            "close": close,
            "log": log,
        },
    )


@require_POST
@access(ENTER)
def study_close(request, pk):
    study = RECORDS.visible(request, pk)
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
    study = RECORDS.visible(request, pk)
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
    return _form_page(request, None, RECORDS.original(request))


@require_http_methods(["GET", "POST"])
@access(ENTER)
def study_edit(request, pk):
    study = RECORDS.visible(request, pk)
    RECORDS.require_entering(study, request.user)
    if not study.is_editable:
        messages.info(request, f"记录现在是“{study.status_label}”，不能修改。")
        return redirect("study-detail", pk=study.pk)
    return _form_page(request, study)


def _form_page(request, study, original=None):
    form = StudyForm(request.POST or None, instance=study, user=request.user, corrects=original)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data | {"by": request.user, "submit": "send" in request.POST}
        if study is None:
            saved = attempt(form, lambda: services.study_create(replaces=original, **values))
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
        {
            "form": form,
            "record": study,
            "original": original,
            "has_agreement": agreements_as_party(request.user).exists(),
        },
    )
