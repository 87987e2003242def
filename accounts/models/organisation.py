"""Organisations (机构): bureaus, hospitals, clinics. A hospital may both give and receive support."""

import pghistory
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from accounts.models.region import Region
from core.codes import credit_code_warning, normalise_credit_code
from core.pinyin import full_pinyin, initials
from core.scope import Scope, ScopedQuerySet


@pghistory.track()
class Organisation(models.Model):
    class Kind(models.TextChoices):
        BUREAU = "bureau", "卫生健康行政部门"
        HOSPITAL = "hospital", "医院"
        CENTRAL_CLINIC = "central_clinic", "中心卫生院"
        TOWNSHIP_CLINIC = "township_clinic", "乡镇卫生院"
        COMMUNITY_CENTRE = "community_centre", "社区卫生服务中心"
        VILLAGE_ROOM = "village_room", "村卫生室"
        GOVERNMENT = "government", "人民政府"

    class Grade(models.TextChoices):
        """Level and grade (级别等次) as one code, as in the hospital licence register."""

        THIRD_A = "31", "三级甲等"
        THIRD_B = "32", "三级乙等"
        THIRD_C = "33", "三级丙等"
        THIRD_SPECIAL = "30", "三级特等"
        THIRD = "39", "三级未评"
        SECOND_A = "21", "二级甲等"
        SECOND_B = "22", "二级乙等"
        SECOND_C = "23", "二级丙等"
        SECOND = "29", "二级未评"
        FIRST_A = "11", "一级甲等"
        FIRST_B = "12", "一级乙等"
        FIRST_C = "13", "一级丙等"
        FIRST = "19", "一级未评"

    code = models.CharField(
        "机构编码",
        max_length=22,
        unique=True,
        help_text="登记号或本系统编码，1–22 位大写字母、数字或短横线；Excel 导入以它识别机构。",
        validators=[RegexValidator(r"^[0-9A-Z-]{1,22}$", "机构编码只能由大写字母、数字和短横线组成。")],
    )
    name = models.CharField("名称", max_length=100)
    short_name = models.CharField("简称", max_length=30, blank=True)
    name_key = models.CharField("拼音首字母", max_length=100, blank=True, editable=False, db_index=True)
    name_pinyin = models.CharField("名称全拼", max_length=300, blank=True, editable=False, db_index=True)
    kind = models.CharField("类别", max_length=20, choices=Kind.choices)
    grade = models.CharField("级别等次", max_length=2, choices=Grade.choices, blank=True)
    region = models.ForeignKey(
        Region, verbose_name="行政区划", on_delete=models.PROTECT, related_name="organisations"
    )
    parent = models.ForeignKey(
        "self",
        verbose_name="上级机构",
        help_text="例如村卫生室所属的卫生院、医共体牵头医院。",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="branches",
    )
    credit_code = models.CharField("统一社会信用代码", max_length=18, blank=True)
    legal_person = models.CharField("法定代表人", max_length=50, blank=True)
    contact = models.CharField("联系人", max_length=50, blank=True)
    contact_phone = models.CharField("联系电话", max_length=30, blank=True)
    beds = models.PositiveIntegerField("床位数", null=True, blank=True)
    population = models.PositiveIntegerField("服务人口", null=True, blank=True)
    is_key_county = models.BooleanField("重点帮扶县", default=False)
    valid_from = models.DateField("启用日期", null=True, blank=True)
    valid_to = models.DateField("停用日期", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()
    scope = Scope(organisations=("pk",), people=("users",))

    class Meta:
        verbose_name = verbose_name_plural = "机构"
        ordering = ["region__code", "kind", "name_key", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["credit_code"],
                condition=~Q(credit_code=""),
                name="organisation_credit_code_once",
                violation_error_message="这个统一社会信用代码已经属于另一家机构。",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True)
                | Q(valid_from__isnull=True)
                | Q(valid_to__gte=models.F("valid_from")),
                name="organisation_valid_range",
                violation_error_message="停用日期早于启用日期。",
            ),
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        "bureau",
                        "hospital",
                        "central_clinic",
                        "township_clinic",
                        "community_centre",
                        "village_room",
                        "government",
                    ]
                ),
                name="organisation_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=models.F("id")),
                name="organisation_not_own_parent",
            ),
        ]

    def __str__(self):
        return self.name

    def clean(self):
        self.credit_code = normalise_credit_code(self.credit_code)

    def save(self, *args, **kwargs):
        self.name_key, self.name_pinyin = initials(self.name), full_pinyin(self.name)
        super().save(*args, **kwargs)

    @property
    def credit_code_warning(self) -> str:
        return credit_code_warning(self.credit_code)

    @property
    def display_name(self) -> str:
        return self.short_name or self.name

    @property
    def is_bureau(self) -> bool:
        return self.kind == self.Kind.BUREAU


class FormerName(models.Model):
    """A name the organisation had (曾用名); old documents keep it and search finds it."""

    organisation = models.ForeignKey(
        Organisation, verbose_name="机构", on_delete=models.CASCADE, related_name="former_names"
    )
    name = models.CharField("曾用名", max_length=100)
    used_until = models.DateField("使用至", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()
    scope = Scope(organisations=("organisation",))

    class Meta:
        verbose_name = verbose_name_plural = "曾用名"
        ordering = ["-used_until", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="former_name_once"),
        ]

    def __str__(self):
        return self.name
