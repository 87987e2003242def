"""What somebody is still typing (自动保存): the values of a form before there is a record."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Organisation
from core.scope import Scope, ScopedQuerySet
from staffing.models.activity_type import ActivityType


class EntryDraft(models.Model):
    """The unsent values of one form, {field name: [typed texts]}; seen by nobody but its author.

    ``client_key`` is the form's own key, the same that its record will carry. ``form`` names the page.
    """

    class Form(models.TextChoices):
        ACTIVITY = "activity", "活动"

    MAX_BYTES = 64 * 1024

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="填写人", on_delete=models.CASCADE, related_name="+"
    )
    client_key = models.UUIDField("填报凭据")
    form = models.CharField("表单", max_length=20, choices=Form.choices)
    activity_type = models.ForeignKey(
        ActivityType, verbose_name="活动类型", on_delete=models.CASCADE, null=True, related_name="+"
    )
    data = models.JSONField("内容")
    size = models.PositiveIntegerField("字节")
    updated_at = models.DateTimeField("保存时间", auto_now=True)

    objects = ScopedQuerySet.as_manager()
    scope = Scope(people=("user",))

    class Meta:
        verbose_name = verbose_name_plural = "未完成的填报"
        ordering = ["-updated_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "client_key"], name="entry_draft_once"),
            models.CheckConstraint(condition=Q(size__lte=64 * 1024), name="entry_draft_small"),
            models.CheckConstraint(
                condition=~Q(form="activity") | Q(activity_type__isnull=False), name="entry_draft_has_type"
            ),
        ]

    def __str__(self):
        return f"{self.activity_type or self.get_form_display()} {self.updated_at:%Y-%m-%d}"


class ActivityTemplate(models.Model):
    """Values with which an organisation starts an entry (登记模板); day and key are never part of it."""

    organisation = models.ForeignKey(
        Organisation, verbose_name="单位", on_delete=models.CASCADE, related_name="activity_templates"
    )
    activity_type = models.ForeignKey(
        ActivityType, verbose_name="类型", on_delete=models.CASCADE, related_name="+"
    )
    name = models.CharField("名称", max_length=40)
    data = models.JSONField("内容")
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="保存人", on_delete=models.PROTECT, related_name="+"
    )
    saved_at = models.DateTimeField("保存时间", auto_now=True)

    objects = ScopedQuerySet.as_manager()
    # its doctors start from it, too
    scope = Scope(organisations=("organisation",), people=("organisation__clinicians__user",))

    class Meta:
        verbose_name = verbose_name_plural = "登记模板"
        ordering = ["activity_type__order", "name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name"],
                name="activity_template_once",
                violation_error_message="本单位已有同名的模板。",
            ),
        ]

    def __str__(self):
        return self.name
