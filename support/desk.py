"""What every desk page of a two-sided record shares: chips, the three verbs, who may still write."""

from functools import partial

from django import forms
from django.contrib import admin

from core.admin import ScopedAdmin, ScopedInline
from core.admin_verbs import ReasonForm, Verb, VerbForm
from core.desk import chip_column, text_column
from support.selectors.rights import is_being_replaced
from support.services.disputes import may_rule, record_answer, record_concede, record_rule
from support.services.records import (
    may_confirm,
    record_confirm,
    record_retract,
    record_return,
    record_submit,
)
from support.services.replacements import record_withdraw

RECORD_TONES = {
    "draft": "off",
    "submitted": "wait",
    "returned": "bad",
    "disputed": "bad",
    "confirmed": "ok",
    "superseded": "off",
}

ENTRY_FIELDS = [
    "status",
    "entered_for",
    "entered_by_text",
    "entered_at",
    "submitted_at",
    "confirmed_for",
    "confirmed_by_text",
    "confirmed_at",
    "return_reason",
    "dispute_reason",
    "dispute_answer",
    "dispute_ruling",
    "replaces_text",
    "replace_reason",
]
ENTRY_FIELDSET = ("填报与确认", {"fields": ENTRY_FIELDS})


def may_write(record, user) -> bool:
    """An open record, by the side that entered it."""
    return record.is_editable and _is_own(record, user)


def _waits_for(record, user) -> bool:
    return record.status == "submitted" and may_confirm(record=record, by=user)


def _is_own(record, user) -> bool:
    return record.entered_for_id == user.organisation_id


def _waits_elsewhere(record, user) -> bool:
    return record.status == "submitted" and _is_own(record, user) and not record.dispute_ruling


def _answers(record, user) -> bool:
    return record.status == "disputed" and _is_own(record, user)


class AnswerForm(VerbForm):
    answer = forms.CharField(label="说明", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class RulingForm(VerbForm):
    upheld = forms.ChoiceField(
        label="争议",
        choices=[("yes", "成立，退回填报单位修改"), ("no", "不成立，由对方确认或退回")],
        widget=forms.RadioSelect,
    )
    ruling = forms.CharField(
        label="处理意见",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="双方都会看到。",
    )


def record_verbs(model) -> list[Verb]:
    change = f"{model._meta.app_label}.change_{model._meta.model_name}"
    return [
        Verb(
            name="submit",
            label="提交",
            permission=change,
            available=lambda record, user: record.is_open and _is_own(record, user),
            run=lambda record, user: record_submit(record=record, by=user),
            explain="提交后由对方单位核对确认；确认以前内容不能再改，被退回后可以修改再交。",
            done="已提交，等待对方确认。",
            tone="primary",
        ),
        Verb(
            name="retract",
            label="收回",
            permission=change,
            available=_waits_elsewhere,
            run=lambda record, user: record_retract(record=record, by=user),
            explain="收回后回到草稿，可以修改后再提交；对方已经办理的不能收回。",
            done="已收回为草稿。",
        ),
        Verb(
            name="confirm",
            label="确认",
            permission="support.confirm_record",
            available=_waits_for,
            run=lambda record, user: record_confirm(record=record, by=user),
            explain="确认后这条记录计入统计，内容不能再改。",
            done="已确认。",
            tone="primary",
        ),
        Verb(
            name="return",
            label="退回",
            permission="support.confirm_record",
            available=_waits_for,
            form=ReasonForm,
            run=lambda record, user, reason: record_return(record=record, by=user, reason=reason),
            explain="退回给填报单位修改，原因会显示给对方。",
            done="已退回。",
            tone="danger",
        ),
        Verb(
            name="answer",
            label="说明情况",
            permission=change,
            available=_answers,
            form=AnswerForm,
            run=lambda record, user, answer: record_answer(record=record, by=user, answer=answer),
            explain="对方提出了争议，说明会显示给对方；可以再次填写，以最后一次为准。",
            done="说明已保存。",
        ),
        Verb(
            name="concede",
            label="接受争议",
            permission=change,
            available=_answers,
            run=lambda record, user: record_concede(record=record, by=user),
            explain="接受后记录退回给本单位修改。",
            done="已接受争议，请修改后重新提交。",
        ),
        Verb(
            name="rule",
            label="处理争议",
            permission="support.rule_record",
            available=lambda record, user: record.status == "disputed" and may_rule(record=record, by=user),
            form=RulingForm,
            run=lambda record, user, upheld, ruling: record_rule(
                record=record, by=user, ruling=ruling, upheld=upheld == "yes"
            ),
            explain="双方对这条记录有争议，请写明处理意见。",
            done="已处理。",
            tone="primary",
            # a record belongs to both sides; whose programme it is decides who settles it
            partners=True,
        ),
        Verb(
            name="withdraw",
            label="申请作废",
            permission=change,
            available=lambda record, user: (
                record.status == "confirmed" and _is_own(record, user) and not is_being_replaced(record)
            ),
            form=ReasonForm,
            run=lambda record, user, reason: record_withdraw(record=record, by=user, reason=reason),
            explain="由对方确认作废；确认以前这条记录仍然有效。",
            done="已申请作废，等待对方确认。",
            tone="danger",
        ),
    ]


class TwoSidedAdmin(ScopedAdmin):
    """The bureau enters for itself, submits, and confirms only what is its to confirm."""

    readonly_fields = ENTRY_FIELDS
    entered_by_text = text_column("entered_by", description="填报人")
    confirmed_by_text = text_column("confirmed_by", description="确认人")
    replaces_text = text_column("replaces", description="更正或作废的原记录")
    status_chip = chip_column("status", RECORD_TONES, description="状态")
    actions = ["submit_chosen", "confirm_chosen"]

    def get_verbs(self, request):
        return record_verbs(self.model)

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and (obj is None or may_write(obj, request.user))

    def has_confirm_permission(self, request):
        return request.user.has_perm("support.confirm_record")

    def get_fieldsets(self, request, obj=None):
        known = super().get_fieldsets(request, obj)
        return [entry for entry in known if obj is not None or entry is not ENTRY_FIELDSET]

    def save_model(self, request, obj, form, change):
        if not change:
            obj.entered_by, obj.entered_for = request.user, request.user.organisation
        super().save_model(request, obj, form, change)

    @admin.action(description="提交所选记录", permissions=["change"])
    def submit_chosen(self, request, queryset):
        verb = partial(record_submit, by=request.user)
        self.run_for_each(request, queryset, lambda row: verb(record=row), done="已提交 {n} 条。")

    @admin.action(description="确认所选记录", permissions=["confirm"])
    def confirm_chosen(self, request, queryset):
        verb = partial(record_confirm, by=request.user)
        self.run_for_each(request, queryset, lambda row: verb(record=row), done="已确认 {n} 条。")


class OpenInline(ScopedInline):
    """Rows below a record: written while it is open, only shown afterwards."""

    def _open(self, request, obj):
        return obj is None or may_write(obj, request.user)

    def has_add_permission(self, request, obj=None):
        return super().has_add_permission(request, obj) and self._open(request, obj)

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and self._open(request, obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and self._open(request, obj)


class WholeRecordAdmin(TwoSidedAdmin):
    """A record that its service writes in one piece, with the rows below it."""

    def write(self, *, record, rows: dict, by, **answers):
        """Call the service; ``record`` is None for a new one, ``rows`` {model: [cleaned rows]}."""
        raise NotImplementedError

    def save_model(self, request, obj, form, change):
        """Nothing yet: form and rows are written together by ``save_related``."""

    def save_related(self, request, form, formsets, change):
        saved = self.write(
            record=form.instance if change else None,
            rows={formset.model: filled_rows(formset) for formset in formsets},
            by=request.user,
            **form.cleaned_data,
        )
        form.instance.__dict__.update(saved.__dict__)
        for formset in formsets:  # the admin writes its log from these lists
            formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []


def filled_rows(formset) -> list[dict]:
    """The answers of every row of an inline that is filled in and stays."""
    meta = ("id", "DELETE", formset.fk.name)
    return [
        {name: value for name, value in form.cleaned_data.items() if name not in meta}
        for form in formset.forms
        if form not in formset.deleted_forms and (form.has_changed() or form.instance.pk)
    ]
