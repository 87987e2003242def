"""Leave and the levels that approve it on the desk."""

from django import forms
from django.contrib import admin

from core.admin import ReadOnlyAdmin, ScopedAdmin, ScopedInline, ScopedRelatedFilter
from core.admin_verbs import ReasonForm, Verb
from core.desk import WaitingFilter, chip, chip_column, text_column
from core.numbers import plain
from staffing.admin.attendance import DECISION_TONES, NoteForm
from staffing.models import (
    ApprovalLevel,
    Leave,
    LeaveApproval,
    LeavePolicy,
)
from staffing.selectors.desk import TO_DECIDE
from staffing.selectors.leave import DEFAULT_TEXT, is_late, leaves_waiting, level_of
from staffing.services.leave import leave_decide


# ---- leave
class LeaveWaiting(WaitingFilter):
    waiting = {TO_DECIDE: ("等我审批", leaves_waiting)}


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
