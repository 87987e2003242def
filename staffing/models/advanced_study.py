"""Advanced study (进修): the recipient's staff train at the support hospital, fees waived."""

import pghistory
from django.db import models
from django.db.models import F, Q

from core.dates import Period
from core.scope import Scope
from staffing.models.clinician import Clinician
from support.models import Agreement, Speciality
from support.models.confirmation import TwoSidedRecord, confirmed_is_frozen


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
    start_on = models.DateField("开始日期")
    end_on = models.DateField("结束日期")
    tuition_waived = models.BooleanField("免进修费", default=True)
    lodging_waived = models.BooleanField("免住宿费", default=False)
    meals_waived = models.BooleanField("免伙食费", default=False)
    result = models.CharField("结业情况", max_length=100, blank=True)

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
        ]
        triggers = confirmed_is_frozen("result")

    def __str__(self):
        return f"{self.trainee.name} {self.start_on:%Y-%m-%d} 至 {self.end_on:%Y-%m-%d}"

    @property
    def period(self) -> Period:
        return Period(self.start_on, self.end_on)

    @property
    def waivers(self) -> str:
        named = (
            ("进修费", self.tuition_waived),
            ("住宿费", self.lodging_waived),
            ("伙食费", self.meals_waived),
        )
        return "、".join(name for name, waived in named if waived) or "无"
