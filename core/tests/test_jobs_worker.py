"""Background work with real processes: workers are killed, the broker goes away, and jobs still end well."""

import os
import signal
import time

import pytest

from core.models import Job
from core.selectors.jobs import background_is_away, job_notice
from core.services.jobs import WORKER_KEEPS_DYING, job_request, job_send
from core.tests import slow_jobs
from core.tests.processes import background, wait_until

pytestmark = [pytest.mark.worker, pytest.mark.django_db(transaction=True)]

State = Job.State


@pytest.fixture
def house(transactional_db, tmp_path, settings):
    """Depends on the database so that every process is gone before the tables are emptied."""
    settings.MEDIA_ROOT = tmp_path / "media"
    with background(tmp_path) as (broker, services):
        yield House(broker, services, tmp_path)


class House:
    def __init__(self, broker, services, folder):
        self.broker, self.services, self.folder = broker, services, folder

    def request(self, kind="tests.slow", key="k", *, hold=False) -> Job:
        if hold:
            (self.folder / "hold").touch()
        return job_request(kind=kind, unique_key=key, label="试", payload={"folder": str(self.folder)})

    def let_go(self) -> None:
        (self.folder / "hold").unlink()

    def lines(self, name: str) -> list[str]:
        file = self.folder / name
        return file.read_text().splitlines() if file.exists() else []

    def wait_until_started(self, job: Job) -> int:
        """The process number of the pool child that works on it."""
        self.services.wait_for(job, State.RUNNING)
        return int(wait_until(lambda: self.lines("started"), "the handler")[-1].split()[0])

    def results(self, job: Job) -> list[str]:
        folder = self.services.media / "jobs" / str(job.pk)
        return sorted(file.name for file in folder.iterdir()) if folder.exists() else []

    def assert_done_once(self, job: Job) -> None:
        """Done, one file, the handler's last line reached once, and nothing left open."""
        assert (job.state, job.error, job.trace) == (State.DONE, "", "")
        assert self.results(job) == ["result.txt"]
        assert job.result_file.read() == b"done"
        assert len(self.lines("finished")) == 1
        assert slow_jobs.open_jobs() == 0


def quickly(request):
    """What the request gives back, provided the visitor did not wait for it."""
    began = time.monotonic()
    job = request()
    took = time.monotonic() - began
    assert took < 5, f"the visitor waited {took:.1f} s"
    return job


def test_whole_worker_killed_while_a_job_runs(house):
    worker = house.services.start_worker()
    job = house.request(hold=True)
    child = house.wait_until_started(job)
    assert child != worker.pid
    house.services.kill_group(worker)
    job.refresh_from_db()
    assert (job.state, house.results(job)) == (State.RUNNING, [])
    house.let_go()
    # what a supervisor does: start it again
    house.services.start_beat()
    house.services.start_worker()
    house.assert_done_once(house.services.wait_for(job, State.DONE, State.FAILED))
    assert job.attempts >= 2 and len(house.lines("started")) == job.attempts


def test_pool_child_killed_while_a_job_runs(house):
    worker = house.services.start_worker()
    house.services.start_beat()
    job = house.request(hold=True)
    os.kill(house.wait_until_started(job), signal.SIGKILL)
    house.let_go()
    house.assert_done_once(house.services.wait_for(job, State.DONE, State.FAILED))
    assert job.attempts >= 2 and worker.poll() is None
    # a job that kills every child that takes it is given up, and the next one still runs
    deadly = Job.objects.create(
        kind="tests.deadly",
        unique_key="d",
        label="试",
        max_attempts=2,
        payload={"folder": str(house.folder)},
    )
    job_send(job_id=deadly.pk)
    house.services.wait_for(deadly, State.FAILED)
    assert (deadly.error, deadly.attempts) == (WORKER_KEEPS_DYING, 2)
    house.services.wait_for(house.request("tests.quick"), State.DONE)
    assert slow_jobs.open_jobs() == 0


def test_broker_silent_or_away_before_the_request(house):
    worker = house.services.start_worker()
    house.services.start_beat()
    house.services.wait_for(house.request("tests.quick", "before"), State.DONE)
    wait_until(lambda: not background_is_away(), "the first round of the sweeper")
    house.broker.freeze()
    frozen = quickly(lambda: house.request(key="frozen"))
    house.broker.stop()
    job = quickly(house.request)
    assert house.request() == job
    time.sleep(2)
    job.refresh_from_db()
    assert (job.state, job.sent_at) == (State.QUEUED, None)
    assert job_notice(job) == "后台消息服务暂时连不上。任务已经保存，服务恢复后会自动继续，不需要重新提交。"

    house.broker.start()
    for waiting in (job, frozen):
        house.services.wait_for(waiting, State.DONE, State.FAILED)
        assert (waiting.state, house.results(waiting)) == (State.DONE, ["result.txt"])
    assert len(house.lines("finished")) == 2 and slow_jobs.open_jobs() == 0
    assert job_notice(job) == "" and worker.poll() is None


def test_idle_worker_goes_on_after_the_broker_was_restarted(house):
    """No scheduler here: only the worker's own connection brings the message."""
    worker = house.services.start_worker()
    house.services.wait_for(house.request("tests.quick", "before"), State.DONE)
    for round_ in ("first", "second"):
        house.broker.stop()
        time.sleep(1)
        house.broker.start()
        failing = house.request("tests.impossible", round_)
        house.services.wait_for(failing, State.FAILED)
        assert failing.error == "没有可以汇总的记录。"
        house.services.wait_for(house.request("tests.quick", round_), State.DONE)
    assert worker.poll() is None
