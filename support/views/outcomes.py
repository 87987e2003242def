"""Outcome figures of the recipients side by side: before support, each year, and what changed."""

from django.db.models import Q
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.models import Organisation
from core.access import access
from core.pages import page_of
from support.outcome_forms import OutcomeFilter
from support.selectors.outcomes import outcome_table, outcome_values

RECIPIENTS_A_PAGE = 8
YEARS_SHOWN = 5


@require_GET
@access("support.view_outcomevalue")
def outcome_list(request):
    filters = OutcomeFilter(request.GET)
    chosen = filters.chosen
    recipients = Organisation.objects.filter(pk__in=outcome_values(request.user).values("recipient"))
    if "q" in chosen:
        text = chosen["q"]
        recipients = recipients.filter(Q(name__icontains=text) | Q(name_key__startswith=text.lower()))
    page = page_of(request, recipients.order_by("name_key", "pk"), RECIPIENTS_A_PAGE)
    quarter = int(chosen["quarter"]) if "quarter" in chosen else None
    years, rows = outcome_table(request.user, recipients=[row.pk for row in page], quarter=quarter)
    years = years[-YEARS_SHOWN:]
    groups: dict[int, dict] = {}
    for row in rows:
        group = groups.setdefault(row.recipient.pk, {"recipient": row.recipient, "rows": []})
        cells = [(year, row.values.get(year), row.quarters_gap(year)) for year in years]
        group["rows"].append({"row": row, "cells": cells})
    return render(
        request,
        "support/outcome_list.html",
        {
            "filter": filters,
            "page": page,
            "years": years,
            "quarter": quarter,
            "recipients": list(groups.values()),
        },
    )
