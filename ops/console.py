"""What the person at the terminal sees: one line a step, and for a failure what to type."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Failure(Exception):
    """A step that cannot go on: what failed, what to type, and the log that knows more."""

    def __init__(self, message: str, *, todo: str | list[str] = (), log: Path | None = None):
        super().__init__(message)
        self.message = message
        self.todo = [todo] if isinstance(todo, str) else list(todo)
        self.log = log


class Stopped(BaseException):
    """Ctrl-C or a request to end; not an Exception so that nothing swallows it."""


def say(text: str = "") -> None:
    """Print a line; inside a step the step's own line is closed first."""
    if Step.open_line:
        Step.open_line = False
        print(flush=True)
    print(text, flush=True)


class Step:
    """The running step; ``note`` replaces the word 完成."""

    note = ""
    open_line = False


@contextmanager
def step(label: str) -> Iterator[Step]:
    """Print one line: the label at once, the outcome and the seconds when it ends."""
    print(f"· {label} …… ", end="", flush=True)
    Step.open_line = True
    started = time.monotonic()
    current = Step()
    try:
        yield current
    except Stopped:
        _close(label, "已中断")
        raise
    except BaseException:
        _close(label, "失败")
        raise
    _close(label, f"{current.note or '完成'}（{time.monotonic() - started:.1f} 秒）")


def _close(label: str, outcome: str) -> None:
    print(outcome if Step.open_line else f"· {label} …… {outcome}", flush=True)
    Step.open_line = False


def warn(text: str, todo: str = "") -> None:
    say(f"  提醒：{text}")
    if todo:
        say(f"  可输入：{todo}")


def show_failure(failure: Failure) -> None:
    out = sys.stderr
    print(f"\n出错：{failure.message}", file=out)
    if failure.log and failure.log.is_file():
        lines = tail(failure.log)
        if lines:
            print(f"日志 {failure.log} 的最后几行：", file=out)
            for line in lines:
                print(f"    {line}", file=out)
    if failure.todo:
        print("请输入：" if len(failure.todo) == 1 else "请依次输入：", file=out)
        for command in failure.todo:
            print(f"    {command}", file=out)
    out.flush()


def tail(path: Path, count: int = 12) -> list[str]:
    """The last lines of a log, without reading all of a long one."""
    with path.open("rb") as file:
        file.seek(0, 2)
        file.seek(max(0, file.tell() - 16_000))
        text = file.read().decode("utf-8", "replace")
    return [line for line in text.splitlines() if line.strip()][-count:]
