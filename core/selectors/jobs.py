"""What a page tells about a job and about the services behind it."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from core.models import Job, ServiceBeat


def worker_last_seen() -> datetime | None:
    """When scheduler, broker and worker last worked together; None if never."""
    beat = ServiceBeat.objects.filter(name="sweeper").first()
    return beat.seen_at if beat else None


def background_is_away(*, now: datetime | None = None) -> bool:
    """True when no round was made for three sweeps and a margin."""
    seen = worker_last_seen()
    allowed = timedelta(seconds=settings.JOB_SWEEP_SECONDS * 3 + 10)
    return seen is None or (now or timezone.now()) - seen > allowed


def job_notice(job: Job) -> str:
    """One sentence about a waiting job that is not moving; empty when all is well."""
    if (
        job.state == Job.State.QUEUED
        and job.sent_at is None
        and job.created_at < timezone.now() - timedelta(seconds=1)
    ):
        return "后台消息服务暂时连不上。任务已经保存，服务恢复后会自动继续，不需要重新提交。"
    waited = timezone.now() - (job.started_at or job.created_at)
    if job.is_open and waited > timedelta(seconds=settings.JOB_LOST_AFTER_SECONDS) and background_is_away():
        return "后台工作程序暂时没有响应。任务已经保存，恢复后会自动继续，不需要重新提交。"
    if job.state == Job.State.RUNNING and job.attempts > 1:
        return f"上一次处理中断，系统已自动重新开始（第 {job.attempts} 次）。"
    return ""
