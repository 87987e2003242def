"""Score templates (评分表): weighted items and grade bands as versioned data with a legal basis."""

from django.db import models
from django.db.models import F, Q

from core.scope import Scope, ScopedQuerySet


class Grade(models.TextChoices):
    EXCELLENT = "excellent", "优秀"
    GOOD = "good", "良好"
    PASS = "pass", "合格"
    BASIC = "basic", "基本合格"
    FAIL = "fail", "不合格"


class ScoreTemplate(models.Model):
    class Subject(models.TextChoices):
        HOSPITAL = "hospital", "支援单位"
        PERSON = "person", "派驻人员"
        RECIPIENT = "recipient", "受援单位"

    code = models.CharField("编码", max_length=30)
    version = models.PositiveSmallIntegerField("版本", default=1)
    name = models.CharField("名称", max_length=60)
    subject = models.CharField("考核对象", max_length=10, choices=Subject.choices)
    basis = models.CharField("政策依据", max_length=200, blank=True)
    effective_from = models.DateField("启用日期", null=True, blank=True)
    effective_to = models.DateField("停用日期", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()
    scope = Scope(reference=True)

    class Meta:
        verbose_name = verbose_name_plural = "评分表"
        ordering = ["subject", "code", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="template_version_once"),
            models.CheckConstraint(
                condition=Q(effective_to__isnull=True)
                | Q(effective_from__isnull=True)
                | Q(effective_to__gte=F("effective_from")),
                name="template_range",
                violation_error_message="停用日期早于启用日期。",
            ),
        ]

    def __str__(self):
        return f"{self.name}（第{self.version}版）"


class ScoreItem(models.Model):
    template = models.ForeignKey(
        ScoreTemplate, verbose_name="评分表", on_delete=models.CASCADE, related_name="items"
    )
    code = models.CharField("编码", max_length=20)
    name = models.CharField("考核内容", max_length=100)
    weight = models.DecimalField("分值", max_digits=5, decimal_places=1)
    method = models.CharField("评分办法", max_length=200, blank=True)
    order = models.PositiveSmallIntegerField("次序", default=100)

    objects = ScopedQuerySet.as_manager()
    scope = Scope(reference=True)

    class Meta:
        verbose_name = verbose_name_plural = "考核项目"
        ordering = ["template", "order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["template", "code"], name="score_item_once"),
            models.CheckConstraint(
                condition=Q(weight__gt=0),
                name="score_item_weight",
                violation_error_message="分值必须大于 0。",
            ),
        ]

    def __str__(self):
        return self.name


class GradeBand(models.Model):
    """A grade from ``minimum`` points on; the lower bound belongs to the band."""

    template = models.ForeignKey(
        ScoreTemplate, verbose_name="评分表", on_delete=models.CASCADE, related_name="bands"
    )
    grade = models.CharField("等次", max_length=10, choices=Grade.choices)
    minimum = models.DecimalField("最低分（含）", max_digits=5, decimal_places=1)

    objects = ScopedQuerySet.as_manager()
    scope = Scope(reference=True)

    class Meta:
        verbose_name = verbose_name_plural = "等次分数线"
        ordering = ["template", "-minimum"]
        constraints = [
            models.UniqueConstraint(fields=["template", "grade"], name="band_grade_once"),
            models.UniqueConstraint(fields=["template", "minimum"], name="band_minimum_once"),
        ]

    def __str__(self):
        return f"{self.get_grade_display()} ≥{self.minimum.normalize():f}"
