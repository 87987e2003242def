"""Final results of a person's assessments, as far as another room knows any.

Assessments live above this room; it registers its answer here at start-up.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from staffing.models import Clinician
from support.models import Cycle


@dataclass(frozen=True)
class Result:
    """``cycle``: name of the cycle judged; ``grade``: the published grade in words."""

    cycle: str
    grade: str


Provider = Callable[[Clinician, Iterable[Cycle]], list[Result]]
_providers: list[Provider] = []


def result_provider(provider: Provider) -> Provider:
    _providers.append(provider)
    return provider


def final_results(*, clinician: Clinician, cycles: Iterable[Cycle]) -> list[Result]:
    """What was finally decided about the person in these cycles; drafts are nobody's result."""
    cycles = list(cycles)
    return [result for provider in _providers for result in provider(clinician, cycles)]
