"""Activities (活动): one event, counted once, however many doctors took part.

Counts about patients only; no field can hold a patient's identity.
"""

import uuid

import pghistory
from django.db import models
from django.db.models import F, Q

from core.scope import Scope, ScopedQuerySet
from staffing.models.activity_type import ActivityType, Asked, Measure
from staffing.models.clinician import Clinician
from support.models import Agreement, Speciality
from support.models.confirmation import TwoSidedRecord, confirmed_is_frozen
from support.models.donation import Qualifier
from support.models.evidence import EvidenceFile
from support.models.triggers import child_of_confirmed

ACTIVITY_PARTIES = dict(
    organisations=("activity__agreement__sender", "activity__agreement__recipient"),
    people=("activity__participants__user", "activity__entered_by"),
)


@pghistory.track()
class Activity(TwoSidedRecord):
    agreement = models.ForeignKey(
        Agreement, verbose_name="协议", on_delete=models.PROTECT, related_name="activities"
    )
    activity_type = models.ForeignKey(
        ActivityType, verbose_name="类型", on_delete=models.PROTECT, related_name="activities"
    )
    start_on = models.DateField("日期")
    end_on = models.DateField("结束日期", help_text="一天的活动与日期相同。")
    topic = models.CharField(
        "主题", max_length=120, blank=True, help_text="请勿填写患者姓名、身份证号或电话。"
    )
    place = models.CharField("地点", max_length=60, blank=True)
    speciality = models.ForeignKey(
        Speciality, verbose_name="专业", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    participants = models.ManyToManyField(
        Clinician, verbose_name="参加人员", blank=True, related_name="activities"
    )
    hours = models.DecimalField("课时/小时", max_digits=6, decimal_places=1, null=True, blank=True)
    department = models.CharField("科室", max_length=50, blank=True, help_text="受援单位的科室。")
    content = models.TextField(
        "内容",
        max_length=2000,
        blank=True,
        help_text="做了什么、怎么做的。请勿填写患者姓名、身份证号或电话。",
    )
    # of a free clinic
    filing_number = models.CharField("备案号", max_length=50, blank=True)
    filed_on = models.DateField("备案日期", null=True, blank=True)
    note = models.CharField("备注", max_length=300, blank=True)
    client_key = models.UUIDField("提交凭据", default=uuid.uuid4, unique=True, editable=False)

    scope = Scope(
        organisations=("agreement__sender", "agreement__recipient"),
        viewers=("agreement__cycle__programme__bureau",),
        people=("participants__user", "entered_by"),
    )

    class Meta(TwoSidedRecord.Meta):
        verbose_name = verbose_name_plural = "活动"
        ordering = ["-start_on", "-pk"]
        indexes = [
            models.Index(fields=["agreement", "status", "start_on"], name="activity_agreement_idx"),
            models.Index(fields=["-start_on", "-id"], name="activity_recent_idx"),
        ]
        constraints = [
            *TwoSidedRecord.Meta.constraints,
            models.CheckConstraint(
                condition=Q(end_on__gte=F("start_on")),
                name="activity_range",
                violation_error_message="结束日期早于开始日期。",
            ),
        ]
        triggers = confirmed_is_frozen()

    def __str__(self):
        return f"{self.start_on:%Y-%m-%d} {self.activity_type.name}{'：' + self.topic if self.topic else ''}"

    def obstacles_to_submit(self):
        given = {
            Asked.TOPIC: self.topic,
            Asked.PARTICIPANTS: self.participants.exists(),
            Asked.DEPARTMENT: self.department,
            Asked.SPECIALITY: self.speciality_id,
            Asked.PLACE: self.place,
            Asked.HOURS: self.hours is not None,
            Asked.CONTENT: self.content,
            Asked.END_ON: True,
            Asked.FILING: self.filing_number and self.filed_on,
            Asked.FINDINGS: self.findings.exists(),
            Asked.NOTE: self.note,
        }
        return self.activity_type.missing(
            [code.value for code, value in given.items() if value], has_evidence=self.evidence.exists()
        )


@pghistory.track()
class ActivityMeasure(models.Model):
    """A typed number with its unit (计量): 讲座 1 次, 听课 300 人次. ``quoted`` keeps imported wording."""

    activity = models.ForeignKey(
        Activity, verbose_name="活动", on_delete=models.CASCADE, related_name="measures"
    )
    measure = models.ForeignKey(
        Measure, verbose_name="计量项", on_delete=models.PROTECT, related_name="values"
    )
    value = models.DecimalField("数量", max_digits=12, decimal_places=2)
    qualifier = models.CharField("精度", max_length=10, choices=Qualifier.choices, default=Qualifier.EXACT)
    quoted = models.CharField("原文", max_length=60, blank=True)

    objects = ScopedQuerySet.as_manager()
    scope = Scope(**ACTIVITY_PARTIES)

    class Meta:
        verbose_name = verbose_name_plural = "活动计量"
        ordering = ["activity", "measure__order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["activity", "measure"],
                name="activity_measure_once",
                violation_error_message="同一项计量只能填一次。",
            ),
            models.CheckConstraint(
                condition=Q(value__gte=0),
                name="activity_measure_not_negative",
                violation_error_message="数量不能为负数。",
            ),
        ]
        triggers = [child_of_confirmed("staffing_activity", "activity_id")]

    def __str__(self):
        return f"{self.measure.name}{self.value.normalize():f}{self.measure.unit}"


class ActivityFinding(models.Model):
    """Patients of a free clinic in whom a disease was found (查出疾病): a subset, never added up to a total."""

    activity = models.ForeignKey(
        Activity, verbose_name="活动", on_delete=models.CASCADE, related_name="findings"
    )
    disease = models.CharField("病种", max_length=40)
    patients = models.PositiveIntegerField("人数")

    objects = ScopedQuerySet.as_manager()
    scope = Scope(**ACTIVITY_PARTIES)

    class Meta:
        verbose_name = verbose_name_plural = "查出病种"
        ordering = ["activity", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["activity", "disease"],
                name="activity_finding_once",
                violation_error_message="同一个病种只能填一次。",
            ),
        ]
        triggers = [child_of_confirmed("staffing_activity", "activity_id")]

    def __str__(self):
        return f"{self.disease}{self.patients}人"


class ActivityEvidence(EvidenceFile):
    """Photos, sign-in sheets and papers that prove an activity (佐证材料)."""

    activity = models.ForeignKey(
        Activity, verbose_name="活动", on_delete=models.CASCADE, null=True, related_name="evidence"
    )

    # until the record is saved a file belongs to whoever sent it
    scope = Scope(
        organisations=("activity__agreement__sender", "activity__agreement__recipient"),
        viewers=("activity__agreement__cycle__programme__bureau",),
        people=("uploaded_by", "activity__participants__user"),
    )

    class Meta(EvidenceFile.Meta):
        verbose_name = verbose_name_plural = "活动佐证"
        triggers = [child_of_confirmed("staffing_activity", "activity_id")]


class ActivityOutcome(models.Model):
    """A named result of an activity (成果): a new technique with its date, a rule revised."""

    class Kind(models.TextChoices):
        TECHNIQUE = "technique", "新技术新业务"
        RULE = "rule", "制度"
        DEPARTMENT = "department", "特色专科"

    activity = models.ForeignKey(
        Activity, verbose_name="活动", on_delete=models.CASCADE, related_name="outcomes"
    )
    kind = models.CharField("种类", max_length=12, choices=Kind.choices)
    name = models.CharField("名称", max_length=80)
    person = models.ForeignKey(
        Clinician, verbose_name="指导人", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    department = models.CharField("科室", max_length=50, blank=True)
    first_on = models.DateField("首次开展日期", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()
    scope = Scope(**ACTIVITY_PARTIES)

    class Meta:
        verbose_name = verbose_name_plural = "成果"
        ordering = ["activity", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["activity", "kind", "name"],
                name="activity_outcome_once",
                violation_error_message="同一活动中这个名称重复了。",
            ),
        ]
        triggers = [child_of_confirmed("staffing_activity", "activity_id")]

    def __str__(self):
        return self.name
