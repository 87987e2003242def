"""Agreements as the parties see them: list, text, confirmation, files."""

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.roles import UNITS
from core.access import access
from core.models import AuditEvent
from core.pages import page_of
from core.scope import visible_or_404
from core.services.audit import audit_record
from core.uploads import validate_document
from core.web import run_verb
from support.forms import AgreementFilter
from support.models import Agreement, AgreementAttachment, AgreementVersion
from support.selectors import agreements as selectors
from support.selectors.desk import agreements_ending
from support.selectors.waiting import versions_to_confirm
from support.services import agreements as services


@require_GET
@access("support.view_agreement")
def agreement_list(request):
    today = timezone.localdate()
    rows = selectors.agreement_list(request.user, day=today)
    filters = AgreementFilter(request.GET)
    if not request.user.has_role(*UNITS):
        filters.drop("side", "waiting")
    chosen = filters.chosen
    if "q" in chosen:
        rows = selectors.agreements_found(rows, chosen["q"])
    if "state" in chosen:
        rows = rows.filter(state=chosen["state"])
    if "side" in chosen:
        rows = rows.filter(**{chosen["side"]: request.user.organisation_id})
    if "ending" in chosen:
        rows = rows.filter(pk__in=agreements_ending(user=request.user, day=today))
    if "waiting" in chosen:
        rows = rows.filter(versions__in=versions_to_confirm(request.user))
    page = page_of(request, rows)
    for agreement in page:
        agreement.days_left = selectors.days_left(agreement, today)
    return render(request, "support/agreement_list.html", {"filter": filters, "page": page})


@require_GET
@access("support.view_agreement")
def agreement_detail(request, pk):
    rows = Agreement.objects.select_related(
        "sender", "recipient", "third_party", "cycle__programme__bureau", "renewal_of", "current_version"
    )
    agreement = visible_or_404(rows, request.user, pk=pk)
    versions = list(
        agreement.versions.visible_to(request.user)
        .select_related(
            "agreement__sender", "agreement__recipient", "agreement__cycle__programme", "drafted_by"
        )
        .prefetch_related("parties__organisation", "targets__indicator", "attachments", "specialities")
        .order_by("-number")
    )
    under_way = next((version for version in versions if version.is_open), None)
    may_confirm = bool(under_way) and services.may_confirm_version(version=under_way, by=request.user)
    shown = _shown_version(request, versions, agreement, under_way if may_confirm else None)
    in_force = next((version for version in versions if version.pk == agreement.current_version_id), None)
    compared = in_force and shown and shown.is_open
    return render(
        request,
        "support/agreement_detail.html",
        {
            "agreement": agreement,
            "state": agreement.state_on(timezone.localdate()),
            "days_left": selectors.days_left(agreement, timezone.localdate()),
            "shown": shown,
            "changes": selectors.version_changes(in_force, shown) if compared else None,
            "versions": versions,
            "under_way": under_way,
            "next_confirmer": under_way and services.next_confirmer(under_way),
            "may_confirm": may_confirm,
            "may_return": bool(under_way) and _may_return(under_way, request.user),
        },
    )


def _may_return(version, user) -> bool:
    return user.has_perm("support.confirm_agreement") and services.may_return_version(
        version=version, by=user
    )


def _shown_version(request, versions, agreement, awaited):
    """The version asked for, else the one that waits for this person, the one in force, the newest."""
    asked = request.GET.get("version", "")
    wanted = [version for version in versions if str(version.number) == asked]
    in_force = [version for version in versions if version.pk == agreement.current_version_id]
    return next(iter(wanted or ([awaited] if awaited else []) or in_force or versions), None)


@require_POST
@access("support.confirm_agreement")
def version_confirm(request, pk):
    version = visible_or_404(AgreementVersion.objects.select_related("agreement"), request.user, pk=pk)
    if version.is_open and not _is_party(version, request.user):
        raise PermissionDenied
    run_verb(
        request,
        lambda: services.version_confirm(version=version, by=request.user),
        done="已确认。双方都确认后由主管部门备案。",
    )
    return redirect("agreement-detail", pk=version.agreement_id)


@require_POST
@access("support.confirm_agreement")
def version_return(request, pk):
    version = visible_or_404(AgreementVersion.objects.select_related("agreement"), request.user, pk=pk)
    if not _is_party(version, request.user):
        raise PermissionDenied
    run_verb(
        request,
        lambda: services.version_return(
            version=version, by=request.user, reason=request.POST.get("reason", "")
        ),
        done="已退回，修改后需要双方重新确认。",
    )
    return redirect("agreement-detail", pk=version.agreement_id)


def _is_party(version, user) -> bool:
    return user.organisation_id in (version.agreement.sender_id, version.agreement.recipient_id)


@require_GET
@access("support.view_agreement")
def attachment_download(request, pk):
    """Always as a download under a name of ours, with the type that the content check established."""
    attachment = visible_or_404(AgreementAttachment, request.user, pk=pk)
    suffix = validate_document.suffix_of(attachment.file.name)
    try:
        file = attachment.file.open("rb")
    except (FileNotFoundError, ValueError) as error:
        raise Http404 from error
    audit_record(
        verb=AuditEvent.Verb.DOWNLOAD, user=request.user, subject=attachment, note="下载附件", request=request
    )
    response = FileResponse(
        file,
        as_attachment=True,
        filename=f"{attachment.name}{suffix}",
        content_type=validate_document.content_types.get(suffix, "application/octet-stream"),
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
