"""./run: set everything up, start the site, keep it running until Ctrl-C."""

from __future__ import annotations

import hashlib
import json
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ops import console, environment, locks, paths, ports, process, servers, stand_in_fonts, system, venv
from ops.console import Failure
from ops.manage import MANAGE, Manager
from ops.supervisor import Service, Supervisor, supervised

PREPARED = paths.VAR / "prepared.json"


def prepare_machine(env: dict[str, str], requirements: Path, needs: list[system.Need]) -> None:
    """System packages, Python packages and fonts; one launcher at a time in this clone."""
    with locks.waiting(paths.VAR / "setup.lock", "另一个命令正在这个目录里安装，等它完成……"):
        rotate(paths.SETUP_LOG)
        system.ensure(needs, env)
        venv.ensure(requirements, env)
        stand_in_fonts.ensure(paths.VAR / "fonts", env)


@contextmanager
def only_launcher(kind: str) -> Iterator[bool]:
    """Yields whether this is the only launcher in the clone."""
    paths.make_var()
    with locks.exclusive(paths.RUN_LOCK) as free:
        if free:
            locks.write_state(kind=kind)
        try:
            yield free
        finally:
            if free:
                paths.RUN_STATE.unlink(missing_ok=True)


def run_site(host: str, port: int) -> int:
    """Start the site and stay until asked to stop."""
    with only_launcher("site") as free:
        if not free:
            return already_running(locks.read_state())
        if not ports.is_free(port, host):
            raise Failure(
                f"端口 {port} 已被其他程序占用。",
                todo=f"PORT={ports.next_free(port, host)} ./run",
            )
        base = environment.base()
        prepare_machine(base, venv.SITE, system.site_needs())
        with supervised() as supervisor:
            env = start_servers(supervisor, base, host)
            with Manager(env) as manager:
                prepare_data(manager)
                collect_static(manager)
                address = start_programs(supervisor, env, host, port)
                examine(manager)
                accounts = manager.call("demo_accounts")[1]
            locks.write_state(kind="site", address=address, env=_kept(env))
            _welcome(address, accounts)
            try:
                supervisor.watch()
            except console.Stopped:
                console.say()
    return 0


def start_servers(supervisor: Supervisor, env: dict[str, str], host: str) -> dict[str, str]:
    """Database and queue; returns the environment for the programs of the site."""
    found = servers.start(supervisor, env, paths.VAR, paths.LOGS, lasting=True)
    return environment.local(env, found.database_url, found.redis_url, host)


def prepare_data(manager: Manager) -> None:
    """Bring the tables up to date and fill an empty database with the demonstration programme."""
    manager.step("系统检查", "check")
    manager.step("更新数据库结构", "migrate", "--noinput")
    manager.step("演示数据", "load_demo", "--if-empty")


def collect_static(manager: Manager) -> None:
    """Gather the static files; skipped when neither they nor the packages have changed."""
    target = Path(manager.env["DATA_DIR"]) / "static"
    fingerprint = _fingerprint([paths.ROOT / "static", venv.SITE, paths.ROOT / "config/settings.py"])
    prepared = _prepared()
    if prepared.get(str(target)) == fingerprint and (target / "staticfiles.json").is_file():
        return
    manager.step("收集静态文件", "collectstatic", "--noinput", "--clear", "--verbosity=0")
    paths.write_private(PREPARED, json.dumps(prepared | {str(target): fingerprint}))


def worker(env: dict[str, str], logs: Path = paths.LOGS) -> Service:
    """The Celery worker: two processes, one task at a time each."""
    return _celery(
        "后台任务",
        [
            "worker",
            "--concurrency=2",
            "--prefetch-multiplier=1",
            "--max-tasks-per-child=20",
            "--without-gossip",
            "--without-mingle",
            "--loglevel=INFO",
        ],
        env,
        logs / "worker.log",
        death_signal=signal.SIGQUIT,  # nobody is left to wait for a warm end; the job row is put back
    )


def beat(env: dict[str, str], logs: Path = paths.LOGS) -> Service:
    """The clock that starts the sweeper."""
    schedule = paths.private_folder(paths.VAR / "beat") / "schedule"
    arguments = ["beat", f"--schedule={schedule}", "--pidfile=", "--loglevel=INFO"]
    return _celery("定时任务", arguments, env, logs / "beat.log")


def start_programs(supervisor: Supervisor, env: dict[str, str], host: str, port: int) -> str:
    """Web server, worker and beat; returns the address once /healthz answers."""
    with console.step("启动网站和后台任务"):
        web = supervisor.add(_web(env, host, port))
        supervisor.add(worker(env))
        supervisor.add(beat(env))
        shown = "127.0.0.1" if host in ("0.0.0.0", "::", "[::]") else host
        address = f"http://{f'[{shown}]' if ':' in shown else shown}:{port}"
        deadline = time.monotonic() + 90
        while not _healthy(f"{address}/healthz"):
            if not web.running() or time.monotonic() > deadline:
                raise Failure("网站没有启动。", todo="./run", log=web.log)
            time.sleep(0.2)
    return address


def examine(manager: Manager) -> None:
    """The doctor's findings; they are shown and stop nothing."""
    code, text = manager.call("doctor", "--brief", "--starting")
    for line in text.strip().splitlines():
        console.say(f"  {line}")
    if code != 0:
        console.say("  详细情况请输入：./run doctor")


def run_doctor(arguments: list[str]) -> int:
    """The doctor against the running site of this clone."""
    state = locks.read_state()
    if not state.get("env"):
        raise Failure("网站没有在这个目录里运行，体检需要它的数据库和消息队列。", todo="./run")
    env = environment.base() | state["env"]
    return process.run([*MANAGE, "doctor", *arguments], env=env, cwd=paths.ROOT)


def rotate(log: Path, limit: int = 5_000_000) -> None:
    """Keep one older part of a log that has grown."""
    if log.is_file() and log.stat().st_size > limit:
        log.replace(log.with_name(log.name + ".1"))


def _celery(
    name: str, arguments: list[str], env: dict[str, str], log: Path, death_signal: int | None = None
) -> Service:
    rotate(log)
    return Service(
        name=name,
        argv=[str(paths.PYTHON), "-X", "utf8", "-m", "celery", "-A", "config", *arguments],
        env=env,
        cwd=paths.ROOT,
        log=log,
        death_signal=death_signal,
        patience=12,
    )


def _web(env: dict[str, str], host: str, port: int) -> Service:
    bind = f"[{host}]" if ":" in host and not host.startswith("[") else host
    rotate(paths.LOGS / "web.log")
    arguments = [
        "config.wsgi:application",
        f"--bind={bind}:{port}",
        "--worker-class=gthread",
        "--workers=2",
        "--preload",
        "--threads=4",
        "--no-control-socket",
        "--timeout=60",
        "--graceful-timeout=8",
        "--access-logfile=-",
        "--capture-output",
    ]
    return Service(
        name="网站",
        argv=[str(paths.PYTHON), "-X", "utf8", "-m", "gunicorn", *arguments],
        env=env,
        cwd=paths.ROOT,
        log=paths.LOGS / "web.log",
        patience=12,
    )


def _healthy(url: str) -> bool:
    # No proxy from the environment: the address is this machine's own.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def _welcome(address: str, accounts: str) -> None:
    console.say(f"\n网站已启动：{address}\n")
    if accounts.strip():
        console.say(accounts.rstrip() + "\n")
    console.say(f"日志在 {paths.LOGS}；按 Ctrl-C 停止。")


def already_running(state: dict) -> int:
    """Say politely what runs here and how to stop it."""
    address = f"：{state['address']}" if state.get("address") else ""
    pid = state.get("pid")
    what = "正在生成总结" if state.get("kind") == "summary" else "网站已经在运行或正在启动"
    console.say(f"这个目录里{what}{address}" + (f"（进程 {pid}）。" if pid else "。"))
    if pid:
        console.say(f"要停止它，在它的窗口按 Ctrl-C，或输入：kill {pid}")
    return 1


def _kept(env: dict[str, str]) -> dict[str, str]:
    names = (
        "APP_ENV",
        "DATABASE_URL",
        "REDIS_URL",
        "SECRET_KEY",
        "PERSONAL_DATA_KEYS",
        "DATA_DIR",
        "FONT_DIR",
        "ALLOWED_HOSTS",
    )
    return {name: env[name] for name in names if name in env}


def _prepared() -> dict:
    try:
        return json.loads(PREPARED.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _fingerprint(places: list[Path]) -> str:
    digest = hashlib.sha256()
    for place in places:
        for file in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if file.is_file():
                digest.update(f"{file}\0".encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()
