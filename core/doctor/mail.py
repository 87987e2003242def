"""The mail server of the daily digest: named or not, and whether it answers."""

from __future__ import annotations

import smtplib

from django.conf import settings
from django.core.mail import get_connection

from core.doctor.finding import OK, WARN, Finding, trouble

SECONDS = 5


def mail_server() -> Finding:
    """None named is in order: then no mail is sent at all. Signing in is tried, nothing is sent."""
    if not settings.EMAIL_CONFIGURED:
        return Finding(OK, "没有设置 EMAIL_URL，不发送每日提醒邮件；待办和通知仍在网页上显示")
    where = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    connection = get_connection(timeout=SECONDS)
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        return trouble(
            WARN,
            f"邮件服务器 {where} 连不上：{type(error).__name__}。每日提醒邮件发不出去，待办和通知不受影响。",
            "核对环境文件的 EMAIL_URL（地址、端口、用户名、密码、是否加密），修改后重启 worker",
        )
    finally:
        connection.close()
    return Finding(OK, f"邮件服务器 {where} 可用，每天 {settings.DIGEST_HOUR} 点以后发送提醒")
