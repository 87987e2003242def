"""Outcome figures of the recipients side by side: before support, each year, and what changed."""

from django.views.decorators.http import require_GET

from core.access import access
from core.lists import show_list
from support.lists.outcomes import OutcomeList


@require_GET
@access("support.view_outcomevalue")
def outcome_list(request):
    return show_list(request, OutcomeList)
