"""Recipient outcome indicators (受援单位指标): a value per indicator and year, beside a baseline year."""

import pghistory
from django.db import models
from django.db.models import Q

from accounts.models import Organisation
from core.scope import Scope, ScopedQuerySet
from support.models.confirmation import TwoSidedRecord, confirmed_is_frozen

# one value an indicator and period; one that is to replace it stands beside it until it is confirmed
STANDS = ~Q(status="superseded") & (Q(replaces__isnull=True) | Q(status="confirmed"))


class OutcomeIndicator(models.Model):
    class Direction(models.TextChoices):
        UP = "up", "越高越好"
        DOWN = "down", "越低越好"
        NEUTRAL = "neutral", "视情况"

    code = models.CharField("代码", max_length=30, unique=True)
    name = models.CharField("名称", max_length=60)
    unit = models.CharField("单位", max_length=10)
    direction = models.CharField("方向", max_length=10, choices=Direction.choices, default=Direction.UP)
    definition = models.CharField("口径", max_length=200, blank=True)
    order = models.PositiveSmallIntegerField("次序", default=100)

    objects = ScopedQuerySet.as_manager()
    scope = Scope(reference=True)

    class Meta:
        verbose_name = verbose_name_plural = "成效指标"
        ordering = ["order", "code"]

    def __str__(self):
        return f"{self.name}（{self.unit}）"


@pghistory.track()
class OutcomeValue(TwoSidedRecord):
    recipient = models.ForeignKey(
        Organisation, verbose_name="受援单位", on_delete=models.PROTECT, related_name="outcome_values"
    )
    indicator = models.ForeignKey(
        OutcomeIndicator, verbose_name="指标", on_delete=models.PROTECT, related_name="values"
    )
    year = models.PositiveSmallIntegerField("年度")
    quarter = models.PositiveSmallIntegerField("季度", null=True, blank=True, help_text="全年数据留空。")
    is_baseline = models.BooleanField("支援前基数", default=False, help_text="支援开始前一年的数据。")
    value = models.DecimalField("数值", max_digits=16, decimal_places=4)
    source = models.CharField("数据来源", max_length=100, blank=True)

    scope = Scope(organisations=("recipient",), viewers=("recipient__agreements_received__sender",))

    class Meta(TwoSidedRecord.Meta):
        verbose_name = verbose_name_plural = "成效数据"
        ordering = ["recipient", "indicator", "year", "quarter"]
        constraints = [
            *TwoSidedRecord.Meta.constraints,
            models.UniqueConstraint(
                "recipient",
                "indicator",
                "year",
                models.functions.Coalesce("quarter", 0),
                condition=STANDS,
                name="outcome_value_once",
                violation_error_message="这家单位、这个指标、这一期的数据已经有了。",
            ),
            models.UniqueConstraint(
                fields=["recipient", "indicator"],
                condition=Q(is_baseline=True) & STANDS,
                name="outcome_one_baseline",
                violation_error_message="这家单位、这个指标已有支援前基数。",
            ),
            models.CheckConstraint(
                condition=Q(quarter__isnull=True) | Q(quarter__range=(1, 4)),
                name="outcome_quarter",
                violation_error_message="季度只能是 1 到 4。",
            ),
            models.CheckConstraint(
                condition=Q(year__range=(1950, 2100)),
                name="outcome_year",
                violation_error_message="年度应为四位年份。",
            ),
        ]
        triggers = confirmed_is_frozen()

    def __str__(self):
        return f"{self.recipient} {self.indicator.name} {self.year}"

    def confirming_organisation(self) -> Organisation | None:
        """The bureau confirms outcome figures; any bureau above the recipient may."""
        return None
