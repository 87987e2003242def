"""Clinicians, postings, activities, advanced study and promotion service on the desk."""

from staffing.admin import (
    activity,
    batch,
    cards,
    certificate,
    clinician,
    discipline,
    inspection,
    mentorship,
    posting,
    posting_change,
    promotion,
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
    "discipline",
    "inspection",
    "mentorship",
    "posting",
    "posting_change",
    "promotion",
    "reference",
    "stay_rule",
    "study",
]
