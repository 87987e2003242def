"""Mentorship (师带徒): one named mentor of the sender and one apprentice of the recipient.

The pair and its terms are a two-sided record, frozen once confirmed; what happens during the year is
written below it month by month. Visits are stated by the place that is visited: the recipient says how
often the mentor came, the sender says how many days the apprentice was there.
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
from staffing.models.clinician import Clinician
from support.models import Agreement, Speciality
from support.models.confirmation import TwoSidedRecord, confirmed_is_frozen

BELOW_MENTORSHIP = dict(
    organisations=("mentorship__agreement__sender", "mentorship__agreement__recipient"),
    viewers=("mentorship__agreement__cycle__programme__bureau",),
    people=("mentorship__mentor__user", "mentorship__apprentice__user"),
)


def _author():
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="填写人",
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )


@pghistory.track()
class Mentorship(TwoSidedRecord):
    agreement = models.ForeignKey(
        Agreement, verbose_name="协议", on_delete=models.PROTECT, related_name="mentorships"
    )
    mentor = models.ForeignKey(
        Clinician, verbose_name="师傅", on_delete=models.PROTECT, related_name="mentored"
    )
    apprentice = models.ForeignKey(
        Clinician, verbose_name="徒弟", on_delete=models.PROTECT, related_name="apprenticeships"
    )
    speciality = models.ForeignKey(
        Speciality, verbose_name="专业", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    direction = models.CharField("专业方向", max_length=100, blank=True)
    start_on = models.DateField("开始日期")
    end_on = models.DateField("结束日期")
    signed_on = models.DateField("师徒协议签订日期", null=True, blank=True)
    ceremony_on = models.DateField("拜师日期", null=True, blank=True)
    monthly_visits = models.PositiveSmallIntegerField(
        "师傅每月到徒弟单位不少于（次）", default=3, help_text="常见要求为每月 3–5 次。"
    )
    monthly_days = models.PositiveSmallIntegerField(
        "徒弟每月到师傅单位不少于（天）", default=3, help_text="常见要求为每月 3–5 天。"
    )

    scope = Scope(
        organisations=("agreement__sender", "agreement__recipient"),
        viewers=("agreement__cycle__programme__bureau",),
        people=("mentor__user", "apprentice__user"),
    )

    class Meta(TwoSidedRecord.Meta):
        verbose_name = verbose_name_plural = "师带徒"
        ordering = ["-start_on", "pk"]
        constraints = [
            *TwoSidedRecord.Meta.constraints,
            models.CheckConstraint(
                condition=Q(end_on__gte=F("start_on")),
                name="mentorship_range",
                violation_error_message="结束日期早于开始日期。",
            ),
            models.CheckConstraint(
                condition=~Q(mentor=F("apprentice")),
                name="mentorship_two_people",
                violation_error_message="师傅和徒弟不能是同一个人。",
            ),
        ]
        triggers = [
            *confirmed_is_frozen("signed_on", "ceremony_on"),
            # signing and ceremony may come after the confirmation, each once
            *(
                pgtrigger.Protect(
                    name=f"{column}_once",
                    operation=pgtrigger.Update,
                    condition=AllOf(
                        pgtrigger.Q(old__status__in=["confirmed", "superseded"]),
                        pgtrigger.Q(**{f"old__{column}__isnull": False}),
                        pgtrigger.AnyChange(column),
                    ),
                )
                for column in ("signed_on", "ceremony_on")
            ),
        ]

    def __str__(self):
        return f"{self.mentor.name}带{self.apprentice.name}"

    @property
    def period(self) -> Period:
        return Period(self.start_on, self.end_on)


@pghistory.track()
class MentorPlanItem(models.Model):
    """One line of the mentor's plan: so much of what, and what came of it."""

    mentorship = models.ForeignKey(
        Mentorship, verbose_name="师带徒", on_delete=models.CASCADE, related_name="plan"
    )
    order = models.PositiveSmallIntegerField("次序", default=100)
    what = models.CharField("内容", max_length=100)
    unit = models.CharField("单位", max_length=10)
    target = models.DecimalField("目标", max_digits=8, decimal_places=1)
    actual = models.DecimalField("完成", max_digits=8, decimal_places=1, null=True, blank=True)
    done_on = models.DateField("完成日期", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()
    scope = Scope(**BELOW_MENTORSHIP)

    class Meta:
        verbose_name = verbose_name_plural = "带教计划"
        ordering = ["mentorship", "order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(target__gt=0),
                name="plan_item_target_positive",
                violation_error_message="目标必须大于 0。",
            ),
            models.CheckConstraint(
                condition=Q(actual__isnull=True) | Q(actual__gte=0),
                name="plan_item_actual_not_negative",
                violation_error_message="完成数不能为负数。",
            ),
        ]

    def __str__(self):
        return self.what

    @property
    def is_reached(self) -> bool:
        return self.actual is not None and self.actual >= self.target


@pghistory.track()
class MentorContact(models.Model):
    """A month's contacts both ways. Empty means not stated, which is not the same as none."""

    mentorship = models.ForeignKey(
        Mentorship, verbose_name="师带徒", on_delete=models.CASCADE, related_name="contacts"
    )
    month = models.DateField("月份", help_text="该月 1 日。")
    mentor_visits = models.PositiveSmallIntegerField("师傅到访次数", null=True, blank=True)
    apprentice_days = models.PositiveSmallIntegerField("徒弟到院天数", null=True, blank=True)
    recipient_note = models.CharField("受援单位说明", max_length=200, blank=True)
    sender_note = models.CharField("支援单位说明", max_length=200, blank=True)

    objects = ScopedQuerySet.as_manager()
    scope = Scope(**BELOW_MENTORSHIP)

    class Meta:
        verbose_name = verbose_name_plural = "每月往来"
        ordering = ["mentorship", "month"]
        constraints = [
            models.UniqueConstraint(fields=["mentorship", "month"], name="mentor_contact_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="mentor_contact_first_day"),
            models.CheckConstraint(
                condition=Q(mentor_visits__isnull=True) | Q(mentor_visits__lte=31),
                name="mentor_contact_visits_in_month",
            ),
            models.CheckConstraint(
                condition=Q(apprentice_days__isnull=True) | Q(apprentice_days__lte=31),
                name="mentor_contact_days_in_month",
            ),
        ]

    def __str__(self):
        return f"{self.mentorship} {self.month:%Y-%m}"


@pghistory.track()
class MentorDeed(models.Model):
    """One of the “five ones” (五个一) that is done."""

    class Kind(models.TextChoices):
        PLAN = "plan", "一份详细计划"
        DIRECTION = "direction", "一个专业方向"
        TALKS = "talks", "一套定期谈话制度"
        PAPER = "paper", "一篇论文"
        REFLECTION = "reflection", "一份心得总结"

    mentorship = models.ForeignKey(
        Mentorship, verbose_name="师带徒", on_delete=models.CASCADE, related_name="deeds"
    )
    kind = models.CharField("项目", max_length=10, choices=Kind.choices)
    done_on = models.DateField("完成日期")
    note = models.CharField("说明", max_length=200)
    entered_by = _author()

    objects = ScopedQuerySet.as_manager()
    scope = Scope(**BELOW_MENTORSHIP)

    class Meta:
        verbose_name = verbose_name_plural = "五个一"
        ordering = ["mentorship", "done_on"]
        constraints = [
            models.UniqueConstraint(fields=["mentorship", "kind"], name="mentor_deed_once"),
            models.CheckConstraint(
                condition=Q(kind__in=["plan", "direction", "talks", "paper", "reflection"]),
                name="mentor_deed_known",
            ),
        ]

    def __str__(self):
        return self.get_kind_display()


@pghistory.track()
class MentorTechnique(models.Model):
    """A technique that the apprentice mastered, as somebody else assessed."""

    mentorship = models.ForeignKey(
        Mentorship, verbose_name="师带徒", on_delete=models.CASCADE, related_name="techniques"
    )
    name = models.CharField("技术名称", max_length=100)
    mastered_on = models.DateField("掌握日期")
    assessor = models.ForeignKey(Clinician, verbose_name="考核人", on_delete=models.PROTECT, related_name="+")
    entered_by = _author()

    objects = ScopedQuerySet.as_manager()
    scope = Scope(**BELOW_MENTORSHIP)

    class Meta:
        verbose_name = verbose_name_plural = "掌握的技术"
        ordering = ["mentorship", "mastered_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["mentorship", "name"], name="mentor_technique_once"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="assessor_is_not_the_apprentice",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    IF EXISTS (
                        SELECT 1 FROM staffing_mentorship
                        WHERE id = NEW.mentorship_id AND apprentice_id = NEW.assessor_id
                    ) THEN
                        RAISE EXCEPTION 'the apprentice is the assessor' USING
                            ERRCODE = 'check_violation', CONSTRAINT = 'mentor_technique_other_assessor';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self):
        return self.name


@pghistory.track()
class MentorSummary(models.Model):
    """The year-end summary of one side; both are needed."""

    class Side(models.TextChoices):
        MENTOR = "mentor", "师傅"
        APPRENTICE = "apprentice", "徒弟"

    mentorship = models.ForeignKey(
        Mentorship, verbose_name="师带徒", on_delete=models.CASCADE, related_name="summaries"
    )
    side = models.CharField("谁的总结", max_length=10, choices=Side.choices)
    year = models.PositiveSmallIntegerField("年度")
    text = models.TextField("总结")
    submitted_at = models.DateTimeField("提交时间", auto_now=True)
    submitted_by = _author()
    submitted_for = models.ForeignKey(
        Organisation, verbose_name="填写单位", on_delete=models.PROTECT, related_name="+", editable=False
    )

    objects = ScopedQuerySet.as_manager()
    scope = Scope(**BELOW_MENTORSHIP)

    class Meta:
        verbose_name = verbose_name_plural = "年终总结"
        ordering = ["mentorship", "year", "side"]
        constraints = [
            models.UniqueConstraint(fields=["mentorship", "side", "year"], name="mentor_summary_once"),
        ]

    def __str__(self):
        return f"{self.get_side_display()} {self.year} 年总结"
