"""Monthly returns (月报): attendance and workload, reported person → clinic → hospital → bureau.

A row is a return as it was submitted: lines, totals, gaps, and the records with the versions it counted.
It never changes again, whoever writes; a correction is the next version with its reason, and the newest
version is the one that counts. What is not submitted yet has no row: it is computed from the ledger
whenever somebody looks (selectors/return_lines.py).
"""

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from accounts.models import Organisation
from core.scope import Scope, ScopedQuerySet
from staffing.models import Clinician


class ReturnForm(models.TextChoices):
    ATTENDANCE = "attendance", "支援医生考勤月报"
    WORKLOAD = "workload", "派驻医师月工作量月报"


class ReturnLevel(models.TextChoices):
    PERSON = "person", "派驻人员"
    CLINIC = "clinic", "受援单位"
    HOSPITAL = "hospital", "支援医院"
    BUREAU = "bureau", "卫健部门"


class MonthlyReturnQuerySet(ScopedQuerySet):
    def newest(self):
        """Of each return the version that counts."""
        return self.filter(replaced_by__isnull=True)


class MonthlyReturn(models.Model):
    """``organisation``: who reports; for a person the unit where the person works.

    ``lines``: one an agreement (pair), ``people``: one a person and agreement; both with ``values`` by
    column code as text (return_columns.py). ``totals``: the ledger's figures at the time.
    ``records``/``versions``: primary keys of what was counted (activities or attendance rows) and, in the
    same order, of their latest history entry.
    """

    form = models.CharField("报表", max_length=12, choices=ReturnForm.choices)
    level = models.CharField("层级", max_length=10, choices=ReturnLevel.choices)
    organisation = models.ForeignKey(
        Organisation, verbose_name="单位", on_delete=models.PROTECT, related_name="monthly_returns"
    )
    clinician = models.ForeignKey(
        Clinician,
        verbose_name="派驻人员",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="monthly_returns",
    )
    month = models.DateField("月份", help_text="该月 1 日。")
    version = models.PositiveSmallIntegerField("版本", default=1)
    replaces = models.OneToOneField(
        "self",
        verbose_name="更正自",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="replaced_by",
    )
    reason = models.CharField("更正原因", max_length=300, blank=True)
    remark = models.CharField("备注", max_length=500, blank=True)
    due_on = models.DateField("应报日期")
    is_late = models.BooleanField("迟报", default=False, help_text="第一版在应报日期之后提交。")
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="填报人", on_delete=models.PROTECT, related_name="+"
    )
    submitted_at = models.DateTimeField("提交时间")
    is_on_behalf = models.BooleanField("代报", default=False)
    lines = models.JSONField("各协议", default=list, blank=True)
    people = models.JSONField("各人", default=list, blank=True)
    totals = models.JSONField("合计", default=dict, blank=True)
    sharing = models.JSONField("共同参与", default=dict, blank=True)
    topics = models.JSONField("主题清单", default=list, blank=True)
    gaps = models.JSONField("缺漏", default=list, blank=True)
    warnings = models.JSONField("提醒", default=list, blank=True)
    records = ArrayField(models.BigIntegerField(), verbose_name="计入的记录", default=list, blank=True)
    versions = ArrayField(models.BigIntegerField(), verbose_name="计入的版本", default=list, blank=True)

    objects = MonthlyReturnQuerySet.as_manager()
    # a clinic's return tells what other hospitals did there: no hospital reads it whole
    scope = Scope(
        organisations=("organisation",), viewers=("clinician__organisation",), people=("clinician__user",)
    )

    class Meta:
        verbose_name = verbose_name_plural = "月报"
        ordering = ["-month", "level", "organisation", "form", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["form", "level", "organisation", "clinician", "month", "version"],
                nulls_distinct=False,
                name="return_version_once",
                violation_error_message="这份月报刚刚已由别人提交。",
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="return_first_day"),
            models.CheckConstraint(condition=Q(form__in=ReturnForm.values), name="return_form_known"),
            models.CheckConstraint(
                condition=Q(level="person", clinician__isnull=False)
                | Q(level__in=["clinic", "hospital", "bureau"], clinician__isnull=True),
                name="return_level_fits",
            ),
            models.CheckConstraint(
                condition=Q(version=1, replaces__isnull=True, reason="")
                | Q(version__gt=1, replaces__isnull=False) & ~Q(reason=""),
                name="return_correction_has_reason",
                violation_error_message="更正月报必须写明原因。",
            ),
        ]
        indexes = [models.Index(fields=["month", "form", "level"], name="return_month_idx")]
        triggers = [pgtrigger.Protect(name="submitted_stays", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self):
        return f"{self.subject_name} {self.month:%Y-%m} {self.get_form_display()}第{self.version}版"

    @property
    def subject_name(self) -> str:
        if self.clinician:
            return f"{self.clinician.name}（{self.organisation.display_name}）"
        return self.organisation.display_name

    @property
    def is_attendance(self) -> bool:
        return self.form == ReturnForm.ATTENDANCE


@pghistory.track()
class ReturnRule(models.Model):
    """By which day of the following month a level reports (月报上报期限). Late is recorded, never blocked.

    Without a bureau it is the shipped rule, which holds wherever no bureau above has one of its own.
    """

    bureau = models.ForeignKey(
        Organisation,
        verbose_name="卫健部门",
        on_delete=models.PROTECT,
        null=True,
        related_name="return_rules",
        limit_choices_to={"kind": Organisation.Kind.BUREAU},
    )
    level = models.CharField("层级", max_length=10, choices=ReturnLevel.choices)
    due_day = models.PositiveSmallIntegerField("次月几日前", help_text="1–28；含当日。")
    from_month = models.DateField(
        "起始月份", help_text="该月 1 日；从这个月的月报起适用。本局最早一条之前的月份不催报。"
    )
    basis = models.CharField("依据", max_length=200)

    objects = ScopedQuerySet.as_manager()
    scope = Scope(organisations=("bureau",))

    class Meta:
        verbose_name = verbose_name_plural = "月报期限"
        ordering = ["bureau", "level", "-from_month"]
        constraints = [
            models.UniqueConstraint(
                fields=["bureau", "level", "from_month"],
                nulls_distinct=False,
                name="return_rule_once",
                violation_error_message="这个层级从这个月起已有一条期限。",
            ),
            models.CheckConstraint(
                condition=Q(due_day__range=(1, 28)),
                name="return_rule_day",
                violation_error_message="期限只能是 1 到 28 日，每个月都有的日子。",
            ),
            models.CheckConstraint(
                condition=Q(from_month__day=1),
                name="return_rule_first_day",
                violation_error_message="起始月份请填该月 1 日。",
            ),
        ]

    def __str__(self):
        return f"{self.get_level_display()}次月{self.due_day}日前"
