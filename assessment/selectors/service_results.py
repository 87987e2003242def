"""The result of a stay for promotion: the person's final grade of the cycle in which the stay lies."""

from assessment.models import Assessment
from assessment.models.template import Grade
from staffing.models import Posting
from staffing.selectors.promotion_outside import answers_stay_results


@answers_stay_results
def stays_assessed(postings: list[Posting]) -> dict[int, bool]:
    """{posting key: passed}; 不合格 fails, every other grade passes, no final grade says nothing.

    ``batch`` is joined by the caller. One statement.
    """
    graded: dict[tuple[int, int], bool] = {}
    finals = Assessment.objects.filter(
        status=Assessment.Status.FINAL,
        clinician__in={posting.clinician_id for posting in postings},
        cycle__in={posting.batch.cycle_id for posting in postings},
    )
    for person, cycle, grade in finals.order_by().values_list("clinician", "cycle", "final_grade"):
        graded[person, cycle] = graded.get((person, cycle), True) and grade != Grade.FAIL
    keys = {posting.pk: (posting.clinician_id, posting.batch.cycle_id) for posting in postings}
    return {pk: graded[key] for pk, key in keys.items() if key in graded}
