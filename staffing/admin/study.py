"""Advanced study of the recipients' staff at the support hospital."""

from django.contrib import admin

from core.admin import ScopedRelatedFilter
from staffing.admin.cards import StudyWaiting
from staffing.models import AdvancedStudy
from staffing.services.studies import study_change, study_create
from support.desk import ENTRY_FIELDSET, TwoSidedAdmin


@admin.register(AdvancedStudy)
class AdvancedStudyAdmin(TwoSidedAdmin):
    menu = ("活动与进修", 320)
    label_related = ("trainee",)
    list_display = [
        "person",
        "sender",
        "recipient",
        "department",
        "start_on",
        "end_on",
        "waived",
        "status_chip",
    ]
    list_filter = [
        StudyWaiting,
        "status",
        ("agreement__recipient", ScopedRelatedFilter),
        ("agreement__sender", ScopedRelatedFilter),
        ("agreement__cycle", ScopedRelatedFilter),
    ]
    search_fields = [
        "trainee__name",
        "trainee__name_key",
        "trainee__staff_no",
        "department",
        "agreement__number",
        "agreement__recipient__name",
        "agreement__recipient__name_key",
    ]
    search_help_text = "按姓名（可用拼音）、工号、科室、协议编号或受援单位查找"
    date_hierarchy = "start_on"
    list_select_related = ["trainee", "agreement__sender", "agreement__recipient"]
    readonly_fields = [*TwoSidedAdmin.readonly_fields, "exam_score", "certificate_no", "closed_at"]
    autocomplete_fields = ["agreement", "trainee", "teacher", "speciality"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "agreement",
                    "trainee",
                    ("start_on", "end_on"),
                    ("planned_start_on", "planned_end_on"),
                ]
            },
        ),
        (
            "资格审核",
            {"fields": [("qualification_checked_on", "qualification_checked_by"), "qualification_note"]},
        ),
        ("进修内容", {"fields": ["speciality", "department", "teacher"]}),
        (
            "减免",
            {
                "fields": [
                    ("tuition_waived", "tuition_amount"),
                    ("lodging_waived", "lodging_amount"),
                    ("meals_waived", "meals_amount"),
                    ("other_waiver", "other_amount"),
                ]
            },
        ),
        ("结业", {"fields": ["result", ("exam_score", "certificate_no"), "closed_at"]}),
        ENTRY_FIELDSET,
    ]

    def save_model(self, request, obj, form, change):
        if change:
            saved = study_change(study=obj, by=request.user, **form.cleaned_data)
        else:
            saved = study_create(by=request.user, **form.cleaned_data)
        obj.__dict__.update(saved.__dict__)

    @admin.display(description="进修人员", ordering="trainee__name_key")
    def person(self, study):
        return study.trainee.name

    @admin.display(description="支援单位", ordering="agreement__sender__name_key")
    def sender(self, study):
        return study.agreement.sender.display_name

    @admin.display(description="受援单位", ordering="agreement__recipient__name_key")
    def recipient(self, study):
        return study.agreement.recipient.display_name

    @admin.display(description="减免")
    def waived(self, study):
        return study.waivers
