"""Agreements: drafted here, filed here, amended, renewed and terminated by verbs."""

from django import forms
from django.contrib import admin
from django.db.models import OuterRef, Subquery
from django.http import HttpResponseRedirect

from core.admin import ScopedAdmin, ScopedInline, ScopedRelatedFilter
from core.admin_verbs import DayReasonForm, ReasonForm, Verb, VerbForm
from core.desk import chip, object_url
from core.forms import DateInput
from support.admin.cards import AgreementWaiting
from support.models import Agreement, AgreementVersion, Cycle
from support.services.agreements import (
    agreement_amend,
    agreement_create,
    agreement_renew,
    agreement_terminate,
    may_file,
)

STATE_TONES = {"pending": "wait", "upcoming": "info", "in_force": "ok", "expired": "off", "terminated": "bad"}
VERSION_TONES = {
    "draft": "off",
    "sender_confirmed": "wait",
    "recipient_confirmed": "wait",
    "filed": "ok",
    "superseded": "off",
    "withdrawn": "off",
}


class StateFilter(admin.SimpleListFilter):
    """In force, expired… follow from the days; the database computes them (``with_state``)."""

    title = "状态"
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return Agreement.State.choices

    def queryset(self, request, queryset):
        return queryset.filter(state=self.value()) if self.value() else queryset


class AgreementAddForm(forms.ModelForm):
    """Who with whom, and the first text's days."""

    start_on = forms.DateField(label="开始日期", widget=DateInput)
    end_on = forms.DateField(label="结束日期", widget=DateInput)
    signed_on = forms.DateField(label="签订日期", widget=DateInput, required=False)
    year_goal = forms.CharField(
        label="本期目标",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="量化目标、帮扶科室、签约人和附件在下一页填写。",
    )

    class Meta:
        model = Agreement
        fields = ["cycle", "number", "sender", "recipient", "third_party"]


class RenewForm(VerbForm):
    cycle = forms.ModelChoiceField(label="周期", queryset=Cycle.objects.none())
    number = forms.CharField(label="新协议编号", max_length=40)
    start_on = forms.DateField(label="开始日期", widget=DateInput)
    end_on = forms.DateField(label="结束日期", widget=DateInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["cycle"].queryset = Cycle.objects.visible_to(self.user).select_related("programme")


class TerminateForm(DayReasonForm):
    on = forms.DateField(label="最后一天", widget=DateInput, help_text="协议在这一天仍然有效，次日起终止。")


def _filed_and_running(agreement, user):
    return agreement.effective_from is not None and agreement.terminated_on is None


def _may_amend(agreement, user):
    return (
        _filed_and_running(agreement, user)
        and not agreement.versions.filter(status__in=AgreementVersion.OPEN).exists()
    )


AGREEMENT_VERBS = [
    Verb(
        name="amend",
        label="变更",
        permission="support.amend_agreement",
        available=_may_amend,
        form=ReasonForm,
        run=lambda agreement, user, reason: agreement_amend(agreement=agreement, reason=reason, by=user),
        explain="以现行文本为底稿建立新的一版。双方确认并备案以前，现行文本继续有效。",
        done="已建立变更草案，请修改后由双方确认。",
        next_row=lambda version: version,
    ),
    Verb(
        name="renew",
        label="续签",
        permission="support.add_agreement",
        available=lambda agreement, user: (
            agreement.effective_from is not None and not hasattr(agreement, "renewed_by")
        ),
        form=RenewForm,
        run=lambda agreement, user, **answers: agreement_renew(agreement=agreement, by=user, **answers),
        explain="以同样的双方和内容建立一份新协议，原协议保留。",
        done="已建立续签协议的草案。",
        next_row=lambda agreement: agreement.versions.get(),
    ),
    Verb(
        name="terminate",
        label="终止",
        permission="support.terminate_agreement",
        available=lambda agreement, user: (
            _filed_and_running(agreement, user) and may_file(agreement=agreement, by=user)
        ),
        form=TerminateForm,
        run=lambda agreement, user, on, reason: agreement_terminate(
            agreement=agreement, on=on, reason=reason, by=user
        ),
        explain="提前终止协议。终止日以后还有派驻的，请先结束或取消这些派驻。",
        done="协议已终止。",
        tone="danger",
        partners=True,
    ),
]


class VersionInline(ScopedInline):
    """All texts of the agreement; each opens on its own page."""

    model = AgreementVersion
    fk_name = "agreement"
    verbose_name_plural = "协议文本（各版本）"
    fields = readonly_fields = ["number", "title", "start_on", "end_on", "status", "reason", "filed_at"]
    show_change_link = True
    can_delete = False
    ordering = ["-number"]

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False


@admin.register(Agreement)
class AgreementAdmin(ScopedAdmin):
    menu = ("项目与协议", 130)
    label_related = ("sender", "recipient")
    list_display = ["number", "sender_name", "recipient_name", "cycle", "days", "state_chip", "text_chip"]
    list_filter = [
        AgreementWaiting,
        StateFilter,
        ("cycle", ScopedRelatedFilter),
        ("sender", ScopedRelatedFilter),
        ("recipient", ScopedRelatedFilter),
    ]
    search_fields = ["number", "sender__name", "sender__name_key", "recipient__name", "recipient__name_key"]
    search_help_text = "按协议编号、支援或受援单位（可用拼音首字母）查找"
    date_hierarchy = "effective_from"
    list_select_related = ["cycle__programme", "sender", "recipient"]
    autocomplete_fields = ["sender", "recipient", "third_party"]
    verbs = AGREEMENT_VERBS
    inlines = [VersionInline]

    def get_queryset(self, request):
        open_text = AgreementVersion.objects.filter(
            agreement=OuterRef("pk"), status__in=AgreementVersion.OPEN
        )
        queryset = super().get_queryset(request).with_state()
        return queryset.annotate(open_status=Subquery(open_text.values("status")[:1]))

    def get_form(self, request, obj=None, change=False, **kwargs):
        if obj is None:
            kwargs["form"] = AgreementAddForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fieldsets(self, request, obj=None):
        if obj is None:
            return [
                ("协议双方", {"fields": ["cycle", "number", "sender", "recipient", "third_party"]}),
                ("第一版文本", {"fields": [("start_on", "end_on"), "signed_on", "year_goal"]}),
            ]
        ended = ["terminated_on", "termination_reason"] if obj.terminated_on else []
        return [
            (None, {"fields": ["number", "cycle", "sender", "recipient", "third_party", "renewal_of"]}),
            (
                "效力",
                {
                    "fields": ["state_chip", "effective_from", "effective_to", *ended],
                    "description": "生效日期由备案、变更和终止决定，不能直接填写。",
                },
            ),
        ]

    def get_readonly_fields(self, request, obj=None):
        if obj is None:
            return []
        return [
            "sender",
            "recipient",
            "third_party",
            "renewal_of",
            "state_chip",
            "effective_from",
            "effective_to",
            "terminated_on",
            "termination_reason",
        ]

    def get_inlines(self, request, obj):
        return self.inlines if obj else []

    def has_change_permission(self, request, obj=None):
        """Number and cycle can be corrected until the first filing."""
        return super().has_change_permission(request, obj) and (obj is None or obj.current_version_id is None)

    def save_model(self, request, obj, form, change):
        if change:
            super().save_model(request, obj, form, change)
            return
        saved = agreement_create(by=request.user, **form.cleaned_data)
        obj.__dict__.update(saved.__dict__)

    def response_add(self, request, obj, post_url_continue=None):
        if "_popup" in request.POST:
            return super().response_add(request, obj, post_url_continue)
        self.message_user(request, "协议已建立，请继续填写文本内容。", level="SUCCESS")
        return HttpResponseRedirect(object_url(obj.versions.get()))

    @admin.display(description="支援单位", ordering="sender__name_key")
    def sender_name(self, agreement):
        return agreement.sender.display_name

    @admin.display(description="受援单位", ordering="recipient__name_key")
    def recipient_name(self, agreement):
        return agreement.recipient.display_name

    @admin.display(description="有效期", ordering="effective_to")
    def days(self, agreement):
        return str(agreement.effective_period) if agreement.effective_period else None

    @admin.display(description="状态", ordering="state")
    def state_chip(self, agreement):
        return chip(agreement.state_label, STATE_TONES[agreement.state])

    @admin.display(description="办理中的文本")
    def text_chip(self, agreement):
        if not agreement.open_status:
            return None
        status = AgreementVersion.Status(agreement.open_status)
        return chip(status.label, VERSION_TONES[status])
