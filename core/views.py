"""Pages without a domain: health, and the progress of background work."""

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from core.access import PUBLIC, SIGNED_IN, access
from core.models import Job
from core.scope import visible_or_404
from core.selectors.jobs import job_notice
from core.services.jobs import job_retry
from core.web import run_verb


@require_GET
@access(PUBLIC)
def healthz(request):
    """200 when this process answers and reaches the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


@require_GET
@access(SIGNED_IN)
def job_progress(request, pk):
    """The progress box alone; the page polls it while the job is open."""
    job = _job(request, pk, "core.view_job")
    response = render(request, "core/_job.html", {"job": job, "notice": job_notice(job)})
    if not job.is_open and request.htmx:
        response["HX-Refresh"] = "true"
    return response


@require_POST
@access(SIGNED_IN)
def job_retry_view(request, pk):
    job = _job(request, pk, "core.retry_job")
    run_verb(request, lambda: job_retry(job=job), done="已重新排队。")
    return redirect(request.POST.get("next") if _is_local(request) else "home")


def _job(request, pk, permission: str) -> Job:
    """One's own job; that of others only with the permission, though one's reach be everything."""
    job = visible_or_404(Job, request.user, pk=pk)
    if job.requester_id != request.user.pk and not request.user.has_perm(permission):
        raise PermissionDenied
    return job


def _is_local(request) -> bool:
    from django.utils.http import url_has_allowed_host_and_scheme

    return url_has_allowed_host_and_scheme(
        request.POST.get("next"), allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )


@access(PUBLIC)
def csrf_failure(request, reason=""):
    """A stale form: say what to do instead of Django's English page."""
    return render(request, "403_csrf.html", status=403)
