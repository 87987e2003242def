"""Deadlines (时限): rules that a bureau keeps (时限规则), and the dates that come of them in a cycle.

Which days these are differs by province and year: everything here is data with its basis. Being late is
recorded and never blocks anything.
"""

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from accounts.models import Organisation
from core.scope import Scope, ScopedQuerySet
from support.models.agreement import Agreement
from support.models.programme import Cycle


class DeadlineKind(models.TextChoices):
    PLAN = "plan", "方案和结对"
    AGREEMENT = "agreement", "签订并备案协议"
    TRAINING = "training", "岗前培训"
    DISPATCH = "dispatch", "人员派出"
    ARRIVAL = "arrival", "人员到岗"
    RETURN_MONTH = "return_month", "月报"
    RETURN_QUARTER = "return_quarter", "季报"
    SELF_ASSESSMENT = "self_assessment", "自查自评"
    EVALUATION = "evaluation", "考核评估"
    SUMMARY = "summary", "年度总结"
    OTHER = "other", "其他事项"


class DeadlineSide(models.TextChoices):
    """Who has to act (由谁办理)."""

    ALL = "all", "各方"
    BUREAU = "bureau", "卫健局"
    HOSPITAL = "hospital", "支援单位"
    CLINIC = "clinic", "受援单位"


def default_reminders() -> list[int]:
    return [7, 1]


def _reminders():
    return ArrayField(
        models.PositiveSmallIntegerField(validators=[MaxValueValidator(120)]),
        verbose_name="提前几天提醒",
        default=default_reminders,
        blank=True,
        size=5,
        help_text="天数用英文逗号隔开，例如 7,1；留空则到期前不提醒。",
    )


class DeadlineRule(models.Model):
    """How a date comes about: a fixed point of the cycle or the calendar and a number of days."""

    class Anchor(models.TextChoices):
        CYCLE_START = "cycle_start", "周期开始那天"
        CYCLE_END = "cycle_end", "周期结束那天"
        MONTH_DAY = "month_day", "每年固定的一天"
        MONTH_END = "month_end", "每个月最后一天"
        QUARTER_END = "quarter_end", "每个季度最后一天"
        AFTER = "after", "另一条规则的日期"
        FILED = "filed", "每份协议备案那天"

    bureau = models.ForeignKey(
        Organisation,
        verbose_name="主管部门",
        on_delete=models.CASCADE,
        related_name="deadline_rules",
        limit_choices_to={"kind": Organisation.Kind.BUREAU},
    )
    kind = models.CharField("事项", max_length=20, choices=DeadlineKind.choices)
    name = models.CharField("名称", max_length=60)
    part = models.CharField(
        "期次", max_length=20, blank=True, help_text="同一事项一年有几次时填写，例如 上半年、下半年。"
    )
    side = models.CharField("由谁办理", max_length=10, choices=DeadlineSide.choices, default=DeadlineSide.ALL)
    anchor = models.CharField("从哪天算起", max_length=12, choices=Anchor.choices)
    month = models.PositiveSmallIntegerField(
        "月", null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    day = models.PositiveSmallIntegerField(
        "日",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(31)],
        help_text="那个月没有这一天时取最后一天。",
    )
    after = models.ForeignKey(
        "self",
        verbose_name="哪条规则之后",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="followed_by",
    )
    offset_days = models.SmallIntegerField(
        "再过几天",
        default=0,
        validators=[MinValueValidator(-400), MaxValueValidator(1200)],
        help_text="从起算那天往后数的天数，当天为 0，提前为负数；月报“次月 5 日”填 5。",
    )
    remind_days = _reminders()
    basis = models.CharField("政策依据", max_length=300, blank=True)
    is_active = models.BooleanField(
        "在用", default=True, help_text="停用后不再用来生成时限，已有的时限不变。"
    )

    objects = ScopedQuerySet.as_manager()
    scope = Scope(organisations=("bureau",))

    class Meta:
        verbose_name = verbose_name_plural = "时限规则"
        ordering = ["bureau", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["bureau", "name"], name="deadline_rule_name_once"),
            models.CheckConstraint(
                condition=Q(kind__in=DeadlineKind.values), name="deadline_rule_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(anchor="month_day", month__isnull=False, day__isnull=False)
                | ~Q(anchor="month_day") & Q(month__isnull=True, day__isnull=True),
                name="deadline_rule_month_day",
                violation_error_message="“每年固定的一天”要填月和日，其他起算方式不填。",
            ),
            models.CheckConstraint(
                condition=Q(anchor="after", after__isnull=False) | ~Q(anchor="after") & Q(after__isnull=True),
                name="deadline_rule_after",
                violation_error_message="“另一条规则的日期”要选定那条规则，其他起算方式不选。",
            ),
            models.CheckConstraint(
                condition=Q(after__isnull=True) | ~Q(after=F("id")),
                name="deadline_rule_not_after_itself",
                violation_error_message="规则不能从它自己的日期算起。",
            ),
        ]

    def __str__(self):
        return self.name

    def clean(self):
        if self.after is None:
            return
        if self.bureau_id and self.after.bureau_id != self.bureau_id:
            raise ValidationError({"after": "只能选本部门的规则。"})
        seen, rule = {self.pk}, self.after
        while rule is not None:
            if rule.pk in seen:
                raise ValidationError({"after": f"“{rule.name}”又是从这条规则算起的，互相等待就没有日期了。"})
            seen.add(rule.pk)
            rule = rule.after


class CycleDeadline(models.Model):
    """A date by which something of the cycle must be done (时限). Late is recorded, never blocked.

    ``period`` tells several of one kind apart (2026-03, 2026年第1季度, an agreement's number). A row that
    rules made has ``computed_on``; once somebody sets another ``due_on``, rules leave it alone.
    """

    Kind = DeadlineKind
    Side = DeadlineSide

    cycle = models.ForeignKey(Cycle, verbose_name="周期", on_delete=models.CASCADE, related_name="deadlines")
    kind = models.CharField("事项", max_length=20, choices=DeadlineKind.choices)
    period = models.CharField("期次", max_length=60, blank=True, help_text="一个周期只有一次的不填。")
    name = models.CharField("名称", max_length=60, blank=True, help_text="不填则用事项的名称。")
    side = models.CharField("由谁办理", max_length=10, choices=DeadlineSide.choices, default=DeadlineSide.ALL)
    due_on = models.DateField("期限")
    done_on = models.DateField(
        "办结日期", null=True, blank=True, help_text="系统里没有记录可查的事项，办完后在这里登记。"
    )
    remind_days = _reminders()
    note = models.CharField("说明", max_length=200, blank=True)
    basis = models.CharField("政策依据", max_length=300, blank=True)
    agreement = models.ForeignKey(
        Agreement,
        verbose_name="协议",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="deadlines",
        editable=False,
    )
    rule = models.ForeignKey(
        DeadlineRule,
        verbose_name="时限规则",
        on_delete=models.SET_NULL,
        null=True,
        related_name="deadlines",
        editable=False,
    )
    computed_on = models.DateField("按规则算出的日期", null=True, editable=False)

    objects = ScopedQuerySet.as_manager()
    # what concerns one agreement is its parties' affair; the rest is for everybody in the cycle
    scope = Scope(
        organisations=("cycle__programme__bureau", "agreement__sender", "agreement__recipient"),
        viewers=("cycle__agreements__sender", "cycle__agreements__recipient"),
        published=Q(agreement__isnull=True),
    )

    class Meta:
        verbose_name = verbose_name_plural = "时限"
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["cycle", "kind", "period"], name="cycle_deadline_once"),
            models.CheckConstraint(
                condition=Q(kind__in=DeadlineKind.values), name="cycle_deadline_kind_known"
            ),
        ]

    def __str__(self):
        return f"{self.label} {self.due_on:%Y-%m-%d}"

    @property
    def label(self) -> str:
        known = self.name or self.get_kind_display()
        return f"{known}（{self.period}）" if self.period else known

    @property
    def is_by_hand(self) -> bool:
        """Entered or moved by somebody: rules do not touch it."""
        return self.computed_on is None or self.due_on != self.computed_on
