"""Service entered with evidence: the hospital enters and submits, a bureau above confirms at its desk."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.access import access
from core.lists import show_list
from core.models import AuditEvent
from core.pages import attempt
from core.scope import visible_or_404
from core.services.audit import audit_record
from core.uploads import validate_document
from core.web import run_verb
from staffing.lists.promotion import RecognisedList
from staffing.models import RecognisedService
from staffing.promotion_forms import RecognisedForm
from staffing.services import recognised as services
from staffing.views.promotion import ENTER, may_enter, own_person
from support.selectors.rights import record_rights
from support.services.records import may_confirm, record_confirm, record_return, record_submit

VIEW = "staffing.view_recognisedservice"
CONFIRM = "support.confirm_record"
URLS = ("edit", "submit", "delete", "confirm", "return")


def _visible(request, pk) -> RecognisedService:
    rows = RecognisedService.objects.select_related(
        "clinician__organisation", "entered_for", "entered_by", "confirmed_for", "confirmed_by"
    )
    return visible_or_404(rows, request.user, pk=pk)


@require_GET
@access(VIEW)
def recognised_list(request):
    return show_list(request, RecognisedList)


@require_GET
@access(VIEW)
def recognised_detail(request, pk):
    service = _visible(request, pk)
    return render(
        request,
        "staffing/recognised_detail.html",
        {
            "record": service,
            "confirmer": "上级卫生健康主管部门",
            "rights": record_rights(record=service, by=request.user, permission=ENTER),
            "urls": {name: reverse(f"recognised-{name}", args=[service.pk]) for name in URLS},
        },
    )


@require_http_methods(["GET", "POST"])
@access(ENTER)
def recognised_new(request, pk):
    person = own_person(request, pk)
    if not may_enter(request.user, person):
        raise PermissionDenied
    return _form_page(request, person, None)


@require_http_methods(["GET", "POST"])
@access(ENTER)
def recognised_edit(request, pk):
    service = _visible(request, pk)
    _require_entering(service, request.user)
    if not service.is_editable:
        messages.info(request, f"记录现在是“{service.get_status_display()}”，不能修改。")
        return redirect("recognised-detail", pk=service.pk)
    return _form_page(request, service.clinician, service)


def _form_page(request, person, service):
    form = RecognisedForm(request.POST or None, request.FILES or None, instance=service)
    if request.method == "POST" and form.is_valid():
        saved = attempt(
            form,
            lambda: services.recognised_save(
                clinician=person,
                service=service,
                by=request.user,
                submit="send" in request.POST,
                **form.cleaned_data,
            ),
        )
        if saved:
            done = "已存为草稿，提交后由主管部门认定。" if saved.is_editable else "已提交，等待主管部门认定。"
            messages.success(request, done)
            return redirect("recognised-detail", pk=saved.pk)
    return render(
        request, "staffing/recognised_form.html", {"form": form, "person": person, "record": service}
    )


def _require_entering(service, user) -> None:
    if not may_enter(user, service.clinician):
        raise PermissionDenied


def _require_confirming(service, user) -> None:
    if not may_confirm(record=service, by=user):
        raise PermissionDenied


@require_POST
@access(ENTER)
def recognised_submit(request, pk):
    service = _visible(request, pk)
    _require_entering(service, request.user)
    run_verb(
        request,
        lambda: record_submit(record=service, by=request.user),
        done="已提交，等待主管部门认定。",
    )
    return redirect("recognised-detail", pk=service.pk)


@require_POST
@access(ENTER)
def recognised_delete(request, pk):
    service = _visible(request, pk)
    _require_entering(service, request.user)
    person = service.clinician_id
    gone = run_verb(
        request, lambda: services.recognised_delete(service=service, by=request.user), done="已删除。"
    )
    return redirect("person-promotion", pk=person) if gone else redirect("recognised-detail", pk=service.pk)


@require_POST
@access(CONFIRM)
def recognised_confirm(request, pk):
    service = _visible(request, pk)
    _require_confirming(service, request.user)
    run_verb(request, lambda: record_confirm(record=service, by=request.user), done="已认定，计入台账。")
    return redirect("recognised-detail", pk=service.pk)


@require_POST
@access(CONFIRM)
def recognised_return(request, pk):
    service = _visible(request, pk)
    _require_confirming(service, request.user)
    reason = request.POST.get("reason", "")
    run_verb(
        request,
        lambda: record_return(record=service, by=request.user, reason=reason),
        done="已退回给填报单位。",
    )
    return redirect("recognised-detail", pk=service.pk)


@require_GET
@access(VIEW)
def recognised_evidence(request, pk):
    """Always as a download under a name of ours, with the type that the content check established."""
    service = _visible(request, pk)
    suffix = validate_document.suffix_of(service.evidence_file.name or "")
    try:
        file = service.evidence_file.open("rb")
    except (FileNotFoundError, ValueError) as error:
        raise Http404 from error
    audit_record(
        verb=AuditEvent.Verb.DOWNLOAD,
        user=request.user,
        subject=service,
        note="下载证明扫描件",
        request=request,
    )
    response = FileResponse(
        file,
        as_attachment=True,
        filename=f"{service.clinician.name}{service.get_kind_display()}证明{suffix}",
        content_type=validate_document.content_types.get(suffix, "application/octet-stream"),
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
