"""Batches as the bureau enters them: facts, filed at once. Plans of hospitals are in services/plans.py."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from accounts.models import Organisation, User
from core.errors import checked
from staffing.models import Batch
from support.models import Cycle


@transaction.atomic
def batch_create(
    *,
    cycle: Cycle,
    sender: Organisation,
    code: str,
    kind: str,
    departed_on: date,
    task: str = "",
    stated_people: int | None = None,
    by: User | None = None,
) -> Batch:
    """A departure that the bureau records as filed. Its kind (resident, short-term, circuit) is that of

    all its postings. ``by``: the officer who entered it, None for an import of old records.
    """
    batch = Batch(
        cycle=cycle,
        sender=sender,
        code=code,
        kind=kind,
        departed_on=departed_on,
        task=task,
        stated_people=stated_people,
        status=Batch.Status.FILED,
        planned_by=by,
        filed_by=by,
        filed_at=timezone.now(),
    )
    checked(batch)
    batch.save()
    return batch
