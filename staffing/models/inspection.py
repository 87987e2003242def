"""Unannounced inspections (暗访抽查) by the bureau. A finding overrides the month sheet."""

import uuid

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Organisation
from core.scope import Scope, ScopedQuerySet
from core.uploads import validate_document
from staffing.models.leave import Half
from staffing.models.posting import Posting


@pghistory.track()
class Inspection(models.Model):
    class Status(models.TextChoices):
        DRAFT = "draft", "记录中"
        CONCLUDED = "concluded", "已办结"

    bureau = models.ForeignKey(
        Organisation, verbose_name="检查部门", on_delete=models.PROTECT, related_name="+", editable=False
    )
    recipient = models.ForeignKey(
        Organisation, verbose_name="受援单位", on_delete=models.PROTECT, related_name="inspections"
    )
    inspected_on = models.DateField("检查日期")
    half = models.CharField("时段", max_length=2, choices=Half.choices)
    inspectors = models.CharField("检查人员", max_length=100)
    note = models.CharField("情况说明", max_length=500, blank=True)
    status = models.CharField(
        "状态", max_length=10, choices=Status.choices, default=Status.DRAFT, editable=False
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="记录人",
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    recorded_at = models.DateTimeField("记录时间", auto_now_add=True)
    concluded_at = models.DateTimeField("办结时间", null=True, editable=False)

    objects = ScopedQuerySet.as_manager()
    # what is being recorded is the bureau's alone; those concerned see their findings once concluded
    scope = Scope(organisations=("bureau",))

    class Meta:
        verbose_name = verbose_name_plural = "暗访抽查"
        ordering = ["-inspected_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["bureau", "recipient", "inspected_on", "half"],
                name="inspection_once",
                violation_error_message="这家单位这个时段已有一份抽查记录。",
            ),
            models.CheckConstraint(
                condition=Q(status="draft") | Q(concluded_at__isnull=False), name="inspection_concluded"
            ),
        ]

    def __str__(self):
        return f"{self.inspected_on:%Y-%m-%d}{self.get_half_display()} {self.recipient.display_name}"


@pghistory.track()
class InspectionFinding(models.Model):
    """One person checked. 脱岗 is absence without reason, or leave that was not properly approved."""

    class Result(models.TextChoices):
        PRESENT = "present", "在岗"
        ON_LEAVE = "on_leave", "请假，手续齐全"
        BUSINESS = "business", "公出"
        ABSENT = "absent", "无故不在岗"
        IRREGULAR = "irregular", "请假，手续不规范"

    OFF_POST = (Result.ABSENT, Result.IRREGULAR)

    inspection = models.ForeignKey(
        Inspection, verbose_name="抽查", on_delete=models.CASCADE, related_name="findings"
    )
    posting = models.ForeignKey(
        Posting, verbose_name="派驻", on_delete=models.PROTECT, related_name="findings"
    )
    result = models.CharField("结果", max_length=10, choices=Result.choices)
    note = models.CharField("说明", max_length=200, blank=True)

    objects = ScopedQuerySet.as_manager()
    scope = Scope(organisations=("inspection__bureau",))

    class Meta:
        verbose_name = verbose_name_plural = "抽查结果"
        ordering = ["inspection", "posting"]
        constraints = [
            models.UniqueConstraint(fields=["inspection", "posting"], name="finding_once"),
            models.CheckConstraint(
                condition=Q(result__in=["present", "on_leave", "business", "absent", "irregular"]),
                name="finding_result_known",
            ),
        ]

    def __str__(self):
        return f"{self.posting.clinician.name} {self.get_result_display()}"

    @property
    def is_off_post(self) -> bool:
        return self.result in self.OFF_POST


def photo_path(photo, name):
    return f"inspections/{uuid.uuid4().hex}{validate_document.suffix_of(name)}"


class InspectionPhoto(models.Model):
    inspection = models.ForeignKey(
        Inspection, verbose_name="抽查", on_delete=models.CASCADE, related_name="photos"
    )
    file = models.FileField("照片", upload_to=photo_path, validators=[validate_document])
    caption = models.CharField("说明", max_length=100, blank=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="上传人",
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    uploaded_at = models.DateTimeField("上传时间", auto_now_add=True)

    objects = ScopedQuerySet.as_manager()
    scope = Scope(organisations=("inspection__bureau",))

    class Meta:
        verbose_name = verbose_name_plural = "抽查照片"
        ordering = ["inspection", "pk"]

    def __str__(self):
        return self.caption or f"照片 {self.pk}"
