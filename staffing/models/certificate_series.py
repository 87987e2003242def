"""How a bureau's certificates are numbered."""

import pgtrigger
from django.core.validators import RegexValidator
from django.db import models

from accounts.models import Organisation
from core.scope import Scope, ScopedQuerySet
from core.triggers import AllOf


class CertificateKind(models.TextChoices):
    CERTIFICATE = "certificate", "基层服务证明"
    APPRAISAL = "appraisal", "基层服务鉴定表"


class CertificateSeries(models.Model):
    """The numbering of a bureau's certificates of one kind in one year (发文字号).

    ``last`` is counted up in the same transaction that issues: a number is neither skipped nor given twice.
    """

    bureau = models.ForeignKey(
        Organisation,
        verbose_name="出具部门",
        on_delete=models.PROTECT,
        related_name="certificate_series",
        limit_choices_to={"kind": Organisation.Kind.BUREAU},
    )
    kind = models.CharField("种类", max_length=12, choices=CertificateKind.choices)
    year = models.PositiveSmallIntegerField("年份")
    prefix = models.CharField(
        "字号",
        max_length=30,
        help_text="例如 凌卫基服证，编号即为 凌卫基服证〔2026〕0001号；下一年度沿用。",
        validators=[RegexValidator(r"^[\w·（）()-]+$", "字号只能由汉字、字母、数字和括号组成。")],
    )
    last = models.PositiveIntegerField("已用到", default=0, editable=False)

    objects = ScopedQuerySet.as_manager()
    scope = Scope(organisations=("bureau",))

    class Meta:
        verbose_name = verbose_name_plural = "证明字号"
        ordering = ["-year", "bureau", "kind"]
        constraints = [
            models.UniqueConstraint(
                fields=["bureau", "kind", "year"],
                name="certificate_series_once",
                violation_error_message="这个部门这一年的这种证明已有字号。",
            ),
            models.UniqueConstraint(
                fields=["prefix", "year"],
                name="certificate_prefix_once",
                violation_error_message="这一年已有其他证明使用这个字号。",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="used_series_is_frozen",
                operation=pgtrigger.Update,
                condition=AllOf(
                    pgtrigger.Q(old__last__gt=0), pgtrigger.AnyChange("bureau", "kind", "year", "prefix")
                ),
            ),
            pgtrigger.Protect(
                name="never_counted_down",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(new__last__lt=pgtrigger.F("old__last")),
            ),
            pgtrigger.Protect(
                name="used_series_stays",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Q(old__last__gt=0),
            ),
        ]

    def __str__(self):
        return f"{self.prefix}〔{self.year}〕"

    def number(self, serial: int) -> str:
        return f"{self.prefix}〔{self.year}〕{serial:04d}号"
