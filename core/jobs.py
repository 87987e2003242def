"""Background work: kinds, and what a running piece of work may do.

An app registers a handler with ``@job_kind("reports.summary")``. The handler gets a ``JobRun``,
must be idempotent (a worker may die at any line and the job is then run again), and reports
progress through it. Handlers of one job never run twice at once: the row is claimed.
"""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from django.core.files.storage import default_storage
from django.utils import timezone

from core.models import Job

_handlers: dict[str, Callable] = {}


class ClaimLost(Exception):
    """Somebody else took the job over (we were silent too long); stop without a trace."""


class JobFailed(Exception):
    """The job cannot succeed; the message is a Chinese sentence for the requester."""


def job_kind(kind: str):
    def register(handler: Callable[["JobRun"], None]):
        _handlers[kind] = handler
        return handler

    return register


def handler_of(kind: str) -> Callable[["JobRun"], None]:
    return _handlers[kind]


class JobRun:
    """One claimed run of a job."""

    def __init__(self, job: Job):
        self.job = job
        self.payload = job.payload
        self._claimed = Job.objects.filter(pk=job.pk, claim=job.claim, state=Job.State.RUNNING)

    def write(self, **fields) -> None:
        """Conditional update: only whoever holds the claim may write."""
        if not self._claimed.update(heartbeat_at=timezone.now(), **fields):
            raise ClaimLost(self.job.pk)

    def progress(self, done: int, total: int, label: str = "") -> None:
        self.write(progress_done=done, progress_total=total, progress_label=label)

    def store(self, name: str, content: bytes) -> str:
        """Write the result under its final storage name in one step and return that name.

        Temporary file in the same folder, then rename: readers see the old file or the whole
        new one, and a killed run leaves nothing under the final name.
        """
        self.write()
        return store_atomically(name, content)


def store_atomically(name: str, content: bytes) -> str:
    target = Path(default_storage.path(name))
    target.parent.mkdir(parents=True, exist_ok=True)
    for leftover in target.parent.glob(f".{target.name}.*"):
        leftover.unlink(missing_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(temporary).chmod(0o640)
    Path(temporary).replace(target)
    return name
