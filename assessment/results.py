"""Final grades of persons for the papers of the room below."""

from collections.abc import Iterable

from assessment.models import Assessment
from staffing.models import Clinician
from staffing.selectors.results import Result, result_provider
from support.models import Cycle


@result_provider
def final_grades(clinician: Clinician, cycles: Iterable[Cycle]) -> list[Result]:
    """One line a cycle with a decided grade, oldest first."""
    found = Assessment.objects.filter(
        clinician=clinician, cycle__in=cycles, status=Assessment.Status.FINAL
    ).select_related("cycle")
    return [
        Result(assessment.cycle.name, assessment.get_final_grade_display())
        for assessment in found.order_by("cycle__start_on", "pk")
    ]
