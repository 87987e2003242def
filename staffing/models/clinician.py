"""Clinicians (医务人员) of hospitals and clinics: those sent out and those who come to study.

Identity numbers and telephone numbers are not held here but encrypted in identity.py. Within an organisation a person is recognised by the staff number (工号).
"""

import pghistory
from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from accounts.models import Organisation
from core.pinyin import person_initials, person_key
from core.scope import Scope, ScopedQuerySet
from staffing.titles import Title, TitleLevel, level_expression, level_of
from support.models import Speciality


class ClinicianQuerySet(ScopedQuerySet):
    def with_level(self):
        return self.annotate(level=level_expression("title"))


@pghistory.track()
class Clinician(models.Model):
    class Sex(models.TextChoices):
        UNKNOWN = "0", "未知"
        MALE = "1", "男"
        FEMALE = "2", "女"

    organisation = models.ForeignKey(
        Organisation, verbose_name="所在单位", on_delete=models.PROTECT, related_name="clinicians"
    )
    staff_no = models.CharField(
        "工号",
        max_length=20,
        validators=[RegexValidator(r"^[0-9A-Za-z-]{1,20}$", "工号只能由字母、数字和短横线组成。")],
    )
    name = models.CharField("姓名", max_length=50)
    name_key = models.CharField("姓名拼音", max_length=100, editable=False, db_index=True)
    name_initials = models.CharField(
        "姓名拼音首字母", max_length=100, blank=True, editable=False, db_index=True
    )
    sex = models.CharField("性别", max_length=1, choices=Sex.choices, default=Sex.UNKNOWN)
    birth_month = models.DateField("出生年月", null=True, blank=True, help_text="只用到年月，日填 1。")
    title = models.CharField(
        "职称",
        max_length=3,
        choices=Title.choices,
        blank=True,
        help_text="从目录选择；不清楚请留空，按“未填”统计。",
    )
    title_since = models.DateField("取得职称日期", null=True, blank=True)
    post = models.CharField("职务", max_length=50, blank=True, help_text="例如 科副主任；职务不等于职称。")
    department = models.CharField("科室", max_length=50, blank=True)
    speciality = models.ForeignKey(
        Speciality, verbose_name="专业", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    licence_no = models.CharField("执业证书编号", max_length=30, blank=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name="登录账号",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="clinician",
    )
    left_on = models.DateField("离职日期", null=True, blank=True)

    objects = ClinicianQuerySet.as_manager()
    scope = Scope(
        organisations=("organisation",),
        viewers=(
            "postings__agreement__recipient",
            "studies__agreement__sender",
            "apprenticeships__agreement__sender",
            "mentored__agreement__recipient",
        ),
        people=("user",),
    )

    class Meta:
        verbose_name = verbose_name_plural = "医务人员"
        ordering = ["organisation", "name_key", "staff_no"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "staff_no"],
                name="clinician_staff_no_once",
                violation_error_message="这家单位已有人使用这个工号。",
            ),
            models.CheckConstraint(
                condition=Q(title="") | Q(title__in=Title.values), name="clinician_title_known"
            ),
        ]

    def __str__(self):
        return f"{self.name}（{self.staff_no}）"

    def save(self, *args, **kwargs):
        self.name_key, self.name_initials = person_key(self.name), person_initials(self.name)
        super().save(*args, **kwargs)

    @property
    def title_level(self) -> TitleLevel:
        return level_of(self.title)

    @property
    def title_label(self) -> str:
        return self.get_title_display() or "未填"
