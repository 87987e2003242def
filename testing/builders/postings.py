"""Builders: batches and postings."""

from datetime import date

from accounts.models import User
from staffing.models import Batch, Clinician, Posting
from staffing.services.postings import batch_create, posting_confirm_arrival, posting_create, posting_end
from support.models import Agreement
from testing.builders.places import clinician, coordinator, unique


def batch(agreement: Agreement, kind: str = "resident", departed: date = date(2026, 3, 1), **fields) -> Batch:
    """A departure of the agreement's sender within its cycle."""
    return batch_create(
        cycle=agreement.cycle,
        sender=agreement.sender,
        code=fields.pop("code", unique("PC-")),
        kind=kind,
        departed_on=departed,
        **fields,
    )


def posting(
    agreement: Agreement,
    person: Clinician | None = None,
    start: date = date(2026, 3, 1),
    end: date = date(2026, 8, 31),
    *,
    kind: str = "resident",
    within: Batch | None = None,
    arrived: bool | date = True,
    ended: bool | date = False,
    reason: str = "",
    by: User | None = None,
    **fields,
) -> Posting:
    """One person's stay, entered by the sender; ``arrived`` True means on the first day.

    ``ended`` True closes it on its planned last day, a date earlier (with a reason).
    """
    within = within or batch(agreement, kind, start)
    entered_by = by or coordinator(agreement.sender, sending=True)
    made = posting_create(
        batch=within,
        agreement=agreement,
        clinician=person or clinician(agreement.sender),
        start_on=start,
        end_on=end,
        by=entered_by,
        **fields,
    )
    if arrived or ended:
        made = posting_confirm_arrival(
            posting=made,
            arrived_on=start if arrived is True or not arrived else arrived,
            by=coordinator(agreement.recipient, sending=False),
        )
    if ended:
        made = posting_end(
            posting=made,
            ended_on=end if ended is True else ended,
            by=entered_by,
            reason=reason or ("" if ended is True else "任务提前完成"),
        )
    return made
