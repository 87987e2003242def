import uuid

from django.conf import settings
from django.db import models

from core.scope import Scope, ScopedQuerySet
from core.uploads import validate_document
from support.models.triggers import child_of_filed_version
from support.models.version import VERSION_PARTIES, AgreementVersion


def attachment_path(attachment, name):
    """A name of our own: nothing that a person typed reaches the file system."""
    return f"agreements/{uuid.uuid4().hex}{validate_document.suffix_of(name)}"


class AgreementAttachment(models.Model):
    """A file that belongs to an agreement (附件): the signed scan, a roster."""

    class Kind(models.TextChoices):
        SCAN = "scan", "签字扫描件"
        ROSTER = "roster", "人员名单"
        OTHER = "other", "其他"

    version = models.ForeignKey(
        AgreementVersion, verbose_name="协议文本", on_delete=models.CASCADE, related_name="attachments"
    )
    kind = models.CharField("种类", max_length=10, choices=Kind.choices, default=Kind.SCAN)
    name = models.CharField("名称", max_length=100)
    file = models.FileField("文件", upload_to=attachment_path, validators=[validate_document])
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="上传人",
        null=True,
        on_delete=models.PROTECT,
        editable=False,
        related_name="+",
    )
    uploaded_at = models.DateTimeField("上传时间", auto_now_add=True)

    objects = ScopedQuerySet.as_manager()
    scope = Scope(**VERSION_PARTIES)

    class Meta:
        verbose_name = verbose_name_plural = "协议附件"
        ordering = ["version", "pk"]
        triggers = [child_of_filed_version("version_id")]

    def __str__(self):
        return self.name
