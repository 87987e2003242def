"""Summaries and monthly returns on the desk: lists that lead to their own pages; by when returns are due."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html

from core.admin import ReadOnlyAdmin, ScopedAdmin, ScopedRelatedFilter
from core.desk import chip
from reports.models import MonthlyReturn, ReturnRule, Summary
from reports.selectors.return_lists import HEAVY


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


@admin.register(MonthlyReturn)
class MonthlyReturnAdmin(ReadOnlyAdmin):
    menu = ("总结", 610)
    label_related = ("organisation", "clinician")
    list_display = ["unit", "month_label", "form", "level", "version", "timely", "submitted_at", "page"]
    list_display_links = None
    list_filter = ["form", "level", "is_late"]
    search_fields = ["organisation__name", "organisation__name_key", "clinician__name", "clinician__name_key"]
    search_help_text = "按单位或姓名查找"
    date_hierarchy = "month"
    exclude = [*HEAVY, "totals", "gaps", "warnings"]

    def get_queryset(self, request):
        return super().get_queryset(request).defer(*HEAVY)

    @admin.display(description="单位", ordering="organisation")
    def unit(self, row):
        return row.subject_name

    @admin.display(description="月份", ordering="month")
    def month_label(self, row):
        return f"{row.month:%Y-%m}"

    @admin.display(description="期限", ordering="is_late")
    def timely(self, row):
        return chip("迟报", "bad") if row.is_late else chip("按期", "ok")

    @admin.display(description="页面")
    def page(self, row):
        return format_html('<a href="{}">打开</a>', reverse("return-detail", args=[row.pk]))


@admin.register(ReturnRule)
class ReturnRuleAdmin(ScopedAdmin):
    menu = ("总结", 620)
    label_related = ("bureau",)
    list_display = ["level", "due_day", "from_month", "bureau", "basis"]
    list_filter = ["level"]
    search_fields = ["basis", "bureau__name", "bureau__name_key"]
    search_help_text = "按依据或部门查找"
    fieldsets = [
        (
            None,
            {
                "fields": ["level", "due_day", "from_month", "basis"],
                "description": "没有规定时按系统默认：派驻人员次月 3 日、受援单位 5 日、支援医院 8 日、"
                "卫健部门 10 日前。下级部门有规定的，以下级部门的为准；本局最早一条之前的月份不催报。过期仍可提交，记为迟报。",
            },
        )
    ]

    def _is_own_rule(self, request, obj) -> bool:
        return obj is None or obj.bureau_id == request.user.organisation_id

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and self._is_own_rule(request, obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and self._is_own_rule(request, obj)

    def save_model(self, request, obj, form, change):
        if not change:
            obj.bureau = request.user.organisation
        super().save_model(request, obj, form, change)
