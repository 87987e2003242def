"""The calendar of a cycle's deadlines for everybody concerned."""

from django.views.decorators.http import require_GET

from core.access import access
from core.lists import show_list
from reports.lists.deadlines import DeadlineList


@require_GET
@access("reports.view_deadlines")
def deadlines(request):
    return show_list(request, DeadlineList)
