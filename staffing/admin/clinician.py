"""Clinicians: the people who are sent out and those who come to study."""

from django import forms
from django.contrib import admin

from accounts.models import Role
from core.admin import ScopedAdmin, ScopedRelatedFilter
from core.desk import chip
from core.excel.admin import ExcelAdmin
from staffing.forms import ID_NUMBER_HELP, PHONE_HELP, NumberField, masked_numbers
from staffing.models import Clinician
from staffing.resources import ClinicianResource
from staffing.services.identities import identity_save
from staffing.titles import TitleLevel

LEVEL_TONES = {
    TitleLevel.SENIOR: "ok",
    TitleLevel.ASSOCIATE: "ok",
    TitleLevel.INTERMEDIATE: "info",
    TitleLevel.UNKNOWN: "bad",
}


NUMBERS = ("id_number", "phone")


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


class ClinicianForm(forms.ModelForm):
    """The two numbers are not columns of the person; they come and go masked."""

    id_number = NumberField("身份证号", ID_NUMBER_HELP)
    phone = NumberField("手机号", PHONE_HELP)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial |= masked_numbers(self.instance)


@admin.register(Clinician)
class ClinicianAdmin(ExcelAdmin, ScopedAdmin):
    form = ClinicianForm
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
                "fields": [
                    "organisation",
                    ("name", "staff_no"),
                    ("sex", "birth_month"),
                    NUMBERS,
                ],
                "description": "同一单位内以工号识别一个人。查看完整号码须在人员页面写明用途。",
            },
        ),
        (
            "职称与专业",
            {"fields": [("title", "title_since"), "post", "department", "speciality", "licence_no"]},
        ),
        ("账号与在职", {"fields": ["user", "left_on"]}),
    ]

    def get_fieldsets(self, request, obj=None):
        """Who may only look has no business with the two numbers."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return fieldsets
        return [
            (name, {**options, "fields": [field for field in options["fields"] if field != NUMBERS]})
            for name, options in fieldsets
        ]

    def get_queryset(self, request):
        return super().get_queryset(request).with_level()

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        numbers = {name: form.cleaned_data[name] for name in NUMBERS if name in form.changed_data}
        identity_save(clinician=obj, by=request.user, **numbers)

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
