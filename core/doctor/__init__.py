"""Is this installation in order? Small checks, each with a finding in plain words and the exact mend.

A check never changes anything. One that breaks is itself a finding, so that the rest is still told.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from core.doctor import (
    broker,
    clock,
    database,
    fonts,
    mail,
    media,
    public_address,
    rare_names,
    security,
    worker,
)
from core.doctor.finding import FAIL, OK, WARN, Finding

__all__ = ["CHECKS", "FAIL", "OK", "WARN", "Finding", "examine"]

Check = Callable[[], Finding]

CHECKS: dict[str, Check] = {
    "公文字体": fonts.document_fonts,
    "字体子集库": fonts.subset_library,
    "生僻字": rare_names.rare_names,
    "数据库连接": database.connects,
    "数据库扩展": database.extensions,
    "数据库时区": database.time_zone,
    "消息队列": broker.answers,
    "消息队列保存": broker.keeps_messages,
    "后台任务": worker.worker_alive,
    "文件目录": media.media_folder,
    "时钟": clock.clock,
    "密钥与安全": security.settings_are_safe,
    "公开网址": public_address.public_address,
    "邮件服务器": mail.mail_server,
}


def examine(skip: Iterable[str] = ()) -> list[tuple[str, Finding]]:
    """Run the checks in order; ``skip`` names those that make no sense yet."""
    unwanted = set(skip)
    return [(name, _run(check)) for name, check in CHECKS.items() if name not in unwanted]


def _run(check: Check) -> Finding:
    try:
        return check()
    except Exception as error:
        logging.getLogger(__name__).debug("doctor", exc_info=True)
        return Finding(FAIL, f"检查没有完成：{type(error).__name__}：{error}", "请把这一行发给技术支持。")
