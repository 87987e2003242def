"""Final results of people's assessments, as far as another room knows any.

Assessments live above this room; it registers its answer here at start-up. Everything asks for many
people at once, so that a list costs a constant number of statements.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from staffing.models import Clinician, Posting
from support.models import Cycle


@dataclass(frozen=True)
class Result:
    """A decided grade: whose and of which cycle (keys), the cycle's name, the grade in words."""

    clinician: int
    cycle: int
    cycle_name: str
    grade: str
    passed: bool


Provider = Callable[[set[int], set[int]], list[Result]]
_providers: list[Provider] = []


def result_provider(provider: Provider) -> Provider:
    """Register ``provider(clinician keys, cycle keys)``; what is not finally decided is left out."""
    _providers.append(provider)
    return provider


def _results(clinicians: set[int], cycles: set[int]) -> list[Result]:
    return [result for provider in _providers for result in provider(clinicians, cycles)]


def final_results(*, clinician: Clinician, cycles: Iterable[Cycle]) -> list[Result]:
    """What was finally decided about the person in these cycles, oldest first."""
    return _results({clinician.pk}, {cycle.pk for cycle in cycles})


def stay_results(postings: Iterable[Posting]) -> dict[int, bool]:
    """{posting key: assessed 合格}; one failure among several results of the cycle decides.

    Stays without a result are left out. ``batch`` is joined by the caller.
    """
    keys = {posting.pk: (posting.clinician_id, posting.batch.cycle_id) for posting in postings}
    if not keys:
        return {}
    passed: dict[tuple[int, int], bool] = defaultdict(lambda: True)
    for result in _results({person for person, _ in keys.values()}, {cycle for _, cycle in keys.values()}):
        passed[result.clinician, result.cycle] &= result.passed
    return {pk: passed[key] for pk, key in keys.items() if key in passed}
