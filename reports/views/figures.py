"""Behind a figure: the very records that were counted."""

from django.shortcuts import render
from django.views.decorators.http import require_GET

from core.access import access
from core.pages import page_of
from reports.selectors.frames import open_figure, records_of


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
