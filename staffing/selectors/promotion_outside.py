"""What a promotion ledger asks of others: bars of discipline, and whether a stay was assessed 合格.

Each answers for many at once, so that a list costs a constant number of statements. Assessments belong
to a room above this one, which registers its answer here.
"""

from collections.abc import Callable, Iterable
from datetime import date

from staffing.models import Clinician, Posting
from staffing.promotion.ledger import Bar

Results = Callable[[list[Posting]], dict[int, bool]]
_results: list[Results] = []


def answers_stay_results(provider: Results) -> Results:
    """Register ``provider(postings) -> {posting key: passed}``; stays without a result are left out."""
    _results.append(provider)
    return provider


def stay_results(postings: Iterable[Posting]) -> dict[int, bool]:
    """Whether the service of a posting was assessed 合格; one failure among several results decides."""
    postings = list(postings)
    found: dict[int, bool] = {}
    for provider in _results if postings else ():
        for pk, passed in provider(postings).items():
            found[pk] = found.get(pk, True) and passed
    return found


def promotion_bars(clinicians: Iterable[Clinician], on: date) -> dict[int, Bar]:
    """Who may not apply on that day, by clinician key, until when and why."""
    return {}
