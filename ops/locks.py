"""One launcher a clone: a lock that the kernel drops when the launcher ends, however it ends."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ops import console, paths


@contextmanager
def exclusive(file: Path) -> Iterator[bool]:
    """Yields whether the lock was free; never waits."""
    with file.open("a+") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


@contextmanager
def waiting(file: Path, notice: str) -> Iterator[None]:
    """Hold the lock for the block; says so when another launcher has it first."""
    with file.open("a+") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            console.say(notice)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def write_state(**state: object) -> None:
    """Tell later launchers of this clone what runs here."""
    paths.write_private(paths.RUN_STATE, json.dumps({"pid": os.getpid(), **state}))


def read_state() -> dict:
    try:
        return json.loads(paths.RUN_STATE.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
