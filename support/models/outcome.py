"""Recipient outcome indicators (受援单位指标): a value per indicator and year, beside a baseline year."""

import pghistory
from django.db import models
from django.db.models import Q

from accounts.models import Organisation
from core.scope import Scope, ScopedQuerySet
from support.models.confirmation import TwoSidedRecord, confirmed_is_frozen, stands


class OutcomeIndicator(models.Model):
    class Direction(models.TextChoices):
        UP = "up", "越高越好"
        DOWN = "down", "越低越好"
        NEUTRAL = "neutral", "视情况"

    code = models.CharField("代码", max_length=30, unique=True)
    name = models.CharField("名称", max_length=60)
    unit = models.CharField("单位", max_length=10)
    direction = models.CharField("方向", max_length=10, choices=Direction.choices, default=Direction.UP)
    is_percentage = models.BooleanField(
        "百分率", default=False, help_text="百分率的变化用“百分点”表示，不算百分之几。"
    )
    adds_up = models.BooleanField(
        "季度可相加", default=False, help_text="四个季度之和等于全年，例如人次、收入；床位、比率不能相加。"
    )
    minimum = models.DecimalField("最小值", max_digits=16, decimal_places=4, null=True, blank=True)
    maximum = models.DecimalField(
        "最大值", max_digits=16, decimal_places=4, null=True, blank=True, help_text="例如百分率填 100。"
    )
    jump_ratio = models.DecimalField(
        "异常倍数",
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        default=3,
        help_text="超过上一期的这么多倍，或不足它的几分之一时，填报人须确认。留空不检查。",
    )
    not_above = models.ForeignKey(
        "self",
        verbose_name="一般不超过",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="同一期内一般不会超过的指标，例如入院人次一般不超过门急诊人次。",
    )
    definition = models.CharField("口径", max_length=200, blank=True)
    order = models.PositiveSmallIntegerField("次序", default=100)

    objects = ScopedQuerySet.as_manager()
    scope = Scope(reference=True)

    class Meta:
        verbose_name = verbose_name_plural = "成效指标"
        ordering = ["order", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(jump_ratio__isnull=True) | Q(jump_ratio__gt=1),
                name="outcome_indicator_ratio_above_one",
                violation_error_message="异常倍数必须大于 1；不检查请留空。",
            ),
            models.CheckConstraint(
                condition=Q(minimum__isnull=True)
                | Q(maximum__isnull=True)
                | Q(maximum__gt=models.F("minimum")),
                name="outcome_indicator_range",
                violation_error_message="最大值必须大于最小值。",
            ),
        ]

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
    department = models.CharField("提供科室", max_length=50, blank=True)
    # the doubts that whoever entered it saw and confirmed, for the one who confirms the value
    doubts = models.CharField("填报人确认过的异常", max_length=500, blank=True, editable=False)

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
                condition=stands(),
                name="outcome_value_once",
                violation_error_message="这家单位、这个指标、这一期的数据已经有了。",
            ),
            models.UniqueConstraint(
                fields=["recipient", "indicator"],
                condition=Q(is_baseline=True) & stands(),
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
        return f"{self.recipient} {self.indicator.name} {self.period_text}"

    @property
    def period_text(self) -> str:
        if self.quarter:
            return f"{self.year} 年第 {self.quarter} 季度"
        return f"支援前（{self.year} 年）" if self.is_baseline else f"{self.year} 年"

    def confirming_organisation(self) -> Organisation | None:
        """The bureau confirms outcome figures; any bureau above the recipient may."""
        return None
