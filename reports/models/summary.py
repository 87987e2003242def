"""The annual summary (年度工作总结) of an organisation: a draft whose words may be edited, then frozen.

Frozen means the figures, the words and the layout document are stored in the row with their hash;
the PDF is a rendering of that and nothing else, so the same frozen row gives the same bytes. A later
correction is the next version with a reason.
"""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from accounts.models import Organisation
from core.dates import Period
from core.models import Job
from core.scope import Scope, ScopedQuerySet
from core.triggers import AllOf
from support.models import Cycle


@pghistory.track()
class Summary(models.Model):
    class Edition(models.TextChoices):
        BUREAU = "bureau", "卫健部门版"
        HOSPITAL = "hospital", "支援医院版"
        CLINIC = "clinic", "受援单位版"

    class Status(models.TextChoices):
        DRAFT = "draft", "起草中"
        FROZEN = "frozen", "已定稿"

    organisation = models.ForeignKey(
        Organisation, verbose_name="单位", on_delete=models.PROTECT, related_name="summaries"
    )
    edition = models.CharField("版式", max_length=10, choices=Edition.choices)
    cycle = models.ForeignKey(Cycle, verbose_name="周期", on_delete=models.PROTECT, related_name="summaries")
    year = models.PositiveSmallIntegerField(
        "年度", null=True, blank=True, help_text="留空为整个周期；填年份则只统计该自然年。"
    )
    version = models.PositiveSmallIntegerField("版本", default=1, editable=False)
    reason = models.CharField("修订原因", max_length=300, blank=True)
    status = models.CharField(
        "状态", max_length=10, choices=Status.choices, default=Status.DRAFT, editable=False
    )
    issued_on = models.DateField("成文日期")
    narrative = models.JSONField("正文", default=list, editable=False)
    figures = models.JSONField("定稿数据", null=True, editable=False)
    document = models.JSONField("定稿文稿", null=True, editable=False)
    content_hash = models.CharField("内容校验值", max_length=64, blank=True, editable=False)
    data_time = models.DateTimeField("数据时间", null=True, editable=False)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="提出人",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    requested_at = models.DateTimeField("提出时间", auto_now_add=True)
    frozen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="定稿人",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    job = models.ForeignKey(
        Job, verbose_name="后台任务", null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    file = models.FileField("文件", blank=True, editable=False)
    rendered_at = models.DateTimeField("生成时间", null=True, editable=False)
    pages = models.PositiveSmallIntegerField("页数", null=True, editable=False)

    objects = ScopedQuerySet.as_manager()
    scope = Scope(organisations=("organisation",))

    class Meta:
        verbose_name = verbose_name_plural = "年度总结"
        ordering = ["-cycle__start_on", "organisation", "-version"]
        constraints = [
            models.UniqueConstraint(
                F("organisation"),
                F("edition"),
                F("cycle"),
                Coalesce("year", 0),
                F("version"),
                name="summary_version_once",
            ),
            models.UniqueConstraint(
                F("organisation"),
                F("edition"),
                F("cycle"),
                Coalesce("year", 0),
                condition=Q(status="draft"),
                name="summary_one_draft",
                violation_error_message="这份总结已有一个起草中的版本。",
            ),
            models.CheckConstraint(
                condition=Q(status="draft")
                | (
                    Q(figures__isnull=False, document__isnull=False, data_time__isnull=False)
                    & ~Q(content_hash="")
                ),
                name="summary_frozen_complete",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="frozen_content",
                operation=pgtrigger.Update,
                condition=AllOf(
                    pgtrigger.Q(old__status="frozen"),
                    pgtrigger.AnyChange(exclude=["job", "file", "rendered_at", "pages"]),
                ),
            ),
            pgtrigger.Protect(
                name="frozen_stays", operation=pgtrigger.Delete, condition=pgtrigger.Q(old__status="frozen")
            ),
        ]

    def __str__(self):
        return self.title

    @property
    def period(self) -> Period:
        """The cycle, or its part inside the calendar year."""
        return self.cycle.period.clip(Period.year(self.year)) if self.year else self.cycle.period

    @property
    def period_label(self) -> str:
        return f"{self.year}年度" if self.year else self.cycle.name

    @property
    def title(self) -> str:
        return f"{self.organisation.name}{self.period_label}对口支援工作总结"

    @property
    def is_ready(self) -> bool:
        return bool(self.file)
