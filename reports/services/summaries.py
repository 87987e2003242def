"""The life of a summary: asked for, drafted, worded, frozen, rendered.

Freezing takes one consistent look at the ledger and stores figures, words and layout with their hash.
Rendering turns a frozen row into its PDF and can be repeated at will with the same bytes.
"""

from datetime import date

from django.db import IntegrityError, connection, transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import Organisation, User
from core.dates import Period
from core.errors import Problems, RuleBroken, checked
from core.models import AuditEvent, Job
from core.services.audit import audit_record
from core.services.jobs import job_request
from reports.composition import compose_summary
from reports.figures import Frame, default_edition, fitting_editions
from reports.models import Summary
from reports.narrative import paragraphs
from reports.selectors.facts import gather
from support.models import Cycle

RENDER = "reports.render_summary"


def _problems(
    *, organisation, cycle: Cycle, year: int | None, issued_on: date, reason: str, version: int
) -> Problems:
    problems = Problems()
    period = cycle.period
    if year is not None:
        clipped = period.clip(Period.year(year)) if 1900 <= year <= 2200 else None
        if clipped is None:
            problems.add(f"{year} 年不在周期 {period} 之内。", field="year")
        else:
            period = clipped
    if issued_on < period.start:
        problems.add(
            f"成文日期 {issued_on:%Y-%m-%d} 早于统计期间的开始日期 {period.start:%Y-%m-%d}，请核对。",
            field="issued_on",
        )
    if version > 1 and not reason.strip():
        problems.add("这份总结已经定稿过，新版本必须写明修订原因。", field="reason")
    return problems


@transaction.atomic
def summary_draft(
    *,
    organisation: Organisation,
    cycle: Cycle,
    by: User | None,
    year: int | None = None,
    edition: str = "",
    issued_on: date | None = None,
    reason: str = "",
) -> Summary:
    """The open draft of this summary, or a new one as the next version. Words are generated from today's figures."""
    edition = edition or default_edition(organisation)
    if edition not in fitting_editions(organisation):
        label = Summary.Edition(edition).label
        raise RuleBroken({"edition": f"{organisation}不能出“{label}”，请选择本单位的版式。"})
    same = Summary.objects.filter(organisation=organisation, edition=edition, cycle=cycle, year=year)
    # two people asking at once: the second waits here and then finds the first one's draft
    Cycle.objects.select_for_update(of=("self",), no_key=True).get(pk=cycle.pk)
    draft = same.filter(status=Summary.Status.DRAFT).first()
    if draft:
        return draft
    version = (same.aggregate(last=Max("version"))["last"] or 0) + 1
    issued_on = issued_on or timezone.localdate()
    _problems(
        organisation=organisation, cycle=cycle, year=year, issued_on=issued_on, reason=reason, version=version
    ).raise_if_any()
    summary = Summary(
        organisation=organisation,
        edition=edition,
        cycle=cycle,
        year=year,
        version=version,
        reason=reason.strip()[:300],
        issued_on=issued_on,
        requested_by=by,
    )
    summary.narrative = paragraphs(gather(Frame.of(summary)))
    checked(summary)
    try:
        summary.save()
    except IntegrityError as error:
        raise RuleBroken("这份总结正在由别人起草，请刷新后查看。") from error
    return summary


@transaction.atomic
def summary_write(*, summary: Summary, texts: dict[str, str], issued_on: date | None = None) -> Summary:
    """Save edited paragraphs of a draft by key. An emptied text returns to the generated wording."""
    summary = Summary.objects.select_for_update(of=("self",)).get(pk=summary.pk)
    _refuse_frozen(summary)
    generated = {row["key"]: row for row in paragraphs(gather(Frame.of(summary)))}
    written = []
    for key, row in generated.items():
        text = texts.get(key, "").replace("\r\n", "\n").strip()
        if len(text) > 4000:
            raise RuleBroken(f"“{row['heading'] or row['part']}”有 {len(text)} 字，超过上限 4000 字。")
        edited = bool(text) and text != row["text"]
        written.append(row | {"text": text if edited else row["text"], "edited": edited})
    summary.narrative = written
    if issued_on:
        _problems(
            organisation=summary.organisation,
            cycle=summary.cycle,
            year=summary.year,
            issued_on=issued_on,
            reason=summary.reason,
            version=summary.version,
        ).raise_if_any()
        summary.issued_on = issued_on
    summary.save()
    return summary


def _refuse_frozen(summary: Summary) -> None:
    if summary.status != Summary.Status.DRAFT:
        raise RuleBroken("总结已经定稿，不能再修改；需要更正请建立新版本并写明原因。")


@transaction.atomic
def summary_discard(*, summary: Summary) -> None:
    """Throw away a draft that is not being rendered."""
    summary = Summary.objects.select_for_update(of=("self",)).select_related("job").get(pk=summary.pk)
    _refuse_frozen(summary)
    if summary.job and summary.job.is_open:
        raise RuleBroken("总结正在生成，不能删除草稿。")
    summary.delete()


@transaction.atomic
def summary_issue(*, summary: Summary, by: User | None) -> Job:
    """Ask the background to freeze and render; a double click gives the same job."""
    summary = Summary.objects.select_for_update(of=("self",)).get(pk=summary.pk)
    job = job_request(
        kind=RENDER,
        unique_key=f"summary-{summary.pk}",
        label=summary.title[:200],
        requester=by,
        payload={"summary": summary.pk},
    )
    if summary.job_id != job.pk:
        summary.job = job
        summary.save(update_fields=["job"])
    audit_record(verb=AuditEvent.Verb.TRANSITION, user=by, subject=summary, note="提出定稿并生成文件")
    return job


def addressee_of(summary: Summary) -> str:
    """To whom a summary is sent: units write to the programme's bureau, a bureau to the one above it."""
    bureau = summary.cycle.programme.bureau
    if summary.edition != Summary.Edition.BUREAU:
        return bureau.name
    if bureau.pk != summary.organisation_id and summary.organisation.region.path.startswith(
        bureau.region.path
    ):
        return bureau.name
    return "上级卫生健康行政部门"


def summary_freeze(*, summary: Summary, by: User | None) -> Summary:
    """Compute, word and store once. Already frozen rows come back untouched."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:  # all figures from one state of the ledger
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        summary = (
            Summary.objects.select_for_update(of=("self",))
            .select_related("organisation__region", "cycle__programme__bureau__region")
            .get(pk=summary.pk)
        )
        if summary.status == Summary.Status.FROZEN:
            return summary
        facts = gather(Frame.of(summary))
        own = {row["key"]: row for row in summary.narrative if row.get("edited")}
        summary.narrative = [own.get(row["key"], row) for row in paragraphs(facts)]
        summary.data_time = timezone.localtime().replace(microsecond=0)
        document = compose_summary(
            facts=facts,
            narrative=summary.narrative,
            title=summary.title,
            addressee=addressee_of(summary),
            issued_on=summary.issued_on,
            version=summary.version,
            data_time=summary.data_time,
        )
        summary.figures = facts
        summary.document = document.to_json()
        summary.content_hash = document.identity.content_hash
        summary.status = Summary.Status.FROZEN
        summary.frozen_by = by
        summary.save()
        return summary


def summary_file_name(summary: Summary) -> str:
    """One name for one content: a repeated rendering replaces the file by itself."""
    return f"summaries/{summary.pk}/{summary.content_hash[:20]}.pdf"


def summary_attach(*, summary: Summary, name: str, pages: int) -> None:
    """Record the rendered file of a frozen summary."""
    Summary.objects.filter(pk=summary.pk).update(file=name, rendered_at=timezone.now(), pages=pages)


def download_name(summary: Summary) -> str:
    return f"{summary.title}（第{summary.version}版）.pdf"
