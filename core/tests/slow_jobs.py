"""Job kinds for tests of the worker; a real worker gets this module by ``--include``.

They tell what happens through files in a folder of the test, because that is all that is left
when a process is killed.
"""

import os
import time
from pathlib import Path

from core.jobs import JobFailed, JobRun, job_kind
from core.models import Job


def _note(folder: Path, name: str, text: str = "") -> None:
    with (folder / name).open("a") as file:
        file.write(text)


@job_kind("tests.slow")
def slow(run: JobRun) -> None:
    """Waits in small steps while the file ``hold`` is there, then stores its result."""
    folder = Path(run.payload["folder"])
    run.progress(1, 3, "第一步")
    _note(folder, "started", f"{os.getpid()} {os.getppid()}\n")
    while (folder / "hold").exists():
        time.sleep(0.05)
    run.progress(2, 3, "第二步")
    name = run.store(f"jobs/{run.job.pk}/result.txt", b"done")
    _note(folder, "finished", f"{os.getpid()}\n")
    run.write(result_file=name)


@job_kind("tests.deadly")
def deadly(run: JobRun) -> None:
    """Kills its own process each time, as a job that needs too much memory would."""
    _note(Path(run.payload["folder"]), "started", "x")
    os.kill(os.getpid(), 9)


@job_kind("tests.quick")
def quick(run: JobRun) -> None:
    run.progress(1, 1, "完成")


@job_kind("tests.impossible")
def impossible(run: JobRun) -> None:
    raise JobFailed("没有可以汇总的记录。")


def open_jobs() -> int:
    return Job.objects.filter(state__in=[Job.State.QUEUED, Job.State.RUNNING]).count()
