"""Summaries: asked for, worded, frozen in the background, downloaded."""

from django.http import FileResponse, Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.access import access
from core.lists import show_list
from core.models import AuditEvent
from core.pages import attempt
from core.scope import visible_or_404
from core.selectors.jobs import job_notice
from core.services.audit import audit_record
from core.web import run_verb
from reports.figures import Frame
from reports.forms import ReviseForm, SummaryRequestForm
from reports.lists.summaries import SummaryList
from reports.models import Summary
from reports.narrative import PARTS
from reports.selectors.facts import gather
from reports.selectors.readings import readings
from reports.services.summaries import (
    download_name,
    summary_discard,
    summary_draft,
    summary_issue,
    summary_write,
)


def _summaries():
    return Summary.objects.select_related(
        "organisation__region", "cycle__programme", "job", "requested_by", "frozen_by"
    )


@require_GET
@access("reports.view_summary")
def summary_list(request):
    return show_list(request, SummaryList)


@require_http_methods(["GET", "POST"])
@access("reports.request_summary")
def summary_new(request):
    """Ask for a summary. “生成” freezes at once; “起草” opens the words for editing first."""
    form = SummaryRequestForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        drafting = "draft" in request.POST and request.user.has_perm("reports.edit_summary")
        summary = attempt(form, lambda: summary_draft(by=request.user, **form.cleaned_data))
        if summary and not drafting and request.user.has_perm("reports.request_summary"):
            attempt(form, lambda: summary_issue(summary=summary, by=request.user))
        if summary:
            return redirect("summary-detail", pk=summary.pk)
    return render(request, "reports/summary_new.html", {"form": form}, status=400 if form.errors else 200)


@require_GET
@access("reports.view_summary")
def summary_detail(request, pk):
    summary = visible_or_404(_summaries(), request.user, pk=pk)
    frozen = summary.status == Summary.Status.FROZEN
    facts = summary.figures if frozen else gather(Frame.of(summary))
    open_job = summary.job is not None and summary.job.is_open
    versions = (
        Summary.objects.visible_to(request.user)
        .filter(
            organisation=summary.organisation, edition=summary.edition, cycle=summary.cycle, year=summary.year
        )
        .defer("figures", "document", "narrative")
        .order_by("-version")
    )
    context = {
        "summary": summary,
        "facts": facts,
        "groups": readings(summary, facts),
        "parts": _by_part(summary.narrative),
        "may_write": not frozen and not open_job and request.user.has_perm("reports.edit_summary"),
        "may_issue": not frozen and not open_job,
        "may_revise": frozen and request.user.has_perm("reports.edit_summary"),
        "revise_form": ReviseForm(),
        "versions": versions,
        "notice": job_notice(summary.job) if summary.job else "",
        # a job belongs to whoever asked for it; colleagues follow it on this page, which is theirs too
        "poll_url": request.path if summary.job and summary.job.requester_id != request.user.pk else "",
        "show_job": summary.job is not None and (open_job or summary.job.state == "failed"),
    }
    response = render(request, "reports/summary_detail.html", context)
    if request.htmx and not open_job:
        response["HX-Refresh"] = "true"
    return response


def _by_part(narrative: list[dict]) -> list[tuple[str, list[dict]]]:
    return [(part, [row for row in narrative if row["part"] == part]) for part in PARTS]


@require_POST
@access("reports.edit_summary")
def summary_save(request, pk):
    """Save the edited paragraphs, and with “issue” freeze them right away."""
    summary = visible_or_404(Summary, request.user, pk=pk)
    texts = {key[5:]: value for key, value in request.POST.items() if key.startswith("text-")}
    saved = run_verb(request, lambda: summary_write(summary=summary, texts=texts), done="文字已保存。")
    if saved and "issue" in request.POST:
        run_verb(
            request,
            lambda: summary_issue(summary=summary, by=request.user),
            done="已提出定稿，正在生成文件。",
        )
    return redirect("summary-detail", pk=pk)


@require_POST
@access("reports.request_summary")
def summary_issue_view(request, pk):
    summary = visible_or_404(Summary, request.user, pk=pk)
    run_verb(
        request, lambda: summary_issue(summary=summary, by=request.user), done="已提出定稿，正在生成文件。"
    )
    return redirect("summary-detail", pk=pk)


@require_POST
@access("reports.edit_summary")
def summary_discard_view(request, pk):
    summary = visible_or_404(Summary, request.user, pk=pk)
    gone = run_verb(request, lambda: summary_discard(summary=summary), done="草稿已删除。")
    return redirect("summary-list") if gone else redirect("summary-detail", pk=pk)


@require_POST
@access("reports.edit_summary")
def summary_revise(request, pk):
    """A new version of a frozen summary, with its reason."""
    summary = visible_or_404(_summaries(), request.user, pk=pk)
    form = ReviseForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    made = []
    run_verb(
        request,
        lambda: made.append(
            summary_draft(
                organisation=summary.organisation,
                cycle=summary.cycle,
                year=summary.year,
                edition=summary.edition,
                reason=reason,
                by=request.user,
            )
        ),
        done="已建立新版本，文字按现在的数据重新生成，可以修改。",
    )
    return redirect("summary-detail", pk=made[0].pk if made else pk)


@require_GET
@access("reports.view_summary")
def summary_download(request, pk):
    summary = visible_or_404(_summaries(), request.user, pk=pk)
    if not summary.file or not summary.file.storage.exists(summary.file.name):
        raise Http404
    audit_record(verb=AuditEvent.Verb.DOWNLOAD, user=request.user, subject=summary, request=request)
    response = FileResponse(
        summary.file.open("rb"),
        as_attachment=True,
        filename=download_name(summary),
        content_type="application/pdf",
    )
    response["Cache-Control"] = "private, no-store"
    return response
