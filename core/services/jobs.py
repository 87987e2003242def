"""The life of a job row: requested, sent, claimed, finished, put back, tried again."""

import logging
import threading
import traceback
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from core.errors import RuleBroken
from core.jobs import ClaimLost, JobFailed, JobRun, handler_of
from core.models import Job, ServiceBeat

logger = logging.getLogger(__name__)

SEND_SECONDS = 3

OUTSIDE_HELP = "后台程序出现意外错误，管理员可在“后台任务”中查看技术细节。可以重试；多次不成功请联系管理员。"
WORKER_KEEPS_DYING = "后台程序多次中断，已停止自动重试。请联系管理员检查内存和日志后再重试。"


def job_request(
    *, kind: str, unique_key: str, label: str, requester=None, payload: dict | None = None
) -> Job:
    """The open job for this key, or a new one; its message leaves when the transaction commits.

    A double click therefore gives one job. Works without a broker: the row waits for the sweeper.
    """
    for attempts_left in range(19, -1, -1):
        try:
            with transaction.atomic():
                job = Job.objects.create(
                    kind=kind, unique_key=unique_key, label=label, requester=requester, payload=payload or {}
                )
            break
        except IntegrityError:
            open_states = [Job.State.QUEUED, Job.State.RUNNING]
            known = Job.objects.filter(kind=kind, unique_key=unique_key, state__in=open_states).first()
            if known is not None:
                return known
            if not attempts_left:  # it was not the key
                raise
    transaction.on_commit(partial(job_send, job_id=job.pk))
    return job


def job_send(*, job_id: int) -> bool:
    """Tell a worker about a queued job. False when the broker cannot be reached; the row waits.

    Takes at most SEND_SECONDS, also when the broker accepts connections and then says nothing: the
    visitor must not wait for it. A message that still leaves later does no harm.
    """
    from core.tasks import run_job

    faults: list[object] = []

    def send() -> None:
        try:
            run_job.apply_async(args=[job_id], retry=False)
        except Exception as error:  # any broker fault: the sweeper sends the row later
            faults.append(error)

    sender = threading.Thread(target=send, daemon=True)
    sender.start()
    sender.join(SEND_SECONDS)
    if sender.is_alive():
        faults.append("no answer")
    if faults:
        logger.warning("job %s not sent: %s", job_id, faults[0])
    sent_at = None if faults else timezone.now()
    Job.objects.filter(pk=job_id, state=Job.State.QUEUED).update(sent_at=sent_at)
    return not faults


def job_claim(*, job_id: int) -> Job | None:
    """Take a queued job for this process, or None when somebody else has it or it is over."""
    now = timezone.now()
    token = Job.new_claim()
    claimed = Job.objects.filter(pk=job_id, state=Job.State.QUEUED).update(
        state=Job.State.RUNNING,
        claim=token,
        attempts=F("attempts") + 1,
        started_at=now,
        heartbeat_at=now,
        progress_done=0,
        error="",
        trace="",
    )
    return Job.objects.get(pk=job_id, claim=token) if claimed else None


def job_run(*, job_id: int) -> None:
    """Claim and work off one job; a second message for the same job does nothing."""
    job = job_claim(job_id=job_id)
    if job is None:
        return
    run = JobRun(job)
    stop = threading.Event()
    pulse = threading.Thread(target=_beat, args=(job.pk, job.claim, stop), daemon=True)
    pulse.start()
    try:
        handler_of(job.kind)(run)
        run.write(state=Job.State.DONE, finished_at=timezone.now(), progress_label="", error="")
    except ClaimLost:
        logger.warning("job %s was taken over by another run", job.pk)
    except (JobFailed, RuleBroken) as failure:
        message = "；".join(failure.messages) if isinstance(failure, RuleBroken) else str(failure)
        _fail(run, message, "")
    except Exception:
        logger.exception("job %s failed", job.pk)
        _fail(run, OUTSIDE_HELP, traceback.format_exc())
    finally:
        stop.set()
        pulse.join()


def _fail(run: JobRun, message: str, trace: str) -> None:
    try:
        run.write(state=Job.State.FAILED, finished_at=timezone.now(), error=message, trace=trace)
    except ClaimLost:
        logger.warning("job %s failed after it was taken over", run.job.pk)


def _beat(job_id: int, claim, stop: threading.Event) -> None:
    """Own thread and own connection: a long render must not look dead."""
    try:
        while not stop.wait(settings.JOB_HEARTBEAT_SECONDS):
            try:
                held = Job.objects.filter(pk=job_id, claim=claim, state=Job.State.RUNNING)
                if not held.update(heartbeat_at=timezone.now()):
                    return
            except Exception:  # database away for a moment: the next beat tries again
                logger.warning("job %s: heartbeat not written", job_id)
                connection.close()
    finally:
        connection.close()


def job_retry(*, job: Job) -> Job:
    """Queue a failed job again with fresh attempts."""
    with transaction.atomic():
        try:
            with transaction.atomic():
                changed = Job.objects.filter(pk=job.pk, state=Job.State.FAILED).update(
                    state=Job.State.QUEUED, attempts=0, sent_at=None, finished_at=None, error="", trace=""
                )
        except IntegrityError as error:
            raise RuleBroken("同样的任务已经在排队或进行中，不需要重试。") from error
        if not changed:
            raise RuleBroken("只有未成功的任务可以重试。")
        transaction.on_commit(partial(job_send, job_id=job.pk))
    job.refresh_from_db()
    return job


def jobs_sweep() -> dict[str, int]:
    """The round of the scheduler: put back silent runs, send what was never (or long ago) sent.

    Messages may be sent twice; claiming makes that harmless. Counts: reaped, failed, sent.
    """
    now = timezone.now()
    ServiceBeat.objects.update_or_create(name="sweeper", defaults={"seen_at": now})
    silent = Job.objects.filter(
        state=Job.State.RUNNING, heartbeat_at__lt=now - timedelta(seconds=settings.JOB_LOST_AFTER_SECONDS)
    )
    failed = silent.filter(attempts__gte=F("max_attempts")).update(
        state=Job.State.FAILED, finished_at=now, error=WORKER_KEEPS_DYING, claim=None
    )
    reaped = silent.filter(attempts__lt=F("max_attempts")).update(
        state=Job.State.QUEUED, claim=None, sent_at=None
    )
    waiting = Job.objects.filter(state=Job.State.QUEUED).filter(
        Q(sent_at__isnull=True, created_at__lt=now - timedelta(seconds=2))
        | Q(sent_at__lt=now - timedelta(seconds=settings.JOB_RESEND_AFTER_SECONDS))
    )
    sent = 0
    for pk in list(waiting.order_by("pk").values_list("pk", flat=True)[:500]):
        if not job_send(job_id=pk):
            break  # the broker is away: the next round goes on
        sent += 1
    return {"reaped": reaped, "failed": failed, "sent": sent}
