"""Outcome figures of the recipients: entered by them, confirmed by the bureau."""

from django import forms
from django.contrib import admin

from core.admin import ScopedRelatedFilter
from core.desk import chip
from core.numbers import plain
from support.admin.cards import OutcomeWaiting
from support.desk import ENTRY_FIELDSET, TwoSidedAdmin
from support.models import OutcomeValue
from support.services.outcomes import outcome_ask


class OutcomeValueForm(forms.ModelForm):
    """What can hardly be right is asked here too, once, by the rule of the coordinators' form."""

    sure = forms.BooleanField(
        label="已核对，属实", required=False, help_text="数值与往年相差悬殊或超出常见范围时才需要勾选。"
    )


@admin.register(OutcomeValue)
class OutcomeValueAdmin(TwoSidedAdmin):
    menu = ("捐赠与成效", 420)
    list_display = ["recipient", "indicator", "period_text", "value_text", "baseline_chip", "status_chip"]
    list_display_links = ["recipient", "indicator"]
    list_filter = [
        OutcomeWaiting,
        "status",
        "year",
        ("recipient", ScopedRelatedFilter),
        ("indicator", ScopedRelatedFilter),
        "is_baseline",
    ]
    search_fields = ["recipient__name", "recipient__name_key", "indicator__name", "source"]
    search_help_text = "按受援单位（可用拼音首字母）、指标或数据来源查找"
    list_select_related = ["recipient", "indicator"]
    autocomplete_fields = ["recipient", "indicator"]
    form = OutcomeValueForm
    readonly_fields = [*TwoSidedAdmin.readonly_fields, "doubts"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "recipient",
                    "indicator",
                    ("year", "quarter"),
                    "is_baseline",
                    "value",
                    "sure",
                    "source",
                    "department",
                    "doubts",
                ],
                "description": "支援前基数是支援开始前一年的数据，“较支援前”的增减以它为底。",
            },
        ),
        ENTRY_FIELDSET,
    ]

    def get_fieldsets(self, request, obj=None):
        """The question only where something can be written; what was doubted only where something was."""
        writes = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        left_out = {"doubts"} if obj is None else set() if writes else {"sure"}
        return [
            (name, options | {"fields": [field for field in options["fields"] if field not in left_out]})
            for name, options in super().get_fieldsets(request, obj)
        ]

    def construct_change_message(self, request, form, formsets, add=False):
        """The question comes after the scope: it speaks of other figures of the same recipient."""
        message = super().construct_change_message(request, form, formsets, add)
        outcome_ask(value=form.instance, sure=form.cleaned_data["sure"])
        form.instance.save(update_fields=["doubts"])
        return message

    @admin.display(description="期间", ordering="year")
    def period_text(self, value):
        return value.period_text

    @admin.display(description="数值", ordering="value")
    def value_text(self, value):
        return f"{plain(value.value)} {value.indicator.unit}"

    @admin.display(description="基数", ordering="is_baseline")
    def baseline_chip(self, value):
        return chip("支援前基数", "info") if value.is_baseline else None
