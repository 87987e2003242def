"""Behind a figure: the very records that were counted."""

from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_GET

from core.access import access
from core.pages import page_of
from core.scope import visible_or_404
from reports.figures import Frame
from reports.models import Summary
from reports.selectors.facts import gather
from reports.selectors.frames import open_figure, records_of
from support.models import OutcomeValue


@require_GET
@access("reports.view_figures")
def figure_records(request, code):
    opened = open_figure(code=code, user=request.user, parameters=request.GET)
    rows = records_of(opened, request.user)
    return render(
        request,
        "reports/figure_records.html",
        {
            "opened": opened,
            "figure": opened.figure,
            "page": page_of(request, rows),
            "listing": opened.figure.listing,
        },
    )


@require_GET
@access("reports.view_figures")
def growth_records(request, pk, row):
    """The confirmed values behind one growth figure of a summary: base, year before, year."""
    summary = visible_or_404(
        Summary.objects.select_related("organisation__region", "cycle__programme"), request.user, pk=pk
    )
    frozen = summary.status == Summary.Status.FROZEN
    growths = (summary.figures if frozen else gather(Frame.of(summary)))["growths"]
    if row >= len(growths):
        raise Http404
    values = (
        OutcomeValue.objects.visible_to(request.user)
        .filter(pk__in=growths[row]["values"])
        .select_related("recipient", "indicator", "confirmed_by", "confirmed_for")
        .order_by("year")
    )
    return render(
        request, "reports/growth_records.html", {"summary": summary, "growth": growths[row], "values": values}
    )
