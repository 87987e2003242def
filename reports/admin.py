"""Summaries on the desk: a list that leads to their own pages."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html

from core.admin import ReadOnlyAdmin, ScopedRelatedFilter
from reports.models import Summary


@admin.register(Summary)
class SummaryAdmin(ReadOnlyAdmin):
    menu = ("总结", 600)
    list_display = ["heading", "edition", "version", "status", "issued_on", "requested_by", "page"]
    list_display_links = None
    list_filter = ["status", "edition", ("cycle", ScopedRelatedFilter)]
    search_fields = ["organisation__name", "organisation__name_key"]
    list_select_related = ["organisation", "cycle", "requested_by"]
    date_hierarchy = "issued_on"
    exclude = ["narrative", "figures", "document"]

    def get_queryset(self, request):
        return super().get_queryset(request).defer("narrative", "figures", "document")

    @admin.display(description="总结", ordering="organisation")
    def heading(self, summary):
        return summary.title

    @admin.display(description="页面")
    def page(self, summary):
        return format_html('<a href="{}">打开</a>', reverse("summary-detail", args=[summary.pk]))
