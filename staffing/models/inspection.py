"""Unannounced inspections (暗访抽查) by the bureau. A finding overrides the month sheet.

While it is being recorded an inspection is the bureau's alone. Concluded it is shown to those it
concerns and never changes; the one way on is that the bureau's leader revokes it with a reason.
"""

import uuid

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models import Organisation
from core.dates import Period
from core.scope import Scope, ScopedQuerySet
from core.triggers import AllOf, frozen_parent
from core.uploads import validate_document
from staffing.models.leave import Half
from staffing.models.posting import Posting

PUBLISHED = ("concluded", "revoked")


def child_of_concluded(name: str) -> pgtrigger.Trigger:
    """What was found and photographed stays as it was when the inspection was concluded."""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=frozen_parent("staffing_inspection", "inspection_id", *PUBLISHED),
    )


@pghistory.track()
class Inspection(models.Model):
    class Status(models.TextChoices):
        DRAFT = "draft", "记录中"
        CONCLUDED = "concluded", "已办结"
        REVOKED = "revoked", "已撤销"

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
    concluded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="办结人",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    concluded_at = models.DateTimeField("办结时间", null=True, editable=False)
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
    # a sender sees the inspections in which its own people were checked
    scope = Scope(
        organisations=("bureau",),
        viewers=("recipient", "findings__posting__agreement__sender"),
        people=("findings__posting__clinician__user",),
        published=Q(status__in=PUBLISHED),
    )

    class Meta:
        verbose_name = verbose_name_plural = "暗访抽查"
        ordering = ["-inspected_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["bureau", "recipient", "inspected_on", "half"],
                name="inspection_once",
                condition=~Q(status="revoked"),
                violation_error_message="这家单位这个时段已有一份抽查记录。",
            ),
            models.CheckConstraint(
                condition=Q(status="draft") | Q(concluded_at__isnull=False, concluded_by__isnull=False),
                name="inspection_concluded",
            ),
            models.CheckConstraint(
                condition=Q(status="revoked", revoked_at__isnull=False, revoked_by__isnull=False)
                & ~Q(revoke_reason="")
                & ~Q(revoked_by=F("concluded_by"))
                | ~Q(status="revoked") & Q(revoked_at__isnull=True, revoked_by__isnull=True),
                name="inspection_revoked_by_another",
                violation_error_message="办结人不能撤销自己办结的抽查。",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="concluded_is_frozen",
                operation=pgtrigger.Update,
                condition=AllOf(
                    pgtrigger.Q(old__status__in=PUBLISHED),
                    pgtrigger.AnyChange(exclude=["status", "revoked_by", "revoked_at", "revoke_reason"]),
                ),
            ),
            pgtrigger.Protect(
                name="concluded_only_revoked",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__status="revoked")
                | (pgtrigger.Q(old__status="concluded") & ~pgtrigger.Q(new__status__in=PUBLISHED)),
            ),
            pgtrigger.Protect(
                name="concluded_stays",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Q(old__status__in=PUBLISHED),
            ),
            pgtrigger.Trigger(
                name="concluded_is_complete",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__status="draft", new__status="concluded"),
                func="""
                    IF NOT EXISTS (SELECT 1 FROM staffing_inspectionfinding WHERE inspection_id = NEW.id)
                       OR EXISTS (
                           SELECT 1 FROM staffing_inspectionfinding
                           WHERE inspection_id = NEW.id AND result = ''
                       )
                    THEN
                        RAISE EXCEPTION 'inspection without complete findings'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'inspection_complete';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self):
        return f"{self.inspected_on:%Y-%m-%d}{self.get_half_display()} {self.recipient.display_name}"

    @property
    def is_draft(self) -> bool:
        return self.status == self.Status.DRAFT


class FindingQuerySet(ScopedQuerySet):
    def concluded(self):
        """Findings that count: of inspections concluded and not revoked."""
        return self.filter(inspection__status=Inspection.Status.CONCLUDED)

    def off_post(self):
        return self.filter(result__in=InspectionFinding.OFF_POST)

    def within(self, period: Period):
        return self.filter(inspection__inspected_on__range=(period.start, period.end))


@pghistory.track()
class InspectionFinding(models.Model):
    """One person to check; the result is empty until it is found out.

    脱岗 is absence without reason, or leave that was not properly approved.
    """

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
    result = models.CharField("结果", max_length=10, choices=Result.choices, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)

    objects = FindingQuerySet.as_manager()
    scope = Scope(
        organisations=("inspection__bureau",),
        viewers=("posting__agreement__sender", "posting__agreement__recipient"),
        people=("posting__clinician__user",),
        published=Q(inspection__status__in=PUBLISHED),
    )

    class Meta:
        verbose_name = verbose_name_plural = "抽查结果"
        ordering = ["inspection", "posting"]
        constraints = [
            models.UniqueConstraint(fields=["inspection", "posting"], name="finding_once"),
            models.CheckConstraint(
                condition=Q(result__in=["", "present", "on_leave", "business", "absent", "irregular"]),
                name="finding_result_known",
            ),
        ]
        triggers = [child_of_concluded("concluded_finding_is_frozen")]

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
    # other hospitals' people may be in the picture: the place itself sees it, the senders do not
    scope = Scope(
        organisations=("inspection__bureau",),
        viewers=("inspection__recipient",),
        published=Q(inspection__status__in=PUBLISHED),
    )

    class Meta:
        verbose_name = verbose_name_plural = "抽查照片"
        ordering = ["inspection", "pk"]
        triggers = [child_of_concluded("concluded_photo_is_frozen")]

    def __str__(self):
        return self.caption or f"照片 {self.pk}"
