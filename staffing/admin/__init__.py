"""Clinicians, postings, activities, advanced study and promotion service on the desk."""

from staffing.admin import activity, cards, clinician, posting, promotion, reference, study

__all__ = ["activity", "cards", "clinician", "posting", "promotion", "reference", "study"]
