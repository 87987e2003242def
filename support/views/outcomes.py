"""Outcome figures of the recipients, to read."""

from django.shortcuts import render
from django.views.decorators.http import require_GET

from core.access import access
from support.selectors.outcomes import outcome_table


@require_GET
@access("support.view_outcomevalue")
def outcome_list(request):
    years, rows = outcome_table(request.user)
    recipients: dict[int, dict] = {}
    for row in rows:
        group = recipients.setdefault(row.recipient.pk, {"recipient": row.recipient, "rows": []})
        cells = [(year, row.values.get(year)) for year in years]
        group["rows"].append({"row": row, "cells": cells})
    return render(
        request, "support/outcome_list.html", {"years": years, "recipients": list(recipients.values())}
    )
