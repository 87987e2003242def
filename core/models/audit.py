"""What somebody did that must be provable later (审计日志). Rows are only ever added."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils import timezone

from core.scope import Scope, ScopedQuerySet


class AuditEvent(models.Model):
    class Verb(models.TextChoices):
        SIGN_IN = "sign_in", "登录"
        SIGN_IN_FAILED = "sign_in_failed", "登录失败"
        SIGN_OUT = "sign_out", "退出"
        TRANSITION = "transition", "办理"
        EXPORT = "export", "导出"
        IMPORT = "import", "导入"
        DOWNLOAD = "download", "下载"
        REVEAL = "reveal", "查看个人信息"

    at = models.DateTimeField("时间", default=timezone.now, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="用户",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    username = models.CharField("用户名", max_length=150, blank=True, editable=False)
    verb = models.CharField("动作", max_length=20, choices=Verb.choices, editable=False)
    subject_type = models.CharField("对象种类", max_length=60, blank=True, editable=False)
    subject_id = models.CharField("对象编号", max_length=40, blank=True, editable=False)
    subject_label = models.CharField("对象", max_length=200, blank=True, editable=False)
    note = models.TextField("说明", blank=True, editable=False)
    address = models.GenericIPAddressField("来源地址", null=True, editable=False)

    objects = ScopedQuerySet.as_manager()
    # nobody's own rows: only those whose reach is everything, and the policy leaves that to auditors
    scope = Scope()

    class Meta:
        verbose_name = verbose_name_plural = "审计日志"
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["subject_type", "subject_id"], name="audit_subject_idx")]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M} {self.username} {self.get_verb_display()} {self.subject_label}"
