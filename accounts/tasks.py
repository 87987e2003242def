"""Rounds of the scheduler: thin, and harmless however often they come."""

from celery import shared_task

from accounts.services.digests import digests_request
from accounts.services.notices import notices_round


@shared_task(name="accounts.tasks.make_notices")
def make_notices() -> None:
    notices_round()


@shared_task(name="accounts.tasks.request_digests")
def request_digests() -> None:
    digests_request()
