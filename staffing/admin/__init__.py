"""Clinicians, postings, activities and advanced study on the desk."""

from staffing.admin import activity, cards, certificate, clinician, posting, reference, study

__all__ = ["activity", "cards", "certificate", "clinician", "posting", "reference", "study"]
