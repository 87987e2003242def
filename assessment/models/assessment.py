"""An assessment (考核) of a hospital or a person. Computed and final grade are kept apart:

the published grade is not a function of the score alone (caps, vetoes and quotas decide), so a
final grade that differs carries its reason. Facts that veto a grade (second off-post finding, too few
working days) are kept as they were cited; a better grade in spite of them needs two leaders.
"""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models import Organisation
from assessment.models.template import Grade, ScoreItem, ScoreTemplate
from core.scope import Scope, ScopedQuerySet
from core.triggers import frozen_parent
from staffing.models import Clinician
from support.models import Cycle


def child_of_final(column: str) -> pgtrigger.Trigger:
    """Scores below a final assessment can be neither added, changed nor removed."""
    return pgtrigger.Trigger(
        name="final_scores_are_frozen",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=frozen_parent("assessment_assessment", column, "final"),
    )


@pghistory.track()
class Assessment(models.Model):
    class Status(models.TextChoices):
        DRAFT = "draft", "评分中"
        FINAL = "final", "已定等次"

    cycle = models.ForeignKey(
        Cycle, verbose_name="周期", on_delete=models.PROTECT, related_name="assessments"
    )
    template = models.ForeignKey(
        ScoreTemplate, verbose_name="评分表", on_delete=models.PROTECT, related_name="assessments"
    )
    organisation = models.ForeignKey(
        Organisation,
        verbose_name="被考核单位",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="assessments",
    )
    clinician = models.ForeignKey(
        Clinician,
        verbose_name="被考核人员",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="assessments",
    )
    assessor = models.ForeignKey(
        Organisation, verbose_name="考核部门", on_delete=models.PROTECT, related_name="+", editable=False
    )
    status = models.CharField(
        "状态", max_length=10, choices=Status.choices, default=Status.DRAFT, editable=False
    )
    total = models.DecimalField("总分", max_digits=5, decimal_places=1, null=True, editable=False)
    computed_grade = models.CharField(
        "计算等次", max_length=10, choices=Grade.choices, blank=True, editable=False
    )
    final_grade = models.CharField(
        "最终等次", max_length=10, choices=Grade.choices, blank=True, editable=False
    )
    reason = models.CharField("调整原因", max_length=300, blank=True, editable=False)
    veto = models.JSONField(
        "一票否决事实",
        default=list,
        blank=True,
        editable=False,
        help_text="定等次时记下；同意不作一票否决时记下所同意的事实。",
    )
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="同意不作一票否决",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
    )
    lifted_at = models.DateTimeField("同意时间", null=True, editable=False)
    lift_reason = models.CharField("不作一票否决的理由", max_length=300, blank=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="定等人",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
    )
    decided_at = models.DateTimeField("定等时间", null=True, editable=False)

    objects = ScopedQuerySet.as_manager()
    # a draft score is nobody's business but the assessor's; the page of the assessed shows final ones
    scope = Scope(organisations=("assessor",))

    class Meta:
        verbose_name = verbose_name_plural = "考核"
        ordering = ["-cycle__start_on", "template", "-total"]
        constraints = [
            models.CheckConstraint(
                condition=Q(organisation__isnull=False, clinician__isnull=True)
                | Q(organisation__isnull=True, clinician__isnull=False),
                name="assessment_one_subject",
                violation_error_message="请在“被考核单位”和“被考核人员”中选择且只选择一项。",
            ),
            models.UniqueConstraint(
                fields=["cycle", "template", "organisation"],
                name="assessment_organisation_once",
                condition=Q(organisation__isnull=False),
                violation_error_message="这家单位在本周期已有同一评分表的考核。",
            ),
            models.UniqueConstraint(
                fields=["cycle", "template", "clinician"],
                name="assessment_clinician_once",
                condition=Q(clinician__isnull=False),
                violation_error_message="这个人在本周期已有同一评分表的考核。",
            ),
            models.CheckConstraint(
                condition=Q(status="draft")
                | (
                    Q(total__isnull=False, decided_at__isnull=False)
                    & ~Q(final_grade="")
                    & ~Q(computed_grade="")
                ),
                name="assessment_final_complete",
            ),
            models.CheckConstraint(
                condition=Q(final_grade="") | Q(final_grade=F("computed_grade")) | ~Q(reason=""),
                name="assessment_other_grade_has_reason",
                violation_error_message="最终等次与计算等次不同，必须写明原因。",
            ),
            models.CheckConstraint(
                condition=~Q(status="final")
                | Q(veto=[])
                | Q(final_grade="fail")
                | (Q(lifted_by__isnull=False) & ~Q(lift_reason="") & ~Q(lifted_by=F("decided_by"))),
                name="assessment_veto_lifted_by_another",
                violation_error_message="有一票否决事实时，高于不合格的等次必须由另一位领导先行同意。",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="final_is_frozen",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__status="final"),
            )
        ]

    def __str__(self):
        return f"{self.subject} {self.template.name}"

    @property
    def subject(self):
        return self.organisation or self.clinician


class ItemScore(models.Model):
    assessment = models.ForeignKey(
        Assessment, verbose_name="考核", on_delete=models.CASCADE, related_name="scores"
    )
    item = models.ForeignKey(ScoreItem, verbose_name="考核项目", on_delete=models.PROTECT, related_name="+")
    score = models.DecimalField("得分", max_digits=5, decimal_places=1, null=True, blank=True)
    note = models.CharField("扣分说明", max_length=200, blank=True)

    objects = ScopedQuerySet.as_manager()
    scope = Scope(organisations=("assessment__assessor",))

    class Meta:
        verbose_name = verbose_name_plural = "项目得分"
        ordering = ["assessment", "item__order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["assessment", "item"], name="item_score_once"),
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__gte=0),
                name="item_score_not_negative",
                violation_error_message="得分不能为负数。",
            ),
        ]

        triggers = [child_of_final("assessment_id")]

    def __str__(self):
        return f"{self.item} {self.score}"
