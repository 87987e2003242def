"""Service entered with evidence: the hospital enters and submits, a bureau above confirms at its desk."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from core.access import access
from core.lists import show_list
from core.models import AuditEvent
from core.pages import attempt
from core.services.audit import audit_record
from core.uploads import validate_document
from staffing.lists.promotion import RecognisedList
from staffing.models import RecognisedService
from staffing.promotion_forms import RecognisedForm
from staffing.services import recognised as services
from staffing.views.promotion import ENTER, may_enter, own_person
from support.views.records import RecordViews

VIEW = "staffing.view_recognisedservice"


def _rows():
    return RecognisedService.objects.select_related(
        "clinician__organisation", "entered_for", "entered_by", "confirmed_for", "confirmed_by"
    )


RECORDS = RecordViews(
    name="recognised",
    label="其他服务",
    model=RecognisedService,
    enter=ENTER,
    rows=_rows,
    correct=lambda service: f"{reverse('recognised-new', args=[service.clinician_id])}?replaces={service.pk}",
    home=lambda service: reverse("person-promotion", args=[service.clinician_id]),
    confirmed="已认定，计入台账。",
    disputable=False,
    confirmer="上级卫生健康主管部门",
)


@require_GET
@access(VIEW)
def recognised_list(request):
    return show_list(request, RecognisedList)


@require_GET
@access(VIEW)
def recognised_detail(request, pk):
    service = RECORDS.visible(request, pk)
    return render(
        request,
        "staffing/recognised_detail.html",
        RECORDS.context(request, service),
    )


@require_http_methods(["GET", "POST"])
@access(ENTER)
def recognised_new(request, pk):
    person = own_person(request, pk)
    if not may_enter(request.user, person):
        raise PermissionDenied
    return _form_page(request, person, None, _original(request, person))


def _original(request, person) -> RecognisedService | None:
    original = RECORDS.original(request)
    if original is not None and original.clinician_id != person.pk:
        raise Http404
    return original


@require_http_methods(["GET", "POST"])
@access(ENTER)
def recognised_edit(request, pk):
    service = RECORDS.visible(request, pk)
    RECORDS.require_entering(service, request.user)
    if not service.is_editable:
        messages.info(request, f"记录现在是“{service.status_label}”，不能修改。")
        return redirect("recognised-detail", pk=service.pk)
    return _form_page(request, service.clinician, service)


def _form_page(request, person, service, original=None):
    form = RecognisedForm(request.POST or None, request.FILES or None, instance=service, corrects=original)
    if request.method == "POST" and form.is_valid():
        saved = attempt(
            form,
            lambda: services.recognised_save(
                clinician=person,
                service=service,
                replaces=original,
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
        request,
        "staffing/recognised_form.html",
        {"form": form, "person": person, "record": service, "original": original},
    )


@require_GET
@access(VIEW)
def recognised_evidence(request, pk):
    """Always as a download under a name of ours, with the type that the content check established."""
    service = RECORDS.visible(request, pk)
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
