"""Starting programs so that none of them outlives the launcher.

Each child leads a process group of its own (Ctrl-C at the terminal reaches only the launcher, which then
stops the children in order), and asks the kernel for a signal when the launcher dies, be it by kill -9. What then
does not end by itself falls to the reaper.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ops import reaper
from ops.console import Failure

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Account:
    """A system account to run a program as."""

    uid: int
    gid: int


def spawn(
    argv: list[str],
    *,
    env: dict[str, str],
    cwd: Path | str,
    log: Path | None = None,
    account: Account | None = None,
    death_signal: int = signal.SIGTERM,
    stdin: int = subprocess.DEVNULL,
    stdout: int | None = None,
) -> subprocess.Popen:
    """Start a program. What it prints is appended to ``log``, or goes where ours goes.

    With ``stdout`` given only the errors go to the log.
    """
    parent = os.getpid()

    def die_with_launcher() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
        if os.getppid() != parent:  # the launcher was gone before the kernel was asked
            os._exit(1)

    extra = {}
    if account:
        extra = {"user": account.uid, "group": account.gid, "extra_groups": [], "umask": 0o077}
    file = log.open("ab") if log else None
    try:
        child = subprocess.Popen(
            [str(part) for part in argv],
            env=env,
            cwd=cwd,
            stdin=stdin,
            stdout=file if stdout is None else stdout,
            stderr=file or (subprocess.STDOUT if stdout is not None else None),
            start_new_session=True,
            preexec_fn=die_with_launcher,
            **extra,
        )
    finally:
        if file:
            file.close()  # the child has its own copy
    reaper.started(child.pid)
    return child


def run(
    argv: list[str],
    *,
    env: dict[str, str],
    cwd: Path | str,
    log: Path | None = None,
    account: Account | None = None,
    timeout: float | None = None,
) -> int:
    """Run a program to its end and return its exit code (124 after ``timeout`` seconds)."""
    child = spawn(argv, env=env, cwd=cwd, log=log, account=account)
    try:
        return child.wait(timeout)
    except subprocess.TimeoutExpired:
        return 124
    finally:
        end(child, signal.SIGTERM, 5)


def capture(
    argv: list[str], *, env: dict[str, str], cwd: Path | str, account: Account | None = None
) -> tuple[int, str]:
    """Run a short program; its exit code and its output, errors included."""
    child = spawn(argv, env=env, cwd=cwd, account=account, stdout=subprocess.PIPE)
    try:
        output = child.communicate(timeout=120)[0]
        return child.returncode, output.decode("utf-8", "replace")
    except subprocess.TimeoutExpired:
        return 124, ""
    finally:
        end(child, signal.SIGTERM, 5)


def must(argv: list[str], *, what: str, todo: str | list[str], log: Path, **kwargs) -> None:
    """Run a program that has to succeed."""
    if run(argv, log=log, **kwargs) != 0:
        raise Failure(what, todo=todo, log=log)


def end(child: subprocess.Popen, stop_signal: int, patience: float) -> None:
    """Ask the program to stop, wait, then kill what is left of its process group."""
    if child.poll() is None:
        child.send_signal(stop_signal)
        with suppress(subprocess.TimeoutExpired):
            child.wait(patience)
    kill_group(child.pid)
    child.wait()
    reaper.ended(child.pid)


def kill_group(group: int) -> None:
    """Kill what is left of a process group that we made."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def end_leftover(pid: int, program: str, folder: Path, stop_signal: int) -> None:
    """Stop a server that an earlier launcher of this folder left behind.

    The number alone proves nothing, since the kernel gives numbers out again: the process must also be that
    program and have that folder as its working directory.
    """
    try:
        same = (
            Path(f"/proc/{pid}/exe").readlink().name.startswith(program)
            and Path(f"/proc/{pid}/cwd").readlink() == folder.resolve()
        )
    except OSError:
        return
    if not same:
        return
    for number, patience in ((stop_signal, 20), (signal.SIGKILL, 5)):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if not _alive(pid):
                return
            time.sleep(0.05)


def _alive(pid: int) -> bool:
    """False also for one that has ended and only waits for its parent to notice."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
