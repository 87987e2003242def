"""Rotation plans (轮换计划): the lines of a batch before anybody goes, and who of the recipients accepts it.

A line may be incomplete or in conflict; only submitting asks for everything. The people of a submitted
batch are postings; the lines stay as the plan from which they came.
"""

import pghistory
from django.conf import settings
from django.db import models

from accounts.models import Organisation
from core.dates import Period
from core.scope import Scope, ScopedQuerySet
from staffing.models.batch import Batch
from staffing.models.clinician import Clinician
from staffing.models.posting import Posting
from support.models import Agreement


@pghistory.track()
class PlanLine(models.Model):
    """One person's stay as planned. ``number`` is the line's place in the plan, from 1."""

    batch = models.ForeignKey(Batch, verbose_name="批次", on_delete=models.CASCADE, related_name="lines")
    number = models.PositiveSmallIntegerField("行号")
    agreement = models.ForeignKey(
        Agreement, verbose_name="协议", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    clinician = models.ForeignKey(
        Clinician,
        verbose_name="派驻人员",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="plan_lines",
    )
    replaces = models.ForeignKey(
        Posting,
        verbose_name="接替",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="successor_lines",
    )
    start_on = models.DateField("开始日期", null=True, blank=True)
    end_on = models.DateField("结束日期", null=True, blank=True)
    department = models.CharField("派驻科室", max_length=50, blank=True)
    role = models.CharField("身份", max_length=10, choices=Posting.Role.choices, default=Posting.Role.MEMBER)
    note = models.CharField("备注", max_length=200, blank=True)

    objects = ScopedQuerySet.as_manager()
    scope = Scope(organisations=("batch__sender",), viewers=("batch__cycle__programme__bureau",))

    class Meta:
        verbose_name = verbose_name_plural = "计划行"
        ordering = ["batch", "number", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "number"],
                name="plan_line_number_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]

    def __str__(self):
        return f"{self.batch.code} 第{self.number}行"

    @property
    def period(self) -> Period | None:
        """None while a day is missing or they are the wrong way round."""
        if self.start_on is None or self.end_on is None or self.end_on < self.start_on:
            return None
        return Period(self.start_on, self.end_on)


@pghistory.track()
class BatchAcceptance(models.Model):
    """A recipient will receive the people of the batch that come to it (接收)."""

    batch = models.ForeignKey(
        Batch, verbose_name="批次", on_delete=models.CASCADE, related_name="acceptances"
    )
    recipient = models.ForeignKey(
        Organisation, verbose_name="受援单位", on_delete=models.PROTECT, related_name="+"
    )
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="接收人", on_delete=models.PROTECT, related_name="+"
    )
    accepted_at = models.DateTimeField("接收时间")

    objects = ScopedQuerySet.as_manager()
    scope = Scope(organisations=("batch__sender", "recipient"), viewers=("batch__cycle__programme__bureau",))

    class Meta:
        verbose_name = verbose_name_plural = "批次接收"
        ordering = ["batch", "recipient"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "recipient"], name="batch_accepted_once"),
        ]

    def __str__(self):
        return f"{self.recipient}接收 {self.batch.code}"
