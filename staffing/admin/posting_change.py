"""Requests to extend a stay or to end it early: decided here by somebody who did not ask."""

from django import forms
from django.contrib import admin

from core.admin import ReadOnlyAdmin, ScopedRelatedFilter
from core.admin_verbs import Verb, VerbForm
from core.desk import chip_column, text_column
from staffing.admin.cards import ChangeWaiting
from staffing.models import PostingChange
from staffing.services.posting_changes import may_decide, posting_change_approve, posting_change_refuse

STATUS_TONES = {"requested": "wait", "approved": "ok", "refused": "bad", "withdrawn": "off"}
KIND_TONES = {"extend": "info", "end_early": "wait"}


class ApproveForm(VerbForm):
    note = forms.CharField(
        label="意见", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class RefuseForm(VerbForm):
    note = forms.CharField(label="理由", max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


@admin.register(PostingChange)
class PostingChangeAdmin(ReadOnlyAdmin):
    menu = ("人员与派驻", 240)
    list_display = [
        "person",
        "recipient",
        "kind_chip",
        "old_end_on",
        "new_end_on",
        "reason",
        "requested_by_text",
        "status_chip",
    ]
    list_filter = [
        ChangeWaiting,
        "status",
        "kind",
        ("posting__agreement__recipient", ScopedRelatedFilter),
        ("posting__agreement__sender", ScopedRelatedFilter),
    ]
    search_fields = ["posting__clinician__name", "posting__clinician__name_key", "posting__batch__code"]
    search_help_text = "按姓名（可用拼音）或批次查找"
    date_hierarchy = "new_end_on"
    list_select_related = ["posting__clinician", "posting__agreement__recipient", "requested_by"]
    label_related = ("posting__clinician",)
    kind_chip = chip_column("kind", KIND_TONES, description="事项")
    status_chip = chip_column("status", STATUS_TONES, description="状态")
    posting_text = text_column("posting", description="派驻")
    requested_by_text = text_column("requested_by", description="申请人")
    decided_by_text = text_column("decided_by", description="审批人")
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "posting_text",
                    "recipient",
                    "kind",
                    ("old_end_on", "new_end_on"),
                    "reason",
                    "unfinished_task",
                    ("requested_by_text", "requested_at"),
                ]
            },
        ),
        ("审批", {"fields": ["status", ("decided_by_text", "decided_at"), "note"]}),
    ]
    verbs = [
        Verb(
            name="approve",
            label="批准",
            permission="staffing.decide_posting_change",
            available=lambda change, user: may_decide(change=change, by=user),
            form=ApproveForm,
            run=lambda change, user, note: posting_change_approve(change=change, by=user, note=note),
            explain="批准后派驻的结束日期立即改变。",
            done="已批准。",
            tone="primary",
            partners=True,
        ),
        Verb(
            name="refuse",
            label="不批准",
            permission="staffing.decide_posting_change",
            available=lambda change, user: may_decide(change=change, by=user),
            form=RefuseForm,
            run=lambda change, user, note: posting_change_refuse(change=change, by=user, note=note),
            explain="派驻的结束日期不变，申请单位会看到理由。",
            done="已答复不批准。",
            tone="danger",
            partners=True,
        ),
    ]

    @admin.display(description="派驻人员", ordering="posting__clinician__name_key")
    def person(self, change):
        return change.posting.clinician.name

    @admin.display(description="受援单位", ordering="posting__agreement__recipient__name_key")
    def recipient(self, change):
        return change.posting.agreement.recipient.display_name
