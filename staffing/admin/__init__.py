"""Clinicians, postings, activities and advanced study on the desk."""

from staffing.admin import activity, attendance, cards, clinician, posting, reference, study

__all__ = ["activity", "attendance", "cards", "clinician", "posting", "reference", "study"]
