"""Coverage and arrival of a cycle as the books stood on a day."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.models import Organisation
from core.access import access
from core.lists import show_list
from core.scope import visible_or_404
from reports.forms import DayForm
from reports.lists.cycles import CycleList
from staffing.selectors.readiness import arrival_deadline, readiness
from support.models import Agreement, Cycle
from support.selectors.coverage import coverage


@require_GET
@access("reports.view_readiness")
def cycle_list(request):
    return show_list(request, CycleList)


@require_GET
@access("reports.view_readiness")
def cycle_readiness(request, pk):
    """Coverage, and the pairs where nobody is on post, on any day one asks for."""
    cycle = visible_or_404(Cycle.objects.select_related("programme__bureau"), request.user, pk=pk)
    today = timezone.localdate()
    form = DayForm(request.GET)
    day = form.chosen.get("on") or min(max(today, cycle.start_on), cycle.end_on)
    rows = readiness(cycle=cycle, on=day, within=Agreement.objects.visible_to(request.user))
    covered = coverage(cycle=cycle, on=day, within=Organisation.objects.visible_to(request.user))
    return render(
        request,
        "reports/cycle_readiness.html",
        {
            "cycle": cycle,
            "filter": form,
            "day": day,
            "deadline": arrival_deadline(cycle),
            "coverage": covered,
            "missing": [row for row in rows if row.is_missing],
            "arrived": [row for row in rows if not row.is_missing],
        },
    )
