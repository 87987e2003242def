"""Keeps the programs running: one that dies is started again, all of them end together and in order."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ops import console, process

LONGEST_PAUSE = 30.0
CALM_AFTER = 60.0


@dataclass
class Service:
    """One long-running program. ``patience`` is how many seconds it gets to end by itself."""

    name: str
    argv: list[str]
    env: dict[str, str]
    cwd: Path | str
    log: Path
    account: process.Account | None = None
    stop_signal: int = signal.SIGTERM
    death_signal: int | None = None
    patience: float = 10
    before_restart: Callable[[], None] | None = None
    child: subprocess.Popen | None = field(default=None, repr=False)
    started: float = 0.0
    pause: float = 1.0
    due: float = 0.0

    def start(self) -> None:
        self.child = process.spawn(
            self.argv,
            env=self.env,
            cwd=self.cwd,
            log=self.log,
            account=self.account,
            death_signal=self.death_signal or self.stop_signal,
        )
        self.started = time.monotonic()
        self.due = 0.0

    def running(self) -> bool:
        return self.child is not None and self.child.poll() is None

    def ask_to_stop(self) -> None:
        if self.running():
            self.child.send_signal(self.stop_signal)

    def stop(self) -> None:
        if self.child is not None:
            process.end(self.child, self.stop_signal, self.patience)
            self.child = None

    def kill(self) -> None:
        if self.child is not None:
            process.end(self.child, signal.SIGKILL, 5)
            self.child = None


class Supervisor:
    """The running programs in the order of their start; they end in the opposite order."""

    def __init__(self) -> None:
        self.services: list[Service] = []

    def add(self, service: Service) -> Service:
        """Take over a program; one that is not running yet is started."""
        self.services.append(service)
        if service.child is None:
            service.start()
        return service

    def look(self) -> None:
        """Once around: note what died, start again what is due."""
        now = time.monotonic()
        for service in self.services:
            if service.running():
                continue
            if not service.due:
                self._note_end(service, now)
            elif now >= service.due:
                if service.before_restart:
                    service.before_restart()
                service.start()

    def _note_end(self, service: Service, now: float) -> None:
        code = service.child.returncode if service.child else None
        if service.child:
            # What the dead program started must not go on beside its successor.
            process.end(service.child, signal.SIGKILL, 5)
        service.pause = 1.0 if now - service.started > CALM_AFTER else min(service.pause * 2, LONGEST_PAUSE)
        service.due = now + service.pause
        console.say(
            f"  {service.name}意外退出（{_reason(code)}），{service.pause:.0f} 秒后自动重新启动；"
            f"日志 {service.log}"
        )

    def watch(self, until: Callable[[], bool] = lambda: False) -> None:
        """Supervise until ``until`` is true; Stopped ends it from outside."""
        while not until():
            self.look()
            time.sleep(0.3)

    def stop_all(self) -> None:
        """End everything, last started first. A second Ctrl-C ends it at once."""
        try:
            for service in reversed(self.services):
                service.stop()
        except console.Stopped:
            for service in reversed(self.services):
                service.kill()
            raise


def _reason(code: int | None) -> str:
    if code is None:
        return "未启动"
    if code < 0:
        return f"信号 {signal.Signals(-code).name}"
    return f"代码 {code}"


@contextmanager
def supervised() -> Iterator[Supervisor]:
    """A supervisor whose programs all end with the block, however it ends."""
    supervisor = Supervisor()
    try:
        yield supervisor
    finally:
        if supervisor.services:
            with console.step("停止服务"):
                supervisor.stop_all()
