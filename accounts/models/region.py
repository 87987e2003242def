"""Administrative regions (行政区划), GB/T 2260: codes are retired, so each has its years."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Concat

from core.scope import Scope, ScopedQuerySet


class Region(models.Model):
    class Level(models.TextChoices):
        PROVINCE = "province", "省级"
        PREFECTURE = "prefecture", "市级"
        COUNTY = "county", "县级"
        TOWNSHIP = "township", "乡级"

    code = models.CharField(
        "区划代码",
        max_length=9,
        unique=True,
        validators=[
            RegexValidator(r"^\d{6}(\d{3})?$", "区划代码应为 6 位（县级及以上）或 9 位（乡级）数字。")
        ],
    )
    name = models.CharField("名称", max_length=60)
    level = models.CharField("级别", max_length=10, choices=Level.choices)
    parent = models.ForeignKey(
        "self", verbose_name="上级", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    path = models.CharField("路径", max_length=60, editable=False, db_index=True)
    valid_from = models.DateField("启用日期", null=True, blank=True)
    valid_to = models.DateField("停用日期", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()
    scope = Scope(reference=True)

    class Meta:
        verbose_name = verbose_name_plural = "行政区划"
        ordering = ["code"]
        indexes = [models.Index(fields=["path"], name="region_path_like", opclasses=["varchar_pattern_ops"])]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True)
                | models.Q(valid_from__isnull=True)
                | models.Q(valid_to__gte=models.F("valid_from")),
                name="region_valid_range",
                violation_error_message="停用日期早于启用日期。",
            ),
            models.CheckConstraint(condition=~models.Q(path=""), name="region_path_filled"),
        ]

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        """Keeps the path of this row and, when it moved, of everything below it."""
        before = self.path
        self.path = f"{self.parent.path if self.parent else '/'}{self.code}/"
        if kwargs.get("update_fields"):
            kwargs["update_fields"] = {*kwargs["update_fields"], "path"}
        super().save(*args, **kwargs)
        if before and before != self.path:
            Region.objects.filter(path__startswith=before).exclude(pk=self.pk).update(
                path=Concat(models.Value(self.path), models.functions.Substr("path", len(before) + 1))
            )

    @property
    def full_name(self) -> str:
        return f"{self.parent.name}{self.name}" if self.parent else self.name
