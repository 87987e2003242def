"""The virtual environment and the pinned packages in it."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from ops import console, paths, process, system
from ops.console import Failure

SITE = paths.ROOT / "requirements.txt"
DEVELOPMENT = paths.ROOT / "requirements-dev.txt"


def ensure(requirements: Path, env: dict[str, str]) -> None:
    """Make .venv hold exactly what the file pins; nothing is done when it already does."""
    with console.step("Python 环境") as current:
        version = _version()
        if not version:
            _create(env)
            version = _version()
        stamp = _stamp(requirements, version)
        if _stamp_file(requirements).is_file() and _stamp_file(requirements).read_text() == stamp:
            current.note = "已是最新"
            return
        if not any(_stamp_file(file).is_file() for file in (SITE, DEVELOPMENT)):
            console.say("首次安装 Python 包（约需 1–3 分钟）")
        _install(requirements, env)
        _stamp_file(requirements).write_text(stamp)
        if requirements == DEVELOPMENT:  # holds everything that the site needs, in the same versions
            _stamp_file(SITE).write_text(_stamp(SITE, version))


def _version() -> str:
    """The environment's Python version, or nothing when it is missing, broken or too old."""
    code = "import sys; print(sys.version.split()[0] if sys.version_info >= (3, 11) else '')"
    try:
        result = subprocess.run(
            [str(paths.PYTHON), "-I", "-c", code], capture_output=True, text=True, timeout=60
        )
    except OSError:
        return ""
    return result.stdout.strip() if result.returncode == 0 else ""


def _create(env: dict[str, str]) -> None:
    code = process.run(
        [sys.executable, "-m", "venv", "--clear", str(paths.VENV)],
        env=env,
        cwd=paths.ROOT,
        log=paths.SETUP_LOG,
    )
    if code != 0 or not _version():
        shutil.rmtree(paths.VENV, ignore_errors=True)
        raise Failure(
            "不能建立 Python 虚拟环境 .venv。",
            todo=[system.apt_command([system.venv_package()]), "./run"],
            log=paths.SETUP_LOG,
        )


def _install(requirements: Path, env: dict[str, str]) -> None:
    pip = [str(paths.PYTHON), "-m", "pip"]
    if process.run([*pip, "--version"], env=env, cwd=paths.ROOT, log=paths.SETUP_LOG) != 0:
        process.run([str(paths.PYTHON), "-m", "ensurepip"], env=env, cwd=paths.ROOT, log=paths.SETUP_LOG)
    process.must(
        [
            *pip,
            "install",
            "--require-hashes",
            "--no-input",
            "--disable-pip-version-check",
            "--progress-bar=off",
            "-r",
            str(requirements),
        ],
        what="安装 Python 包失败。请检查网络；内网请把 PIP_INDEX_URL 设为本单位的镜像地址。",
        todo="./run",
        log=paths.SETUP_LOG,
        env=env,
        cwd=paths.ROOT,
    )


def _stamp(requirements: Path, version: str) -> str:
    return hashlib.sha256(requirements.read_bytes() + version.encode()).hexdigest()


def _stamp_file(requirements: Path) -> Path:
    return paths.VENV / f".installed-{requirements.stem}"
