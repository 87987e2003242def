"""Deadlines and “who was on post” depend on the clock: it is compared with the database's."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import OperationalError, connection
from django.utils import timezone

from core.doctor.finding import FAIL, OK, WARN, Finding, trouble

TOLERATED = timedelta(seconds=5)
DANGEROUS = timedelta(seconds=60)
MEND = "sudo timedatectl set-ntp true（两台机器都要执行；没有外网时填写本单位的时间服务器）"


def clock() -> Finding:
    """Zone and difference to the database."""
    if settings.TIME_ZONE != "Asia/Shanghai" or not settings.USE_TZ:
        return trouble(
            FAIL,
            f"系统时区设置为 {settings.TIME_ZONE}，日期会算错。",
            "在 config/settings.py 中恢复 TIME_ZONE = 'Asia/Shanghai'、USE_TZ = True",
        )
    try:
        with connection.cursor() as cursor:
            before = timezone.now()
            cursor.execute("SELECT clock_timestamp()")
            theirs = cursor.fetchone()[0]
            ours = before + (timezone.now() - before) / 2
    except OperationalError:
        return trouble(WARN, "没有连上数据库，无法比较时钟。", "先让“数据库连接”这一项正常。")
    difference = abs(theirs - ours)
    now = timezone.localtime(ours).strftime("%Y-%m-%d %H:%M:%S")
    if difference > TOLERATED:
        level = FAIL if difference > DANGEROUS else WARN
        return trouble(
            level,
            f"本机时间 {now}，与数据库服务器相差 {difference.total_seconds():.0f} 秒。",
            MEND,
        )
    return Finding(OK, f"北京时间 {now}，与数据库一致")
