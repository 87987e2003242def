"""What waits for the system's administrator."""

from collections.abc import Iterator
from datetime import date

from core.desk import list_url
from core.models import Job
from core.waiting import RETURNED, Waiting


def failed_jobs(user, *, day: date) -> Iterator[Waiting]:
    if user.has_perm("core.view_job"):
        yield Waiting(
            Job.objects.visible_to(user).filter(state=Job.State.FAILED).count(),
            "个后台任务未成功",
            "去重试",
            list_url(Job, state__exact="failed"),
            tone=RETURNED,
            explain="打开任务看原因，处理后重试。",
        )
