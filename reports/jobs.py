"""Background work of this room. Loaded at start-up so that a worker knows its handlers."""

from core.jobs import JobRun, job_kind
from core.rendering import OfficialDocument, count_pages
from reports.models import Summary
from reports.services.summaries import RENDER, summary_attach, summary_file_name, summary_freeze


@job_kind(RENDER)
def render_summary(run: JobRun) -> None:
    """Freeze (once), lay out, store. May be killed at any line and run again: one file comes of it."""
    from core.rendering.pdf import render_pdf  # the layout engine is for workers only

    steps = 4
    run.progress(0, steps, "汇总数据")
    summary = summary_freeze(summary=Summary(pk=run.payload["summary"]), by=run.job.requester)
    run.progress(1, steps, "排版")
    document = OfficialDocument.from_json(summary.document)
    content = render_pdf(document)
    run.progress(2, steps, "保存文件")
    name = run.store(summary_file_name(summary), content)
    run.progress(3, steps, "登记文件")
    summary_attach(summary=summary, name=name, pages=count_pages(document))
