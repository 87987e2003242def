"""Service certificates (基层服务证明) and appraisal forms (鉴定表): numbered, frozen, verifiable.

Promotions depend on them, so nothing in them is typed: identity, stays, days and activities are read
from locked attendance and confirmed records in one look, stored with the layout and its hash, and never
changed again. The database itself refuses an issued row of which a month is not locked.
"""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models import Organisation
from core.dates import Period
from core.models import Job
from core.scope import Scope, ScopedQuerySet
from core.triggers import frozen_parent
from staffing.models.certificate_series import CertificateKind, CertificateSeries
from staffing.models.certificate_triggers import certificate_triggers
from staffing.models.clinician import Clinician
from staffing.models.posting import Posting

# no 0, 1, I, O: they are mistaken for each other on paper
CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_GROUPS, CODE_GROUP = 6, 4  # 24 characters of 5 bits: 120 bits
CODE_PATTERN = rf"^([{CODE_ALPHABET}]{{4}}-){{5}}[{CODE_ALPHABET}]{{4}}$"


@pghistory.track(exclude=["document"])
class ServiceCertificate(models.Model):
    Kind = CertificateKind

    class Status(models.TextChoices):
        REQUESTED = "requested", "待出具"
        DECLINED = "declined", "不予出具"
        ISSUED = "issued", "有效"
        REVOKED = "revoked", "已撤销"

    FROZEN = (Status.ISSUED, Status.REVOKED)

    kind = models.CharField("种类", max_length=12, choices=CertificateKind.choices)
    clinician = models.ForeignKey(
        Clinician, verbose_name="服务人员", on_delete=models.PROTECT, related_name="certificates"
    )
    sender = models.ForeignKey(
        Organisation, verbose_name="支援单位", on_delete=models.PROTECT, related_name="+", editable=False
    )
    issuer = models.ForeignKey(
        Organisation,
        verbose_name="出具部门",
        on_delete=models.PROTECT,
        related_name="certificates_issued",
        editable=False,
    )
    start_on = models.DateField("开始日期", editable=False)
    end_on = models.DateField("截至日期", editable=False)
    status = models.CharField(
        "状态", max_length=10, choices=Status.choices, default=Status.REQUESTED, editable=False
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="申请人",
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    requested_at = models.DateTimeField("申请时间", auto_now_add=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="出具人",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    approved_at = models.DateTimeField("同意出具时间", null=True, editable=False)
    decline_reason = models.CharField("不予出具的原因", max_length=300, blank=True, editable=False)

    series = models.ForeignKey(
        CertificateSeries,
        verbose_name="字号",
        null=True,
        on_delete=models.PROTECT,
        related_name="certificates",
        editable=False,
    )
    serial = models.PositiveIntegerField("序号", null=True, editable=False)
    number = models.CharField("编号", max_length=60, null=True, unique=True, editable=False)
    # kept readable: the holder's paper shows it anyway, and it opens nothing but the public lines
    code = models.CharField("验证码", max_length=29, null=True, unique=True, editable=False)
    issued_at = models.DateTimeField("出具时间", null=True, editable=False)
    facts = models.JSONField("记载事项", null=True, editable=False)
    document = models.JSONField("版式文稿", null=True, editable=False)
    content_hash = models.CharField("内容校验值", max_length=64, blank=True, editable=False)

    job = models.ForeignKey(
        Job, verbose_name="后台任务", null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    file = models.FileField("文件", blank=True, editable=False)
    file_sha256 = models.CharField("文件校验值", max_length=64, blank=True, editable=False)
    rendered_at = models.DateTimeField("生成时间", null=True, editable=False)
    pages = models.PositiveSmallIntegerField("页数", null=True, editable=False)

    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="撤销人",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    revoked_at = models.DateTimeField("撤销时间", null=True, editable=False)
    revoke_reason = models.CharField("撤销原因", max_length=300, blank=True, editable=False)

    objects = ScopedQuerySet.as_manager()
    scope = Scope(
        organisations=("issuer",),
        viewers=("sender", "stays__posting__agreement__recipient"),
        people=("clinician__user",),
    )

    class Meta:
        verbose_name = verbose_name_plural = "服务证明"
        ordering = ["-requested_at", "-pk"]
        indexes = [models.Index(fields=["issuer", "status"], name="certificate_issuer_state")]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["requested", "declined", "issued", "revoked"]),
                name="certificate_status_known",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=CertificateKind.values), name="certificate_kind_known"
            ),
            models.CheckConstraint(condition=Q(end_on__gte=F("start_on")), name="certificate_range"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True, approved_at__isnull=True)
                | (
                    Q(approved_by__isnull=False, approved_at__isnull=False)
                    & ~Q(approved_by=F("requested_by"))
                ),
                name="certificate_two_people",
                violation_error_message="申请人不能出具自己申请的证明。",
            ),
            models.CheckConstraint(
                condition=(
                    Q(status__in=["issued", "revoked"])
                    & Q(
                        approved_by__isnull=False,
                        series__isnull=False,
                        serial__isnull=False,
                        number__isnull=False,
                        code__regex=CODE_PATTERN,
                        issued_at__isnull=False,
                        facts__isnull=False,
                        document__isnull=False,
                        content_hash__regex="^[0-9a-f]{64}$",
                    )
                )
                | (
                    Q(status__in=["requested", "declined"])
                    & Q(
                        number__isnull=True,
                        code__isnull=True,
                        document__isnull=True,
                        facts__isnull=True,
                        file="",
                        file_sha256="",
                    )
                ),
                name="certificate_issued_complete",
            ),
            models.CheckConstraint(
                condition=(
                    Q(status="revoked", revoked_at__isnull=False, revoked_by__isnull=False)
                    & ~Q(revoke_reason="")
                )
                | (
                    ~Q(status="revoked")
                    & Q(revoked_at__isnull=True, revoked_by__isnull=True, revoke_reason="")
                ),
                name="certificate_revoked_has_reason",
            ),
            models.CheckConstraint(
                condition=~Q(status="declined") | ~Q(decline_reason=""),
                name="certificate_declined_has_reason",
            ),
            models.UniqueConstraint(fields=["series", "serial"], name="certificate_serial_once"),
            models.UniqueConstraint(
                fields=["clinician", "kind"],
                condition=Q(status="requested"),
                name="certificate_one_request",
                violation_error_message="这个人已有一份同类证明等待出具。",
            ),
            models.UniqueConstraint(
                fields=["file_sha256"], condition=~Q(file_sha256=""), name="certificate_file_once"
            ),
        ]
        triggers = certificate_triggers()

    def __str__(self):
        return self.number or f"{self.clinician.name}的{self.get_kind_display()}申请"

    @property
    def period(self) -> Period:
        return Period(self.start_on, self.end_on)

    @property
    def title(self) -> str:
        return f"{self.clinician.name}{self.get_kind_display()}"

    @property
    def is_frozen(self) -> bool:
        return self.status in self.FROZEN

    @property
    def is_ready(self) -> bool:
        return bool(self.file)

    @property
    def is_in_work(self) -> bool:
        return self.job is not None and self.job.is_open


class CertificateStay(models.Model):
    """One stretch of a certificate: a posting, cut to the days that the certificate covers."""

    certificate = models.ForeignKey(
        ServiceCertificate, verbose_name="服务证明", on_delete=models.CASCADE, related_name="stays"
    )
    posting = models.ForeignKey(
        Posting, verbose_name="派驻", on_delete=models.PROTECT, related_name="certificate_stays"
    )
    start_on = models.DateField("开始日期")
    end_on = models.DateField("结束日期")

    objects = ScopedQuerySet.as_manager()
    scope = Scope(
        organisations=("certificate__issuer",),
        viewers=("certificate__sender", "posting__agreement__recipient"),
        people=("certificate__clinician__user",),
    )

    class Meta:
        verbose_name = verbose_name_plural = "证明所含的派驻"
        ordering = ["certificate", "start_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["certificate", "posting"], name="certificate_stay_once"),
            models.CheckConstraint(condition=Q(end_on__gte=F("start_on")), name="certificate_stay_range"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="stays_of_issued_are_frozen",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=frozen_parent("staffing_servicecertificate", "certificate_id", "issued", "revoked"),
            )
        ]

    def __str__(self):
        return f"{self.posting.agreement.recipient.display_name} {self.period}"

    @property
    def period(self) -> Period:
        return Period(self.start_on, self.end_on)
