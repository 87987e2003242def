"""The calendar of a cycle's deadlines for everybody concerned."""

from django import forms
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from core.access import access
from core.pages import FilterForm
from reports.selectors.deadlines import calendar_of
from support.models import Cycle, DeadlineSide


class DeadlineFilter(FilterForm):
    SHOW = [("", "全部"), ("open", "没有完成的"), ("late", "逾期的")]

    cycle = forms.ModelChoiceField(Cycle.objects.none(), label="周期", empty_label=None)
    side = forms.ChoiceField(label="由谁办理", choices=[("", "全部"), *DeadlineSide.choices])
    show = forms.ChoiceField(label="只看", choices=SHOW)

    def __init__(self, data, *, cycles):
        super().__init__(data)
        self.fields["cycle"].queryset = cycles


@require_GET
@access("reports.view_deadlines")
def deadlines(request):
    today = timezone.localdate()
    cycles = (
        Cycle.objects.visible_to(request.user)
        .select_related("programme__bureau")
        .order_by("-start_on", "code")
    )
    filters = DeadlineFilter(request.GET, cycles=cycles)
    chosen = filters.chosen
    cycle = chosen.get("cycle") or _present(list(cycles), today)
    if cycle is not None and "cycle" not in chosen:
        filters.initial["cycle"] = cycle.pk
    states = calendar_of(request.user, cycle, day=today) if cycle else []
    if "side" in chosen:
        states = [state for state in states if state.deadline.side in (chosen["side"], DeadlineSide.ALL)]
    if chosen.get("show") == "open":
        states = [state for state in states if state.is_open]
    if chosen.get("show") == "late":
        states = [state for state in states if state.standing in ("late", "overdue") or state.late]
    context = {"filter": filters, "cycle": cycle, "states": states, "today": today}
    return render(request, "reports/deadlines.html", context)


def _present(cycles: list[Cycle], day) -> Cycle | None:
    """The cycle of the day, else the newest."""
    return next((row for row in cycles if row.period.contains(day)), cycles[0] if cycles else None)
