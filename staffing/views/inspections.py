"""Unannounced inspections: recorded by the bureau on site, read by those concerned once concluded."""

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
from staffing.inspection_forms import (
    InspectionForm,
    PhotoForm,
    RateFilter,
    RevokeForm,
    SheetForm,
)
from staffing.lists.attendance import InspectionList
from staffing.models import Inspection, InspectionFinding, InspectionPhoto
from staffing.selectors.inspections import postings_covering
from staffing.selectors.off_post import GROUPS, off_post_rate, repeat_offenders
from staffing.services import inspections as services

RECORD, REVOKE = "staffing.record_inspection", "staffing.revoke_inspection"


def _visible(request, pk) -> Inspection:
    rows = Inspection.objects.select_related(
        "recipient", "bureau", "recorded_by", "concluded_by", "revoked_by"
    )
    return visible_or_404(rows, request.user, pk=pk)


def _to_record(request, pk) -> Inspection:
    """An inspection of the officer's own bureau."""
    inspection = _visible(request, pk)
    if inspection.bureau_id != request.user.organisation_id:
        raise PermissionDenied
    return inspection


@require_GET
@access("staffing.view_inspection")
def inspection_list(request):
    return show_list(request, InspectionList)


@require_http_methods(["GET", "POST"])
@access(RECORD)
def inspection_new(request):
    form = InspectionForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        made = attempt(form, lambda: services.inspection_record(by=request.user, **form.cleaned_data))
        if made:
            messages.success(request, "已列出当天应在岗的人员，请逐人核对。")
            return redirect("inspection-edit", pk=made.pk)
    return render(request, "staffing/inspection_new.html", {"form": form})


def _findings(request, inspection):
    return (
        InspectionFinding.objects.visible_to(request.user)
        .filter(inspection=inspection)
        .select_related("posting__clinician", "posting__agreement__sender")
        .order_by("posting__agreement__sender__name_key", "posting__clinician__name_key", "pk")
    )


@require_http_methods(["GET", "POST"])
@access(RECORD)
def inspection_edit(request, pk):
    """One page on a phone: everybody's result, then save, or save and conclude."""
    inspection = _to_record(request, pk)
    if not inspection.is_draft:
        messages.info(request, f"抽查{inspection.get_status_display()}，不能再改。")
        return redirect("inspection-detail", pk=inspection.pk)
    findings = list(_findings(request, inspection))
    others = (
        postings_covering(recipient=inspection.recipient, day=inspection.inspected_on)
        .visible_to(request.user)
        .exclude(pk__in=[row.posting_id for row in findings])
    )
    form = SheetForm(request.POST or None, inspection=inspection, findings=findings, others=others)
    if request.method == "POST" and form.is_valid():
        saved = attempt(
            form,
            lambda: services.inspection_change(
                inspection=inspection,
                by=request.user,
                inspectors=form.cleaned_data["inspectors"],
                note=form.cleaned_data["note"],
                findings=form.found(),
            ),
        )
        if saved:
            return _after_saving(request, saved)
    return render(
        request,
        "staffing/inspection_edit.html",
        {
            "inspection": inspection,
            "form": form,
            "photos": inspection.photos.all(),
            "photo_form": PhotoForm(),
        },
    )


def _after_saving(request, inspection):
    """What was typed on site is kept even when it is too early to conclude."""
    if "conclude" not in request.POST:
        messages.success(request, "已保存，还没有办结。")
        return redirect("inspection-edit", pk=inspection.pk)
    concluded = run_verb(
        request,
        lambda: services.inspection_conclude(inspection=inspection, by=request.user),
        done="已办结，双方单位和本人可以看到结果。",
    )
    return redirect("inspection-detail" if concluded else "inspection-edit", pk=inspection.pk)


@require_GET
@access("staffing.view_inspection")
def inspection_detail(request, pk):
    inspection = _visible(request, pk)
    findings = list(_findings(request, inspection))
    leads = request.user.has_perm(REVOKE) and inspection.bureau_id == request.user.organisation_id
    return render(
        request,
        "staffing/inspection_detail.html",
        {
            "inspection": inspection,
            "findings": findings,
            "off_post": sum(row.is_off_post for row in findings),
            "photos": InspectionPhoto.objects.visible_to(request.user).filter(inspection=inspection),
            "records": inspection.is_draft
            and request.user.has_perm(RECORD)
            and inspection.bureau_id == request.user.organisation_id,
            "revoke": RevokeForm() if leads and inspection.status == Inspection.Status.CONCLUDED else None,
        },
    )


@require_POST
@access(REVOKE)
def inspection_revoke(request, pk):
    inspection = _to_record(request, pk)
    reason = request.POST.get("reason", "")
    run_verb(
        request,
        lambda: services.inspection_revoke(inspection=inspection, by=request.user, reason=reason),
        done="已撤销，这次抽查不再计入统计。",
    )
    return redirect("inspection-detail", pk=inspection.pk)


@require_POST
@access(RECORD)
def inspection_delete(request, pk):
    inspection = _to_record(request, pk)
    gone = run_verb(
        request,
        lambda: services.inspection_delete(inspection=inspection, by=request.user),
        done="已删除这份记录。",
    )
    return redirect("inspection-list") if gone else redirect("inspection-detail", pk=inspection.pk)


@require_POST
@access(RECORD)
def photo_add(request, pk):
    inspection = _to_record(request, pk)
    form = PhotoForm(request.POST, request.FILES)
    if form.is_valid():
        run_verb(
            request,
            lambda: services.photo_add(inspection=inspection, by=request.user, **form.cleaned_data),
            done="照片已保存。",
        )
    else:
        messages.error(request, "请选择一张照片。")
    return redirect(f"{reverse('inspection-edit', args=[inspection.pk])}#photos")


@require_POST
@access(RECORD)
def photo_remove(request, pk):
    photo = visible_or_404(InspectionPhoto.objects.select_related("inspection"), request.user, pk=pk)
    if photo.inspection.bureau_id != request.user.organisation_id:
        raise PermissionDenied
    run_verb(request, lambda: services.photo_remove(photo=photo, by=request.user), done="照片已删除。")
    return redirect("inspection-edit", pk=photo.inspection_id)


@require_GET
@access("staffing.view_inspection")
def photo_download(request, pk):
    """Always as a download under a name of ours, with the type that the content check established."""
    photo = visible_or_404(InspectionPhoto.objects.select_related("inspection"), request.user, pk=pk)
    suffix = validate_document.suffix_of(photo.file.name)
    try:
        file = photo.file.open("rb")
    except (FileNotFoundError, ValueError) as error:
        raise Http404 from error
    audit_record(
        verb=AuditEvent.Verb.DOWNLOAD, user=request.user, subject=photo, note="下载抽查照片", request=request
    )
    response = FileResponse(
        file,
        as_attachment=True,
        filename=f"抽查照片-{photo.pk}{suffix}",
        content_type=validate_document.content_types.get(suffix, "application/octet-stream"),
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@require_GET
@access("staffing.view_off_post_rate")
def off_post(request):
    """Off-post rates by county, recipient or sender, and the people found more than once."""
    filters = RateFilter(request.GET)
    period, by = filters.period, filters.chosen.get("by") or "county"
    findings = InspectionFinding.objects.visible_to(request.user).within(period)
    return render(
        request,
        "staffing/off_post.html",
        {
            "filter": filters,
            "period": period,
            "group": GROUPS[by][0],
            "table": off_post_rate(findings=findings, by=by),
            "offenders": repeat_offenders(findings=findings),
        },
    )
