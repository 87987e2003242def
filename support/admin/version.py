"""Agreement texts: edited as a draft, confirmed by both sides, filed here, and then never changed."""

from functools import partial

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html

from core.admin import ScopedAdmin, ScopedInline, ScopedRelatedFilter
from core.admin_verbs import ReasonForm, Verb
from core.desk import chip_column, text_column
from support.admin.agreement import VERSION_TONES
from support.admin.cards import VersionWaiting
from support.models import AgreementAttachment, AgreementParty, AgreementTarget, AgreementVersion
from support.services.agreements import (
    may_file,
    may_return_version,
    version_file,
    version_return,
    version_withdraw,
)

Status = AgreementVersion.Status

VERSION_VERBS = [
    Verb(
        name="file",
        label="备案",
        permission="support.file_agreement",
        available=lambda version, user: (
            version.status == Status.RECIPIENT_CONFIRMED and may_file(agreement=version.agreement, by=user)
        ),
        run=lambda version, user: version_file(version=version, by=user),
        explain="备案后这一版成为现行文本，内容不能再改；以后的修改要办理变更。",
        done="已备案。",
        tone="primary",
        partners=True,
    ),
    Verb(
        name="return",
        label="退回",
        permission="support.file_agreement",
        available=lambda version, user: may_return_version(version=version, by=user),
        form=ReasonForm,
        run=lambda version, user, reason: version_return(version=version, by=user, reason=reason),
        explain="退回为草稿，双方的确认同时取消，修改后需要重新确认。",
        done="已退回。",
        tone="danger",
        partners=True,
    ),
    Verb(
        name="withdraw",
        label="撤回",
        permission="support.amend_agreement",
        available=lambda version, user: (
            version.is_open and AgreementVersion.objects.owned_by(user).filter(pk=version.pk).exists()
        ),
        run=lambda version, user: version_withdraw(version=version, by=user),
        explain="放弃这一版。它留作记录，不再办理。",
        done="已撤回。",
        tone="danger",
    ),
]


class DraftInline(ScopedInline):
    """Rows below a text: written while it is a draft, only shown afterwards."""

    def _draft(self, obj):
        return obj is not None and obj.is_editable

    def has_add_permission(self, request, obj=None):
        return super().has_add_permission(request, obj) and self._draft(obj)

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and self._draft(obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and self._draft(obj)


class TargetInline(DraftInline):
    model = AgreementTarget
    fields = ["kind", "detail", "minimum", "maximum", "unit", "per", "indicator", "responsible", "basis"]


class PartyInline(DraftInline):
    model = AgreementParty
    fields = ["part", "organisation", "representative", "leader", "contact", "contact_phone", "signed_on"]
    readonly_fields = ["part", "organisation"]
    can_delete = False

    def has_add_permission(self, request, obj=None):
        return False  # the parties follow from the agreement


class AttachmentInline(DraftInline):
    model = AgreementAttachment
    fields = ["kind", "name", "file", "download", "uploaded_at"]
    readonly_fields = ["download", "uploaded_at"]

    def get_fields(self, request, obj=None):
        known = super().get_fields(request, obj)
        return known if self._draft(obj) else [name for name in known if name != "file"]

    @admin.display(description="查看")
    def download(self, attachment):
        if not attachment.pk:
            return None
        url = reverse("attachment-download", args=[attachment.pk])
        return format_html('<a href="{}">下载</a>', url)


@admin.register(AgreementVersion)
class AgreementVersionAdmin(ScopedAdmin):
    menu = ("项目与协议", 140)
    label_related = ("agreement__sender", "agreement__recipient", "agreement__cycle__programme__bureau")
    list_display = ["agreement_text", "number", "title", "start_on", "end_on", "status_chip", "filed_at"]
    list_display_links = ["agreement_text"]
    list_filter = [
        VersionWaiting,
        "status",
        ("agreement__cycle", ScopedRelatedFilter),
        ("agreement__recipient", ScopedRelatedFilter),
    ]
    search_fields = [
        "agreement__number",
        "title",
        "agreement__sender__name",
        "agreement__sender__name_key",
        "agreement__recipient__name",
        "agreement__recipient__name_key",
    ]
    search_help_text = "按协议编号、标题或单位（可用拼音首字母）查找"
    date_hierarchy = "start_on"
    autocomplete_fields = ["specialities"]
    actions = ["file_chosen"]
    verbs = VERSION_VERBS
    inlines = [PartyInline, TargetInline, AttachmentInline]
    readonly_fields = [
        "agreement",
        "number",
        "reason",
        "status",
        "drafted_by_text",
        "sender_confirmed_by_text",
        "sender_confirmed_at",
        "recipient_confirmed_by_text",
        "recipient_confirmed_at",
        "filed_by_text",
        "filed_at",
        "return_reason",
    ]
    drafted_by_text = text_column("drafted_by", description="起草人")
    sender_confirmed_by_text = text_column("sender_confirmed_by", description="支援方确认人")
    recipient_confirmed_by_text = text_column("recipient_confirmed_by", description="受援方确认人")
    filed_by_text = text_column("filed_by", description="备案人")
    status_chip = chip_column("status", VERSION_TONES, description="状态")
    fieldsets = [
        (None, {"fields": ["agreement", ("number", "status"), "reason", "return_reason"]}),
        ("文本", {"fields": ["title", ("start_on", "end_on"), "signed_on", "specialities"]}),
        ("调研与目标", {"fields": ["survey_on", "survey_findings", "long_goal", "year_goal", "duties"]}),
        (
            "确认与备案",
            {
                "fields": [
                    "drafted_by_text",
                    ("sender_confirmed_by_text", "sender_confirmed_at"),
                    ("recipient_confirmed_by_text", "recipient_confirmed_at"),
                    ("filed_by_text", "filed_at"),
                ]
            },
        ),
    ]

    def has_add_permission(self, request):
        return False  # a text begins with its agreement or with an amendment

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and (obj is None or obj.is_editable)

    def has_delete_permission(self, request, obj=None):
        return False  # withdrawn, never removed

    def has_file_permission(self, request):
        return request.user.has_perm("support.file_agreement")

    def save_formset(self, request, form, formset, change):
        for row in formset.save(commit=False):
            if isinstance(row, AgreementAttachment) and row.uploaded_by_id is None:
                row.uploaded_by = request.user
            row.save()
        for row in formset.deleted_objects:
            row.delete()
        formset.save_m2m()

    @admin.display(description="协议", ordering="agreement__number")
    def agreement_text(self, version):
        return str(version.agreement)

    @admin.action(description="备案所选文本", permissions=["file"])
    def file_chosen(self, request, queryset):
        verb = partial(version_file, by=request.user)
        self.run_for_each(request, queryset, lambda row: verb(version=row), done="已备案 {n} 份。")
