"""Rules of promotion service, which of them the bureau applies, and service waiting for recognition."""

from django import forms
from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html

from core.admin import ReadOnlyAdmin, ScopedAdmin, ScopedInline, ScopedRelatedFilter
from core.admin_verbs import ReasonForm, Verb, VerbForm
from core.desk import WaitingFilter, chip
from core.numbers import NO_VALUE
from staffing.models import (
    PromotionEquivalent,
    PromotionExemption,
    PromotionLocationNeed,
    PromotionPolicy,
    PromotionRule,
    RecognisedService,
)
from staffing.selectors.desk import TO_RECOGNISE
from staffing.selectors.promotion_desk import recognised_waiting
from staffing.services.promotion_rules import policy_save, rule_copy, rule_is_changeable
from staffing.services.recognised import recognised_revoke
from staffing.titles import LEVEL_ORDER, Series
from support.desk import ENTRY_FIELDSET, TwoSidedAdmin, record_verbs

CHOSEN = ("target_levels", "series")


class PromotionRuleForm(forms.ModelForm):
    target_levels = forms.MultipleChoiceField(
        label="申报级别",
        choices=[(level.value, level.label) for level in LEVEL_ORDER[::-1]],
        widget=forms.CheckboxSelectMultiple,
        help_text="申报这些级别时要求基层服务。",
    )
    series = forms.MultipleChoiceField(
        label="系列",
        choices=Series.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="不选为全部系列。",
    )


class RulePartInline(ScopedInline):
    """Rows below a rule may be written when the rule may."""

    def _open(self, request, obj) -> bool:
        return obj is None or rule_is_changeable(rule=obj, by=request.user)

    def has_add_permission(self, request, obj=None):
        return super().has_add_permission(request, obj) and self._open(request, obj)

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and self._open(request, obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and self._open(request, obj)


class LocationNeedInline(RulePartInline):
    model = PromotionLocationNeed
    fields = ["where", "minimum", "unit", "effect"]


class EquivalentInline(RulePartInline):
    model = PromotionEquivalent
    fields = ["kind", "numerator", "denominator", "cap", "minimum", "minimum_unit"]


class ExemptionInline(RulePartInline):
    model = PromotionExemption
    fields = ["kind", "threshold", "cut_off_month", "cut_off_day"]


class CopyForm(VerbForm):
    code = forms.CharField(
        label="代码", max_length=40, help_text="小写字母、数字和短横线，不能与已有的相同。"
    )
    name = forms.CharField(label="名称", max_length=60)


@admin.register(PromotionRule)
class PromotionRuleAdmin(ScopedAdmin):
    menu = ("晋升服务", 350)
    form = PromotionRuleForm
    list_display = ["name", "region_words", "levels", "series_names", "total", "stretch", "state_chip"]
    list_filter = ["is_active", "since_title", "needs_assessment"]
    search_fields = ["code", "name", "region_words", "basis", "quoted"]
    search_help_text = "按名称、地区、依据或原文查找"
    inlines = [LocationNeedInline, EquivalentInline, ExemptionInline]
    fieldsets = [
        (
            None,
            {
                "fields": [("name", "code"), "region_words", "is_active", "order"],
                "description": "国家规定和其他部门正在采用的规定不能修改，可以复制后再改。",
            },
        ),
        ("适用", {"fields": [*CHOSEN, ("effective_from", "effective_to")]}),
        (
            "要求",
            {
                "fields": [
                    ("required_total", "required_unit"),
                    ("min_stretch", "min_stretch_unit"),
                    "since_title",
                    "needs_assessment",
                ]
            },
        ),
        ("依据", {"fields": ["basis", "quoted", "note"]}),
    ]
    verbs = [
        Verb(
            name="copy",
            label="复制为新规定",
            permission="staffing.add_promotionrule",
            available=lambda rule, user: True,
            form=CopyForm,
            run=lambda rule, user, code, name: rule_copy(rule=rule, code=code, name=name, by=user),
            explain="连同地点要求、视同和免于要求一起复制，复制出来的可以自由修改。",
            done="已复制，请按本地文件修改。",
            tone="primary",
            next_row=lambda made: made,
        )
    ]

    def has_change_permission(self, request, obj=None):
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or rule_is_changeable(rule=obj, by=request.user))

    def get_fieldsets(self, request, obj=None):
        """Who may only read is told names, not codes."""
        known = super().get_fieldsets(request, obj)
        if self.has_change_permission(request, obj) if obj else self.has_add_permission(request):
            return known
        told = dict(zip(CHOSEN, ("levels", "series_names"), strict=True))
        return [
            (title, options | {"fields": [told.get(name, name) for name in options["fields"]]})
            for title, options in known
        ]

    def get_readonly_fields(self, request, obj=None):
        return [*super().get_readonly_fields(request, obj), "levels", "series_names"]

    @admin.display(description="申报级别")
    def levels(self, rule):
        return rule.levels_text

    @admin.display(description="系列")
    def series_names(self, rule):
        return rule.series_text

    @admin.display(description="总量", ordering="required_total")
    def total(self, rule):
        return rule.total_text

    @admin.display(description="每段不少于")
    def stretch(self, rule):
        return rule.stretch_text or None

    @admin.display(description="状态", ordering="is_active")
    def state_chip(self, rule):
        return chip("可选用", "ok") if rule.is_active else chip("停用", "off")


@admin.register(PromotionPolicy)
class PromotionPolicyAdmin(ScopedAdmin):
    menu = ("晋升服务", 355)
    label_related = ("bureau", "rule")
    list_display = ["rule", "bureau", "effective_from", "effective_to"]
    list_filter = [("rule", ScopedRelatedFilter)]
    search_fields = ["rule__name", "bureau__name", "bureau__name_key"]
    search_help_text = "按规定或部门查找"
    date_hierarchy = "effective_from"
    autocomplete_fields = ["rule", "remote_places"]

    fieldsets = [
        (
            None,
            {
                "fields": ["rule", ("effective_from", "effective_to"), "remote_places"],
                "description": "没有采用其他规定的，按国家规定（医师申报副高累计一年）计算。"
                "下级部门采用了规定的，以下级部门的为准。",
            },
        )
    ]

    def has_change_permission(self, request, obj=None):
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or obj.bureau_id == request.user.organisation_id)

    def save_model(self, request, obj, form, change):
        saved = policy_save(by=request.user, policy=obj if change else None, **form.cleaned_data)
        obj.__dict__.update(saved.__dict__)

    def save_related(self, request, form, formsets, change):
        """The service has written the places already."""


class RecognisedWaiting(WaitingFilter):
    waiting = {TO_RECOGNISE: ("等待认定", recognised_waiting)}


@admin.register(RecognisedService)
class RecognisedServiceAdmin(ReadOnlyAdmin, TwoSidedAdmin):
    menu = ("晋升服务", 360)
    label_related = ("clinician",)
    list_display = ["person", "hospital", "kind", "start_on", "end_on", "place", "evidence", "status_chip"]
    list_filter = [
        RecognisedWaiting,
        "status",
        "kind",
        ("clinician__organisation", ScopedRelatedFilter),
    ]
    search_fields = ["clinician__name", "clinician__name_key", "clinician__staff_no", "place", "evidence"]
    search_help_text = "按姓名（可用拼音）、工号、地点或证明材料查找"
    date_hierarchy = "start_on"
    list_select_related = ["clinician__organisation"]
    actions = ["confirm_chosen"]
    fieldsets = [
        (None, {"fields": ["clinician", "kind", ("start_on", "end_on"), "place"]}),
        ("地点", {"fields": [("location", "key_county", "remote")]}),
        ("证明", {"fields": ["evidence", "file_link", "result"]}),
        ENTRY_FIELDSET,
    ]

    def get_verbs(self, request):
        return [
            *(verb for verb in record_verbs(self.model) if verb.name in ("confirm", "return")),
            Verb(
                name="revoke",
                label="撤销认定",
                permission="staffing.revoke_recognisedservice",
                available=lambda service, user: service.status == RecognisedService.Status.CONFIRMED,
                form=ReasonForm,
                run=lambda service, user, reason: recognised_revoke(service=service, by=user, reason=reason),
                explain="认定有误的服务不再计入台账，记录和原因留存。",
                done="已撤销认定。",
                tone="danger",
            ),
        ]

    def get_readonly_fields(self, request, obj=None):
        return [*super().get_readonly_fields(request, obj), "file_link"]

    @admin.display(description="人员", ordering="clinician__name_key")
    def person(self, service):
        return service.clinician.name

    @admin.display(description="单位", ordering="clinician__organisation__name_key")
    def hospital(self, service):
        return service.clinician.organisation.display_name

    @admin.display(description="证明扫描件")
    def file_link(self, service):
        if not service.evidence_file:
            return NO_VALUE
        return format_html('<a href="{}">下载</a>', reverse("recognised-evidence", args=[service.pk]))
