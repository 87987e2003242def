"""Clinicians, postings, activities and advanced study on the desk."""

from staffing.admin import activity, attendance, calendar, cards, clinician, leave, posting, reference, study

__all__ = [
    "activity",
    "attendance",
    "calendar",
    "cards",
    "clinician",
    "leave",
    "posting",
    "reference",
    "study",
]
