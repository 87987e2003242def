"""Advanced study (进修): the recipient's staff train at the support hospital, fees waived.

``start_on`` and ``end_on`` are the days that figures count. The plan stands beside them; the hospital
that teaches closes the study once, with the actual last day and the result, even when it is confirmed.
"""

from decimal import Decimal

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.dates import Period
from core.scope import Scope, ScopedQuerySet
from core.triggers import AllOf
from staffing.models.clinician import Clinician
from support.models import Agreement, Speciality
from support.models.confirmation import TwoSidedRecord, confirmed_is_frozen

CLOSING = ("end_on", "exam_score", "certificate_no", "result", "closed_by", "closed_at")


def _amount(label: str):
    return models.DecimalField(label, max_digits=10, decimal_places=2, null=True, blank=True)


@pghistory.track()
class AdvancedStudy(TwoSidedRecord):
    agreement = models.ForeignKey(
        Agreement, verbose_name="协议", on_delete=models.PROTECT, related_name="studies"
    )
    trainee = models.ForeignKey(
        Clinician, verbose_name="进修人员", on_delete=models.PROTECT, related_name="studies"
    )
    speciality = models.ForeignKey(
        Speciality, verbose_name="专业", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    department = models.CharField("进修科室", max_length=50, blank=True)
    teacher = models.ForeignKey(
        Clinician,
        verbose_name="带教老师",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="students",
    )
    qualification_checked_on = models.DateField("资格审核日期", null=True, blank=True)
    qualification_checked_by = models.CharField(
        "资格审核人", max_length=50, blank=True, help_text="支援医院医务科的审核人。"
    )
    qualification_note = models.CharField("审核意见", max_length=200, blank=True)
    planned_start_on = models.DateField("计划开始", null=True, blank=True)
    planned_end_on = models.DateField("计划结束", null=True, blank=True)
    start_on = models.DateField("开始日期")
    end_on = models.DateField("结束日期")
    tuition_waived = models.BooleanField("免进修费", default=True)
    lodging_waived = models.BooleanField("免住宿费", default=False)
    meals_waived = models.BooleanField("免伙食费", default=False)
    tuition_amount = _amount("减免进修费（元）")
    lodging_amount = _amount("减免住宿费（元）")
    meals_amount = _amount("减免伙食费（元）")
    other_waiver = models.CharField("其他减免", max_length=50, blank=True)
    other_amount = _amount("其他减免金额（元）")
    result = models.CharField("结业情况", max_length=100, blank=True)
    exam_score = models.DecimalField("考核成绩", max_digits=5, decimal_places=1, null=True, editable=False)
    certificate_no = models.CharField("结业证书编号", max_length=40, blank=True, editable=False)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="结业登记人",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    closed_at = models.DateTimeField("结业登记时间", null=True, editable=False)

    scope = Scope(
        organisations=("agreement__sender", "agreement__recipient"),
        viewers=("agreement__cycle__programme__bureau",),
        people=("trainee__user",),
    )

    class Meta(TwoSidedRecord.Meta):
        verbose_name = verbose_name_plural = "进修"
        ordering = ["-start_on", "pk"]
        constraints = [
            *TwoSidedRecord.Meta.constraints,
            models.CheckConstraint(
                condition=Q(end_on__gte=F("start_on")),
                name="study_range",
                violation_error_message="结束日期早于开始日期。",
            ),
            models.CheckConstraint(
                condition=Q(teacher__isnull=True) | ~Q(teacher=F("trainee")),
                name="study_teacher_is_another",
                violation_error_message="带教老师不能是进修人员本人。",
            ),
            models.CheckConstraint(
                condition=Q(planned_end_on__isnull=True)
                | Q(planned_start_on__isnull=True)
                | Q(planned_end_on__gte=F("planned_start_on")),
                name="study_planned_range",
                violation_error_message="计划结束早于计划开始。",
            ),
            models.CheckConstraint(
                condition=(Q(tuition_amount__isnull=True) | Q(tuition_amount__gte=0, tuition_waived=True))
                & (Q(lodging_amount__isnull=True) | Q(lodging_amount__gte=0, lodging_waived=True))
                & (Q(meals_amount__isnull=True) | Q(meals_amount__gte=0, meals_waived=True))
                & (Q(other_amount__isnull=True) | (Q(other_amount__gte=0) & ~Q(other_waiver=""))),
                name="study_amounts_of_waived_kinds",
                violation_error_message="减免金额不能为负数，并且只能填在勾选了减免的项目后面。",
            ),
            models.CheckConstraint(
                condition=Q(exam_score__isnull=True) | Q(exam_score__gte=0, exam_score__lte=100),
                name="study_score_in_range",
                violation_error_message="考核成绩应在 0 到 100 分之间。",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by__isnull=True)
                | Q(closed_at__isnull=False, closed_by__isnull=False),
                name="study_closing_complete",
            ),
        ]
        triggers = [
            *confirmed_is_frozen(*CLOSING),
            # the one change of a confirmed study is its closing, and that happens once
            pgtrigger.Protect(
                name="closed_once",
                operation=pgtrigger.Update,
                condition=AllOf(
                    pgtrigger.Q(old__status__in=["confirmed", "superseded"]),
                    pgtrigger.AnyChange(*CLOSING),
                    pgtrigger.Q(old__closed_at__isnull=False) | pgtrigger.Q(new__closed_at__isnull=True),
                ),
            ),
        ]

    def __str__(self):
        return f"{self.trainee.name} {self.start_on:%Y-%m-%d} 至 {self.end_on:%Y-%m-%d}"

    @property
    def period(self) -> Period:
        return Period(self.start_on, self.end_on)

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None

    def waived_kinds(self) -> list[tuple[str, bool, Decimal | None]]:
        """(kind, waived, amount in yuan or None when nobody stated it)."""
        return [
            ("进修费", self.tuition_waived, self.tuition_amount),
            ("住宿费", self.lodging_waived, self.lodging_amount),
            ("伙食费", self.meals_waived, self.meals_amount),
            (self.other_waiver or "其他", bool(self.other_waiver), self.other_amount),
        ]

    @property
    def waivers(self) -> str:
        return "、".join(kind for kind, waived, _ in self.waived_kinds() if waived) or "无"


@pghistory.track()
class StudyLog(models.Model):
    """What was learned in a month (进修月志)."""

    study = models.ForeignKey(
        AdvancedStudy, verbose_name="进修", on_delete=models.CASCADE, related_name="logs"
    )
    month = models.DateField("月份", help_text="该月 1 日。")
    text = models.CharField("内容", max_length=500)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="填写人",
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    entered_at = models.DateTimeField("填写时间", auto_now=True)

    objects = ScopedQuerySet.as_manager()
    scope = Scope(
        organisations=("study__agreement__sender", "study__agreement__recipient"),
        viewers=("study__agreement__cycle__programme__bureau",),
        people=("study__trainee__user",),
    )

    class Meta:
        verbose_name = verbose_name_plural = "进修月志"
        ordering = ["study", "month"]
        constraints = [
            models.UniqueConstraint(fields=["study", "month"], name="study_log_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="study_log_first_day"),
        ]

    def __str__(self):
        return f"{self.study} {self.month:%Y-%m}"
