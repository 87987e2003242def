"""Builders: batches and postings."""

from datetime import date

from accounts.models import User
from staffing.models import Batch, Clinician, Posting, PostingChange
from staffing.services.batches import batch_create
from staffing.services.posting_changes import (
    posting_change_approve,
    posting_end_early,
    posting_extend,
)
from staffing.services.postings import posting_confirm_arrival, posting_create, posting_end
from support.models import Agreement
from testing.builders.places import clinician, coordinator, officer, unique


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
    if ended and ended is not True:
        made = end_early(made, ended, reason or "任务提前完成", by=entered_by)
    if ended and made.status in Posting.PRESENT:
        made = posting_end(posting=made, ended_on=made.end_on, by=entered_by)
    return made


def change_request(
    made: Posting, new_end_on: date, reason: str = "任务没有完成", by: User | None = None
) -> PostingChange:
    """An extension or an early end, as the day says, asked for by the sender; not yet decided."""
    by = by or coordinator(made.agreement.sender, sending=True)
    if new_end_on > made.end_on:
        return posting_extend(
            posting=made, new_end_on=new_end_on, reason=reason, unfinished_task="新技术带教", by=by
        )
    return posting_end_early(posting=made, new_end_on=new_end_on, reason=reason, by=by)


def end_early(made: Posting, on: date, reason: str = "任务提前完成", by: User | None = None) -> Posting:
    """Asked for by the sender, approved by the programme's bureau."""
    change = change_request(made, on, reason, by)
    return posting_change_approve(change=change, by=officer(made.agreement.cycle.programme.bureau))
