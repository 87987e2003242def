"""Discipline rules of a programme with their chain of measures: data, one in use."""

from django import forms
from django.contrib import admin
from django.http import HttpResponseRedirect

from core.admin import ScopedAdmin, ScopedInline
from core.admin_verbs import Verb
from core.desk import chip, object_url
from staffing.discipline_examples import EXAMPLES
from staffing.models import DisciplineConsequence, DisciplineRule
from staffing.services.discipline import (
    RuleFigures,
    discipline_rule_activate,
    discipline_rule_create,
    discipline_rule_deactivate,
)

FIGURES = ["findings_for_veto", "working_days_minimum", "promotion_bar_years"]


class NewRuleForm(forms.ModelForm):
    """A rule begins empty or with the figures and measures of an example."""

    example = forms.ChoiceField(
        label="从示例开始",
        required=False,
        choices=[("", "不用示例"), *((key, example.name) for key, example in EXAMPLES.items())],
        help_text="带入示例的数值和处理措施，保存后按本地文件修改。",
    )

    class Meta:
        model = DisciplineRule
        fields = ["programme", "name", "basis", *FIGURES]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("name", "basis"):  # an example brings its own
            self.fields[name].required = False

    def clean(self):
        answers = super().clean()
        for name in ("name", "basis"):
            if not answers.get("example") and not answers.get(name):
                self.add_error(name, "请填写，或者选择一个示例。")
        return answers


class ConsequenceInline(ScopedInline):
    model = DisciplineConsequence
    fields = ["order", "when", "whom", "kind", "text"]


@admin.register(DisciplineRule)
class DisciplineRuleAdmin(ScopedAdmin):
    menu = ("人员与派驻", 265)
    label_related = ("programme",)
    list_display = ["name", "programme", "active_chip", *FIGURES, "basis"]
    list_filter = ["is_active"]
    search_fields = ["name", "basis", "programme__name"]
    search_help_text = "按名称、依据或项目查找"
    inlines = [ConsequenceInline]
    verbs = [
        Verb(
            name="activate",
            label="设为现行",
            permission="staffing.change_disciplinerule",
            available=lambda rule, user: not rule.is_active,
            run=lambda rule, user: discipline_rule_activate(rule=rule, by=user),
            explain="从现在起按这套规定认定；原来现行的一套停用。已定等次的考核保留当时的事实。",
            done="已设为现行。",
            tone="primary",
        ),
        Verb(
            name="deactivate",
            label="停用",
            permission="staffing.change_disciplinerule",
            available=lambda rule, user: rule.is_active,
            run=lambda rule, user: discipline_rule_deactivate(rule=rule, by=user),
            explain="停用后这个项目不再按它认定一票否决和处理。",
            done="已停用。",
        ),
    ]

    def get_form(self, request, obj=None, change=False, **kwargs):
        if obj is None:
            kwargs["form"] = NewRuleForm
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request, obj=None):
        example = [] if obj else ["example"]
        note = "不设的要求留空。一个项目只有一套现行，两套可以并存比较。"
        return [
            (None, {"fields": ["programme", *example, "name", "basis"], "description": note}),
            ("要求", {"fields": FIGURES}),
        ]

    def get_readonly_fields(self, request, obj=None):
        return ["programme"] if obj else []

    def get_inlines(self, request, obj):
        return self.inlines if obj else []

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and (obj is None or not obj.is_active)

    def save_model(self, request, obj, form, change):
        if change:
            super().save_model(request, obj, form, change)
            return
        answers = form.cleaned_data
        example = EXAMPLES.get(answers["example"])
        typed = {name: answers[name] for name in FIGURES if example is None or name in form.changed_data}
        figures = RuleFigures(**({**example.figures} if example else {}) | typed)
        made = discipline_rule_create(
            programme=answers["programme"],
            name=answers["name"],
            basis=answers["basis"],
            example=answers["example"],
            figures=figures,
            by=request.user,
        )
        obj.__dict__.update(made.__dict__)

    def response_add(self, request, obj, post_url_continue=None):
        if "_popup" in request.POST:
            return super().response_add(request, obj, post_url_continue)
        self.message_user(request, "已建立，核对后“设为现行”。", level="SUCCESS")
        return HttpResponseRedirect(object_url(obj))

    @admin.display(description="状态", ordering="is_active")
    def active_chip(self, rule):
        return chip("现行", "ok") if rule.is_active else chip("备用", "off")
