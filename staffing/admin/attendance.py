"""Month sheets, corrections, leave, approval levels and the working-day calendar on the desk."""

from django import forms
from django.contrib import admin
from django.urls import reverse, reverse_lazy
from django.utils.html import format_html
from django.utils.text import format_lazy

from core.admin import ReadOnlyAdmin, ScopedAdmin, ScopedInline, ScopedRelatedFilter
from core.admin_verbs import ReasonForm, Verb, VerbForm
from core.desk import Card, WaitingFilter, card, chip, chip_column, list_url, text_column
from core.models import AuditEvent, CalendarDay
from core.numbers import plain
from core.services.audit import audit_record
from staffing.models import (
    ApprovalLevel,
    AttendanceCorrection,
    AttendanceRow,
    Leave,
    LeaveApproval,
    LeavePolicy,
    MonthSheet,
)
from staffing.selectors.corrections import corrections_to_decide
from staffing.selectors.leave import DEFAULT_TEXT, is_late, leaves_waiting, level_of
from staffing.services.corrections import correction_approve, correction_refuse, may_decide, told
from staffing.services.leave import leave_decide

WAITING = "to-decide"
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
    waiting = {WAITING: ("等我审核", corrections_to_decide)}


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


# ---- leave
class LeaveWaiting(WaitingFilter):
    waiting = {WAITING: ("等我审批", leaves_waiting)}


def _decides(leave, user) -> bool:
    return bool(level_of(leave=leave, by=user))


LEAVE_VERBS = [
    Verb(
        name="approve",
        label="同意请假",
        permission="staffing.decide_leave",
        available=_decides,
        form=NoteForm,
        run=lambda leave, user, note: leave_decide(leave=leave, approved=True, by=user, note=note),
        explain="各审批单位都同意后生效。开始以后才批准的是补批，这些天仍按脱岗计。",
        done="已同意。",
        tone="primary",
        partners=True,
    ),
    Verb(
        name="refuse",
        label="不批准",
        permission="staffing.decide_leave",
        available=_decides,
        form=ReasonForm,
        run=lambda leave, user, reason: leave_decide(leave=leave, approved=False, by=user, note=reason),
        explain="一个单位不批准，这份请假就不批准。",
        done="已答复不批准。",
        tone="danger",
        partners=True,
    ),
]


class ApprovalInline(ScopedInline):
    model = LeaveApproval
    verbose_name_plural = "审批经过"
    fields = readonly_fields = ["level", "approved", "note", "decided_by_text", "decided_at"]
    can_delete = False
    decided_by_text = text_column("decided_by", description="审批人")

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("decided_by")

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False


@admin.register(Leave)
class LeaveAdmin(ReadOnlyAdmin):
    menu = ("考勤与请假", 430)
    label_related = ("posting__clinician",)
    list_display = ["person", "unit", "kind", "start_on", "end_on", "length", "status_chip", "in_time"]
    list_filter = [
        LeaveWaiting, "status", "kind", ("posting__agreement__recipient", ScopedRelatedFilter),
        ("posting__agreement__sender", ScopedRelatedFilter),
    ]  # fmt: skip
    search_fields = ["posting__clinician__name", "posting__clinician__name_key", "reason"]
    search_help_text = "按姓名（可用拼音）或事由查找"
    date_hierarchy = "start_on"
    list_select_related = ["posting__clinician", "posting__agreement__recipient"]
    fields = [
        "person", "unit", "kind", ("start_on", "start_half"), ("end_on", "end_half"), "length", "reason",
        "needed", "status", "in_time", "requested_by_text", "requested_at", "approved_at",
    ]  # fmt: skip
    readonly_fields = ["person", "unit", "length", "needed", "in_time", "requested_by_text", "requested_at"]
    inlines = [ApprovalInline]
    verbs = LEAVE_VERBS
    status_chip = chip_column("status", DECISION_TONES, description="状态")
    requested_by_text = text_column("requested_by", description="提出人")

    @admin.display(description="请假人", ordering="posting__clinician__name_key")
    def person(self, leave):
        return leave.posting.clinician.name

    @admin.display(description="受援单位", ordering="posting__agreement__recipient__name_key")
    def unit(self, leave):
        return leave.posting.agreement.recipient.display_name

    @admin.display(description="天数")
    def length(self, leave):
        return plain(leave.days)

    @admin.display(description="审批单位")
    def needed(self, leave):
        return "、".join(ApprovalLevel(level).label for level in leave.levels)

    @admin.display(description="事先批准")
    def in_time(self, leave):
        return chip("补批，按脱岗计", "bad") if is_late(leave) else None


class PolicyForm(forms.ModelForm):
    levels = forms.MultipleChoiceField(
        label="审批单位", choices=ApprovalLevel.choices, widget=forms.CheckboxSelectMultiple
    )


@admin.register(LeavePolicy)
class LeavePolicyAdmin(ScopedAdmin):
    menu = ("考勤与请假", 440)
    form = PolicyForm
    label_related = ("programme",)
    list_display = ["programme", "length", "level_names", "basis"]
    list_filter = [("programme", ScopedRelatedFilter)]
    search_fields = ["programme__name", "basis"]
    search_help_text = "按项目或依据查找"
    list_select_related = ["programme"]
    fieldsets = [
        (
            None,
            {
                "fields": ["programme", "up_to_days", "levels", "basis"],
                "description": f"按天数（日历日，半天计 0.5）取能覆盖的最短一条；选中的单位都要同意。{DEFAULT_TEXT}",
            },
        )
    ]

    @admin.display(description="请假长度", ordering="up_to_days")
    def length(self, policy):
        return f"不超过 {policy.up_to_days} 天" if policy.up_to_days is not None else "更长"

    @admin.display(description="审批单位")
    def level_names(self, policy):
        return "、".join(ApprovalLevel(level).label for level in policy.levels)


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
        self._record(request, obj, "上班" if obj.is_working else "放假")

    def delete_model(self, request, obj):
        self._record(request, obj, "删除")
        super().delete_model(request, obj)

    def _record(self, request, obj, what: str):
        audit_record(
            verb=AuditEvent.Verb.TRANSITION,
            user=request.user,
            subject=obj,
            note=f"工作日历：{obj.name} {what}",
        )


# ---- waiting work
@card("staffing.decide_leave", order=58)
def leave_to_decide(user):
    return Card(
        "请假等待审批",
        leaves_waiting(user=user).count(),
        list_url(Leave, waiting=WAITING),
        note="请在开始之前批准",
    )


@card("staffing.decide_correction", order=59)
def corrections_waiting(user):
    return Card(
        "考勤更正等待审核",
        corrections_to_decide(user=user).count(),
        list_url(AttendanceCorrection, waiting=WAITING),
        note="同意后月表才改变",
    )
