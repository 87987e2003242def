"""Batches: entered filed by the bureau; plans of hospitals are filed or returned here."""

from django.contrib import admin
from django.utils.html import format_html_join

from core.admin import ScopedAdmin, ScopedInline, ScopedRelatedFilter
from core.admin_refusals import save_rows
from core.admin_verbs import ReasonForm, Verb
from core.desk import chip_column, text_column
from staffing.admin.cards import BatchWaiting
from staffing.admin.posting import KIND_TONES, PostingForm
from staffing.models import Batch, PlanLine, Posting
from staffing.selectors.headcount import batch_mismatch
from staffing.selectors.planning import review_plan
from staffing.services.batches import batch_create
from staffing.services.plan_steps import may_file, may_return, plan_file, plan_return
from staffing.services.postings import posting_create

BATCH_TONES = {"draft": "off", "submitted": "wait", "accepted": "wait", "returned": "bad", "filed": "ok"}

BATCH_VERBS = [
    Verb(
        name="file",
        label="备案",
        permission="staffing.file_batch",
        available=lambda batch, user: may_file(batch=batch, by=user),
        run=lambda batch, user: plan_file(batch=batch, by=user),
        explain="各受援单位都已接收。备案后人员核准派出，受援单位可以确认到岗。",
        done="已备案，人员已核准。",
        tone="primary",
        partners=True,
    ),
    Verb(
        name="return",
        label="退回",
        permission="staffing.file_batch",
        available=lambda batch, user: may_return(batch=batch, by=user),
        form=ReasonForm,
        run=lambda batch, user, reason: plan_return(batch=batch, by=user, reason=reason),
        explain="退回支援医院修改。计划的人员安排撤下，计划表保留。",
        done="已退回。",
        tone="danger",
        partners=True,
    ),
]


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


class PlanLineInline(ScopedInline):
    """The hospital's plan as it stands; only the hospital changes it."""

    model = PlanLine
    verbose_name_plural = "计划行"
    fields = readonly_fields = [
        "number",
        "clinician",
        "agreement",
        "replaces",
        "start_on",
        "end_on",
        "department",
        "role",
        "note",
    ]
    can_delete = False

    def get_queryset(self, request):
        return (
            super()
            .get_queryset(request)
            .select_related(
                "batch", "clinician", "agreement__sender", "agreement__recipient", "replaces__clinician"
            )
        )

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False


@admin.register(Batch)
class BatchAdmin(ScopedAdmin):
    menu = ("人员与派驻", 220)
    list_display = ["code", "cycle", "sender", "kind_chip", "departed_on", "task", "status_chip"]
    list_filter = [
        BatchWaiting,
        "status",
        "kind",
        ("cycle", ScopedRelatedFilter),
        ("sender", ScopedRelatedFilter),
    ]
    search_fields = ["code", "task", "sender__name", "sender__name_key"]
    search_help_text = "按批次编号、任务或支援单位（可用拼音首字母）查找"
    date_hierarchy = "departed_on"
    list_select_related = ["cycle__programme", "sender"]
    autocomplete_fields = ["sender"]
    inlines = [PostingListInline, PostingAddInline]
    kind_chip = chip_column("kind", KIND_TONES, description="类型")
    status_chip = chip_column("status", BATCH_TONES, description="状态")
    verbs = BATCH_VERBS
    submitted_by_text = text_column("submitted_by", description="提交人")
    filed_by_text = text_column("filed_by", description="备案人")
    returned_by_text = text_column("returned_by", description="退回人")
    ENTERED = ["cycle", "sender", "code", "kind", "departed_on", "task", "stated_people"]
    COURSE = ["status", "explanation", "submitted_by_text", "submitted_at", "filed_by_text", "filed_at"]

    def get_fieldsets(self, request, obj=None):
        entered = (
            None,
            {
                "fields": self.ENTERED,
                "description": "一批是一次集体出发。驻点、短期、巡诊各自成批，只有驻点天数计入时间要求。"
                "在这里登记的批次直接备案；医院的派驻计划由医院编制、受援单位接收后在这里备案。",
            },
        )
        if obj is None:
            return [entered]
        course = [*self.COURSE, "head_count" if obj.status == Batch.Status.FILED else "reminders"]
        if obj.return_reason:
            course += ["returned_by_text", "returned_at", "return_reason"]
        return [entered, ("经过", {"fields": course})]

    def get_readonly_fields(self, request, obj=None):
        """What all its postings share is fixed once there is one."""
        fixed = ["cycle", "sender", "kind"] if obj and obj.postings.exists() else []
        return [
            *fixed,
            *self.COURSE,
            "head_count",
            "reminders",
            "returned_by_text",
            "returned_at",
            "return_reason",
        ]

    def has_change_permission(self, request, obj=None):
        """A plan on its way is its hospital's."""
        return super().has_change_permission(request, obj) and (
            obj is None or obj.status == Batch.Status.FILED
        )

    def get_inlines(self, request, obj):
        if obj is None:
            return []
        if obj.status == Batch.Status.FILED:
            return self.inlines
        return [PlanLineInline] if obj.is_editable else [PostingListInline, PlanLineInline]

    @admin.display(description="核对提醒")
    def reminders(self, batch):
        """What the hospital explains: the warnings of the plan as it stands."""
        texts = [(str(conflict),) for conflict in review_plan(batch).conflicts]
        return format_html_join("", "<p>{}</p>", texts) if texts else "没有"

    @admin.display(description="人数核对")
    def head_count(self, batch):
        return batch_mismatch(batch) or "与名册一致或没有写明"

    def save_model(self, request, obj, form, change):
        if change:
            super().save_model(request, obj, form, change)
            return
        obj.__dict__.update(batch_create(by=request.user, **form.cleaned_data).__dict__)

    def save_formset(self, request, form, formset, change):
        save_rows(
            formset,
            lambda row: posting_create(
                batch=form.instance,
                by=request.user,
                **{name: row.cleaned_data[name] for name in PostingAddInline.fields},
            ),
        )
