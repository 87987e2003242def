"""A piece of background work (后台任务). The row is the truth; a Celery message only points at it."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from core.scope import Scope, ScopedQuerySet


def result_path(job, name):
    return f"jobs/{job.pk}/{name}"


class Job(models.Model):
    class State(models.TextChoices):
        QUEUED = "queued", "排队中"
        RUNNING = "running", "进行中"
        DONE = "done", "已完成"
        FAILED = "failed", "未成功"

    kind = models.CharField("种类", max_length=60, editable=False)
    label = models.CharField("内容", max_length=200, editable=False)
    unique_key = models.CharField("唯一键", max_length=200, editable=False)
    requester = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="提出人",
        on_delete=models.PROTECT,
        null=True,
        related_name="jobs",
        editable=False,
    )
    payload = models.JSONField("参数", default=dict, editable=False)
    state = models.CharField(
        "状态", max_length=10, choices=State.choices, default=State.QUEUED, editable=False
    )
    progress_done = models.PositiveIntegerField("已完成步数", default=0, editable=False)
    progress_total = models.PositiveIntegerField("总步数", default=0, editable=False)
    progress_label = models.CharField("当前步骤", max_length=200, blank=True, editable=False)
    attempts = models.PositiveSmallIntegerField("尝试次数", default=0, editable=False)
    max_attempts = models.PositiveSmallIntegerField("最多尝试", default=4, editable=False)
    claim = models.UUIDField("领取凭据", null=True, editable=False)
    created_at = models.DateTimeField("提出时间", default=timezone.now, editable=False)
    sent_at = models.DateTimeField("送出时间", null=True, editable=False)
    started_at = models.DateTimeField("开始时间", null=True, editable=False)
    heartbeat_at = models.DateTimeField("最近心跳", null=True, editable=False)
    finished_at = models.DateTimeField("结束时间", null=True, editable=False)
    error = models.TextField("原因", blank=True, editable=False)
    trace = models.TextField("技术细节", blank=True, editable=False)
    result_file = models.FileField("结果文件", upload_to=result_path, blank=True, editable=False)

    objects = ScopedQuerySet.as_manager()
    scope = Scope(people=("requester",))

    class Meta:
        verbose_name = verbose_name_plural = "后台任务"
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "unique_key"],
                condition=models.Q(state__in=["queued", "running"]),
                name="job_one_open_per_key",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["queued", "running", "done", "failed"]),
                name="job_state_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["state", "heartbeat_at"],
                condition=models.Q(state__in=["queued", "running"]),
                name="job_open_idx",
            )
        ]

    def __str__(self):
        return f"{self.label}（{self.get_state_display()}）"

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.QUEUED, self.State.RUNNING)

    @property
    def percent(self) -> int:
        if self.state == self.State.DONE:
            return 100
        return min(99, self.progress_done * 100 // self.progress_total) if self.progress_total else 0

    @staticmethod
    def new_claim() -> uuid.UUID:
        return uuid.uuid4()
