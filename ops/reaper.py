"""A watcher that outlives the launcher only to clear up after it.

The kernel tells each program that the launcher died (see ``process``), but a program may get stuck while it
ends, and the programs that it started itself are not told. So a small process, forked before anything else,
is told every process group that is started. When its pipe breaks, the launcher is gone: it gives the groups
some seconds to end in order and kills what is left.
"""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

PATIENCE = 8.0

_pipe: int | None = None


def start() -> None:
    """Fork the watcher. Call once, before any lock is taken or program started."""
    global _pipe
    read_end, write_end = os.pipe()  # neither is inherited by programs
    if os.fork() == 0:
        os.close(write_end)
        try:
            _watch(read_end)
        finally:
            os._exit(0)
    os.close(read_end)
    _pipe = write_end


def started(group: int) -> None:
    """The launcher started this process group."""
    _tell(f"+{group} {_birth(group)}\n")


def ended(group: int) -> None:
    """The process group has ended."""
    _tell(f"-{group} 0\n")


def _tell(line: str) -> None:
    if _pipe is not None:
        with suppress(OSError):
            os.write(_pipe, line.encode())


def _watch(read_end: int) -> None:
    os.setsid()
    os.chdir("/")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):  # a pipe behind ./run must end with ./run
        os.dup2(nowhere, descriptor)
    groups: dict[int, str] = {}
    with os.fdopen(read_end, encoding="ascii") as lines:
        for line in lines:
            group, birth = line[1:].split()
            if line[0] == "+":
                groups[int(group)] = birth
            else:
                groups.pop(int(group), None)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and any(_exists(*entry) for entry in groups.items()):
        time.sleep(0.2)
    for group, birth in groups.items():
        if _exists(group, birth):
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(group, signal.SIGKILL)


def _exists(group: int, birth: str) -> bool:
    """Whether the group that we know still has members.

    The kernel gives no number out again while a group bears it; a process with this number but another birth
    means that our group is long gone.
    """
    if _birth(group) not in (birth, "gone"):
        return False
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _birth(pid: int) -> str:
    """The start time of a process in clock ticks since boot."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return "gone"
