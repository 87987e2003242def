"""Clinicians, postings, activities and advanced study on the desk."""

from staffing.admin import activity, cards, clinician, posting, reference, study

__all__ = ["activity", "cards", "clinician", "posting", "reference", "study"]
