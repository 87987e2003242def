"""The dashboard of leaders: a cycle of the region or of the hospital, every number opening its records."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from core.access import access
from reports.bars import bar_of, columns_of
from reports.figures import Frame
from reports.forms_targets import DashboardFilter
from reports.selectors import dashboard as read
from reports.selectors.frames import narrowed


@require_GET
@access("reports.view_dashboard")
def dashboard(request):
    user, today = request.user, timezone.localdate()
    cycles = list(read.cycles_of(user))
    form = DashboardFilter(request.GET, cycles=cycles, today=today)
    if form.shown is None:
        return render(request, "reports/dashboard.html", {"filter": form, "today": today})
    organisation, edition = read.dashboard_home(user)
    chosen = read.narrowing(form.chosen.get("period", ""))
    frame = narrowed(Frame(organisation, edition, form.shown, form.shown.period), chosen)

    board = read.dashboard(user=user, frame=frame, chosen=chosen, today=today)
    return render(
        request,
        "reports/dashboard.html",
        {
            "filter": form,
            "today": today,
            "board": board,
            "trends": [(trend, columns_of(trend)) for trend in board.trends],
            "worst": [(row, bar_of(row)) for row in board.worst],
        },
    )
