"""Celery's side of this room's housekeeping."""

from celery import shared_task

from staffing.services.text_prints import text_prints_tidy


@shared_task(name="staffing.tasks.tidy_text_prints")
def tidy_text_prints() -> None:
    text_prints_tidy()
