"""Score templates and assessments: the officer scores, the leader decides the grade."""

from django import forms
from django.contrib import admin
from django.http import HttpResponseRedirect

from assessment.models import Assessment, GradeBand, ItemScore, ScoreItem, ScoreTemplate
from assessment.models.template import Grade
from assessment.selectors.assessments import assessments_to_decide, assessments_to_score, template_in_use
from assessment.selectors.veto import is_lifted, veto_facts
from assessment.selectors.waiting import TO_DECIDE, TO_SCORE
from assessment.services.assessments import (
    Mark,
    assessment_decide,
    assessment_lift_veto,
    assessment_open,
    assessment_score,
    item_key,
)
from assessment.services.templates import template_new_version
from core.admin import ScopedAdmin, ScopedInline, ScopedRelatedFilter
from core.admin_refusals import RowsRefused
from core.admin_verbs import ReasonForm, Verb, VerbForm
from core.desk import WaitingFilter, chip, chip_column, object_url, text_column
from core.errors import RuleBroken
from core.numbers import NO_VALUE, plain

GRADE_TONES = {"excellent": "ok", "good": "ok", "pass": "info", "basic": "wait", "fail": "bad"}


class AssessmentWaiting(WaitingFilter):
    waiting = {TO_SCORE: ("评分未完成", assessments_to_score), TO_DECIDE: ("待定等次", assessments_to_decide)}


class UnusedInline(ScopedInline):
    """Items and bands are fixed once an assessment has used their table."""

    def _free(self, obj):
        return obj is None or not template_in_use(template=obj)

    def has_add_permission(self, request, obj=None):
        return super().has_add_permission(request, obj) and self._free(obj)

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and self._free(obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and self._free(obj)


class ScoreItemInline(UnusedInline):
    model = ScoreItem
    fields = ["order", "code", "name", "weight", "method"]


class GradeBandInline(UnusedInline):
    model = GradeBand
    fields = ["grade", "minimum"]


@admin.register(ScoreTemplate)
class ScoreTemplateAdmin(ScopedAdmin):
    menu = ("考核", 520)
    list_display = ["name", "version", "subject_chip", "basis", "effective_from", "effective_to"]
    list_filter = ["subject"]
    search_fields = ["name", "code", "basis"]
    search_help_text = "按名称、编码或政策依据查找"
    inlines = [ScoreItemInline, GradeBandInline]
    subject_chip = chip_column("subject", {"hospital": "ok", "person": "info"}, description="考核对象")
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "name",
                    ("code", "version"),
                    "subject",
                    "basis",
                    ("effective_from", "effective_to"),
                ],
                "description": "等次从“最低分（含）”起算。用过的评分表不再修改，需要调整时建立新版本。",
            },
        )
    ]
    verbs = [
        Verb(
            name="new-version",
            label="建立新版本",
            permission="assessment.add_scoretemplate",
            available=lambda template, user: True,
            run=lambda template, user: template_new_version(template=template),
            explain="复制全部考核项目和等次分数线，作为下一版修改。",
            done="已建立新版本。",
            next_row=lambda template: template,
        )
    ]

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and (
            obj is None or not template_in_use(template=obj)
        )

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and (
            obj is None or not template_in_use(template=obj)
        )


class ItemScoreInline(ScopedInline):
    model = ItemScore
    fields = ["item", "weight", "method", "score", "note"]
    readonly_fields = ["item", "weight", "method"]
    can_delete = False

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("item")

    def has_add_permission(self, request, obj=None):
        return False  # one row an item, made when the assessment was opened

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and (
            obj is None or obj.status == Assessment.Status.DRAFT
        )

    @admin.display(description="分值")
    def weight(self, row):
        return plain(row.item.weight)

    @admin.display(description="评分办法")
    def method(self, row):
        return row.item.method or NO_VALUE


class DecideForm(VerbForm):
    final_grade = forms.ChoiceField(label="最终等次", choices=Grade.choices)
    reason = forms.CharField(
        label="调整原因",
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="最终等次与计算等次不同时必须写明。",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        facts = veto_facts(self.row)
        self.initial.setdefault("final_grade", Grade.FAIL if facts else self.row.computed_grade)
        used = {band.grade for band in self.row.template.bands.all()} | (
            {Grade.FAIL.value} if facts else set()
        )
        self.fields["final_grade"].choices = [choice for choice in Grade.choices if choice[0] in used]
        if facts:
            told = "；".join(fact["text"] for fact in facts)
            self.fields["final_grade"].help_text = f"一票否决事实：{told}"


def _may_lift(assessment, user) -> bool:
    """While it is open, for facts that nobody has agreed upon yet."""
    if assessment.status != Assessment.Status.DRAFT or assessment.clinician_id is None:
        return False
    facts = veto_facts(assessment)
    return bool(facts) and not is_lifted(assessment, facts)


@admin.register(Assessment)
class AssessmentAdmin(ScopedAdmin):
    menu = ("考核", 510)
    label_related = ("organisation", "clinician", "template")
    list_display = ["subject_name", "template", "cycle", "total", "computed", "final", "status_chip"]
    list_filter = [
        AssessmentWaiting,
        "status",
        "final_grade",
        ("cycle", ScopedRelatedFilter),
        ("template", ScopedRelatedFilter),
    ]
    search_fields = [
        "organisation__name",
        "organisation__name_key",
        "clinician__name",
        "clinician__name_key",
        "template__name",
    ]
    search_help_text = "按单位、人员（可用拼音）或评分表查找"
    list_select_related = ["organisation", "clinician", "template", "cycle__programme"]
    autocomplete_fields = ["organisation", "clinician"]
    inlines = [ItemScoreInline]
    decided_by_text = text_column("decided_by", description="定等人")
    status_chip = chip_column("status", {"draft": "wait", "final": "ok"}, description="状态")
    verbs = [
        Verb(
            name="decide",
            label="定等次",
            permission="assessment.decide_grade",
            available=lambda assessment, user: (
                assessment.status == Assessment.Status.DRAFT and assessment.total is not None
            ),
            form=DecideForm,
            run=lambda assessment, user, final_grade, reason: assessment_decide(
                assessment=assessment, by=user, final_grade=final_grade, reason=reason
            ),
            explain="定等次后，得分和等次都不能再改。",
            done="已定等次。",
            tone="primary",
        ),
        Verb(
            name="lift-veto",
            label="同意不作一票否决",
            permission="assessment.decide_grade",
            available=_may_lift,
            form=ReasonForm,
            run=lambda assessment, user, reason: assessment_lift_veto(
                assessment=assessment, by=user, reason=reason
            ),
            explain="只对现有的事实有效；等次须由另一位领导来定。以后又有新的事实，要重新同意。",
            done="已同意，可由另一位领导定等次。",
        ),
    ]
    READ_ONLY = ["assessor", "status", "total", "computed_grade", "veto_text"]
    DECISION = ["final_grade", "reason", "decided_by_text", "decided_at"]

    def get_fieldsets(self, request, obj=None):
        what = {"fields": ["cycle", "template", "organisation", "clinician"]}
        if obj is None:
            what["description"] = "单位和人员只选一项，与评分表的考核对象一致。保存后逐项评分。"
            return [(None, what)]
        what = {"fields": ["cycle", "template", "organisation" if obj.organisation_id else "clinician"]}
        decided = self.DECISION if obj.status == Assessment.Status.FINAL else []
        scored = ["assessor", "status", ("total", "computed_grade")]
        if obj.clinician_id:
            scored.append("veto_text")
        if obj.lifted_by_id:
            scored.append("lifted_text")
        return [(None, what), ("得分与等次", {"fields": [*scored, *decided]})]

    def get_readonly_fields(self, request, obj=None):
        if obj is None:
            return []
        return [
            "cycle",
            "template",
            "organisation",
            "clinician",
            *self.READ_ONLY,
            "lifted_text",
            *self.DECISION,
        ]

    def get_inlines(self, request, obj):
        return self.inlines if obj else []

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and (
            obj is None or obj.status == Assessment.Status.DRAFT
        )

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and (
            obj is None or obj.status == Assessment.Status.DRAFT
        )

    def save_model(self, request, obj, form, change):
        if not change:
            obj.__dict__.update(assessment_open(by=request.user, **form.cleaned_data).__dict__)

    def save_formset(self, request, form, formset, change):
        rows = {row.instance.item: (index, row) for index, row in enumerate(formset.forms)}
        marks = {
            item: Mark(row.cleaned_data["score"], row.cleaned_data["note"])
            for item, (_, row) in rows.items()
            if row.has_changed()
        }
        formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []
        if not marks:
            return
        try:
            assessment_score(assessment=form.instance, scores=marks, by=request.user)
        except RuleBroken as error:
            found = error.error_dict if hasattr(error, "error_dict") else {}
            refused = {
                (formset.prefix, index): RuleBroken({"score": found[item_key(item)]})
                for item, (index, _) in rows.items()
                if item_key(item) in found
            }
            raise (RowsRefused(refused) if refused else error) from error

    def response_add(self, request, obj, post_url_continue=None):
        if "_popup" in request.POST:
            return super().response_add(request, obj, post_url_continue)
        self.message_user(request, "考核已建立，请逐项评分。", level="SUCCESS")
        return HttpResponseRedirect(object_url(obj))

    @admin.display(description="一票否决事实")
    def veto_text(self, assessment):
        """What stands now; of a decided assessment what was cited."""
        return "\n".join(fact["text"] for fact in veto_facts(assessment)) or "没有"

    @admin.display(description="不作一票否决")
    def lifted_text(self, assessment):
        return f"{assessment.lifted_by.name} {assessment.lifted_at:%Y-%m-%d} 同意：{assessment.lift_reason}"

    @admin.display(description="被考核对象")
    def subject_name(self, assessment):
        return str(assessment.subject)

    @admin.display(description="计算等次", ordering="computed_grade")
    def computed(self, assessment):
        return chip(assessment.get_computed_grade_display(), "off")

    @admin.display(description="最终等次", ordering="final_grade")
    def final(self, assessment):
        return chip(assessment.get_final_grade_display(), GRADE_TONES.get(assessment.final_grade, "off"))
