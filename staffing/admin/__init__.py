"""Clinicians, postings, activities, advanced study and promotion service on the desk."""

from staffing.admin import (
    activity,
    attendance,
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
    "attendance",
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
