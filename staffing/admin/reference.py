"""Kinds of activity and their measures: data that the bureau may extend."""

from django.contrib import admin

from core.admin import ScopedAdmin, ScopedInline
from core.desk import chip
from staffing.models import ActivityType, ActivityTypeMeasure, Measure


@admin.register(Measure)
class MeasureAdmin(ScopedAdmin):
    menu = ("基础目录", 740)
    list_display = ["name", "unit", "column", "is_whole", "definition", "order"]
    list_filter = ["is_whole", ("column", admin.EmptyFieldListFilter)]
    search_fields = ["code", "name", "definition"]
    search_help_text = "按名称、代码或口径查找"
    fieldsets = [
        (
            None,
            {
                "fields": [("name", "unit"), "code", "column", "is_whole", "definition", "order"],
                "description": "次、期、场、人次、例、项是不同的单位，从不相加；一个统计数只汇总一个计量项。",
            },
        )
    ]


class TypeMeasureInline(ScopedInline):
    model = ActivityTypeMeasure
    fields = ["measure", "is_required", "initial", "order"]


@admin.register(ActivityType)
class ActivityTypeAdmin(ScopedAdmin):
    menu = ("基础目录", 750)
    list_display = ["name", "measure_names", "names_outcomes", "active_chip", "order"]
    list_filter = ["is_active", "names_outcomes"]
    search_fields = ["code", "name"]
    search_help_text = "按名称或代码查找"
    inlines = [TypeMeasureInline]
    fieldsets = [(None, {"fields": ["name", "code", "names_outcomes", "is_active", "order"]})]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("measures")

    @admin.display(description="计量项")
    def measure_names(self, kind):
        return "、".join(str(measure) for measure in kind.measures.all()) or None

    @admin.display(description="状态", ordering="is_active")
    def active_chip(self, kind):
        return chip("在用", "ok") if kind.is_active else chip("停用", "off")
