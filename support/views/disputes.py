"""All records in dispute, on one page; the bureau settles them."""

from django.views.decorators.http import require_GET

from core.access import access
from core.lists import show_list
from support.lists.disputes import DisputeList


@require_GET
@access("support.view_disputes")
def dispute_list(request):
    return show_list(request, DisputeList)
