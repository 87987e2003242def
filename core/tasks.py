"""Celery's side of background work: thin tasks that carry only a job's id."""

from celery import shared_task

from core.services.jobs import job_run, jobs_sweep
from core.services.limits import limits_sweep


@shared_task(name="core.tasks.run_job")
def run_job(job_id: int) -> None:
    job_run(job_id=job_id)


@shared_task(name="core.tasks.sweep_jobs")
def sweep_jobs() -> None:
    jobs_sweep()
    limits_sweep()
