"""The rule editor: requirements with their basis, what contradicts them, and which one is active."""

from django.contrib import admin
from django.template.loader import render_to_string

from core.admin import ScopedAdmin, ScopedRelatedFilter
from core.admin_verbs import ReasonForm, Verb
from core.desk import chip, object_url
from staffing.models import StayRule
from staffing.selectors.rules import contradictions
from staffing.services.rules import (
    FIGURES,
    may_rule,
    rule_activate,
    rule_change,
    rule_create,
    rule_retire,
)
from staffing.stay_rule_examples import EXAMPLES


def state_chip(rule: StayRule):
    return chip("现行", "ok") if rule.is_active else chip("未启用", "off")


@admin.register(StayRule)
class StayRuleAdmin(ScopedAdmin):
    menu = ("项目与协议", 130)
    list_display = ["requirement", "programme", "kind", "recipient", "basis", "effective_from", "state"]
    list_filter = ["is_active", "kind", "measure", ("programme", ScopedRelatedFilter)]
    search_fields = ["basis", "quoted", "programme__name"]
    search_help_text = "按政策依据、原文或项目查找"
    list_select_related = ["programme", "recipient"]
    fieldsets = [
        (
            None,
            {
                "fields": ["programme", "kind", ("measure", "title_level"), ("minimum", "unit"), "recipient"],
                "description": "首尾两天都计入；个月按对应日计算；工作日按工作日历。"
                "新增的要求未启用，核对依据后再启用；启用时与它矛盾的现行要求自动停用。",
            },
        ),
        ("依据", {"fields": ["basis", "quoted", ("effective_from", "effective_to")]}),
        ("在岗人数的容许和预警", {"fields": [("tolerance_days", "warning_days")]}),
    ]
    verbs = [
        Verb(
            name="activate",
            label="启用",
            permission="staffing.change_stayrule",
            available=lambda rule, user: not rule.is_active and may_rule(programme=rule.programme, by=user),
            run=lambda rule, user: rule_activate(rule=rule, by=user),
            explain="成为现行要求。与它矛盾的现行要求同时停用，都留有记录。",
            done="已启用。",
            tone="primary",
        ),
        Verb(
            name="retire",
            label="停用",
            permission="staffing.change_stayrule",
            available=lambda rule, user: rule.is_active and may_rule(programme=rule.programme, by=user),
            form=ReasonForm,
            run=lambda rule, user, reason: rule_retire(rule=rule, by=user, reason=reason),
            explain="不再按它判定。要求本身保留，可以再启用。",
            done="已停用。",
            tone="danger",
        ),
    ]

    @admin.display(description="状态", ordering="is_active")
    def state(self, rule):
        return state_chip(rule)

    @admin.display(description="要求", ordering="measure")
    def requirement(self, rule):
        return rule.requirement

    @admin.display(description="并列对照")
    def side_by_side(self, rule):
        """This rule beside those that contradict it."""
        others = contradictions(rule)
        rows = [{"rule": row, "url": object_url(row), "chip": state_chip(row)} for row in (rule, *others)]
        return render_to_string("admin/staffing/stayrule/side_by_side.html", {"rows": rows, "others": others})

    def get_fieldsets(self, request, obj=None):
        if obj is None:
            return self.fieldsets
        return [("状态和矛盾", {"fields": ["state", "side_by_side"]}), *self.fieldsets]

    def get_readonly_fields(self, request, obj=None):
        """The figures of an active rule are not rewritten: a new rule takes its place."""
        fixed = FIGURES if obj is not None and obj.is_active else ()
        return ["state", "side_by_side", *fixed]

    def add_view(self, request, form_url="", extra_context=None):
        return super().add_view(request, form_url, {**(extra_context or {}), "examples": EXAMPLES})

    def save_model(self, request, obj, form, change):
        if change:
            saved = rule_change(rule=obj, by=request.user, **form.cleaned_data)
        else:
            saved = rule_create(by=request.user, **form.cleaned_data)
        obj.__dict__.update(saved.__dict__)
