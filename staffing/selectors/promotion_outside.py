"""What a promotion ledger asks of other parts of this room: bars of discipline, results of appraisals.

Each answers for many at once, so that a list costs a constant number of statements.
"""

from collections.abc import Iterable
from datetime import date

from staffing.models import Clinician, Posting
from staffing.promotion.ledger import Bar


def promotion_bars(clinicians: Iterable[Clinician], on: date) -> dict[int, Bar]:
    """Who may not apply on that day, by clinician key, until when and why."""
    return {}


def stay_results(postings: Iterable[Posting]) -> dict[int, bool]:
    """Whether the service of a posting was found 合格, by posting key; absent without a result."""
    return {}
