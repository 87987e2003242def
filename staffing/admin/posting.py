"""Batches and postings: planned, corrected, called off and ended through their services."""

from django import forms
from django.contrib import admin
from django.utils import timezone

from core.admin import ScopedAdmin, ScopedInline, ScopedRelatedFilter
from core.admin_refusals import save_rows
from core.admin_verbs import ReasonForm, Verb, VerbForm
from core.desk import chip_column, text_column
from core.excel.admin import ExcelAdmin
from core.forms import DateInput
from staffing.admin.cards import PostingWaiting
from staffing.models import Batch, Posting
from staffing.resources import PostingResource
from staffing.services.batches import batch_create
from staffing.services.postings import (
    OPEN,
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
    reason = forms.CharField(
        label="原因",
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="早于计划结束日期时必须写明。",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("ended_on", min(self.row.end_on, timezone.localdate()))


POSTING_VERBS = [
    Verb(
        name="end",
        label="结束派驻",
        permission="staffing.manage_posting",
        available=lambda posting, user: posting.status in Posting.PRESENT,
        form=EndForm,
        run=lambda posting, user, ended_on, reason: posting_end(
            posting=posting, ended_on=ended_on, reason=reason, by=user
        ),
        explain="登记派驻的最后一天，首尾两天都算在内。",
        done="已登记结束。",
        tone="primary",
    ),
    Verb(
        name="cancel",
        label="取消派驻",
        permission="staffing.manage_posting",
        available=lambda posting, user: posting.status in OPEN,
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


class PostingListInline(ScopedInline):
    """The batch's people; each opens on its own page."""

    model = Posting
    verbose_name_plural = "本批次的派驻"
    fields = readonly_fields = ["clinician", "agreement", "role", "start_on", "end_on", "status"]
    show_change_link = True
    can_delete = False

    def get_queryset(self, request):
        return (
            super()
            .get_queryset(request)
            .select_related("clinician", "agreement__sender", "agreement__recipient")
        )

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False


class PostingAddInline(ScopedInline):
    """Empty rows for further people of the batch; what exists is changed on its own page."""

    model = Posting
    form = PostingForm
    verbose_name_plural = "增加派驻人员"
    fields = ["clinician", "agreement", "role", "department", "start_on", "end_on"]
    autocomplete_fields = ["clinician", "agreement"]
    can_delete = False

    def get_queryset(self, request):
        return super().get_queryset(request).none()

    def has_view_permission(self, request, obj=None):
        return self.has_add_permission(request, obj)

    def has_change_permission(self, request, obj=None):
        return False


@admin.register(Batch)
class BatchAdmin(ScopedAdmin):
    menu = ("人员与派驻", 220)
    list_display = ["code", "cycle", "sender", "kind_chip", "departed_on", "task"]
    list_filter = ["kind", ("cycle", ScopedRelatedFilter), ("sender", ScopedRelatedFilter)]
    search_fields = ["code", "task", "sender__name", "sender__name_key"]
    search_help_text = "按批次编号、任务或支援单位（可用拼音首字母）查找"
    date_hierarchy = "departed_on"
    list_select_related = ["cycle__programme", "sender"]
    autocomplete_fields = ["sender"]
    inlines = [PostingListInline, PostingAddInline]
    kind_chip = chip_column("kind", KIND_TONES, description="类型")
    fieldsets = [
        (
            None,
            {
                "fields": ["cycle", "sender", "code", "kind", "departed_on", "task"],
                "description": "一批是一次集体出发。驻点、短期、巡诊各自成批，只有驻点天数计入时间要求。",
            },
        )
    ]

    def get_readonly_fields(self, request, obj=None):
        """What all its postings share is fixed once there is one."""
        return ["cycle", "sender", "kind"] if obj and obj.postings.exists() else []

    def get_inlines(self, request, obj):
        return self.inlines if obj else []

    def save_model(self, request, obj, form, change):
        if change:
            super().save_model(request, obj, form, change)
            return
        obj.__dict__.update(batch_create(**form.cleaned_data).__dict__)

    def save_formset(self, request, form, formset, change):
        save_rows(
            formset,
            lambda row: posting_create(
                batch=form.instance,
                by=request.user,
                **{name: row.cleaned_data[name] for name in PostingAddInline.fields},
            ),
        )


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
        return super().has_change_permission(request, obj) and (obj is None or obj.status in OPEN)

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
