"""Management commands as steps of the set-up, all in one process of the virtual environment."""

from __future__ import annotations

import json
import signal
import subprocess

from ops import console, paths, process
from ops.console import Failure

MANAGE = [str(paths.PYTHON), "-X", "utf8", "manage.py"]


class Manager:
    """Runs management commands; use it as a context manager."""

    def __init__(self, env: dict[str, str]):
        self.env = env
        self.child: subprocess.Popen | None = None

    def __enter__(self) -> Manager:
        self.child = process.spawn(
            [str(paths.PYTHON), "-X", "utf8", "-m", "ops.inside"],
            env=self.env,
            cwd=paths.ROOT,
            log=paths.SETUP_LOG,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        return self

    def __exit__(self, *_: object) -> None:
        process.end(self.child, signal.SIGTERM, 5)
        self.child.stdin.close()
        self.child.stdout.close()

    def call(self, *arguments: str) -> tuple[int, str]:
        """Exit code and output of one command; code 1 when the process died of it."""
        try:
            self.child.stdin.write(json.dumps(arguments).encode() + b"\n")
            self.child.stdin.flush()
            answer = json.loads(self.child.stdout.readline())
        except (BrokenPipeError, ValueError):
            return 1, ""
        return answer["code"], answer["text"]

    def step(self, label: str, *arguments: str) -> str:
        """One command as a step; its output."""
        with console.step(label):
            code, text = self.call(*arguments)
            if code != 0:
                raise Failure(f"{label}失败。", todo="./run", log=paths.SETUP_LOG)
        return text
