"""Builders: mentorships."""

from datetime import date

from staffing.models import Clinician, Mentorship
from staffing.services.mentorships import mentorship_create
from support.models import Agreement
from testing.builders.places import clinician
from testing.builders.records import settle, side


def mentorship(
    agreement: Agreement,
    mentor: Clinician | None = None,
    apprentice: Clinician | None = None,
    start: date = date(2026, 1, 1),
    end: date = date(2026, 12, 31),
    *,
    status: str = "confirmed",
    **fields,
) -> Mentorship:
    """A pair entered by the sender and confirmed by the recipient."""
    made = mentorship_create(
        agreement=agreement,
        mentor=mentor or clinician(agreement.sender, title="232"),
        apprentice=apprentice or clinician(agreement.recipient, title="234"),
        start_on=start,
        end_on=end,
        by=side(agreement, True),
        **fields,
    )
    return settle(made, status, entered_by=side(agreement, True), other=side(agreement, False))
