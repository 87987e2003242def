"""Leave (请假): dated approval before it starts, by the levels that its length asks for.

Leave that was not properly approved in time counts as off-post (脱岗).
"""

from decimal import Decimal

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from core.dates import Period
from core.scope import Scope, ScopedQuerySet
from core.triggers import AllOf
from staffing.models.posting import Posting
from support.models import Programme


class Half(models.TextChoices):
    MORNING = "am", "上午"
    AFTERNOON = "pm", "下午"


class ApprovalLevel(models.TextChoices):
    RECIPIENT = "recipient", "受援单位"
    SENDER = "sender", "支援单位"
    BUREAU = "bureau", "卫健局"


class LeavePolicy(models.Model):
    """Who must approve leave of which length (请假审批权限), for a programme."""

    programme = models.ForeignKey(
        Programme, verbose_name="项目", on_delete=models.PROTECT, related_name="leave_policies"
    )
    up_to_days = models.PositiveSmallIntegerField(
        "不超过天数", null=True, blank=True, help_text="留空为更长的请假。"
    )
    levels = ArrayField(
        models.CharField(max_length=10, choices=ApprovalLevel.choices), verbose_name="审批单位", size=3
    )
    basis = models.CharField("依据", max_length=200, blank=True)

    objects = ScopedQuerySet.as_manager()
    scope = Scope(
        organisations=("programme__bureau",),
        viewers=("programme__cycles__agreements__sender", "programme__cycles__agreements__recipient"),
    )

    class Meta:
        verbose_name = verbose_name_plural = "请假审批权限"
        ordering = ["programme", F("up_to_days").asc(nulls_last=True)]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "up_to_days"],
                nulls_distinct=False,
                name="leave_policy_once",
                violation_error_message="这个天数已有一条规定。",
            ),
            models.CheckConstraint(
                condition=~Q(levels=[]) & Q(levels__contained_by=ApprovalLevel.values),
                name="leave_policy_levels_known",
                violation_error_message="至少选择一个审批单位。",
            ),
        ]

    def __str__(self):
        length = f"不超过{self.up_to_days}天" if self.up_to_days else "更长"
        return f"{length}：{'、'.join(ApprovalLevel(level).label for level in self.levels)}"


@pghistory.track()
class Leave(models.Model):
    class Kind(models.TextChoices):
        PERSONAL = "personal", "事假"
        SICK = "sick", "病假"
        ANNUAL = "annual", "年休假"
        MATERNITY = "maternity", "产假"
        FAMILY = "family", "婚丧假"

    class Status(models.TextChoices):
        REQUESTED = "requested", "待批准"
        APPROVED = "approved", "已批准"
        REFUSED = "refused", "不批准"
        WITHDRAWN = "withdrawn", "已撤回"

    posting = models.ForeignKey(Posting, verbose_name="派驻", on_delete=models.PROTECT, related_name="leaves")
    kind = models.CharField("种类", max_length=10, choices=Kind.choices)
    start_on = models.DateField("开始日期")
    start_half = models.CharField("从", max_length=2, choices=Half.choices, default=Half.MORNING)
    end_on = models.DateField("结束日期")
    end_half = models.CharField("到", max_length=2, choices=Half.choices, default=Half.AFTERNOON)
    reason = models.CharField("事由", max_length=200)
    status = models.CharField(
        "状态", max_length=10, choices=Status.choices, default=Status.REQUESTED, editable=False
    )
    levels = ArrayField(
        models.CharField(max_length=10, choices=ApprovalLevel.choices),
        verbose_name="需要批准的单位",
        editable=False,
        help_text="提出时按当时的审批权限记下。",
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="提出人",
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    requested_at = models.DateTimeField("提出时间", auto_now_add=True)
    approved_at = models.DateTimeField("批准时间", null=True, editable=False)

    objects = ScopedQuerySet.as_manager()
    scope = Scope(
        organisations=("posting__agreement__sender", "posting__agreement__recipient"),
        viewers=("posting__agreement__cycle__programme__bureau",),
        people=("posting__clinician__user",),
    )

    class Meta:
        verbose_name = verbose_name_plural = "请假"
        ordering = ["-start_on", "pk"]
        indexes = [models.Index(fields=["posting", "start_on", "end_on"], name="leave_posting_days")]
        constraints = [
            models.CheckConstraint(
                condition=Q(end_on__gt=F("start_on"))
                | (Q(end_on=F("start_on")) & ~Q(start_half="pm", end_half="am")),
                name="leave_range",
                violation_error_message="请假结束早于开始。",
            ),
            models.CheckConstraint(
                condition=~Q(status="approved") | Q(approved_at__isnull=False),
                name="leave_approved_has_time",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="approved_leave_stays",
                operation=pgtrigger.Update,
                condition=AllOf(
                    pgtrigger.Q(old__status__in=["approved", "refused"]),
                    pgtrigger.AnyChange(exclude=["status"]),
                ),
            )
        ]

    def __str__(self):
        return f"{self.posting.clinician.name} {self.get_kind_display()} {self.period}"

    @property
    def period(self) -> Period:
        return Period(self.start_on, self.end_on)

    @property
    def days(self) -> Decimal:
        """Calendar days, both ends included; a half-day is 0.5."""
        cut = (self.start_half == Half.AFTERNOON) + (self.end_half == Half.MORNING)
        return self.period.days - Decimal(cut) / 2


class LeaveApproval(models.Model):
    """One level's decision, with its moment."""

    leave = models.ForeignKey(Leave, verbose_name="请假", on_delete=models.CASCADE, related_name="approvals")
    level = models.CharField("审批单位", max_length=10, choices=ApprovalLevel.choices)
    approved = models.BooleanField("同意")
    note = models.CharField("意见", max_length=200, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="审批人", on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField("审批时间")

    objects = ScopedQuerySet.as_manager()
    scope = Scope(
        organisations=("leave__posting__agreement__sender", "leave__posting__agreement__recipient"),
        viewers=("leave__posting__agreement__cycle__programme__bureau",),
        people=("leave__posting__clinician__user",),
    )

    class Meta:
        verbose_name = verbose_name_plural = "请假审批"
        ordering = ["leave", "decided_at"]
        constraints = [models.UniqueConstraint(fields=["leave", "level"], name="leave_level_once")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self):
        return f"{self.get_level_display()}{'同意' if self.approved else '不同意'}"
