"""Files that prove a record (佐证材料): photos, sign-in sheets, papers.

A file may arrive before its record is saved: ``entry_key`` is the form's own key, and the record takes the
file over when it is saved. ``upload_key`` is made by the browser, so that the same upload twice is one file.
"""

import uuid
from pathlib import PurePath

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Organisation
from core.personal_text import suspicions_in
from core.scope import ScopedQuerySet


def evidence_path(evidence, name):
    """A name of our own; only the suffix that the content check established is taken over."""
    return f"evidence/{uuid.uuid4().hex}{PurePath(name).suffix}"


class EvidenceFile(models.Model):
    class Kind(models.TextChoices):
        PHOTO = "photo", "照片"
        SHEET = "sheet", "签到表"
        PAPER = "paper", "其他材料"

    kind = models.CharField("种类", max_length=10, choices=Kind.choices, default=Kind.PHOTO)
    upload_key = models.UUIDField("上传凭据", unique=True, default=uuid.uuid4, editable=False)
    entry_key = models.UUIDField("填报凭据", db_index=True, editable=False)
    file = models.FileField("文件", upload_to=evidence_path, editable=False)
    thumbnail = models.FileField("缩略图", upload_to=evidence_path, blank=True, editable=False)
    width = models.PositiveIntegerField("宽", null=True, editable=False)
    height = models.PositiveIntegerField("高", null=True, editable=False)
    size = models.PositiveIntegerField("字节", editable=False)
    digest = models.CharField("内容摘要", max_length=64, editable=False, db_index=True)
    caption = models.CharField("说明", max_length=100, blank=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="上传人",
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    uploaded_for = models.ForeignKey(
        Organisation, verbose_name="上传单位", on_delete=models.PROTECT, related_name="+", editable=False
    )
    uploaded_at = models.DateTimeField("上传时间", auto_now_add=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["photo", "sheet", "paper"]), name="%(class)s_kind_known"
            ),
        ]

    @property
    def caption_doubts(self) -> list[str]:
        """What in the caption looks like somebody's number; whoever wrote it is told."""
        return [str(found) for found in suspicions_in(self.caption)]

    def __str__(self):
        return self.caption or f"{self.get_kind_display()} {self.pk}"
