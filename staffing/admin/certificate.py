"""Certificates on the desk: issued, declined, drawn again, revoked by the bureau whose name they carry."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html

from core.admin import ReadOnlyAdmin, ScopedAdmin, ScopedRelatedFilter
from core.admin_verbs import ReasonForm, Verb
from core.desk import WaitingFilter, chip_column
from staffing.models import CertificateSeries, ServiceCertificate
from staffing.selectors.certificates import certificates_to_issue
from staffing.selectors.desk import TO_ISSUE
from staffing.services.certificates import (
    certificate_decline,
    certificate_draw_again,
    certificate_issue,
    certificate_revoke,
    may_issue,
)

Status = ServiceCertificate.Status
TONES = {"requested": "wait", "declined": "off", "issued": "ok", "revoked": "bad"}


def _waits(certificate, user) -> bool:
    return (
        certificate.status == Status.REQUESTED
        and not certificate.is_in_work
        and may_issue(certificate=certificate, by=user)
    )


VERBS = [
    Verb(
        name="issue",
        label="出具",
        permission="staffing.issue_certificate",
        available=_waits,
        run=lambda certificate, user: certificate_issue(certificate=certificate, by=user),
        explain="系统再次核对每个月的考勤，按现在已锁定的考勤和已确认的活动定稿、编号并生成 PDF。定稿后不能修改，只能撤销。",
        done="已同意出具，正在生成文件。",
        tone="primary",
    ),
    Verb(
        name="decline",
        label="不予出具",
        permission="staffing.issue_certificate",
        available=_waits,
        form=ReasonForm,
        run=lambda certificate, user, reason: certificate_decline(
            certificate=certificate, reason=reason, by=user
        ),
        explain="申请人会看到原因，改正后可以重新申请。",
        done="已办理。",
    ),
    Verb(
        name="draw-again",
        label="重新生成",
        permission="staffing.issue_certificate",
        available=lambda certificate, user: (
            certificate.is_frozen
            and not certificate.is_in_work
            and may_issue(certificate=certificate, by=user)
        ),
        run=lambda certificate, user: certificate_draw_again(certificate=certificate, by=user),
        explain="文件丢失或上次没有生成成功时使用。内容、编号和验证码不变，文件必须与出具时完全相同。",
        done="正在重新生成文件。",
    ),
    Verb(
        name="revoke",
        label="撤销",
        permission="staffing.issue_certificate",
        available=lambda certificate, user: (
            certificate.status == Status.ISSUED and may_issue(certificate=certificate, by=user)
        ),
        form=ReasonForm,
        run=lambda certificate, user, reason: certificate_revoke(
            certificate=certificate, reason=reason, by=user
        ),
        explain="撤销后不能恢复，编号不再使用；核验页面显示“已撤销”。",
        done="已撤销。",
        tone="danger",
    ),
]


class CertificateWaiting(WaitingFilter):
    waiting = {TO_ISSUE: ("待出具", certificates_to_issue)}


@admin.register(ServiceCertificate)
class ServiceCertificateAdmin(ReadOnlyAdmin):
    menu = ("人员与派驻", 270)
    list_display = ["heading", "kind", "number", "start_on", "end_on", "sender", "status_chip", "page"]
    list_filter = [CertificateWaiting, "status", "kind", ("sender", ScopedRelatedFilter)]
    search_fields = ["number", "clinician__name", "clinician__name_key", "sender__name", "sender__name_key"]
    search_help_text = "按编号、姓名或支援单位（可用拼音首字母）查找"
    date_hierarchy = "start_on"
    list_select_related = ["clinician", "sender", "job"]
    label_related = ("clinician",)
    fields = [
        "clinician",
        "kind",
        "number",
        "status",
        "start_on",
        "end_on",
        "sender",
        "issuer",
        "requested_by",
        "requested_at",
        "decline_reason",
        "approved_by",
        "issued_at",
        "progress",
        "revoked_by",
        "revoked_at",
        "revoke_reason",
        "page",
    ]
    readonly_fields = fields
    status_chip = chip_column("status", TONES, description="状态")
    verbs = VERBS

    def get_queryset(self, request):
        return super().get_queryset(request).defer("facts", "document")

    @admin.display(description="人员", ordering="clinician__name_key")
    def heading(self, certificate):
        return certificate.clinician.name

    @admin.display(description="生成情况")
    def progress(self, certificate):
        job = certificate.job
        if job is None:
            return "—"
        return f"{job.get_state_display()}{'：' + job.error if job.error else ''}"

    @admin.display(description="页面")
    def page(self, certificate):
        return format_html('<a href="{}">打开</a>', reverse("certificate-detail", args=[certificate.pk]))


@admin.register(CertificateSeries)
class CertificateSeriesAdmin(ScopedAdmin):
    menu = ("人员与派驻", 275)
    list_display = ["prefix", "year", "kind", "bureau", "last"]
    list_filter = ["kind", "year", ("bureau", ScopedRelatedFilter)]
    search_fields = ["prefix"]
    search_help_text = "按字号查找"
    list_select_related = ["bureau"]
    label_related = ("bureau",)
    fields = ["bureau", "kind", "year", "prefix", "last"]

    readonly_fields = ["last"]

    def has_change_permission(self, request, obj=None):
        """A number already given out keeps its 字号."""
        return super().has_change_permission(request, obj) and not (obj and obj.last)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and not (obj and obj.last)
