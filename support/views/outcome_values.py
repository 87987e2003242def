"""Single outcome values: the list from which the bureau confirms, and the life of one value."""

from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from core.access import access
from core.lists import show_list
from support.lists.outcome_values import OutcomeValueList
from support.models import OutcomeValue
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
    return show_list(request, OutcomeValueList)


@require_GET
@access("support.view_outcomevalue")
def outcome_detail(request, pk):
    value = RECORDS.visible(request, pk)
    return render(request, "support/outcome_detail.html", RECORDS.context(request, value))
