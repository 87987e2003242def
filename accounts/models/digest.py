"""One daily mail of one person (每日提醒邮件). The row is claimed before the mail leaves.

Whatever happens between claim and answer, the day is used up: nobody gets the same mail twice. A row that
stays “claimed” tells that the outcome is unknown.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.scope import Scope, ScopedQuerySet


class DigestSent(models.Model):
    class State(models.TextChoices):
        CLAIMED = "claimed", "正在发送或中断"
        SENT = "sent", "已发送"
        FAILED = "failed", "未成功"
        EMPTY = "empty", "没有待办，不发"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="收件人",
        on_delete=models.CASCADE,
        related_name="digests",
        editable=False,
    )
    day = models.DateField("日期", editable=False)
    state = models.CharField(
        "状态", max_length=10, choices=State.choices, default=State.CLAIMED, editable=False
    )
    claimed_at = models.DateTimeField("领取时间", default=timezone.now, editable=False)
    finished_at = models.DateTimeField("结束时间", null=True, editable=False)
    lines = models.PositiveSmallIntegerField("待办行数", default=0, editable=False)
    notices = models.PositiveSmallIntegerField("未读通知", default=0, editable=False)
    reason = models.CharField("原因", max_length=300, blank=True, editable=False)

    objects = ScopedQuerySet.as_manager()
    scope = Scope(people=("user",))

    class Meta:
        verbose_name = verbose_name_plural = "每日提醒邮件"
        ordering = ["-day", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "day"], name="digest_once_a_day"),
            models.CheckConstraint(
                condition=Q(state="failed") | Q(reason=""), name="digest_reason_of_failure"
            ),
            models.CheckConstraint(
                condition=Q(state="claimed", finished_at__isnull=True)
                | ~Q(state="claimed") & Q(finished_at__isnull=False),
                name="digest_finished",
            ),
        ]

    def __str__(self):
        return f"{self.day:%Y-%m-%d} {self.get_state_display()}"
