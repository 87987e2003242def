"""The folder with uploads and results."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from django.conf import settings

from core.doctor.finding import FAIL, OK, WARN, Finding, trouble

SHORT = 1 * 1024**3
EMPTY = 100 * 1024**2


def media_folder() -> Finding:
    """Writable, tried by writing; and enough room for some years of summaries."""
    folder = Path(settings.MEDIA_ROOT)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor-") as file:
            file.write(b"ok")
            file.flush()
    except OSError as error:
        return trouble(
            FAIL,
            f"不能写入目录 {folder}（{error.strerror}），附件和总结无法保存。",
            f"sudo chown -R $(id -un) '{folder}'（正式环境把 $(id -un) 换成运行服务的用户 duikou）",
        )
    free = shutil.disk_usage(folder).free
    text = f"{folder} 可写，剩余 {free / 1024**3:.1f} GB"
    if free < EMPTY:
        return trouble(FAIL, f"{text}，空间即将用完。", f"df -h '{folder}'，清理或扩大磁盘")
    if free < SHORT:
        return trouble(WARN, f"{text}，空间不多。", f"df -h '{folder}'，清理或扩大磁盘")
    return Finding(OK, text)
