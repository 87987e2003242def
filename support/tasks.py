"""Celery's side of this room's housekeeping."""

from celery import shared_task

from support.services.evidence import evidence_sweep


@shared_task(name="support.tasks.sweep_evidence")
def sweep_evidence() -> None:
    evidence_sweep()
