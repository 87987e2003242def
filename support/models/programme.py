"""Programmes (项目) and their cycles (周期). A cycle has its own start and end: 1 June to 31 May occurs."""

from django.db import models
from django.db.models import F, Q

from accounts.models import Organisation
from core.dates import Period
from core.scope import Scope, ScopedQuerySet


class Programme(models.Model):
    name = models.CharField("名称", max_length=100, unique=True)
    bureau = models.ForeignKey(
        Organisation,
        verbose_name="主管部门",
        on_delete=models.PROTECT,
        related_name="programmes",
        limit_choices_to={"kind": Organisation.Kind.BUREAU},
    )
    basis = models.CharField("政策依据", max_length=300, blank=True)
    is_demo = models.BooleanField("演示项目", default=False, help_text="演示数据不计入正式上报。")

    objects = ScopedQuerySet.as_manager()
    scope = Scope(
        organisations=("bureau",), viewers=("cycles__agreements__sender", "cycles__agreements__recipient")
    )

    class Meta:
        verbose_name = verbose_name_plural = "项目"
        ordering = ["name"]

    def __str__(self):
        return self.name


class Cycle(models.Model):
    programme = models.ForeignKey(
        Programme, verbose_name="项目", on_delete=models.PROTECT, related_name="cycles"
    )
    code = models.CharField(
        "编码", max_length=30, unique=True, help_text="Excel 和命令行以它识别周期，例如 2026。"
    )
    name = models.CharField("名称", max_length=60)
    start_on = models.DateField("开始日期")
    end_on = models.DateField("结束日期")
    recipients_planned = models.ManyToManyField(
        Organisation,
        verbose_name="计划覆盖的受援单位",
        blank=True,
        related_name="+",
        help_text="覆盖率的分母；留空时以有协议的受援单位为准。",
    )

    objects = ScopedQuerySet.as_manager()
    scope = Scope(
        organisations=("programme__bureau",), viewers=("agreements__sender", "agreements__recipient")
    )

    class Meta:
        verbose_name = verbose_name_plural = "周期"
        ordering = ["-start_on", "code"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "name"], name="cycle_name_once"),
            models.CheckConstraint(
                condition=Q(end_on__gte=F("start_on")),
                name="cycle_range",
                violation_error_message="结束日期早于开始日期。",
            ),
        ]

    def __str__(self):
        return f"{self.programme.name}·{self.name}"

    @property
    def period(self) -> Period:
        return Period(self.start_on, self.end_on)
