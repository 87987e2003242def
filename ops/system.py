"""System libraries, fonts and tools: what is missing, and the one command that brings it.

As root the command is carried out; otherwise it is printed. Presence is tried (a library is loaded, a font
file or program is looked for), so a machine without dpkg is judged by the same measure.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from ops import console, paths, process
from ops.console import Failure

FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")


@dataclass(frozen=True)
class Need:
    """A Debian package, how to see that what it brings is there, and what is lost without it.

    ``required`` needs stop the set-up when they cannot be met.
    """

    package: str
    present: Callable[[], bool]
    without: str
    required: bool = False


def _library(name: str) -> Callable[[], bool]:
    def loads() -> bool:
        try:
            ctypes.CDLL(name)
        except OSError:
            return False
        return True

    return loads


def _font(pattern: str) -> Callable[[], bool]:
    def found() -> bool:
        folders = (Path(folder).expanduser() for folder in FONT_FOLDERS)
        return any(next(folder.rglob(pattern), None) for folder in folders if folder.is_dir())

    return found


def _program(*names: str) -> Callable[[], bool]:
    return lambda: any(shutil.which(name) for name in names)


def _has_venv() -> bool:
    return all(importlib.util.find_spec(name) for name in ("venv", "ensurepip"))


def venv_package() -> str:
    """Debian's package with ``ensurepip`` for the Python that runs this."""
    return f"python3.{sys.version_info.minor}-venv"


def site_needs() -> list[Need]:
    """What the site needs from the system."""
    needs = [
        Need("libpango-1.0-0", _library("libpango-1.0.so.0"), "不能生成 PDF", True),
        Need("libpangoft2-1.0-0", _library("libpangoft2-1.0.so.0"), "不能生成 PDF", True),
        Need(
            "libharfbuzz-subset0",
            _library("libharfbuzz-subset.so.0"),
            "每份中文 PDF 会多花十几秒到半分钟",
        ),
        Need(
            "fonts-noto-cjk",
            _font("NotoSerifCJK-Regular.ttc"),
            "少数生僻字可能缺字",
        ),
        Need(
            "fonts-lxgw-wenkai",
            _font("LXGWWenKai-Light.ttf"),
            "仿宋、楷体中的生僻字会改用宋体",
        ),
    ]
    if not (paths.PYTHON.exists() or _has_venv()):
        needs.insert(0, Need(venv_package(), _has_venv, "不能建立 Python 虚拟环境", True))
    return needs


def check_needs() -> list[Need]:
    """What the tests need on top; without it they fail, they are never skipped."""
    return [
        Need("chromium", _program("chromium", "chromium-browser"), "浏览器测试会失败"),
        Need("poppler-utils", _program("pdftotext"), "PDF 版面测试会失败"),
        Need("libreoffice-calc-nogui", _program("soffice", "libreoffice"), "Excel 往返测试会失败"),
    ]


def ensure(needs: Iterable[Need], env: dict[str, str]) -> None:
    """Meet the needs, or say what to type; raises Failure when a required one stays unmet."""
    with console.step("系统库、字体和工具") as current:
        missing = [need for need in needs if not need.present()]
        if not missing:
            current.note = "齐全"
            return
        names = [need.package for need in missing]
        installed = False
        if os.geteuid() == 0 and shutil.which("apt-get"):
            console.say(f"正在用 apt 安装 {' '.join(names)}（首次可能需要几分钟）")
            installed = _install(names, env)
            missing = [need for need in missing if not need.present()]
        else:
            current.note = "有缺少"
    if not missing:
        return
    command = apt_command([need.package for need in missing])
    required = [need for need in missing if need.required]
    if required:
        lost = "、".join(dict.fromkeys(need.without for need in required))
        names = "、".join(need.package for need in required)
        raise Failure(
            f"系统缺少 {names}：{lost}。",
            todo=command,
            log=paths.SETUP_LOG if os.geteuid() == 0 and not installed else None,
        )
    for need in missing:
        console.warn(f"系统缺少 {need.package}：{need.without}。")
    console.say(f"  可输入：{command}")


def apt_command(packages: list[str]) -> str:
    """The one command for somebody who is not root."""
    return f"sudo apt-get update && sudo apt-get install -y {' '.join(packages)}"


def _install(packages: list[str], env: dict[str, str]) -> bool:
    """True when apt installed all of them. Packages that this system does not know are tried one by one."""
    apt_update(env)
    if _apt_get_install(packages, env):
        return True
    # A for-each, so that one unknown package does not keep the others out.
    results = [_apt_get_install([package], env) for package in packages]
    return all(results)


def apt_update(env: dict[str, str]) -> bool:
    """Refresh the lists, waiting while another program holds apt's lock."""
    for _ in range(30):
        if _apt(["update"], env) == 0:
            return True
        if not any("lock" in line.lower() for line in console.tail(paths.SETUP_LOG, 6)):
            return False
        time.sleep(2)
    return False


def _apt_get_install(packages: list[str], env: dict[str, str]) -> bool:
    return _apt(["install", "-y", "--no-install-recommends", *packages], env) == 0


def _apt(arguments: list[str], env: dict[str, str]) -> int:
    command = ["apt-get", "-q", "-o", "DPkg::Lock::Timeout=300", *arguments]
    environment = env | {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
    return process.run(command, env=environment, cwd="/", log=paths.SETUP_LOG)
