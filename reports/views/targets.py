"""Target progress: one agreement, all agreements of a unit, all pairs of a bureau with the worst first."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from core.access import access
from core.excel.formats import XlsxFormat
from core.models import AuditEvent
from core.pages import page_of
from core.scope import visible_or_404
from core.services.audit import audit_record
from reports.bars import bar_of
from reports.forms_targets import LAGGING, SIZES, TargetFilter, YearForm
from reports.selectors.standings import Standing, standings
from reports.selectors.targets import agreements_with_targets
from reports.target_workbook import target_workbook
from reports.targets import Verdict, progress_of
from reports.targets.verdicts import LAGGING as LAGGING_VERDICTS
from support.selectors.agreements import agreements_found


@require_GET
@access("reports.view_targets")
def target_agreement(request, pk):
    agreement = visible_or_404(agreements_with_targets(request.user), request.user, pk=pk)
    days, today = agreement.effective_period, timezone.localdate()
    form = YearForm(request.GET, years=range(days.start.year, days.end.year + 1))
    rows = progress_of([agreement], today=today, year=form.chosen.get("year")).get(agreement.pk, [])
    return render(
        request,
        "reports/target_agreement.html",
        {
            "agreement": agreement,
            "state": agreement.state_on(today),
            "filter": form,
            "today": today,
            "rows": [(row, bar_of(row)) for row in rows],
            "standing": Standing.of(rows),
        },
    )


def _asked(request) -> tuple[TargetFilter, list[int], dict[int, Standing]]:
    """(filters, agreements in the order asked for, their standings)."""
    today = timezone.localdate()
    form = TargetFilter(request.GET, user=request.user)
    chosen = form.chosen
    found = agreements_with_targets(request.user)
    if "q" in chosen:
        found = agreements_found(found, chosen["q"])
    if "cycle" in chosen:
        found = found.filter(cycle=chosen["cycle"])
    if "sender" in chosen:
        found = found.filter(sender=chosen["sender"])
    if "region" in chosen:
        found = found.filter(recipient__region__path__startswith=chosen["region"].path)
    when = chosen.get("when", "")
    if when == "ended":
        found = found.filter(effective_to__lt=today)
    elif not when:
        found = found.in_force_on(today)
    standing = standings(found, today=today)
    wanted = chosen.get("verdict")
    if wanted:
        kinds = LAGGING_VERDICTS if wanted == LAGGING[0] else (Verdict(wanted),)
        standing = {pk: row for pk, row in standing.items() if any(row.counts.get(kind) for kind in kinds)}
    order = {
        "recipient": ("recipient__region__code", "recipient__name_key", "number"),
        "sender": ("sender__name_key", "recipient__name_key", "number"),
        "end": ("effective_to", "number"),
    }.get(chosen.get("sort"), ("recipient__region__code", "recipient__name_key", "number"))
    keys = [pk for pk in found.order_by(*order).values_list("pk", flat=True) if pk in standing]
    if "sort" not in chosen:
        keys.sort(key=lambda pk: standing[pk].worst_first)
    return form, keys, standing


def _cards(user, keys: list[int], *, today) -> list[dict]:
    """The agreements of a page as they stand now, their targets in the order of the text."""
    found = agreements_with_targets(user).in_bulk(keys)
    agreements = [found[pk] for pk in keys]
    progress = progress_of(agreements, today=today)
    return [
        {
            "agreement": agreement,
            "state": agreement.state_on(today),
            "standing": Standing.of(progress[agreement.pk]),
            "rows": [(row, bar_of(row)) for row in progress[agreement.pk]],
        }
        for agreement in agreements
    ]


@require_GET
@access("reports.view_targets")
def target_list(request):
    form, keys, standing = _asked(request)
    today = timezone.localdate()
    page = page_of(request, keys, form.chosen.get("size") or SIZES[0])
    totals = [standing[pk] for pk in keys]
    return render(
        request,
        "reports/target_list.html",
        {
            "filter": form,
            "page": page,
            "cards": _cards(request.user, list(page), today=today),
            "today": today,
            "sums": {
                "targets": sum(row.targets for row in totals),
                "lagging": sum(row.lagging for row in totals),
                "met": sum(row.counts.get(Verdict.MET, 0) for row in totals),
                "unknown": sum(row.counts.get(Verdict.UNKNOWN, 0) for row in totals),
            },
        },
    )


@require_GET
@access("reports.view_targets")
def target_export(request):
    """Exactly the agreements of the filtered list, in its order; one row a target."""
    form, keys, _ = _asked(request)
    today = timezone.localdate()
    found = agreements_with_targets(request.user).in_bulk(keys)
    progress = progress_of([found[pk] for pk in keys], today=today)
    rows = [row for pk in keys for row in progress[pk]]
    audit_record(
        verb=AuditEvent.Verb.EXPORT,
        user=request.user,
        note=f"导出目标进度 {len(rows)} 行" + (f"；筛选 {request.GET.urlencode()}" if form.is_used else ""),
        request=request,
    )
    response = HttpResponse(target_workbook(rows, today), content_type=XlsxFormat().get_content_type())
    response["Content-Disposition"] = content_disposition_header(True, f"目标进度-{today:%Y-%m-%d}.xlsx")
    response["Cache-Control"] = "no-store"
    return response
