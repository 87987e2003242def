"""Facts that veto the grade of a person (一票否决): computed while scoring, kept as cited once decided."""

from assessment.models import Assessment
from staffing.selectors.discipline import facts_of


def veto_facts(assessment: Assessment) -> list[dict]:
    """[{"kind", "text", "on", "findings"}] as plain data; none for an organisation.

    Of a decided assessment those that were cited then, whatever has been found since.
    """
    if assessment.status == Assessment.Status.FINAL:
        return assessment.veto
    if assessment.clinician_id is None:
        return []
    facts = facts_of(clinician=assessment.clinician, cycle=assessment.cycle)
    return [
        {
            "kind": fact.kind,
            "text": fact.text,
            "on": f"{fact.on:%Y-%m-%d}",
            "findings": list(fact.findings),
        }
        for fact in facts.vetoes
    ]


def is_lifted(assessment: Assessment, facts: list[dict]) -> bool:
    """Whether a leader agreed not to apply the veto, for exactly these facts."""
    return assessment.lifted_by_id is not None and assessment.veto == facts
