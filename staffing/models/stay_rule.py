"""Rules of a programme about stays and head-count (派驻要求): data with a basis document, never constants.

Documents contradict each other and even themselves (“服务一年” beside “累计不得少于1个月”): every figure may be
entered, one of a kind is active, and a verdict names the rule it was judged by.
"""

import pghistory
from django.db import models
from django.db.models import F, Q

from accounts.models import Organisation
from core.scope import Scope, ScopedQuerySet
from staffing.models.posting import PostingKind
from staffing.titles import TitleLevel
from support.models import Programme


@pghistory.track()
class StayRule(models.Model):
    class Measure(models.TextChoices):
        CONTINUOUS = "continuous", "每次连续"
        CUMULATIVE = "cumulative", "周期内累计"
        ONE_UNIT = "one_unit", "在同一单位累计"
        FLOOR = "floor", "同时在岗人数"
        TITLE_MIX = "title_mix", "职称结构"

    class Unit(models.TextChoices):
        DAYS = "days", "天"
        MONTHS = "months", "个月"
        WORKING_DAYS = "working_days", "个工作日"
        PERSONS = "persons", "人"

    DURATIONS = (Measure.CONTINUOUS, Measure.CUMULATIVE, Measure.ONE_UNIT)

    programme = models.ForeignKey(
        Programme, verbose_name="项目", on_delete=models.PROTECT, related_name="stay_rules"
    )
    kind = models.CharField(
        "派驻类型", max_length=12, choices=PostingKind.choices, default=PostingKind.RESIDENT
    )
    measure = models.CharField("要求", max_length=12, choices=Measure.choices)
    minimum = models.PositiveSmallIntegerField("不少于")
    unit = models.CharField("单位", max_length=12, choices=Unit.choices)
    title_level = models.CharField(
        "职称级别",
        max_length=12,
        choices=TitleLevel.choices,
        blank=True,
        help_text="职称结构要求：这一级别及以上的人数。",
    )
    recipient = models.ForeignKey(
        Organisation,
        verbose_name="只适用于受援单位",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="在岗人数可以按单位规定；留空适用于本项目全部受援单位。",
    )
    tolerance_days = models.PositiveSmallIntegerField(
        "断档容许天数", default=0, help_text="交接时空岗不超过这么多天不算断档。只用于在岗人数。"
    )
    warning_days = models.PositiveSmallIntegerField(
        "到期提前预警天数", default=30, help_text="派驻还有这么多天结束而没有接替人员时预警。只用于在岗人数。"
    )
    basis = models.CharField("政策依据", max_length=300)
    quoted = models.CharField("原文摘录", max_length=300, blank=True)
    effective_from = models.DateField("启用日期", null=True, blank=True)
    effective_to = models.DateField("停用日期", null=True, blank=True)
    is_active = models.BooleanField("现行", default=False, editable=False)

    objects = ScopedQuerySet.as_manager()
    scope = Scope(
        organisations=("programme__bureau",),
        viewers=("programme__cycles__agreements__sender", "programme__cycles__agreements__recipient"),
    )

    class Meta:
        verbose_name = verbose_name_plural = "派驻要求"
        ordering = ["programme", "kind", "measure", "-is_active", "minimum"]
        constraints = [
            models.CheckConstraint(
                condition=Q(minimum__gt=0),
                name="stay_rule_positive",
                violation_error_message="“不少于”必须大于 0。",
            ),
            models.CheckConstraint(
                condition=Q(measure__in=["floor", "title_mix"], unit="persons")
                | (Q(measure__in=["continuous", "cumulative", "one_unit"]) & ~Q(unit="persons")),
                name="stay_rule_unit_fits",
                violation_error_message="人数要求的单位是“人”，时间要求的单位是天、个月或个工作日。",
            ),
            models.CheckConstraint(
                condition=(Q(measure="title_mix") & ~Q(title_level__in=["", "unknown"]))
                | (~Q(measure="title_mix") & Q(title_level="")),
                name="stay_rule_level_fits",
                violation_error_message="职称结构要求必须选择职称级别，其他要求不填。",
            ),
            models.CheckConstraint(
                condition=Q(recipient__isnull=True) | Q(measure="floor"),
                name="stay_rule_recipient_fits",
                violation_error_message="只有“同时在岗人数”可以按受援单位规定。",
            ),
            models.CheckConstraint(
                condition=Q(effective_to__isnull=True)
                | Q(effective_from__isnull=True)
                | Q(effective_to__gte=F("effective_from")),
                name="stay_rule_range",
                violation_error_message="停用日期早于启用日期。",
            ),
            models.UniqueConstraint(
                fields=["programme", "kind", "measure", "title_level", "recipient"],
                condition=Q(is_active=True),
                nulls_distinct=False,
                name="stay_rule_one_active",
                violation_error_message="同一类要求只能有一条现行。",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}{self.requirement}"

    @property
    def requirement(self) -> str:
        """“每次连续不少于6个月”, “同时在岗人数不少于2人”, “副高及以上不少于1人”."""
        what = f"{self.get_title_level_display()}及以上" if self.title_level else self.get_measure_display()
        return f"{what}不少于{self.minimum}{self.get_unit_display()}"
