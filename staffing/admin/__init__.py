"""Clinicians, postings, inspections, activities, advanced study and mentorship on the desk."""

from staffing.admin import (
    activity,
    cards,
    clinician,
    discipline,
    inspection,
    mentorship,
    posting,
    reference,
    study,
)

__all__ = [
    "activity",
    "cards",
    "clinician",
    "discipline",
    "inspection",
    "mentorship",
    "posting",
    "reference",
    "study",
]
