"""Programmes and their cycles with deadlines."""

from django.contrib import admin

from core.admin import ScopedAdmin, ScopedRelatedFilter
from core.desk import chip
from support.admin.deadline import LOAD, MAKE, CycleDeadlineInline
from support.models import Cycle, Programme


@admin.register(Programme)
class ProgrammeAdmin(ScopedAdmin):
    menu = ("项目与协议", 110)
    list_display = ["name", "bureau", "basis", "demo_chip"]
    list_filter = [("bureau", ScopedRelatedFilter), "is_demo"]
    search_fields = ["name", "basis", "bureau__name", "bureau__name_key"]
    search_help_text = "按项目名称、主管部门或政策依据查找"
    list_select_related = ["bureau"]
    verbs = [LOAD]
    fieldsets = [
        (
            None,
            {
                "fields": ["name", "bureau", "basis", "is_demo"],
                "description": "项目是一项长期的对口支援任务；每一轮的起止日期在“周期”中设定。",
            },
        )
    ]

    @admin.display(description="性质", ordering="is_demo")
    def demo_chip(self, programme):
        return chip("演示", "info") if programme.is_demo else chip("正式", "ok")


@admin.register(Cycle)
class CycleAdmin(ScopedAdmin):
    menu = ("项目与协议", 120)
    label_related = ("programme",)
    list_display = ["name", "programme", "code", "start_on", "end_on", "days"]
    list_filter = [("programme", ScopedRelatedFilter)]
    search_fields = ["name", "code", "programme__name"]
    search_help_text = "按周期名称、编码或项目查找"
    date_hierarchy = "start_on"
    autocomplete_fields = ["recipients_planned"]
    inlines = [CycleDeadlineInline]
    verbs = [MAKE]
    fieldsets = [
        (
            None,
            {
                "fields": ["programme", "name", "code", ("start_on", "end_on")],
                "description": "周期不必是自然年，例如 6 月 1 日至次年 5 月 31 日；首尾两天都算在内。",
            },
        ),
        ("覆盖范围", {"fields": ["recipients_planned"]}),
    ]

    @admin.display(description="天数")
    def days(self, cycle):
        return cycle.period.days
