"""Postings (派驻): one person's stay at a recipient, as part of a batch.

Resident (驻点), short-term (短期) and circuit (巡诊) are types of their own: only resident days count
toward duration rules. The database itself refuses two overlapping resident postings of a person,
and a posting on a day on which its agreement is not in force.
"""

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from core.dates import Period
from core.scope import Scope, ScopedQuerySet
from staffing.models.batch import Batch, PostingKind
from staffing.models.clinician import Clinician
from staffing.titles import Title, TitleLevel, level_of
from support.models import Agreement


class PostingQuerySet(ScopedQuerySet):
    def arrived(self):
        """Postings whose arrival the recipient confirmed: the ones that figures count."""
        return self.filter(arrival_confirmed_at__isnull=False).exclude(status=Posting.Status.CANCELLED)

    def not_arrived(self):
        return self.filter(arrival_confirmed_at__isnull=True).exclude(status=Posting.Status.CANCELLED)

    def staff(self):
        """Without escorts and liaison officers, who are not posted doctors."""
        return self.filter(role__in=Posting.COUNTED_ROLES)

    def on_day(self, day):
        return self.filter(start_on__lte=day, end_on__gte=day)


@pghistory.track()
class Posting(models.Model):
    class Status(models.TextChoices):
        PLANNED = "planned", "计划"
        APPROVED = "approved", "已核准"
        ON_POST = "on_post", "已到岗"
        EXTENDED = "extended", "延期在岗"
        ENDED = "ended", "已结束"
        ENDED_EARLY = "ended_early", "提前结束"
        CANCELLED = "cancelled", "已取消"

    class Role(models.TextChoices):
        MEMBER = "member", "队员"
        LEADER = "leader", "领队"
        ESCORT = "escort", "护送"
        LIAISON = "liaison", "联络员"

    COUNTED_ROLES = (Role.MEMBER, Role.LEADER)
    PRESENT = (Status.ON_POST, Status.EXTENDED)

    batch = models.ForeignKey(Batch, verbose_name="批次", on_delete=models.PROTECT, related_name="postings")
    agreement = models.ForeignKey(
        Agreement, verbose_name="协议", on_delete=models.PROTECT, related_name="postings"
    )
    clinician = models.ForeignKey(
        Clinician, verbose_name="派驻人员", on_delete=models.PROTECT, related_name="postings"
    )
    kind = models.CharField("类型", max_length=12, choices=PostingKind.choices, editable=False)
    role = models.CharField("身份", max_length=10, choices=Role.choices, default=Role.MEMBER)
    department = models.CharField("派驻科室", max_length=50, blank=True)
    title = models.CharField(
        "派出时职称",
        max_length=3,
        choices=Title.choices,
        blank=True,
        editable=False,
        help_text="派出时从人员档案记下，以后晋升不改变历史统计。",
    )
    start_on = models.DateField("开始日期")
    end_on = models.DateField("结束日期")
    planned_end_on = models.DateField("计划结束日期", editable=False)
    status = models.CharField(
        "状态", max_length=12, choices=Status.choices, default=Status.PLANNED, editable=False
    )
    arrived_on = models.DateField("到岗日期", null=True, editable=False)
    arrival_confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="到岗确认人",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    arrival_confirmed_at = models.DateTimeField("到岗确认时间", null=True, editable=False)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="填报人",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    end_reason = models.CharField("变动原因", max_length=300, blank=True, editable=False)

    objects = PostingQuerySet.as_manager()
    scope = Scope(
        organisations=("agreement__sender", "agreement__recipient"),
        viewers=("agreement__cycle__programme__bureau",),
        people=("clinician__user",),
    )

    class Meta:
        verbose_name = verbose_name_plural = "派驻"
        ordering = ["-start_on", "pk"]
        indexes = [models.Index(fields=["agreement", "start_on", "end_on"], name="posting_agreement_days")]
        constraints = [
            models.CheckConstraint(
                condition=Q(end_on__gte=F("start_on")),
                name="posting_range",
                violation_error_message="结束日期早于开始日期。",
            ),
            models.CheckConstraint(condition=Q(kind__in=PostingKind.values), name="posting_kind_known"),
            models.CheckConstraint(
                condition=Q(
                    arrival_confirmed_at__isnull=True,
                    arrived_on__isnull=True,
                    arrival_confirmed_by__isnull=True,
                )
                | Q(
                    arrival_confirmed_at__isnull=False,
                    arrived_on__isnull=False,
                    arrival_confirmed_by__isnull=False,
                ),
                name="posting_arrival_complete",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["on_post", "extended", "ended", "ended_early"])
                | Q(arrived_on__isnull=False),
                name="posting_on_post_means_arrived",
            ),
            models.CheckConstraint(
                condition=Q(arrival_confirmed_by__isnull=True)
                | Q(entered_by__isnull=True)
                | ~Q(arrival_confirmed_by=F("entered_by")),
                name="posting_arrival_by_other_person",
                violation_error_message="填报人不能确认自己填报的到岗。",
            ),
            ExclusionConstraint(
                name="posting_no_resident_overlap",
                expressions=[
                    ("clinician", RangeOperators.EQUAL),
                    (
                        Func(
                            F("start_on"),
                            F("end_on"),
                            Value("[]"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(kind="resident") & ~Q(status="cancelled"),
                violation_error_message="这个人在这段时间已有驻点派驻。",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="agreement_in_force",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                condition=pgtrigger.Q(
                    new__status__in=["planned", "approved", "on_post", "extended", "ended", "ended_early"]
                ),
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM support_agreement
                        WHERE id = NEW.agreement_id
                          AND effective_from <= NEW.start_on AND NEW.end_on <= effective_to
                        FOR SHARE
                    ) THEN
                        RAISE EXCEPTION 'posting outside its agreement'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'posting_agreement_in_force';
                    END IF;
                    IF NOT EXISTS (
                        SELECT 1 FROM staffing_batch b JOIN support_agreement a ON a.id = NEW.agreement_id
                        WHERE b.id = NEW.batch_id AND b.kind = NEW.kind
                          AND b.sender_id = a.sender_id AND b.cycle_id = a.cycle_id
                    ) THEN
                        RAISE EXCEPTION 'posting and batch disagree'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'posting_matches_batch';
                    END IF;
                    IF NEW.status <> 'planned' AND NOT EXISTS (
                        SELECT 1 FROM staffing_batch WHERE id = NEW.batch_id AND status = 'filed'
                    ) THEN
                        RAISE EXCEPTION 'posting approved before its batch is filed'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'posting_batch_filed';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self):
        return f"{self.clinician.name} {self.start_on:%Y-%m-%d} 至 {self.end_on:%Y-%m-%d}"

    @property
    def period(self) -> Period:
        return Period(self.start_on, self.end_on)

    @property
    def title_level(self) -> TitleLevel:
        return level_of(self.title)
