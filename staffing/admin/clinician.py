"""Clinicians: the people who are sent out and those who come to study."""

from django.contrib import admin

from accounts.models import Role
from core.admin import ScopedAdmin, ScopedRelatedFilter
from core.desk import chip
from core.excel.admin import ExcelAdmin
from staffing.models import Clinician
from staffing.resources import ClinicianResource
from staffing.titles import TitleLevel

LEVEL_TONES = {
    TitleLevel.SENIOR: "ok",
    TitleLevel.ASSOCIATE: "ok",
    TitleLevel.INTERMEDIATE: "info",
    TitleLevel.UNKNOWN: "bad",
}


class LevelFilter(admin.SimpleListFilter):
    """The level follows from the title's code; no title reads 未填."""

    title = "职称级别"
    parameter_name = "level"

    def lookups(self, request, model_admin):
        return TitleLevel.choices

    def queryset(self, request, queryset):
        return queryset.filter(level=self.value()) if self.value() else queryset


class AtWorkFilter(admin.SimpleListFilter):
    title = "在职"
    parameter_name = "at_work"

    def lookups(self, request, model_admin):
        return [("yes", "在职"), ("no", "已离职")]

    def queryset(self, request, queryset):
        if not self.value():
            return queryset
        return queryset.filter(left_on__isnull=self.value() == "yes")


@admin.register(Clinician)
class ClinicianAdmin(ExcelAdmin, ScopedAdmin):
    resource_classes = [ClinicianResource]
    menu = ("人员与派驻", 210)
    list_display = ["name", "staff_no", "organisation", "title_text", "level_chip", "department", "post"]
    list_filter = [("organisation", ScopedRelatedFilter), LevelFilter, AtWorkFilter, "sex"]
    search_fields = ["name", "name_key", "staff_no", "organisation__name", "organisation__name_key"]
    search_help_text = "按姓名（可用拼音）、工号或单位查找"
    list_select_related = ["organisation"]
    autocomplete_fields = ["organisation", "speciality"]
    fieldsets = [
        (
            None,
            {
                "fields": ["organisation", ("name", "staff_no"), ("sex", "birth_month")],
                "description": "同一单位内以工号识别一个人。这里不登记身份证号和电话。",
            },
        ),
        (
            "职称与专业",
            {"fields": [("title", "title_since"), "post", "department", "speciality", "licence_no"]},
        ),
        ("账号与在职", {"fields": ["user", "left_on"]}),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).with_level()

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "user":
            field.queryset = field.queryset.filter(roles__contains=[Role.CLINICIAN])
            field.help_text = "只列出角色为“派驻人员”的账号。"
        return field

    @admin.display(description="职称", ordering="title")
    def title_text(self, clinician):
        return clinician.title_label

    @admin.display(description="级别", ordering="level")
    def level_chip(self, clinician):
        return chip(clinician.title_level.label, LEVEL_TONES.get(clinician.title_level, "off"))
