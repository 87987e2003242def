"""Postings: entered, corrected, called off and ended through their services."""

from django import forms
from django.contrib import admin

from core.admin import ScopedAdmin, ScopedRelatedFilter
from core.admin_verbs import ReasonForm, Verb, VerbForm
from core.desk import chip_column, text_column
from core.excel.admin import ExcelAdmin
from core.forms import DateInput
from staffing.admin.cards import PostingWaiting
from staffing.models import Posting, PostingChange
from staffing.resources import PostingResource
from staffing.services.posting_changes import may_request, posting_end_early, posting_extend
from staffing.services.postings import (
    posting_cancel,
    posting_change,
    posting_create,
    posting_end,
)

KIND_TONES = {"resident": "info", "short_term": "off", "circuit": "off"}
STATUS_TONES = {
    "planned": "wait",
    "approved": "wait",
    "on_post": "ok",
    "extended": "info",
    "ended": "off",
    "ended_early": "bad",
    "cancelled": "off",
}


class EndForm(VerbForm):
    ended_on = forms.DateField(label="最后一天", widget=DateInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("ended_on", self.row.end_on)


class EarlyForm(VerbForm):
    new_end_on = forms.DateField(label="新的最后一天", widget=DateInput)
    reason = forms.CharField(label="原因", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class ExtendForm(EarlyForm):
    unfinished_task = forms.CharField(
        label="没有完成的任务", max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )


def _may_ask(posting, user) -> bool:
    open_request = posting.change_requests.filter(status=PostingChange.Status.REQUESTED).exists()
    return may_request(posting=posting, by=user) and not open_request


POSTING_VERBS = [
    Verb(
        name="end",
        label="结束派驻",
        permission="staffing.manage_posting",
        available=lambda posting, user: posting.status in Posting.PRESENT,
        form=EndForm,
        run=lambda posting, user, ended_on: posting_end(posting=posting, ended_on=ended_on, by=user),
        explain="派驻到了最后一天，登记结束。提前结束和延期须先申请，由另一人批准。",
        done="已登记结束。",
        tone="primary",
    ),
    Verb(
        name="extend",
        label="申请延期",
        permission="staffing.manage_posting",
        available=_may_ask,
        form=ExtendForm,
        run=lambda posting, user, **answers: posting_extend(posting=posting, by=user, **answers),
        explain="任务没有完成时延长派驻。由卫健局另一人批准后生效。",
        done="已提出延期申请，等待批准。",
    ),
    Verb(
        name="end-early",
        label="申请提前结束",
        permission="staffing.manage_posting",
        available=_may_ask,
        form=EarlyForm,
        run=lambda posting, user, **answers: posting_end_early(posting=posting, by=user, **answers),
        explain="早于计划结束。由卫健局另一人批准后生效。",
        done="已提出提前结束申请，等待批准。",
    ),
    Verb(
        name="cancel",
        label="取消派驻",
        permission="staffing.manage_posting",
        available=lambda posting, user: posting.status == Posting.Status.APPROVED,
        form=ReasonForm,
        run=lambda posting, user, reason: posting_cancel(posting=posting, by=user, reason=reason),
        explain="没有成行的派驻。它留作记录，不计入任何统计。",
        done="已取消。",
        tone="danger",
    ),
]


class PostingForm(forms.ModelForm):
    def _get_validation_exclusions(self):
        """Leaves overlaps to the service, which tells them by name.

        Django's own check of the exclusion constraint fails here: its condition needs ``kind`` and
        ``status``, which only services set.
        """
        return super()._get_validation_exclusions() | {"clinician"}


@admin.register(Posting)
class PostingAdmin(ExcelAdmin, ScopedAdmin):
    resource_classes = [PostingResource]
    menu = ("人员与派驻", 230)
    form = PostingForm
    label_related = ("clinician",)
    list_display = [
        "person",
        "sender",
        "recipient",
        "kind_chip",
        "start_on",
        "end_on",
        "days",
        "arrived_on",
        "status_chip",
    ]
    list_filter = [
        PostingWaiting,
        "status",
        "kind",
        ("agreement__recipient", ScopedRelatedFilter),
        ("agreement__sender", ScopedRelatedFilter),
        ("batch__cycle", ScopedRelatedFilter),
        "role",
    ]
    search_fields = [
        "clinician__name",
        "clinician__name_key",
        "clinician__staff_no",
        "batch__code",
        "agreement__number",
        "agreement__recipient__name",
        "agreement__recipient__name_key",
    ]
    search_help_text = "按姓名（可用拼音）、工号、批次、协议编号或受援单位查找"
    date_hierarchy = "start_on"
    list_select_related = ["clinician", "agreement__sender", "agreement__recipient"]
    autocomplete_fields = ["batch", "agreement", "clinician"]
    verbs = POSTING_VERBS
    arrival_confirmed_by_text = text_column("arrival_confirmed_by", description="到岗确认人")
    entered_by_text = text_column("entered_by", description="填报人")
    status_chip = chip_column("status", STATUS_TONES, description="状态")
    kind_chip = chip_column("kind", KIND_TONES, description="类型")
    EDITED = ["batch", "agreement", "clinician", "role", "department", "start_on", "end_on"]
    readonly_fields = [
        "kind",
        "title",
        "status",
        "planned_end_on",
        "arrived_on",
        "arrival_confirmed_by_text",
        "arrival_confirmed_at",
        "entered_by_text",
        "end_reason",
    ]

    def get_fieldsets(self, request, obj=None):
        plan = (
            None,
            {
                "fields": ["batch", "agreement", "clinician", ("role", "department"), ("start_on", "end_on")],
                "description": "首尾两天都计入。协议必须在全部日期内有效，同一人的驻点派驻不能重叠。",
            },
        )
        if obj is None:
            return [plan]
        course = ["status", ("kind", "title"), "planned_end_on", "arrived_on"]
        who = [("arrival_confirmed_by_text", "arrival_confirmed_at"), "entered_by_text", "end_reason"]
        return [plan, ("经过", {"fields": [*course, *who]})]

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and (
            obj is None or obj.status == Posting.Status.APPROVED
        )

    def save_model(self, request, obj, form, change):
        answers = {name: form.cleaned_data[name] for name in self.EDITED}
        if change:
            saved = posting_change(posting=obj, by=request.user, **answers)
        else:
            saved = posting_create(by=request.user, **answers)
        obj.__dict__.update(saved.__dict__)

    @admin.display(description="派驻人员", ordering="clinician__name_key")
    def person(self, posting):
        return posting.clinician.name

    @admin.display(description="支援单位", ordering="agreement__sender__name_key")
    def sender(self, posting):
        return posting.agreement.sender.display_name

    @admin.display(description="受援单位", ordering="agreement__recipient__name_key")
    def recipient(self, posting):
        return posting.agreement.recipient.display_name

    @admin.display(description="天数")
    def days(self, posting):
        return posting.period.days
