"""The working-day calendar on the desk."""

from django.contrib import admin
from django.urls import reverse_lazy
from django.utils.text import format_lazy

from core.admin import ScopedAdmin
from core.desk import chip
from core.models import AuditEvent, CalendarDay
from core.services.audit import audit_record


# ---- the calendar
class YearFilter(admin.SimpleListFilter):
    title = "年份"
    parameter_name = "year"

    def lookups(self, request, model_admin):
        return [(str(day.year), f"{day.year} 年") for day in CalendarDay.objects.dates("day", "year", "DESC")]

    def queryset(self, request, queryset):
        year = self.value() or ""
        return queryset.filter(day__year=int(year)) if year.isascii() and year.isdigit() else queryset


@admin.register(CalendarDay)
class CalendarDayAdmin(ScopedAdmin):
    menu = ("基础目录", 760)
    list_display = ["day", "weekday", "name", "working_chip", "basis"]
    list_filter = [YearFilter, "is_working"]
    search_fields = ["name", "basis"]
    search_help_text = "按说明或依据查找"
    fieldsets = [
        (
            None,
            {
                "fields": ["day", "is_working", "name", "basis"],
                "description": format_lazy(
                    "只录入与国家公布的日历不同的日子，或系统还不知道的年份。"
                    '一次录入全年的通知请用<a href="{}">工作日历</a>。',
                    reverse_lazy("workday-calendar"),
                ),
            },
        )
    ]

    @admin.display(description="星期")
    def weekday(self, row):
        return "一二三四五六日"[row.day.weekday()]

    @admin.display(description="上班", ordering="is_working")
    def working_chip(self, row):
        return chip("上班", "wait") if row.is_working else chip("放假", "ok")

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        what = "上班" if obj.is_working else "放假"
        audit_record(
            verb=AuditEvent.Verb.TRANSITION,
            user=request.user,
            subject=obj,
            note=f"工作日历：{obj.name} {what}",
        )
