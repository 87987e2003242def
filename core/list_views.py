"""Sheets of lists: made at once, or by a worker and fetched from the page of the job."""

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods

from core import list_export as exports
from core.access import SIGNED_IN, access, may_open
from core.lists import Listing, listing_of
from core.models import AuditEvent, Job
from core.scope import visible_or_404
from core.selectors.jobs import job_notice
from core.services.audit import audit_record


def _listing(request, name: str) -> Listing:
    kind = listing_of(name)
    if kind is None:
        raise Http404
    if not may_open(request.user, kind.permission):
        raise PermissionDenied
    return kind(request.user, request.GET)


@require_http_methods(["GET", "POST"])
@access(SIGNED_IN)
def list_export(request, name):
    """GET: the sheet, or for many rows the question whether to make it in the background; POST starts that."""
    listing = _listing(request, name)
    if request.method == "POST":
        job = exports.export_request(listing=listing, user=request.user)
        return redirect("export-job", pk=job.pk)
    if exports.is_long(listing):
        back = f"{reverse(listing.name)}?{listing.query}"
        return render(
            request,
            "core/export_ask.html",
            {"listing": listing, "back": back, "at_once": exports.AT_ONCE},
        )
    content = exports.export_now(listing=listing, user=request.user, request=request)
    response = HttpResponse(content, content_type=exports.XLSX)
    response["Content-Disposition"] = content_disposition_header(True, exports.export_name(listing))
    response["Cache-Control"] = "private, no-store"
    return response


def _own_job(request, pk) -> Job:
    """An export is only for whoever asked for it, whatever else they may see."""
    return visible_or_404(
        Job.objects.filter(kind=exports.KIND, requester=request.user.pk), request.user, pk=pk
    )


@require_GET
@access(SIGNED_IN)
def export_job(request, pk):
    job = _own_job(request, pk)
    kind = listing_of(job.payload["listing"])
    back = f"{reverse(kind.name)}?{job.payload['query']}" if kind else ""
    return render(request, "core/export_job.html", {"job": job, "notice": job_notice(job), "back": back})


@require_GET
@access(SIGNED_IN)
def export_file(request, pk):
    job = _own_job(request, pk)
    kind = listing_of(job.payload["listing"])
    if kind is None or not may_open(request.user, kind.permission):
        raise PermissionDenied
    if job.state != Job.State.DONE or not job.result_file.storage.exists(job.result_file.name):
        raise Http404
    audit_record(verb=AuditEvent.Verb.DOWNLOAD, user=request.user, subject=job, request=request)
    response = FileResponse(
        job.result_file.open("rb"),
        as_attachment=True,
        filename=job.result_file.name.rsplit("/", 1)[-1],
        content_type=exports.XLSX,
    )
    response["Cache-Control"] = "private, no-store"
    return response
