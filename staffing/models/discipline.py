"""Discipline of those posted (派驻纪律): what off-post findings lead to, as a programme's own rule.

Documents differ: how many findings make a year 不合格, how many working days are the least, how long
promotion is barred, who is told. Each rule names its basis; one of a programme is in use.
"""

import pghistory
from django.db import models
from django.db.models import Q

from core.scope import Scope, ScopedQuerySet
from support.models import Programme


@pghistory.track()
class DisciplineRule(models.Model):
    programme = models.ForeignKey(
        Programme, verbose_name="项目", on_delete=models.PROTECT, related_name="discipline_rules"
    )
    name = models.CharField("名称", max_length=60)
    basis = models.CharField("政策依据", max_length=300)
    findings_for_veto = models.PositiveSmallIntegerField(
        "脱岗几次即不合格",
        null=True,
        blank=True,
        default=2,
        help_text="周期内被抽查到脱岗的天数；同一天上下午只计一次。留空为不设。",
    )
    working_days_minimum = models.PositiveSmallIntegerField(
        "周期内工作日不少于", null=True, blank=True, help_text="少于这么多个在岗工作日即不合格。留空为不设。"
    )
    promotion_bar_years = models.PositiveSmallIntegerField(
        "几年内不得晋升", null=True, blank=True, help_text="从最近一次事实之日起算。留空为不设。"
    )
    is_active = models.BooleanField("现行", default=False, editable=False)

    objects = ScopedQuerySet.as_manager()
    scope = Scope(
        organisations=("programme__bureau",),
        viewers=("programme__cycles__agreements__sender", "programme__cycles__agreements__recipient"),
    )

    class Meta:
        verbose_name = verbose_name_plural = "派驻纪律规定"
        ordering = ["programme", "-is_active", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme"],
                condition=Q(is_active=True),
                name="discipline_rule_one_active",
                violation_error_message="一个项目只能有一套现行的纪律规定。",
            ),
            models.CheckConstraint(
                condition=Q(findings_for_veto__isnull=True) | Q(findings_for_veto__gte=1),
                name="discipline_rule_findings_positive",
                violation_error_message="“脱岗几次即不合格”至少是 1；不设请留空。",
            ),
            models.CheckConstraint(
                condition=Q(working_days_minimum__isnull=True) | Q(working_days_minimum__gte=1),
                name="discipline_rule_days_positive",
                violation_error_message="“工作日不少于”至少是 1；不设请留空。",
            ),
            models.CheckConstraint(
                condition=Q(promotion_bar_years__isnull=True) | Q(promotion_bar_years__gte=1),
                name="discipline_rule_years_positive",
                violation_error_message="“几年内不得晋升”至少是 1；不设请留空。",
            ),
        ]

    def __str__(self):
        return self.name


class DisciplineConsequence(models.Model):
    """One measure of the chain: when it applies, whom it concerns, in which words."""

    class When(models.TextChoices):
        OFF_POST = "off_post", "有脱岗"
        FAILED = "failed", "达到不合格条件"

    class Whom(models.TextChoices):
        PERSON = "person", "本人"
        SENDER = "sender", "支援单位"
        SENDER_HEAD = "sender_head", "支援单位负责人"
        RECIPIENT = "recipient", "受援单位"
        RECIPIENT_HEAD = "recipient_head", "受援单位负责人"
        BUREAU = "bureau", "主管部门"
        BUREAU_HEAD = "bureau_head", "主管部门负责人"

    class Kind(models.TextChoices):
        SUBSIDY = "subsidy", "补助"
        PROMOTION_BAR = "promotion_bar", "不得晋升"
        FAIL = "fail", "年度不合格"
        EXTRA_YEAR = "extra_year", "延长服务"
        SELF_CRITICISM = "self_criticism", "书面检查"
        RECORD = "record", "不良记录"
        AWARD = "award", "评先资格"
        NOTICE = "notice", "通报批评"
        OTHER = "other", "其他"

    rule = models.ForeignKey(
        DisciplineRule, verbose_name="纪律规定", on_delete=models.CASCADE, related_name="consequences"
    )
    order = models.PositiveSmallIntegerField("次序", default=100)
    when = models.CharField("何时适用", max_length=10, choices=When.choices)
    whom = models.CharField("对象", max_length=15, choices=Whom.choices)
    kind = models.CharField("种类", max_length=15, choices=Kind.choices)
    text = models.CharField("处理", max_length=200)

    objects = ScopedQuerySet.as_manager()
    scope = Scope(
        organisations=("rule__programme__bureau",),
        viewers=(
            "rule__programme__cycles__agreements__sender",
            "rule__programme__cycles__agreements__recipient",
        ),
    )

    class Meta:
        verbose_name = verbose_name_plural = "处理措施"
        ordering = ["rule", "order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="promotion_bar") | Q(whom="person"),
                name="consequence_bar_is_personal",
                violation_error_message="“不得晋升”的对象只能是本人。",
            ),
        ]

    def __str__(self):
        return self.text
