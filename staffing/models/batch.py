"""Batches (批次): one departure of a team, planned by the hospital or entered filed by the bureau.

draft → submitted → accepted by every recipient concerned → filed; returned with a reason it is a draft
again. Only people of a filed batch can arrive. Resident, short-term and circuit are batches of their own.
"""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Organisation
from core.scope import Scope, ScopedQuerySet
from support.models import Cycle


class PostingKind(models.TextChoices):
    RESIDENT = "resident", "驻点"
    SHORT_TERM = "short_term", "短期"
    CIRCUIT = "circuit", "巡诊"


def _actor(label):
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=label,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )


@pghistory.track()
class Batch(models.Model):
    class Status(models.TextChoices):
        DRAFT = "draft", "计划中"
        SUBMITTED = "submitted", "待受援单位接收"
        ACCEPTED = "accepted", "待备案"
        RETURNED = "returned", "已退回"
        FILED = "filed", "已备案"

    EDITABLE = (Status.DRAFT, Status.RETURNED)
    PENDING = (Status.SUBMITTED, Status.ACCEPTED)

    cycle = models.ForeignKey(Cycle, verbose_name="周期", on_delete=models.PROTECT, related_name="batches")
    sender = models.ForeignKey(
        Organisation, verbose_name="支援单位", on_delete=models.PROTECT, related_name="batches"
    )
    code = models.CharField("批次编号", max_length=40, unique=True)
    kind = models.CharField("类型", max_length=12, choices=PostingKind.choices)
    departed_on = models.DateField("出发日期")
    task = models.CharField("任务", max_length=200, blank=True)
    stated_people = models.PositiveSmallIntegerField(
        "方案人数",
        null=True,
        blank=True,
        help_text="方案或总结中写明的人数；与名册不一致时提示。不清楚请留空。",
    )
    status = models.CharField(
        "状态", max_length=10, choices=Status.choices, default=Status.DRAFT, editable=False
    )
    explanation = models.CharField(
        "说明", max_length=500, blank=True, help_text="计划与要求不一致时写明原因。"
    )
    planned_by = _actor("编制人")
    submitted_by = _actor("提交人")
    submitted_at = models.DateTimeField("提交时间", null=True, editable=False)
    filed_by = _actor("备案人")
    filed_at = models.DateTimeField("备案时间", null=True, editable=False)
    returned_by = _actor("退回人")
    returned_at = models.DateTimeField("退回时间", null=True, editable=False)
    return_reason = models.CharField("退回原因", max_length=300, blank=True, editable=False)

    objects = ScopedQuerySet.as_manager()
    scope = Scope(
        organisations=("sender",),
        viewers=("postings__agreement__recipient", "cycle__programme__bureau"),
        people=("postings__clinician__user",),
    )

    class Meta:
        verbose_name = verbose_name_plural = "派驻批次"
        ordering = ["-departed_on", "code"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=PostingKind.values), name="batch_kind_known"),
            models.CheckConstraint(
                condition=~Q(status__in=["submitted", "accepted"])
                | Q(submitted_by__isnull=False, submitted_at__isnull=False),
                name="batch_submitted_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(status="returned") | (Q(returned_by__isnull=False) & ~Q(return_reason="")),
                name="batch_returned_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(submitted_by__isnull=True)
                | Q(filed_by__isnull=True)
                | ~Q(filed_by=models.F("submitted_by")),
                name="batch_filed_by_other_person",
                violation_error_message="提交人不能备案自己提交的计划。",
            ),
        ]

    def __str__(self):
        return self.code

    @property
    def is_editable(self) -> bool:
        return self.status in self.EDITABLE
