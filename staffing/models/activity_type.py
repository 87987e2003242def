"""Kinds of activity and the measures each carries, as data (活动类型、计量项).

Shipped from the canonical statistical form; the bureau may add and change. 次, 期, 场, 人次, 例 and 项
are different units and never added: a figure sums one measure.
"""

from collections.abc import Collection

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from core.scope import Scope, ScopedQuerySet


class Measure(models.Model):
    code = models.CharField("代码", max_length=30, unique=True)
    name = models.CharField("名称", max_length=40)
    unit = models.CharField("单位", max_length=10)
    column = models.PositiveSmallIntegerField(
        "统计表列号", null=True, blank=True, help_text="在法定统计表中的列次；不进统计表的留空。"
    )
    is_whole = models.BooleanField("只能是整数", default=True)
    definition = models.CharField("口径", max_length=200, blank=True)
    order = models.PositiveSmallIntegerField("次序", default=100)

    objects = ScopedQuerySet.as_manager()
    scope = Scope(reference=True)

    class Meta:
        verbose_name = verbose_name_plural = "计量项"
        ordering = ["order", "code"]

    def __str__(self):
        return f"{self.name}（{self.unit}）"


class Asked(models.TextChoices):
    """What the form of a type may ask beside day, agreement and measures."""

    TOPIC = "topic", "主题"
    PARTICIPANTS = "participants", "参加人员"
    DEPARTMENT = "department", "科室"
    SPECIALITY = "speciality", "专业"
    PLACE = "place", "地点"
    HOURS = "hours", "课时/小时"
    CONTENT = "content", "内容"
    END_ON = "end_on", "结束日期"
    FILING = "filing", "义诊备案"
    FINDINGS = "findings", "查出病种"
    NOTE = "note", "备注"


# where the form asks it, when not under its own name
FIELD_OF = {Asked.FILING.value: "filing_number"}


def usual_questions() -> list[str]:
    return [
        Asked.TOPIC,
        Asked.PARTICIPANTS,
        Asked.DEPARTMENT,
        Asked.SPECIALITY,
        Asked.PLACE,
        Asked.HOURS,
        Asked.CONTENT,
        Asked.END_ON,
        Asked.NOTE,
    ]


class ActivityType(models.Model):
    class Evidence(models.TextChoices):
        NONE = "none", "不需要"
        OPTIONAL = "optional", "可以上传"
        WANTED = "wanted", "应当上传（没有时提醒）"
        REQUIRED = "required", "必须上传（没有不能提交）"

    code = models.CharField("代码", max_length=30, unique=True)
    name = models.CharField("名称", max_length=40)
    measures = models.ManyToManyField(Measure, through="ActivityTypeMeasure", verbose_name="计量项")
    names_outcomes = models.BooleanField(
        "列出成果名称", default=False, help_text="例如新技术、制度要逐项写出名称。"
    )
    asks = ArrayField(
        models.CharField(max_length=20, choices=Asked.choices),
        verbose_name="填报内容",
        default=usual_questions,
        blank=True,
        help_text="登记这类活动时显示的内容；日期、协议和计量项总是显示。",
    )
    requires = ArrayField(
        models.CharField(max_length=20, choices=Asked.choices),
        verbose_name="必填内容",
        default=list,
        blank=True,
        help_text="提交前必须填写的内容。",
    )
    evidence = models.CharField(
        "佐证材料", max_length=10, choices=Evidence.choices, default=Evidence.OPTIONAL
    )
    is_active = models.BooleanField("在用", default=True)
    order = models.PositiveSmallIntegerField("次序", default=100)

    objects = ScopedQuerySet.as_manager()
    scope = Scope(reference=True)

    class Meta:
        verbose_name = verbose_name_plural = "活动类型"
        ordering = ["order", "code"]

    def __str__(self):
        return self.name

    def missing(self, given: Collection[str], *, has_evidence: bool) -> dict[str, list[str]]:
        """What stands against submitting, by form field: ``given`` are the Asked codes that are filled in."""
        found = {
            FIELD_OF.get(code, code): [f"请填写“{Asked(code).label}”，登记“{self}”时必须填写。"]
            for code in self.requires
            if code not in given
        }
        if self.evidence == self.Evidence.REQUIRED and not has_evidence:
            found["evidence"] = [f"登记“{self}”必须先上传佐证材料（照片、签到表等）再提交，现在没有。"]
        return found


class ActivityTypeMeasure(models.Model):
    activity_type = models.ForeignKey(
        ActivityType, verbose_name="活动类型", on_delete=models.CASCADE, related_name="type_measures"
    )
    measure = models.ForeignKey(Measure, verbose_name="计量项", on_delete=models.PROTECT, related_name="+")
    is_required = models.BooleanField("必填", default=False)
    initial = models.DecimalField("默认值", max_digits=12, decimal_places=2, null=True, blank=True)
    order = models.PositiveSmallIntegerField("次序", default=100)

    objects = ScopedQuerySet.as_manager()
    scope = Scope(reference=True)

    class Meta:
        verbose_name = verbose_name_plural = "活动类型的计量项"
        ordering = ["activity_type", "order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["activity_type", "measure"], name="type_measure_once"),
            models.CheckConstraint(
                condition=Q(initial__isnull=True) | Q(initial__gte=0), name="type_measure_initial"
            ),
        ]

    def __str__(self):
        return f"{self.activity_type}·{self.measure}"
