"""Single outcome values: the list from which the bureau confirms, and the life of one value."""

from django.db.models import Q
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from core.access import access
from core.pages import page_of
from support.models import OutcomeValue
from support.outcome_forms import OutcomeValueFilter
from support.selectors.waiting import outcomes_to_confirm
from support.views.records import RecordViews

ENTER = "support.enter_outcome"
CONFIRMER = "上级卫生健康主管部门"


def _rows():
    return OutcomeValue.objects.select_related(
        "recipient", "indicator", "entered_for", "entered_by", "confirmed_for", "confirmed_by"
    )


RECORDS = RecordViews(
    name="outcome",
    label="成效数据",
    model=OutcomeValue,
    enter=ENTER,
    rows=_rows,
    correct=lambda value: reverse("outcome-correct", args=[value.pk]),
    home=lambda value: reverse("outcome-value-list"),
    disputable=False,
    confirmer=CONFIRMER,
)


@require_GET
@access("support.view_outcomevalue")
def outcome_value_list(request):
    rows = OutcomeValue.objects.visible_to(request.user)
    filters = OutcomeValueFilter(request.GET)
    confirms = request.user.sees_region and request.user.has_perm("support.confirm_record")
    if not confirms:
        filters.drop("waiting")
    chosen = filters.chosen
    if "q" in chosen:
        text = chosen["q"]
        rows = rows.filter(
            Q(recipient__name__icontains=text)
            | Q(recipient__name_key__startswith=text.lower())
            | Q(indicator__name__icontains=text)
            | Q(department__icontains=text)
        )
    for name in ("year", "status"):
        if name in chosen:
            rows = rows.filter(**{name: chosen[name]})
    if "waiting" in chosen:
        rows = rows.filter(pk__in=outcomes_to_confirm(request.user))
    listed = rows.select_related("recipient", "indicator", "entered_for").order_by(
        "-year", "recipient__name_key", "recipient", "quarter", "indicator__order", "pk"
    )
    return render(
        request,
        "support/outcome_value_list.html",
        {
            "filter": filters,
            "page": page_of(request, listed),
            "confirms": confirms and "waiting" in chosen,
        },
    )


@require_GET
@access("support.view_outcomevalue")
def outcome_detail(request, pk):
    value = RECORDS.visible(request, pk)
    return render(request, "support/outcome_detail.html", RECORDS.context(request, value))
