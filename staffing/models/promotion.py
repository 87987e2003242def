"""Who applies which promotion rule, what is known about a person, and who applies when.

``PromotionPolicy``: a bureau applies a rule from a day on; bureaus without one go by the statute.
``PromotionCandidate``: the December list (拟申报名单) of a hospital. ``PromotionFacts``: what exemptions
ask, as the hospital knows it from its files, shown with the source.
"""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models import Organisation
from core.scope import Scope, ScopedQuerySet
from staffing.models.clinician import Clinician
from staffing.models.promotion_rule import PromotionRule
from staffing.titles import LEVEL_ORDER


@pghistory.track()
class PromotionPolicy(models.Model):
    bureau = models.ForeignKey(
        Organisation,
        verbose_name="采用部门",
        on_delete=models.PROTECT,
        related_name="promotion_policies",
        editable=False,
    )
    rule = models.ForeignKey(
        PromotionRule, verbose_name="规定", on_delete=models.PROTECT, related_name="policies"
    )
    effective_from = models.DateField("采用日期")
    effective_to = models.DateField("停用日期", null=True, blank=True)
    remote_places = models.ManyToManyField(
        Organisation,
        verbose_name="边远乡镇机构",
        blank=True,
        related_name="+",
        help_text="规定对边远乡镇另有要求时，在此列出辖区内属于边远乡镇的机构。",
    )
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="登记人",
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )

    objects = ScopedQuerySet.as_manager()
    scope = Scope(organisations=("bureau",))

    class Meta:
        verbose_name = verbose_name_plural = "采用的晋升服务规定"
        ordering = ["bureau", "-effective_from", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(effective_to__isnull=True) | Q(effective_to__gte=F("effective_from")),
                name="promotion_policy_range",
                violation_error_message="停用日期早于采用日期。",
            ),
            models.UniqueConstraint(
                fields=["bureau", "rule", "effective_from"],
                name="promotion_policy_once",
                violation_error_message="本局从这一天起采用这一规定已经登记。",
            ),
        ]

    def __str__(self):
        return f"{self.bureau.display_name} {self.rule.name}"


@pghistory.track()
class PromotionFacts(models.Model):
    clinician = models.OneToOneField(
        Clinician, verbose_name="人员", on_delete=models.PROTECT, related_name="promotion_facts"
    )
    grassroots_since = models.DateField(
        "在县级及以下连续工作起", null=True, blank=True, help_text="至今没有中断的才填写。"
    )
    ex_military = models.BooleanField("军队转业，首次申报", default=False)
    private_sector = models.BooleanField("在社会办医机构工作", default=False)
    cdc = models.BooleanField("在疾控机构工作", default=False)
    source = models.CharField("资料来源", max_length=200, help_text="例如 人事档案 2020-015 号、转业证。")
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="填报人",
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    updated_at = models.DateTimeField("填报时间", auto_now=True)

    objects = ScopedQuerySet.as_manager()
    scope = Scope(organisations=("clinician__organisation",), people=("clinician__user",))

    class Meta:
        verbose_name = verbose_name_plural = "晋升资料"
        ordering = ["clinician"]

    def __str__(self):
        return f"{self.clinician.name}的晋升资料"


@pghistory.track()
class PromotionCandidate(models.Model):
    clinician = models.ForeignKey(
        Clinician, verbose_name="人员", on_delete=models.PROTECT, related_name="promotion_candidacies"
    )
    application_year = models.PositiveSmallIntegerField("申报年度")
    target_level = models.CharField(
        "申报级别", max_length=12, choices=[(level.value, level.label) for level in LEVEL_ORDER]
    )
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="填报人",
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    entered_at = models.DateTimeField("填报时间", auto_now_add=True)

    objects = ScopedQuerySet.as_manager()
    scope = Scope(organisations=("clinician__organisation",), people=("clinician__user",))

    class Meta:
        verbose_name = verbose_name_plural = "拟申报人员"
        ordering = ["-application_year", "clinician__name_key", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["clinician", "application_year"],
                name="promotion_candidate_once",
                violation_error_message="这个人这一年度已在名单中。",
            ),
            models.CheckConstraint(
                condition=Q(application_year__range=(2000, 2100)), name="promotion_candidate_year"
            ),
            models.CheckConstraint(
                condition=Q(target_level__in=[level.value for level in LEVEL_ORDER]),
                name="promotion_candidate_level_known",
            ),
        ]

    def __str__(self):
        return f"{self.clinician.name} {self.application_year} 年申报{self.get_target_level_display()}"
