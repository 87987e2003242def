"""Excel columns of this room, one noun a file."""

from staffing.resources.activities import ActivityResource
from staffing.resources.clinicians import ClinicianResource
from staffing.resources.postings import PostingResource

__all__ = ["ActivityResource", "ClinicianResource", "PostingResource"]
