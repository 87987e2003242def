"""Rules of promotion service (晋升前基层服务规定): data with a basis document, never constants.

Provinces and years differ in the total, the unit, the shortest stretch that counts, the places, what
counts as equivalent and who is exempt. A rule stands alone; which bureau applies it is another model.
"""

from datetime import date

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q

from core.scope import Scope, ScopedQuerySet
from staffing.promotion import terms
from staffing.promotion.terms import COUNTED_EXEMPTIONS, Effect, ExemptionKind, ServiceKind, Unit, Where
from staffing.titles import LEVEL_ORDER, Series, TitleLevel

NATIONAL = "national"


class PromotionRuleQuerySet(ScopedQuerySet):
    def complete(self):
        """With everything that ``terms`` reads."""
        return self.prefetch_related("needs", "equivalents", "exemptions")


@pghistory.track()
class PromotionRule(models.Model):
    code = models.CharField(
        "代码",
        max_length=40,
        unique=True,
        validators=[RegexValidator(r"^[0-9a-z-]{1,40}$", "代码只能由小写字母、数字和短横线组成。")],
        help_text="小写字母、数字和短横线，例如 guangxi-2026。",
    )
    name = models.CharField("名称", max_length=60)
    region_words = models.CharField("适用地区", max_length=60)
    target_levels = ArrayField(
        models.CharField(max_length=12, choices=[(level.value, level.label) for level in LEVEL_ORDER]),
        verbose_name="申报级别",
        help_text="申报这些级别时要求基层服务。",
    )
    series = ArrayField(
        models.CharField(max_length=2, choices=Series.choices),
        verbose_name="系列",
        blank=True,
        default=list,
        help_text="不选为全部系列。",
    )
    required_total = models.PositiveSmallIntegerField("服务总量不少于", help_text="“一年”按 12 个月填写。")
    required_unit = models.CharField("总量单位", max_length=12, choices=Unit.choices, default=Unit.MONTHS)
    min_stretch = models.PositiveSmallIntegerField(
        "每段连续不少于", null=True, blank=True, help_text="达不到的一段不计入；没有规定的留空。"
    )
    min_stretch_unit = models.CharField("每段单位", max_length=12, choices=Unit.choices, default=Unit.MONTHS)
    since_title = models.BooleanField("只计任现职以来", default=False)
    needs_assessment = models.BooleanField("要求考核合格", default=False)
    basis = models.CharField("政策依据", max_length=300)
    quoted = models.CharField("内容摘录", max_length=500, blank=True)
    note = models.CharField("说明", max_length=300, blank=True)
    effective_from = models.DateField("施行日期", null=True, blank=True)
    effective_to = models.DateField("废止日期", null=True, blank=True)
    is_active = models.BooleanField("可选用", default=True)
    order = models.PositiveSmallIntegerField("次序", default=500)

    objects = PromotionRuleQuerySet.as_manager()
    scope = Scope(reference=True)

    class Meta:
        verbose_name = verbose_name_plural = "晋升服务规定"
        ordering = ["order", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(required_total__gt=0),
                name="promotion_rule_total_positive",
                violation_error_message="服务总量必须大于 0。",
            ),
            models.CheckConstraint(
                condition=Q(min_stretch__isnull=True) | Q(min_stretch__gt=0),
                name="promotion_rule_stretch_positive",
                violation_error_message="“每段连续不少于”必须大于 0，没有规定的留空。",
            ),
            models.CheckConstraint(
                condition=~Q(target_levels=[])
                & Q(target_levels__contained_by=[level.value for level in LEVEL_ORDER]),
                name="promotion_rule_levels_known",
                violation_error_message="至少选择一个申报级别。",
            ),
            models.CheckConstraint(
                condition=Q(series__contained_by=Series.values), name="promotion_rule_series_known"
            ),
            models.CheckConstraint(
                condition=Q(required_unit__in=Unit.values, min_stretch_unit__in=Unit.values),
                name="promotion_rule_units_known",
            ),
            models.CheckConstraint(
                condition=Q(effective_to__isnull=True)
                | Q(effective_from__isnull=True)
                | Q(effective_to__gte=F("effective_from")),
                name="promotion_rule_range",
                violation_error_message="废止日期早于施行日期。",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def is_national(self) -> bool:
        return self.code == NATIONAL

    @property
    def levels_text(self) -> str:
        return "、".join(level.label for level in LEVEL_ORDER[::-1] if level.value in self.target_levels)

    @property
    def series_text(self) -> str:
        named = [series.label for series in Series if series.value in self.series]
        return "、".join(named) if named else "全部"

    @property
    def total_text(self) -> str:
        return f"{self.required_total} {self.get_required_unit_display()}"

    @property
    def stretch_text(self) -> str:
        return f"{self.min_stretch} {self.get_min_stretch_unit_display()}" if self.min_stretch else ""

    @property
    def terms(self) -> terms.Rule:
        """The rule as the arithmetic reads it; ``complete()`` keeps it from asking row by row."""
        return terms.Rule(
            name=self.name,
            levels=tuple(TitleLevel(level) for level in self.target_levels),
            required=self.required_total,
            unit=Unit(self.required_unit),
            series=tuple(self.series),
            min_stretch=self.min_stretch,
            min_stretch_unit=Unit(self.min_stretch_unit),
            since_title=self.since_title,
            needs_assessment=self.needs_assessment,
            needs=tuple(row.terms for row in self.needs.all()),
            equivalents=tuple(row.terms for row in self.equivalents.all()),
            exemptions=tuple(row.terms for row in self.exemptions.all()),
        )


class RulePart(models.Model):
    """A row below a rule."""

    objects = ScopedQuerySet.as_manager()
    scope = Scope(reference=True)

    class Meta:
        abstract = True
        ordering = ["rule", "pk"]


@pghistory.track()
class PromotionLocationNeed(RulePart):
    rule = models.ForeignKey(
        PromotionRule, verbose_name="规定", on_delete=models.CASCADE, related_name="needs"
    )
    where = models.CharField("地点", max_length=16, choices=Where.choices)
    minimum = models.PositiveSmallIntegerField("不少于")
    unit = models.CharField("单位", max_length=12, choices=Unit.choices, default=Unit.MONTHS)
    effect = models.CharField("作用", max_length=10, choices=Effect.choices, default=Effect.REQUIRED)

    class Meta(RulePart.Meta):
        verbose_name = verbose_name_plural = "地点要求"
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "where", "effect"],
                name="promotion_need_once",
                violation_error_message="这个地点已有同样作用的要求。",
            ),
            models.CheckConstraint(
                condition=Q(minimum__gt=0),
                name="promotion_need_positive",
                violation_error_message="“不少于”必须大于 0。",
            ),
            models.CheckConstraint(
                condition=Q(where__in=Where.values, unit__in=Unit.values, effect__in=Effect.values),
                name="promotion_need_known",
            ),
        ]

    def __str__(self):
        return f"{self.get_where_display()}不少于 {self.minimum} {self.get_unit_display()}（{self.get_effect_display()}）"

    @property
    def terms(self) -> terms.Need:
        return terms.Need(Where(self.where), self.minimum, Unit(self.unit), Effect(self.effect))


@pghistory.track()
class PromotionEquivalent(RulePart):
    rule = models.ForeignKey(
        PromotionRule, verbose_name="规定", on_delete=models.CASCADE, related_name="equivalents"
    )
    kind = models.CharField("视同的服务", max_length=16, choices=terms.EQUIVALENT_KINDS)
    numerator = models.PositiveSmallIntegerField("折算分子", default=1)
    denominator = models.PositiveSmallIntegerField("折算分母", default=1, help_text="三分之一填 1 和 3。")
    cap = models.PositiveSmallIntegerField(
        "最多折算", null=True, blank=True, help_text="与规定的总量同一单位；没有上限的留空。"
    )
    minimum = models.PositiveSmallIntegerField("每段连续不少于", null=True, blank=True)
    minimum_unit = models.CharField("每段单位", max_length=12, choices=Unit.choices, default=Unit.MONTHS)

    class Meta(RulePart.Meta):
        verbose_name = verbose_name_plural = "视同基层服务"
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "kind"],
                name="promotion_equivalent_once",
                violation_error_message="这类服务已经有一条折算规定。",
            ),
            models.CheckConstraint(
                condition=Q(numerator__gt=0, denominator__gt=0)
                & (Q(cap__isnull=True) | Q(cap__gt=0))
                & (Q(minimum__isnull=True) | Q(minimum__gt=0)),
                name="promotion_equivalent_positive",
                violation_error_message="折算比例、上限和每段时间都必须大于 0，没有规定的留空。",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[kind for kind, _ in terms.EQUIVALENT_KINDS])
                & Q(minimum_unit__in=Unit.values),
                name="promotion_equivalent_known",
            ),
        ]

    def __str__(self):
        ratio = (
            "按实际天数" if self.numerator == self.denominator else f"按 {self.numerator}/{self.denominator}"
        )
        cap = f"，最多 {self.cap} {Unit(self.rule.required_unit).label}" if self.cap else ""
        at_least = f"，每段不少于 {self.minimum} {self.get_minimum_unit_display()}" if self.minimum else ""
        return f"{self.get_kind_display()}{ratio}{at_least}{cap}"

    @property
    def terms(self) -> terms.Equivalent:
        return terms.Equivalent(
            ServiceKind(self.kind),
            self.numerator,
            self.denominator,
            self.cap,
            self.minimum,
            Unit(self.minimum_unit),
        )


@pghistory.track()
class PromotionExemption(RulePart):
    rule = models.ForeignKey(
        PromotionRule, verbose_name="规定", on_delete=models.CASCADE, related_name="exemptions"
    )
    kind = models.CharField("免于要求的情形", max_length=16, choices=ExemptionKind.choices)
    threshold = models.PositiveSmallIntegerField(
        "年数", null=True, blank=True, help_text="年龄或连续工作的年数，其他情形留空。"
    )
    cut_off_month = models.PositiveSmallIntegerField("截止月", default=12)
    cut_off_day = models.PositiveSmallIntegerField("截止日", default=31, help_text="申报当年的这一天。")

    class Meta(RulePart.Meta):
        verbose_name = verbose_name_plural = "免于要求"
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "kind"],
                name="promotion_exemption_once",
                violation_error_message="这种情形已经有一条规定。",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=COUNTED_EXEMPTIONS, threshold__isnull=False)
                | (~Q(kind__in=COUNTED_EXEMPTIONS) & Q(threshold__isnull=True)),
                name="promotion_exemption_threshold_fits",
                violation_error_message="年龄和连续工作年限必须填写年数，其他情形不填。",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=ExemptionKind.values), name="promotion_exemption_known"
            ),
            models.CheckConstraint(
                condition=Q(cut_off_month__range=(1, 12), cut_off_day__range=(1, 31)),
                name="promotion_exemption_cut_off",
                violation_error_message="截止日期应为一年中的某月某日。",
            ),
        ]

    def __str__(self):
        return self.terms.label

    def clean(self):
        try:
            date(2001, self.cut_off_month, self.cut_off_day)
        except (TypeError, ValueError) as error:
            found = f"{self.cut_off_month} 月 {self.cut_off_day} 日"
            raise ValidationError({"cut_off_day": f"没有 {found}这一天，请改正截止月和截止日。"}) from error

    @property
    def terms(self) -> terms.Exemption:
        return terms.Exemption(ExemptionKind(self.kind), self.threshold, self.cut_off_month, self.cut_off_day)
