"""Monthly returns: the list with what is due and who is missing, looking, submitting, correcting, exporting."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.access import access
from core.lists import show_list
from core.models import AuditEvent
from core.pages import attempt
from core.scope import visible_or_404
from core.services.audit import audit_record
from reports.lists.returns import ReturnList
from reports.models import MonthlyReturn, ReturnForm, ReturnLevel
from reports.return_forms import SubmitForm
from reports.return_sheet import return_file_name, return_workbook
from reports.selectors.return_checks import Checked, unlocked_units
from reports.selectors.return_statement import changes, preview, tables
from reports.selectors.return_subjects import Subject, due_on, may_submit, subject_or_404
from reports.selectors.returns_behind import with_changes
from reports.selectors.returns_due import returns_due
from reports.services.monthly_returns import return_submit, returns_submit

VIEW, SUBMIT = "reports.view_monthlyreturn", "reports.submit_return"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN = 8


@require_GET
@access(VIEW)
def return_list(request):
    """What was submitted, with what is due."""
    user, today = request.user, timezone.localdate()
    due = returns_due(user, day=today) if user.has_perm(SUBMIT) else []
    return show_list(request, ReturnList, due=due[:SHOWN], more_due=due[SHOWN:])


def _rows():
    return MonthlyReturn.objects.select_related(
        "organisation__region", "clinician__organisation", "clinician__user", "submitted_by", "replaces"
    )


@require_GET
@access(VIEW)
def return_open(request):
    """A return that is not submitted yet, as the ledger has it now; a submitted one has its own page."""
    subject = subject_or_404(user=request.user, parameters=request.GET)
    newest = subject.newest()
    if newest is not None:
        return redirect("return-detail", pk=newest.pk)
    return _open(request, subject)


def _open(request, subject: Subject, *, before: MonthlyReturn | None = None, form=None, status: int = 200):
    """The page on which one looks, remarks and submits; ``before`` is what a correction replaces."""
    row, result = preview(subject)
    is_over = subject.period.end < timezone.localdate()
    may = is_over and request.user.has_perm(SUBMIT) and may_submit(subject, request.user)
    shown, shown_tables = form or SubmitForm(row=row, before=before), tables(row)
    return render(
        request,
        "reports/return_open.html",
        {
            "subject": subject,
            "row": row,
            "before": before,
            "changes": changes(before, row) if before else [],
            "result": result,
            "is_held": bool(result.differences) or _waits_for_sheet(subject, result),
            "sheet_open": _waits_for_sheet(subject, result),
            "tables": shown_tables,
            "pairs": [
                (line, shown.of_line(line.row["agreement"]) if may else None) for line in shown_tables.pairs
            ],
            "form": shown if may else None,
            "is_over": is_over,
            "due_on": before.due_on if before else due_on(subject),
            "today": timezone.localdate(),
            "others": _other_forms(subject),
            "both": before is None and subject.level == ReturnLevel.PERSON,
        },
        status=status,
    )


def _waits_for_sheet(subject: Subject, result: Checked) -> bool:
    own = subject.level in (ReturnLevel.PERSON, ReturnLevel.CLINIC)
    return own and subject.form == ReturnForm.ATTENDANCE and bool(unlocked_units(subject))


def _other_forms(subject: Subject) -> list[tuple[str, str, bool]]:
    """(label, address, whether it is this one) of both forms of the month."""
    return [
        (
            form.label,
            f"{reverse('return-open')}?{subject.other(form.value).query}",
            form.value == subject.form,
        )
        for form in ReturnForm
    ]


def _asked(request, subject: Subject, before: MonthlyReturn | None) -> SubmitForm:
    row, _result = preview(subject)
    return SubmitForm(request.POST, row=row, before=before)


@require_POST
@access(SUBMIT)
def return_submit_view(request):
    """Freeze what the ledger has now; with “both” the two forms of a person's month."""
    subject = subject_or_404(user=request.user, parameters=request.GET)
    if not may_submit(subject, request.user):
        raise PermissionDenied
    form = _asked(request, subject, None)
    if form.is_valid():
        if "both" in request.POST and subject.level == ReturnLevel.PERSON:
            made = attempt(
                form,
                lambda: returns_submit(subject=subject, by=request.user, remark=form.cleaned_data["remark"]),
            )
            row = made and made[-1]
        else:
            row = attempt(form, lambda: return_submit(subject=subject, by=request.user, **form.asked))
        if row:
            messages.success(request, "月报已提交。以后台账有变动时，可以提交更正的一版。")
            return redirect("return-detail", pk=row.pk)
    return _open(request, subject, form=form, status=400)


@require_http_methods(["GET", "POST"])
@access(SUBMIT)
def return_correct(request, pk):
    """The next version of a submitted return, with its reason."""
    before = visible_or_404(_rows().newest(), request.user, pk=pk)
    subject = Subject.of(before)
    if not may_submit(subject, request.user):
        raise PermissionDenied
    if request.method == "GET":
        return _open(request, subject, before=before)
    form = _asked(request, subject, before)
    if form.is_valid():
        row = attempt(form, lambda: return_submit(subject=subject, by=request.user, **form.asked))
        if row:
            messages.success(request, f"更正已提交为第 {row.version} 版，原来的一版仍可查看。")
            return redirect("return-detail", pk=row.pk)
    return _open(request, subject, before=before, form=form, status=400)


@require_GET
@access(VIEW)
def return_detail(request, pk):
    """A return as it was submitted, whatever the ledger has become since."""
    row = visible_or_404(with_changes(_rows()), request.user, pk=pk)
    subject = Subject.of(row)
    versions = list(
        MonthlyReturn.objects.visible_to(request.user)
        .filter(pk__in=subject.versions().order_by().values("pk"))
        .select_related("submitted_by")
        .only("version", "reason", "submitted_at", "submitted_by__name", "is_late")
        .order_by("-version")
    )
    is_newest = versions[0].pk == row.pk
    return render(
        request,
        "reports/return_detail.html",
        {
            "row": row,
            "subject": subject,
            "tables": (shown := tables(row)),
            "pairs": [(line, None) for line in shown.pairs],
            "versions": versions,
            "is_newest": is_newest,
            "changes": changes(row.replaces, row) if row.replaces else [],
            "may_correct": is_newest and request.user.has_perm(SUBMIT) and may_submit(subject, request.user),
            "others": _other_forms(subject),
        },
    )


@require_GET
@access(VIEW)
def return_export(request, pk):
    row = visible_or_404(_rows(), request.user, pk=pk)
    audit_record(verb=AuditEvent.Verb.EXPORT, user=request.user, subject=row, note=str(row), request=request)
    return workbook(return_workbook(row), return_file_name(row))


def workbook(content: bytes, name: str) -> HttpResponse:
    return HttpResponse(
        content,
        headers={"Content-Type": EXCEL, "Content-Disposition": content_disposition_header(True, name)},
    )
