"""Final grades of persons for the room below: papers cite them, promotion service asks whether they passed."""

from assessment.models import Assessment
from assessment.models.template import Grade
from staffing.selectors.results import Result, result_provider


@result_provider
def final_grades(clinicians: set[int], cycles: set[int]) -> list[Result]:
    """One line a decided assessment, oldest cycle first. One statement. 不合格 alone does not pass."""
    found = Assessment.objects.filter(
        clinician__in=clinicians, cycle__in=cycles, status=Assessment.Status.FINAL
    ).select_related("cycle")
    return [
        Result(
            row.clinician_id,
            row.cycle_id,
            row.cycle.name,
            row.get_final_grade_display(),
            row.final_grade != Grade.FAIL,
        )
        for row in found.order_by("cycle__start_on", "pk")
    ]
