"""Month sheets and their corrections on the desk: read by the bureau, corrections decided here."""

from django import forms
from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html

from core.admin import ReadOnlyAdmin, ScopedInline, ScopedRelatedFilter
from core.admin_verbs import ReasonForm, Verb, VerbForm
from core.desk import WaitingFilter, chip_column, text_column
from staffing.models import (
    AttendanceCorrection,
    AttendanceRow,
    MonthSheet,
)
from staffing.selectors.corrections import corrections_to_decide
from staffing.selectors.desk import TO_DECIDE
from staffing.services.corrections import correction_approve, correction_refuse, may_decide, told

DECISION_TONES = {"requested": "wait", "approved": "ok", "refused": "bad", "withdrawn": "off"}


class NoteForm(VerbForm):
    note = forms.CharField(
        label="意见", max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


# ---- month sheets: written by the recipient alone
class RowInline(ScopedInline):
    model = AttendanceRow
    verbose_name_plural = "人员"
    fields = readonly_fields = ["person", "sender", "marks"]
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
    def person(self, row):
        return row.posting.clinician.name

    @admin.display(description="支援单位")
    def sender(self, row):
        return row.posting.agreement.sender.display_name


@admin.register(MonthSheet)
class MonthSheetAdmin(ReadOnlyAdmin):
    menu = ("考勤与请假", 410)
    label_related = ("recipient",)
    list_display = ["month_text", "unit", "status_chip", "locked_by_text", "locked_at", "page"]
    list_filter = ["status", ("recipient", ScopedRelatedFilter)]
    search_fields = ["recipient__name", "recipient__name_key"]
    search_help_text = "按受援单位名称或拼音查找"
    date_hierarchy = "month"
    list_select_related = ["recipient", "locked_by"]
    fields = ["recipient", "month", "status", "locked_by_text", "locked_at", "page"]
    readonly_fields = ["locked_by_text", "page"]
    inlines = [RowInline]
    status_chip = chip_column("status", {"open": "wait", "locked": "ok"}, description="状态")
    locked_by_text = text_column("locked_by", description="提交人")

    @admin.display(description="月份", ordering="month")
    def month_text(self, sheet):
        return f"{sheet.month:%Y-%m}"

    @admin.display(description="受援单位", ordering="recipient__name_key")
    def unit(self, sheet):
        return sheet.recipient.display_name

    @admin.display(description="月表")
    def page(self, sheet):
        return format_html('<a href="{}">查看</a>', reverse("sheet-detail", args=[sheet.pk]))


# ---- corrections
class CorrectionWaiting(WaitingFilter):
    waiting = {TO_DECIDE: ("等我审核", corrections_to_decide)}


CORRECTION_VERBS = [
    Verb(
        name="approve",
        label="同意更正",
        permission="staffing.decide_correction",
        available=lambda correction, user: may_decide(correction=correction, by=user),
        form=NoteForm,
        run=lambda correction, user, note: correction_approve(correction=correction, by=user, note=note),
        explain="月表的这一行随即改变，前后两个版本都留存。",
        done="已更正。",
        tone="primary",
    ),
    Verb(
        name="refuse",
        label="不同意",
        permission="staffing.decide_correction",
        available=lambda correction, user: may_decide(correction=correction, by=user),
        form=ReasonForm,
        run=lambda correction, user, reason: correction_refuse(correction=correction, by=user, note=reason),
        explain="月表不改变，提出人会看到理由。",
        done="已退回。",
        tone="danger",
    ),
]


@admin.register(AttendanceCorrection)
class AttendanceCorrectionAdmin(ReadOnlyAdmin):
    menu = ("考勤与请假", 420)
    label_related = ("posting__clinician", "sheet")
    list_display = ["person", "unit", "month_text", "reason", "status_chip", "requested_at", "decided_at"]
    list_filter = [CorrectionWaiting, "status", ("sheet__recipient", ScopedRelatedFilter)]
    search_fields = ["posting__clinician__name", "posting__clinician__name_key", "reason"]
    search_help_text = "按姓名（可用拼音）或原因查找"
    list_select_related = ["posting__clinician", "sheet__recipient"]
    fields = [
        "person", "unit", "month_text", "changed", "reason", "status", "requested_by_text", "requested_at",
        "decided_by_text", "decided_at", "note",
    ]  # fmt: skip
    readonly_fields = fields
    verbs = CORRECTION_VERBS
    status_chip = chip_column("status", DECISION_TONES, description="状态")
    requested_by_text = text_column("requested_by", description="提出人")
    decided_by_text = text_column("decided_by", description="审核人")

    @admin.display(description="派驻人员", ordering="posting__clinician__name_key")
    def person(self, correction):
        return correction.posting.clinician.name

    @admin.display(description="受援单位", ordering="sheet__recipient__name_key")
    def unit(self, correction):
        return correction.sheet.recipient.display_name

    @admin.display(description="月份", ordering="sheet__month")
    def month_text(self, correction):
        return f"{correction.sheet.month:%Y-%m}"

    @admin.display(description="改动")
    def changed(self, correction):
        return told(correction)
