"""Days of stay: what a person's postings amount to in a period, under the one day convention.

Resident days alone count toward duration rules; short-term support and circuits are shown beside.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from core.dates import Period, total_days, whole_months
from staffing.models import Posting, PostingKind


@dataclass(frozen=True)
class StayTotals:
    """Inclusive days of a person: ``resident`` and ``other`` are distinct days, overlaps once."""

    resident: int
    other: int

    @property
    def all(self) -> int:
        return self.resident + self.other


def clipped(postings: Iterable[Posting], period: Period | None) -> list[tuple[Posting, Period]]:
    """Each posting with its part inside the period; those wholly outside are left out."""
    parts = ((posting, posting.period.clip(period) if period else posting.period) for posting in postings)
    return [(posting, part) for posting, part in parts if part is not None]


def stay_totals(postings: Iterable[Posting], period: Period | None = None) -> StayTotals:
    parts = clipped(postings, period)
    return StayTotals(
        resident=total_days(part for posting, part in parts if posting.kind == PostingKind.RESIDENT),
        other=total_days(part for posting, part in parts if posting.kind != PostingKind.RESIDENT),
    )


def meets_months(period: Period, months: int) -> bool:
    """Whether one unbroken stay reaches so many calendar months (by anniversary)."""
    return whole_months(period)[0] >= months


def meets_days(period: Period, days: int) -> bool:
    """Whether one unbroken stay reaches so many inclusive days."""
    return period.days >= days
