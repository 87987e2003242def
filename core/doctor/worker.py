"""The background worker, seen through its last sign of life."""

from __future__ import annotations

from datetime import timedelta

from django.db import DatabaseError
from django.utils import timezone

from core.doctor.finding import FAIL, OK, Finding, trouble
from core.selectors import jobs

LATE = timedelta(minutes=2)
MEND = "sudo systemctl restart duikou-worker duikou-beat（用 ./run 启动的网站会自动重启后台任务，看 var/log/worker.log）"


def worker_alive() -> Finding:
    """A round of the sweeper proves clock, queue and worker at once."""
    try:
        seen = jobs.worker_last_seen()
    except DatabaseError:
        return trouble(
            FAIL,
            "没有连上数据库或数据表还没有建立，无法检查后台任务。",
            "先让“数据库连接”正常，再执行：.venv/bin/python manage.py migrate",
        )
    if seen is None:
        return trouble(FAIL, "后台任务从来没有运行过，总结不会生成。", MEND)
    age = timezone.now() - seen
    if age > LATE:
        shown = timezone.localtime(seen).strftime("%Y-%m-%d %H:%M:%S")
        return trouble(FAIL, f"后台任务没有响应，最后一次是 {shown}。", MEND)
    return Finding(OK, f"后台任务在运行，{max(int(age.total_seconds()), 0)} 秒前有响应")
