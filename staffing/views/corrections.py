"""One person's month as a form: filling without scripts, and asking for a correction after the lock."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.access import access
from core.lists import show_list
from core.pages import attempt
from core.scope import visible_or_404
from core.selectors.workdays import day_kinds
from staffing.attendance_forms import DecisionForm, PersonMonthForm
from staffing.lists.attendance import CorrectionList
from staffing.marks import changes, mark_label
from staffing.models import AttendanceCorrection, Half
from staffing.selectors.sheets import sheet_people
from staffing.services import attendance as services
from staffing.services import corrections as correction_services
from staffing.views.attendance import FILL, own_sheet


def _person(sheet, user, posting: int):
    for person in sheet_people(sheet, user=user):
        if person.posting.pk == posting:
            return person
    raise Http404


@require_http_methods(["GET", "POST"])
@access(FILL)
def sheet_person(request, pk, posting):
    sheet = own_sheet(request, pk)
    person = _person(sheet, request.user, posting)
    if sheet.is_locked:
        _before, person.marks = correction_services.correction_base(sheet=sheet, posting=person.posting)
    days, today = day_kinds(sheet.period), timezone.localdate()
    form = PersonMonthForm(
        request.POST or None, person=person, days=days, today=today, correcting=sheet.is_locked
    )
    if request.method == "POST" and form.is_valid():
        if sheet.is_locked:
            verb, done = _correct(request, sheet, person, form, days), "更正已提出，等待另一位人员审核。"
        else:
            verb, done = _mark(request, sheet, form, days), "已保存。"
        if attempt(form, verb) is not None:
            messages.success(request, f"{person.name}：{done}")
            return redirect("sheet-detail", pk=sheet.pk)
    return render(
        request,
        "staffing/sheet_person.html",
        {"sheet": sheet, "person": person, "form": form, "rows": list(form.rows(days)), "today": today},
    )


def _mark(request, sheet, form, days):
    return lambda: services.sheet_mark(sheet=sheet, cells=form.cells(days), by=request.user)


def _correct(request, sheet, person, form, days):
    return lambda: correction_services.correction_request(
        sheet=sheet,
        posting=person.posting,
        cells=form.cells(days),
        reason=form.cleaned_data["reason"],
        by=request.user,
    )


def _visible(request, pk) -> AttendanceCorrection:
    rows = AttendanceCorrection.objects.select_related(
        "sheet__recipient", "posting__clinician", "posting__agreement__sender", "requested_by", "decided_by"
    )
    return visible_or_404(rows, request.user, pk=pk)


@require_GET
@access("staffing.view_attendancecorrection")
def correction_list(request):
    return show_list(request, CorrectionList)


@require_GET
@access("staffing.view_attendancecorrection")
def correction_detail(request, pk):
    return _detail(request, _visible(request, pk))


def _detail(request, correction, form=None):
    found = changes(correction.marks_before, correction.marks_after, correction.sheet.month)
    may_decide = request.user.has_perm("staffing.decide_correction") and correction_services.may_decide(
        correction=correction, by=request.user
    )
    return render(
        request,
        "staffing/correction_detail.html",
        {
            "correction": correction,
            "changes": [
                (day, Half(half).label, mark_label(old), mark_label(new)) for day, half, old, new in found
            ],
            "form": (form or DecisionForm()) if may_decide else None,
        },
    )


@require_POST
@access("staffing.decide_correction")
def correction_decide(request, pk):
    correction = _visible(request, pk)
    if not correction_services.may_decide(correction=correction, by=request.user):
        raise PermissionDenied
    form = DecisionForm(request.POST)
    agree = request.POST.get("answer") == "approve"
    verb = correction_services.correction_approve if agree else correction_services.correction_refuse
    if form.is_valid() and attempt(
        form, lambda: verb(correction=correction, by=request.user, note=form.cleaned_data["note"])
    ):
        messages.success(request, "已更正。" if agree else "已退回，月表没有改变。")
        return redirect("correction-detail", pk=correction.pk)
    return _detail(request, correction, form)
