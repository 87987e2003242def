"""Mentorships as the bureau sees them: what both sides agreed and wrote, and what is still missing."""

from django.contrib import admin

from core.admin import ReadOnlyAdmin, ScopedInline, ScopedRelatedFilter
from core.desk import chip_column
from staffing.models import Mentorship, MentorTechnique
from staffing.selectors.mentorships import PARTS, completeness
from support.desk import RECORD_TONES


class TechniqueInline(ScopedInline):
    model = MentorTechnique
    fields = readonly_fields = ["name", "mastered_on", "assessor_name"]
    can_delete = False

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("assessor")

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    @admin.display(description="考核人")
    def assessor_name(self, technique):
        return technique.assessor.name


@admin.register(Mentorship)
class MentorshipAdmin(ReadOnlyAdmin):
    menu = ("活动与进修", 330)
    label_related = ("mentor", "apprentice")
    list_display = [
        "pair",
        "sender",
        "recipient",
        "direction",
        "start_on",
        "end_on",
        "missing_count",
        "status_chip",
    ]
    list_filter = [
        "status",
        ("agreement__recipient", ScopedRelatedFilter),
        ("agreement__sender", ScopedRelatedFilter),
        ("agreement__cycle", ScopedRelatedFilter),
    ]
    search_fields = ["mentor__name", "mentor__name_key", "apprentice__name", "apprentice__name_key"]
    search_help_text = "按师傅或徒弟姓名（可用拼音）查找"
    date_hierarchy = "start_on"
    list_select_related = ["agreement__sender", "agreement__recipient"]
    inlines = [TechniqueInline]
    status_chip = chip_column("status", RECORD_TONES, description="状态")
    fieldsets = [
        (None, {"fields": ["pair", "sender", "recipient", "direction", ("start_on", "end_on")]}),
        ("约定", {"fields": [("signed_on", "ceremony_on"), ("monthly_visits", "monthly_days")]}),
        ("情况", {"fields": ["status", "missing"]}),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related(*PARTS)

    @admin.display(description="师徒", ordering="mentor__name_key")
    def pair(self, mentorship):
        return str(mentorship)

    @admin.display(description="支援单位", ordering="agreement__sender__name_key")
    def sender(self, mentorship):
        return mentorship.agreement.sender.display_name

    @admin.display(description="受援单位", ordering="agreement__recipient__name_key")
    def recipient(self, mentorship):
        return mentorship.agreement.recipient.display_name

    @admin.display(description="还缺")
    def missing_count(self, mentorship):
        if mentorship.status != Mentorship.Status.CONFIRMED:
            return None
        return f"{len(completeness(mentorship))} 项"

    @admin.display(description="还缺")
    def missing(self, mentorship):
        return "\n".join(completeness(mentorship)) or "齐全"
