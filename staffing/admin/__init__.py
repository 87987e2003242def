"""Clinicians, postings, activities and advanced study on the desk."""

from staffing.admin import (
    activity,
    batch,
    cards,
    certificate,
    clinician,
    posting,
    posting_change,
    reference,
    stay_rule,
    study,
)

__all__ = [
    "activity",
    "batch",
    "cards",
    "certificate",
    "clinician",
    "posting",
    "posting_change",
    "reference",
    "stay_rule",
    "study",
]
