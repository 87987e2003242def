"""Notices (通知): what happened or is about to happen that a person should know, with read state.

Rows come from data that says so itself (accounts.notices), each under a key of its own: a round that runs
twice, or two at once, makes nothing twice.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.scope import Scope, ScopedQuerySet


class NoticeKind(models.TextChoices):
    RETURNED = "returned", "被退回"
    DISPUTED = "disputed", "有争议"
    CONFIRMED = "confirmed", "已确认"
    PLAN = "plan", "派驻计划"
    LEAVE = "leave", "请假"
    DEADLINE = "deadline", "时限"


class NoticeQuerySet(ScopedQuerySet):
    def unread(self):
        return self.filter(read_at__isnull=True)


class Notice(models.Model):
    Kind = NoticeKind

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="收件人",
        on_delete=models.CASCADE,
        related_name="notices",
        editable=False,
    )
    kind = models.CharField("种类", max_length=12, choices=NoticeKind.choices, editable=False)
    text = models.CharField("内容", max_length=300, editable=False)
    url = models.CharField("地址", max_length=300, editable=False)
    key = models.CharField("唯一键", max_length=200, editable=False)
    created_at = models.DateTimeField("时间", default=timezone.now, editable=False)
    read_at = models.DateTimeField("阅读时间", null=True, editable=False)

    objects = NoticeQuerySet.as_manager()
    scope = Scope(people=("user",))

    class Meta:
        verbose_name = verbose_name_plural = "通知"
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="notice_once"),
            models.CheckConstraint(condition=Q(kind__in=NoticeKind.values), name="notice_kind_known"),
            # a local path and nothing else: "//host" and "scheme:" lead away
            models.CheckConstraint(
                condition=Q(url__startswith="/") & ~Q(url__startswith="//") & ~Q(url__contains="\\"),
                name="notice_url_local",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-created_at"], name="notice_of_user"),
            models.Index(fields=["user"], condition=Q(read_at__isnull=True), name="notice_unread"),
        ]

    def __str__(self):
        return self.text
