"""The life of a job row, without a worker: each step on its own, and what goes wrong at each."""

import os
import signal
import threading
import time
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from core import tasks
from core.errors import RuleBroken
from core.jobs import ClaimLost, JobFailed, JobRun, _handlers, job_kind, store_atomically
from core.models import Job, ServiceBeat
from core.selectors.jobs import background_is_away, job_notice
from core.services.jobs import (
    OUTSIDE_HELP,
    WORKER_KEEPS_DYING,
    job_claim,
    job_request,
    job_retry,
    job_run,
    job_send,
    jobs_sweep,
)
from core.tests.together import split, together

pytestmark = pytest.mark.django_db

State = Job.State


@pytest.fixture
def handler():
    """Registers a function as the kind "tests.here" for one test."""

    def register(function):
        job_kind("tests.here")(function)
        return function

    yield register
    _handlers.pop("tests.here", None)


@pytest.fixture
def sent(monkeypatch):
    """Collects the messages instead of needing a broker; the worker tests use a real one."""
    messages = []
    monkeypatch.setattr(tasks.run_job, "apply_async", lambda args, **options: messages.append(args[0]))
    return messages


def request(key: str = "k", **fields) -> Job:
    return job_request(kind="tests.here", unique_key=key, label="试", **fields)


def age(job: Job, seconds: float, *names: str) -> Job:
    """Moves the times of a row into the past."""
    past = timezone.now() - timedelta(seconds=seconds)
    Job.objects.filter(pk=job.pk).update(**dict.fromkeys(names, past))
    job.refresh_from_db()
    return job


# ---- requesting
def test_a_double_request_is_one_job(sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        first, second = request(), request()
    assert first == second and Job.objects.count() == 1 and sent == [first.pk]


def test_another_key_another_job_and_again_once_it_is_over(sent):
    first = request()
    assert request("other") != first
    Job.objects.filter(pk=first.pk).update(state=State.RUNNING)
    assert request() == first
    for state in (State.DONE, State.FAILED):
        Job.objects.filter(pk=first.pk).update(state=state)
        again = request()
        assert again != first
        again.delete()


@pytest.mark.django_db(transaction=True)
def test_five_requests_at_the_same_moment_are_one_job(sent):
    done, refused = split(together(*[request] * 5))
    assert refused == [] and len({job.pk for job in done}) == Job.objects.count() == 1
    assert sent == [done[0].pk]


@pytest.mark.django_db(transaction=True)
def test_a_request_while_the_job_before_it_just_ends(sent):
    """Between "there is one already" and fetching it, that one may be over: then a new one is made."""

    def request_and_end():
        for _ in range(50):
            Job.objects.filter(pk=request().pk).update(state=State.DONE)

    _, broken = split(together(*[request_and_end] * 3))
    assert broken == []


@pytest.mark.django_db(transaction=True)
def test_the_message_leaves_after_the_commit_and_not_before(sent):
    with transaction.atomic():
        job = request()
        assert sent == []
    assert sent == [job.pk]
    job.refresh_from_db()
    assert job.sent_at is not None


@pytest.mark.django_db(transaction=True)
def test_a_rollback_leaves_neither_row_nor_message(sent):
    with pytest.raises(RuntimeError), transaction.atomic():
        request()
        raise RuntimeError
    assert sent == [] and not Job.objects.exists()


def test_the_database_itself_holds_one_open_job_per_key():
    request()
    with pytest.raises(IntegrityError, match="job_one_open_per_key"), transaction.atomic():
        Job.objects.create(kind="tests.here", unique_key="k", label="x")


# ---- claiming and running
def test_a_job_is_done_and_says_so(handler):
    @handler
    def work(run):
        run.progress(2, 5, "整理")
        assert Job.objects.get(pk=run.job.pk).percent == 40

    job = request()
    job_run(job_id=job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts, job.error, job.trace, job.progress_label) == ("done", 1, "", "", "")
    assert job.percent == 100 and job.finished_at >= job.started_at


def test_a_second_message_does_nothing(handler):
    runs = []
    handler(lambda run: runs.append(run.job.pk))
    job = request()
    for _ in range(3):
        job_run(job_id=job.pk)
    job_run(job_id=job.pk + 1000)
    assert runs == [job.pk]


@pytest.mark.django_db(transaction=True)
def test_only_one_of_many_gets_the_claim(handler):
    for number in range(5):
        job = request(str(number))
        claims = together(*[lambda job=job: job_claim(job_id=job.pk)] * 6)
        won = [claim for claim in claims if claim is not None]
        assert len(won) == 1, claims
        job.refresh_from_db()
        assert job.attempts == 1 and job.claim == won[0].claim


def test_a_broken_rule_is_told_to_people_without_a_trace(handler):
    @handler
    def work(run):
        raise RuleBroken(["周期没有结束日期。", "没有协议。"])

    job = request()
    job_run(job_id=job.pk)
    job.refresh_from_db()
    assert (job.state, job.error, job.trace) == ("failed", "周期没有结束日期。；没有协议。", "")
    assert job.finished_at is not None


def test_what_cannot_succeed_says_why(handler):
    @handler
    def work(run):
        raise JobFailed("没有可以汇总的记录。")

    job = request()
    job_run(job_id=job.pk)
    job.refresh_from_db()
    assert (job.state, job.error, job.trace) == ("failed", "没有可以汇总的记录。", "")


def test_a_surprise_is_told_to_engineers_only(handler):
    @handler
    def work(run):
        return {}["secret-detail"]

    job = request()
    job_run(job_id=job.pk)
    job.refresh_from_db()
    assert job.state == "failed" and job.error == OUTSIDE_HELP
    assert "KeyError: 'secret-detail'" in job.trace and "secret-detail" not in job.error


def test_an_unknown_kind_fails_and_is_not_stuck():
    job = job_request(kind="tests.nobody", unique_key="k", label="x")
    job_run(job_id=job.pk)
    job.refresh_from_db()
    assert job.state == "failed" and job.error == OUTSIDE_HELP


@pytest.mark.django_db(transaction=True)
def test_a_handler_that_broke_its_transaction_still_leaves_a_reason(handler, sent):
    @handler
    def work(run):
        with transaction.atomic():
            Job.objects.create(kind="tests.here", unique_key="k", label="twice")

    waiting, job = request(), request("other")
    job_run(job_id=job.pk)
    job.refresh_from_db()
    waiting.refresh_from_db()
    assert (job.state, waiting.state) == ("failed", "queued")
    assert "job_one_open_per_key" in job.trace


# ---- losing the claim
def test_a_run_that_lost_its_claim_can_write_nothing(handler, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    job = request()
    slow = JobRun(job_claim(job_id=job.pk))
    Job.objects.filter(pk=job.pk).update(state=State.QUEUED, claim=None)
    taker = JobRun(job_claim(job_id=job.pk))
    for write in (
        lambda: slow.progress(1, 2),
        lambda: slow.write(state=State.DONE),
        lambda: slow.store("jobs/late.txt", b"late"),
    ):
        with pytest.raises(ClaimLost):
            write()
    assert not default_storage.exists("jobs/late.txt")
    taker.progress(1, 2, "新的")
    job.refresh_from_db()
    assert (job.state, job.progress_label, job.attempts) == ("running", "新的", 2)


@pytest.mark.parametrize("ends_in", ["return", "error"])
def test_the_end_of_a_lost_run_changes_nothing(handler, ends_in):
    @handler
    def work(run):
        Job.objects.filter(pk=run.job.pk).update(claim=Job.new_claim())
        if ends_in == "error":
            raise ValueError

    job = request()
    job_run(job_id=job.pk)
    job.refresh_from_db()
    assert (job.state, job.error, job.trace) == ("running", "", "")


# ---- beating, reaping, sending again
@pytest.mark.django_db(transaction=True)
def test_a_long_job_beats_while_it_works(handler, settings):
    settings.JOB_HEARTBEAT_SECONDS = 0.05
    beats = []

    @handler
    def work(run):
        for _ in range(3):
            time.sleep(0.2)
            beats.append(Job.objects.get(pk=run.job.pk).heartbeat_at)

    before = threading.active_count()
    job = request()
    job_run(job_id=job.pk)
    assert beats[0] < beats[1] < beats[2]
    assert threading.active_count() == before


def test_silence_puts_a_job_back_but_not_a_beating_one(sent):
    silent, alive = request("silent"), request("alive")
    for job in (silent, alive):
        job_claim(job_id=job.pk)
    age(silent, 21, "heartbeat_at")
    age(alive, 19, "heartbeat_at")
    assert jobs_sweep()["reaped"] == 1
    silent.refresh_from_db()
    alive.refresh_from_db()
    assert (silent.state, silent.claim, alive.state) == ("queued", None, "running")


def test_a_job_that_kills_its_worker_does_not_loop(sent):
    job = request()
    for attempt in range(1, 5):
        assert job_claim(job_id=job.pk).attempts == attempt
        age(job, 60, "heartbeat_at")
        jobs_sweep()
    job.refresh_from_db()
    assert (job.state, job.error, job.attempts) == ("failed", WORKER_KEEPS_DYING, 4)
    assert job_claim(job_id=job.pk) is None and jobs_sweep()["sent"] == 0


def test_what_was_never_sent_is_sent(sent):
    fresh, old = request("fresh"), request("old")
    age(old, 3, "created_at")
    assert jobs_sweep()["sent"] == 1 and sent == [old.pk]
    age(old, 29, "sent_at")
    age(fresh, 1, "created_at")
    assert jobs_sweep()["sent"] == 0
    age(old, 31, "sent_at")
    assert jobs_sweep()["sent"] == 1


def test_the_sweeper_leaves_what_is_over_alone(sent):
    for state in (State.DONE, State.FAILED):
        job = request(state)
        Job.objects.filter(pk=job.pk).update(state=state)
        age(job, 9999, "created_at", "heartbeat_at", "sent_at")
    assert jobs_sweep() == {"reaped": 0, "failed": 0, "sent": 0}


def test_a_dead_broker_keeps_the_row_and_says_so(monkeypatch):
    def unreachable(*args, **options):
        raise ConnectionError("Error 111 connecting")

    monkeypatch.setattr(tasks.run_job, "apply_async", unreachable)
    job = request()
    assert job_send(job_id=job.pk) is False
    age(job, 5, "created_at")
    assert (job.state, job.sent_at, job.error) == ("queued", None, "")
    assert job_notice(job) == "后台消息服务暂时连不上。任务已经保存，服务恢复后会自动继续，不需要重新提交。"


def test_a_sweeper_without_a_broker_does_not_try_every_job(monkeypatch):
    tried = []

    def unreachable(args, **options):
        tried.append(args[0])
        raise ConnectionError

    monkeypatch.setattr(tasks.run_job, "apply_async", unreachable)
    for number in range(5):
        age(request(str(number)), 5, "created_at")
    assert jobs_sweep()["sent"] == 0 and len(tried) == 1


# ---- what a waiting page says
def test_notice_of_a_worker_that_is_away(sent, settings):
    job = request()
    Job.objects.filter(pk=job.pk).update(sent_at=timezone.now())
    job.refresh_from_db()
    assert background_is_away() and job_notice(job) == ""  # only just requested
    age(job, settings.JOB_LOST_AFTER_SECONDS + 1, "created_at")
    assert "暂时没有响应" in job_notice(job)
    ServiceBeat.objects.create(name="sweeper", seen_at=timezone.now())
    assert not background_is_away() and job_notice(job) == ""
    ServiceBeat.objects.update(
        seen_at=timezone.now() - timedelta(seconds=settings.JOB_SWEEP_SECONDS * 3 + 11)
    )
    assert background_is_away()


def test_notice_of_a_second_attempt(sent):
    ServiceBeat.objects.create(name="sweeper", seen_at=timezone.now())
    job = request()
    job_claim(job_id=job.pk)
    Job.objects.filter(pk=job.pk).update(attempts=2)
    job.refresh_from_db()
    assert job_notice(job) == "上一次处理中断，系统已自动重新开始（第 2 次）。"


# ---- retry
def test_retry_starts_anew(handler, sent, django_capture_on_commit_callbacks):
    works = []

    @handler
    def work(run):
        if not works:
            raise JobFailed("数据不全。")

    job = request()
    job_run(job_id=job.pk)
    job.refresh_from_db()
    works.append(True)
    with django_capture_on_commit_callbacks(execute=True):
        job = job_retry(job=job)
    assert (job.state, job.attempts, job.error) == ("queued", 0, "")
    assert sent == [job.pk]
    job_run(job_id=job.pk)
    job.refresh_from_db()
    assert job.state == "done"


@pytest.mark.parametrize("state", [State.QUEUED, State.RUNNING, State.DONE])
def test_only_failed_jobs_are_retried(state):
    job = request()
    Job.objects.filter(pk=job.pk).update(state=state)
    with pytest.raises(RuleBroken, match="只有未成功的任务"):
        job_retry(job=job)
    assert Job.objects.get(pk=job.pk).state == state


def test_no_retry_beside_an_open_job_of_the_same_key():
    failed = request()
    Job.objects.filter(pk=failed.pk).update(state=State.FAILED)
    request()
    with pytest.raises(RuleBroken, match="已经在排队或进行中"):
        job_retry(job=failed)
    assert Job.objects.get(pk=failed.pk).state == State.FAILED


@pytest.mark.django_db(transaction=True)
def test_two_retries_at_once_are_one(sent):
    job = request()
    Job.objects.filter(pk=job.pk).update(state=State.FAILED)
    sent.clear()
    done, refused = split(together(*[lambda: job_retry(job=job)] * 2))
    assert len(done) == len(refused) == 1 and sent == [job.pk]


# ---- results
def test_a_result_is_replaced_whole_and_leaves_no_second_file(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    for content in (b"first", b"second"):
        assert store_atomically("jobs/7/总结.pdf", content) == "jobs/7/总结.pdf"
    folder = tmp_path / "jobs" / "7"
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == {"总结.pdf": b"second"}
    assert (folder / "总结.pdf").stat().st_mode & 0o777 == 0o640


def killed_before_rename(name: str) -> int:
    """A process of its own writes the result and dies by SIGKILL before the rename; its end signal."""
    child = os.fork()
    if not child:
        os.replace = lambda *args: os.kill(os.getpid(), signal.SIGKILL)
        try:
            store_atomically(name, b"half")
        finally:
            os._exit(1)
    return os.WTERMSIG(os.waitpid(child, 0)[1])


def test_killed_between_write_and_rename_leaves_nothing_under_the_name(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    assert killed_before_rename("jobs/7/result.pdf") == signal.SIGKILL
    folder = tmp_path / "jobs" / "7"
    (leftover,) = folder.iterdir()
    assert leftover.name.startswith(".result.pdf.") and not (folder / "result.pdf").exists()
    store_atomically("jobs/7/result.pdf", b"whole")
    assert [file.name for file in folder.iterdir()] == ["result.pdf"]
    assert (folder / "result.pdf").read_bytes() == b"whole"


def test_the_old_result_stays_readable_until_the_new_one_is_whole(settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    store_atomically("r.txt", b"old")
    seen = []
    real = os.replace
    monkeypatch.setattr(
        os, "replace", lambda *args: (seen.append((tmp_path / "r.txt").read_bytes()), real(*args))
    )
    store_atomically("r.txt", b"new")
    assert seen == [b"old"] and (tmp_path / "r.txt").read_bytes() == b"new"


def test_states_are_known_to_the_database():
    job = request()
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.filter(pk=job.pk).update(state="lost")
    assert connection.vendor == "postgresql"
