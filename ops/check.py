"""./check: lint, system checks, migration drift, layers and all tests against real servers of its own."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ops import console, environment, locks, paths, process, servers, site, system, venv
from ops.manage import MANAGE
from ops.postgres import Postgres
from ops.supervisor import supervised

PREFIX = "check-"


def run_check(arguments: list[str]) -> int:
    """All checks, or with arguments only pytest with them. Everything runs, even after a failure."""
    paths.make_var()
    base = environment.base()
    for name in ("DATABASE_URL", "REDIS_URL"):
        base.pop(name, None)  # tests empty tables and queues: never those of somebody's site
    site.prepare_machine(base, venv.DEVELOPMENT, [*system.site_needs(), *system.check_needs()])
    with own_folder() as folder, supervised() as supervisor:
        found = servers.start(supervisor, base, folder, paths.private_folder(folder / "log"), lasting=False)
        urls = {"DATABASE_URL": found.database_url, "REDIS_URL": found.redis_url}
        env = base | urls | {"APP_ENV": "test", "DATA_DIR": str(_data_folder(folder))}
        env["SECRET_KEY"] = environment.site_secret()
        failed = [] if arguments else _lint(env, environment.production(base, *urls.values()))
        code, closing = _pytest(arguments, env)
    if not arguments:
        _report(failed)
        console.say(closing)
    return 1 if failed or code else 0


def _lint(env: dict[str, str], production: dict[str, str]) -> list[str]:
    """Run every step that is not a test; the names of those that failed."""
    python = [str(paths.PYTHON), "-X", "utf8"]
    steps = [
        ("代码规范", [*python, "-m", "ruff", "check", "."], env),
        ("代码格式", [*python, "-m", "ruff", "format", "--check", "."], env),
        ("系统检查", [*MANAGE, "check"], env),
        ("迁移与模型一致", [*MANAGE, "makemigrations", "--check", "--dry-run"], env),
        ("正式环境检查", [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"], production),
        ("分层约定", [*python, "-c", LAYERS], env),
        ("模板规范", [*python, "-m", "djlint", "templates", "--lint", "--quiet"], env),
    ]
    failed = []
    for label, command, environment_ in steps:
        console.say(f"\n── {label}")
        if process.run(command, env=environment_, cwd=paths.ROOT) != 0:
            failed.append(label)
    return failed


LAYERS = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"


def _pytest(arguments: list[str], env: dict[str, str]) -> tuple[int, str]:
    """Run pytest, showing its output as it comes; exit code and closing line."""
    console.say("\n── 测试")
    command = [str(paths.PYTHON), "-X", "utf8", "-m", "pytest", *(arguments or ["-n", "2"])]
    child = process.spawn(command, env=env, cwd=paths.ROOT, stdout=subprocess.PIPE)
    closing = [""]

    def show() -> None:
        for raw in child.stdout:
            line = raw.decode("utf-8", "replace").rstrip("\n")
            console.say(line)
            if is_closing(line):
                closing[0] = line

    # Beside the waiting: a program that a test left running would keep the pipe open for ever.
    reader = threading.Thread(target=show, daemon=True)
    reader.start()
    try:
        code = child.wait()
        reader.join(10)
    finally:
        process.end(child, signal.SIGTERM, 10)
    return code, closing[0] or f"pytest 没有给出结果（退出代码 {code}）"


def is_closing(line: str) -> bool:
    """Whether this is pytest's last line, with the counts and the time."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", line).strip("= ")
    return bool(
        re.search(r"\d+ (passed|failed|error|skipped|deselected)|no tests ran", plain)
        and re.search(r" in [\d.]+s", plain)
    )


def _report(failed: list[str]) -> None:
    console.say("\n" + (f"未通过：{'、'.join(failed)}" if failed else "规范与系统检查全部通过"))


@contextmanager
def own_folder() -> Iterator[Path]:
    """A folder for one run; what earlier runs left behind after a kill -9 goes first."""
    _remove_abandoned()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=paths.VAR))
    folder.chmod(0o711)
    with locks.exclusive(folder / "lock"):
        try:
            yield folder
        finally:
            Postgres.forget(folder / "postgres")
            shutil.rmtree(folder, ignore_errors=True)


def _remove_abandoned() -> None:
    for folder in paths.VAR.glob(f"{PREFIX}*"):
        if not (folder / "lock").is_file():
            continue
        with locks.exclusive(folder / "lock") as free:
            if free:
                Postgres.forget(folder / "postgres")
                shutil.rmtree(folder, ignore_errors=True)


def _data_folder(folder: Path) -> Path:
    """Uploads and results of tests stay out of the site's; the fonts are the same."""
    data = folder / "data"
    data.mkdir()
    (data / "fonts").symlink_to(paths.VAR / "fonts", target_is_directory=True)
    return data
