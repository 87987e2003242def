"""./check: lint, system checks, migration drift, layers and all tests against real servers of its own."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ops import console, environment, locks, paths, process, servers, site, system, venv
from ops.manage import MANAGE
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
        env = base | {"APP_ENV": "test", "DATA_DIR": str(_data_folder(folder))}
        found = servers.start(supervisor, base, folder, paths.private_folder(folder / "log"), lasting=False)
        try:
            env |= {
                "DATABASE_URL": found.database_url,
                "REDIS_URL": found.redis_url,
                "SECRET_KEY": environment.site_secret(),
            }
            failed = [] if arguments else _lint(env, environment.production(base, *_urls(found)))
            code, closing = _pytest(arguments, env)
        finally:
            if found.postgres:
                supervisor.stop_all()
                supervisor.services.clear()
                found.postgres.remove()
    if not arguments:
        _report(failed)
        console.say(closing)
    return 1 if failed or code else 0


def _urls(found: servers.Servers) -> tuple[str, str]:
    return found.database_url, found.redis_url


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
    closing = ""
    try:
        for raw in child.stdout:
            line = raw.decode("utf-8", "replace").rstrip("\n")
            console.say(line)
            if is_closing(line):
                closing = line
        code = child.wait()
    finally:
        process.end(child, 15, 10)
    return code, closing or f"pytest 没有给出结果（退出代码 {code}）"


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
            shutil.rmtree(folder, ignore_errors=True)


def _remove_abandoned() -> None:
    for folder in paths.VAR.glob(f"{PREFIX}*"):
        if not (folder / "lock").is_file():
            continue
        with locks.exclusive(folder / "lock") as free:
            if free:
                servers.forget(folder)
                shutil.rmtree(folder, ignore_errors=True)


def _data_folder(folder: Path) -> Path:
    """Uploads and results of tests stay out of the site's; the fonts are the same."""
    data = folder / "data"
    data.mkdir()
    (data / "fonts").symlink_to(paths.VAR / "fonts", target_is_directory=True)
    return data
