"""Inspections as a list at the desk; they are recorded on their own pages, on a phone on site."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html

from core.admin import ReadOnlyAdmin, ScopedInline, ScopedRelatedFilter
from core.desk import WaitingFilter, chip_column
from core.numbers import NO_VALUE
from staffing.models import Inspection, InspectionFinding
from staffing.selectors.desk import TO_CONCLUDE, inspections_to_conclude
from staffing.selectors.inspections import with_counts

STATUS_TONES = {"draft": "wait", "concluded": "ok", "revoked": "off"}
RESULT_TONES = {"absent": "bad", "irregular": "bad", "present": "ok"}


class InspectionWaiting(WaitingFilter):
    waiting = {TO_CONCLUDE: ("待办结", inspections_to_conclude)}


class FindingInline(ScopedInline):
    model = InspectionFinding
    fields = readonly_fields = ["person", "sender", "result", "note"]
    can_delete = False

    def get_queryset(self, request):
        return (
            super().get_queryset(request).select_related("posting__clinician", "posting__agreement__sender")
        )

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    @admin.display(description="派驻人员")
    def person(self, finding):
        return finding.posting.clinician.name

    @admin.display(description="支援单位")
    def sender(self, finding):
        return finding.posting.agreement.sender.display_name


@admin.register(Inspection)
class InspectionAdmin(ReadOnlyAdmin):
    menu = ("人员与派驻", 260)
    list_display = ["place", "inspected_on", "half", "bureau_name", "checked", "off_post", "status_chip"]
    list_filter = [
        InspectionWaiting,
        "status",
        ("recipient", ScopedRelatedFilter),
        ("bureau", ScopedRelatedFilter),
    ]
    search_fields = ["recipient__name", "recipient__name_key", "inspectors"]
    search_help_text = "按受援单位（可用拼音首字母）或检查人员查找"
    date_hierarchy = "inspected_on"
    label_related = ("recipient",)
    inlines = [FindingInline]
    status_chip = chip_column("status", STATUS_TONES, description="状态")
    fieldsets = [
        (
            None,
            {
                "fields": ["place", ("inspected_on", "half"), "bureau_name", "inspectors", "note", "page"],
                "description": "登记、核对、办结和撤销在“抽查页面”上进行，手机也可以用。",
            },
        ),
        ("经过", {"fields": ["status", "recorded_at", "concluded_at", "revoked_at", "revoke_reason"]}),
    ]

    def get_queryset(self, request):
        rows = super().get_queryset(request).select_related("recipient", "bureau")
        return with_counts(rows, request.user)

    @admin.display(description="核对人数", ordering="checked")
    def checked(self, inspection):
        return inspection.checked

    @admin.display(description="脱岗人数", ordering="off_post")
    def off_post(self, inspection):
        return inspection.off_post

    @admin.display(description="受援单位", ordering="recipient__name_key")
    def place(self, inspection):
        return inspection.recipient.display_name

    @admin.display(description="检查部门", ordering="bureau__name_key")
    def bureau_name(self, inspection):
        return inspection.bureau.display_name

    @admin.display(description="抽查页面")
    def page(self, inspection):
        address = reverse("inspection-detail", args=[inspection.pk])
        return format_html('<a href="{}">打开</a>', address) if inspection.pk else NO_VALUE
