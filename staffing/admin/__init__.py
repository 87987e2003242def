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
from staffing.admin import activity, attendance, calendar, cards, clinician, leave, posting, reference, study

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
    "calendar",
    "cards",
    "clinician",
    "leave",
    "posting",
    "reference",
    "study",
]
