"""Certificates: found, asked for, followed while they are made, downloaded."""

import hashlib

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods

from core.access import access
from core.lists import show_list
from core.models import AuditEvent
from core.pages import attempt
from core.scope import visible_or_404
from core.selectors.jobs import job_notice
from core.services.audit import audit_record
from staffing.forms_certificates import CertificateRequestForm, PersonForm
from staffing.lists.certificates import CertificateList
from staffing.models import Clinician, ServiceCertificate
from staffing.selectors.certificates import (
    changed_since,
    people_to_certify,
    proved_until,
    stays_to_certify,
    unlocked_messages,
)
from staffing.services.certificate_freezing import download_name
from staffing.services.certificates import certificate_request, may_issue, may_request

REQUEST = "staffing.request_certificate"
VIEW = "staffing.view_servicecertificate"


def _certificates():
    return ServiceCertificate.objects.select_related(
        "clinician__organisation", "sender", "issuer", "job", "requested_by", "approved_by", "revoked_by"
    )


@require_GET
@access(VIEW)
def certificate_list(request):
    return show_list(request, CertificateList)


@require_http_methods(["GET", "POST"])
@access(REQUEST)
def certificate_new(request):
    """``?person=`` names the person; without it the page asks for whom."""
    person = _person(request)
    if person is None:
        people = people_to_certify(user=request.user)
        return render(request, "staffing/certificate_person.html", {"form": PersonForm(people=people)})
    if not may_request(clinician=person, by=request.user):
        raise PermissionDenied
    stays = stays_to_certify(clinician=person, user=request.user)
    if request.user.organisation_id != person.organisation_id:
        stays = stays.filter(agreement__recipient=request.user.organisation_id)
    form = CertificateRequestForm(request.POST or None, stays=stays)
    if request.method == "POST" and form.is_valid():
        made = attempt(
            form,
            lambda: certificate_request(clinician=person, by=request.user, **_answers(form)),
        )
        if made:
            messages.success(request, f"已申请{made.title}，由{made.issuer}出具。")
            return redirect("certificate-detail", pk=made.pk)
    known = list(stays)
    until = proved_until(known)
    return render(
        request,
        "staffing/certificate_form.html",
        {
            "form": form,
            "person": person,
            "stays": known,
            "until": until,
            "holes": unlocked_messages(known, max((stay.end_on for stay in known), default=None)),
        },
        status=400 if form.errors else 200,
    )


def _person(request) -> Clinician | None:
    if request.GET.get("person"):
        return visible_or_404(
            Clinician.objects.select_related("organisation"), request.user, pk=request.GET["person"]
        )
    return Clinician.objects.filter(user=request.user).select_related("organisation").first()


def _answers(form: CertificateRequestForm) -> dict:
    return form.cleaned_data | {"postings": list(form.cleaned_data["postings"])}


@require_GET
@access(VIEW)
def certificate_detail(request, pk):
    certificate = visible_or_404(_certificates(), request.user, pk=pk)
    job = certificate.job
    open_job = certificate.is_in_work
    issues = request.user.has_perm("staffing.issue_certificate") and may_issue(
        certificate=certificate, by=request.user
    )
    response = render(
        request,
        "staffing/certificate_detail.html",
        {
            "certificate": certificate,
            "stays": certificate.stays.select_related("posting__agreement__recipient"),
            "facts": certificate.facts,
            "issues": issues,
            "changes": changed_since(certificate) if issues else [],
            "notice": job_notice(job) if job else "",
            # the job belongs to the officer who issues; the others follow it on this page, which is theirs
            "poll_url": request.path if job and job.requester_id != request.user.pk else "",
            "show_job": job is not None and (open_job or job.state == "failed"),
        },
    )
    if request.htmx and not open_job:
        response["HX-Refresh"] = "true"
    return response


@require_GET
@access(VIEW)
def certificate_download(request, pk):
    """The file as it was issued: one that changed on the disk is not given out."""
    certificate = visible_or_404(_certificates(), request.user, pk=pk)
    if not certificate.file or not certificate.file.storage.exists(certificate.file.name):
        raise Http404
    with certificate.file.open("rb") as stored:
        content = stored.read()
    if hashlib.sha256(content).hexdigest() != certificate.file_sha256:
        messages.error(request, "服务器上的文件与出具时不一致，没有提供下载。请由出具部门重新生成文件。")
        return redirect("certificate-detail", pk=pk)
    audit_record(verb=AuditEvent.Verb.DOWNLOAD, user=request.user, subject=certificate, request=request)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(True, download_name(certificate))
    response["Cache-Control"] = "private, no-store"
    return response
