"""The text of an agreement (协议文本). Original and amendments go the same way to the file:

draft → confirmed by sender → confirmed by recipient → filed. A filed version can never be changed,
nor can its parties, targets and attachments; an amendment is the next version.
"""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models import Organisation
from core.dates import Period
from core.scope import Scope, ScopedQuerySet
from core.triggers import AllOf
from support.models.agreement import Agreement
from support.models.outcome import OutcomeIndicator
from support.models.speciality import Speciality
from support.models.triggers import child_of_filed_version


def _actor(label):
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=label,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )


VERSION_PARTIES = dict(
    organisations=("version__agreement__sender", "version__agreement__recipient"),
    viewers=("version__agreement__third_party", "version__agreement__cycle__programme__bureau"),
)


@pghistory.track()
class AgreementVersion(models.Model):
    class Status(models.TextChoices):
        DRAFT = "draft", "草拟"
        SENDER_CONFIRMED = "sender_confirmed", "支援方已确认"
        RECIPIENT_CONFIRMED = "recipient_confirmed", "受援方已确认"
        FILED = "filed", "已备案"
        SUPERSEDED = "superseded", "已被变更"
        WITHDRAWN = "withdrawn", "已撤回"

    OPEN = (Status.DRAFT, Status.SENDER_CONFIRMED, Status.RECIPIENT_CONFIRMED)

    agreement = models.ForeignKey(
        Agreement, verbose_name="协议", on_delete=models.CASCADE, related_name="versions"
    )
    number = models.PositiveSmallIntegerField("版本", default=1, editable=False)
    reason = models.CharField("变更原因", max_length=300, blank=True)
    status = models.CharField(
        "状态", max_length=20, choices=Status.choices, default=Status.DRAFT, editable=False
    )
    title = models.CharField("标题", max_length=120, default="对口支援协议书")
    start_on = models.DateField("开始日期")
    end_on = models.DateField("结束日期")
    signed_on = models.DateField("签订日期", null=True, blank=True)
    specialities = models.ManyToManyField(Speciality, verbose_name="帮扶科室", blank=True, related_name="+")
    survey_on = models.DateField("调研日期", null=True, blank=True)
    survey_findings = models.TextField("调研情况", blank=True)
    long_goal = models.TextField("长期目标", blank=True)
    year_goal = models.TextField("本期目标", blank=True)
    duties = models.TextField("双方权利义务", blank=True)
    drafted_by = _actor("起草人")
    sender_confirmed_by = _actor("支援方确认人")
    sender_confirmed_at = models.DateTimeField("支援方确认时间", null=True, editable=False)
    recipient_confirmed_by = _actor("受援方确认人")
    recipient_confirmed_at = models.DateTimeField("受援方确认时间", null=True, editable=False)
    filed_by = _actor("备案人")
    filed_at = models.DateTimeField("备案时间", null=True, editable=False)
    return_reason = models.CharField("退回原因", max_length=300, blank=True, editable=False)

    objects = ScopedQuerySet.as_manager()
    scope = Scope(
        organisations=("agreement__sender", "agreement__recipient"),
        viewers=("agreement__third_party", "agreement__cycle__programme__bureau"),
    )

    class Meta:
        verbose_name = verbose_name_plural = "协议文本"
        ordering = ["agreement", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "number"], name="version_number_once"),
            models.UniqueConstraint(
                fields=["agreement"],
                condition=Q(status__in=["draft", "sender_confirmed", "recipient_confirmed"]),
                name="version_one_open",
                violation_error_message="这份协议已有一个未办完的版本。",
            ),
            models.UniqueConstraint(
                fields=["agreement"], condition=Q(status="filed"), name="version_one_filed"
            ),
            models.CheckConstraint(
                condition=Q(end_on__gte=F("start_on")),
                name="version_range",
                violation_error_message="结束日期早于开始日期。",
            ),
            models.CheckConstraint(
                condition=Q(signed_on__isnull=True) | Q(signed_on__lte=F("end_on")),
                name="version_signed_before_end",
                violation_error_message="签订日期晚于协议结束日期，请核对。",
            ),
            models.CheckConstraint(
                condition=Q(number=1) | ~Q(reason=""),
                name="version_amendment_has_reason",
                violation_error_message="变更必须写明原因。",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "withdrawn"]) | Q(sender_confirmed_at__isnull=False),
                name="version_sender_confirmed",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["recipient_confirmed", "filed", "superseded"])
                | Q(recipient_confirmed_at__isnull=False),
                name="version_recipient_confirmed",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["filed", "superseded"]) | Q(filed_at__isnull=False),
                name="version_filed",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="filed_text_is_frozen",
                operation=pgtrigger.Update,
                condition=AllOf(
                    pgtrigger.Q(old__status__in=["filed", "superseded"]),
                    pgtrigger.AnyChange(
                        "agreement",
                        "number",
                        "reason",
                        "title",
                        "start_on",
                        "end_on",
                        "signed_on",
                        "survey_on",
                        "survey_findings",
                        "long_goal",
                        "year_goal",
                        "duties",
                        "sender_confirmed_by",
                        "sender_confirmed_at",
                        "recipient_confirmed_by",
                        "recipient_confirmed_at",
                        "filed_by",
                        "filed_at",
                    ),
                ),
            ),
            # the one way on from filed is being superseded by the next version
            pgtrigger.Protect(
                name="filed_status_only_superseded",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__status__in=["filed", "superseded"])
                & ~pgtrigger.Q(new__status__in=["filed", "superseded"]),
            ),
            pgtrigger.Protect(
                name="filed_text_stays",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Q(old__status__in=["filed", "superseded"]),
            ),
        ]

    def __str__(self):
        return f"{self.agreement} 第{self.number}版"

    @property
    def period(self) -> Period:
        return Period(self.start_on, self.end_on)

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN

    @property
    def is_editable(self) -> bool:
        return self.status == self.Status.DRAFT


class AgreementParty(models.Model):
    """A signing party with the persons who act for it (签约方)."""

    class Part(models.TextChoices):
        SENDER = "sender", "支援方"
        RECIPIENT = "recipient", "受援方"
        THIRD = "third", "第三方"

    version = models.ForeignKey(
        AgreementVersion, verbose_name="协议文本", on_delete=models.CASCADE, related_name="parties"
    )
    part = models.CharField("身份", max_length=10, choices=Part.choices)
    organisation = models.ForeignKey(
        Organisation, verbose_name="机构", on_delete=models.PROTECT, related_name="+"
    )
    representative = models.CharField("代表人", max_length=50, blank=True)
    leader = models.CharField("负责领导", max_length=50, blank=True)
    contact = models.CharField("联络员", max_length=50, blank=True)
    contact_phone = models.CharField("联系电话", max_length=30, blank=True)
    signed_on = models.DateField("签字日期", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()
    scope = Scope(**VERSION_PARTIES)

    class Meta:
        verbose_name = verbose_name_plural = "签约方"
        ordering = ["version", "pk"]
        constraints = [models.UniqueConstraint(fields=["version", "part"], name="party_once")]
        triggers = [child_of_filed_version("version_id")]

    def __str__(self):
        return f"{self.get_part_display()} {self.organisation}"


@pghistory.track()
class AgreementTarget(models.Model):
    """One measurable promise (量化目标): kind, unit, at least so many or from–to, per period."""

    class Kind(models.TextChoices):
        RESIDENT_STAFF = "resident_staff", "驻点人员"
        STAY_MONTHS = "stay_months", "每人连续驻点时间"
        TRAINEES = "trainees", "接收进修"
        TRAINEE_MONTHS = "trainee_months", "进修时间"
        POSTED_TIMES = "posted_times", "派驻人次"
        LECTURES = "lectures", "讲座"
        TRAININGS = "trainings", "业务培训"
        ROUNDS = "rounds", "教学查房"
        GUIDANCE = "guidance", "业务指导（查房、会诊、示教、义诊）"
        CONSULTATIONS = "consultations", "会诊和病例讨论"
        REMOTE_CONSULTATIONS = "remote_consultations", "远程会诊"
        DEMONSTRATIONS = "demonstrations", "手术示教"
        OPERATIONS = "operations", "开展手术"
        PATIENTS = "patients", "参与诊疗"
        FREE_CLINICS = "free_clinics", "义诊"
        CIRCUIT_SESSIONS = "circuit_sessions", "巡回医疗"
        LEADER_VISITS = "leader_visits", "领导到点指导"
        EXPERT_VISITS = "expert_visits", "专家团队到点"
        MENTOR_VISITS = "mentor_visits", "师傅到徒弟单位"
        APPRENTICE_DAYS = "apprentice_days", "徒弟到师傅单位"
        REFERRALS_UP = "referrals_up", "上转"
        REFERRALS_DOWN = "referrals_down", "下转"
        VILLAGE_DOCTORS = "village_doctors", "培训乡村医生"
        TECHNIQUES = "techniques", "新技术新业务"
        RULES = "rules", "制度建设"
        DEPARTMENTS = "departments", "特色专科"
        DONATION_TIMES = "donation_times", "捐赠次数"
        DONATED_CASH = "donated_cash", "捐赠资金"
        DONATED_GOODS = "donated_goods", "捐赠物资设备"
        WAIVED_FEES = "waived_fees", "减免费用"
        OUTCOME_GROWTH = "outcome_growth", "指标较支援前增长"
        OUTCOME_LEVEL = "outcome_level", "指标达到"
        OTHER = "other", "其他"

    class Per(models.TextChoices):
        MONTH = "month", "每月"
        QUARTER = "quarter", "每季度"
        YEAR = "year", "每年"
        TERM = "term", "协议期内"

    version = models.ForeignKey(
        AgreementVersion, verbose_name="协议文本", on_delete=models.CASCADE, related_name="targets"
    )
    kind = models.CharField("目标", max_length=20, choices=Kind.choices)
    detail = models.CharField("说明", max_length=200, blank=True)
    unit = models.CharField("单位", max_length=10)
    minimum = models.DecimalField("不少于", max_digits=12, decimal_places=2)
    maximum = models.DecimalField("不多于", max_digits=12, decimal_places=2, null=True, blank=True)
    per = models.CharField("周期", max_length=10, choices=Per.choices, default=Per.TERM)
    indicator = models.ForeignKey(
        OutcomeIndicator,
        verbose_name="指标",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    responsible = models.CharField(
        "责任方", max_length=10, choices=AgreementParty.Part.choices, default=AgreementParty.Part.SENDER
    )
    basis = models.CharField("依据", max_length=200, blank=True)

    objects = ScopedQuerySet.as_manager()
    scope = Scope(**VERSION_PARTIES)

    class Meta:
        verbose_name = verbose_name_plural = "量化目标"
        ordering = ["version", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(maximum__isnull=True) | Q(maximum__gte=F("minimum")),
                name="target_range",
                violation_error_message="“不多于”小于“不少于”。",
            ),
            models.CheckConstraint(
                condition=Q(minimum__gte=0),
                name="target_not_negative",
                violation_error_message="目标值不能为负数。",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["outcome_growth", "outcome_level"]) | Q(indicator__isnull=False),
                name="target_outcome_has_indicator",
                violation_error_message="指标类目标必须选择指标。",
            ),
        ]
        triggers = [child_of_filed_version("version_id")]

    def __str__(self):
        top = f"–{self.maximum.normalize():f}" if self.maximum is not None else ""
        return (
            f"{self.get_kind_display()}{self.get_per_display()}{self.minimum.normalize():f}{top}{self.unit}"
        )
