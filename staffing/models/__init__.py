from staffing.models.activity import Activity, ActivityMeasure, ActivityOutcome
from staffing.models.activity_type import ActivityType, ActivityTypeMeasure, Measure
from staffing.models.advanced_study import AdvancedStudy
from staffing.models.clinician import Clinician
from staffing.models.posting import Batch, Posting, PostingKind

__all__ = [
    "Activity",
    "ActivityMeasure",
    "ActivityOutcome",
    "ActivityType",
    "ActivityTypeMeasure",
    "AdvancedStudy",
    "Batch",
    "Clinician",
    "Measure",
    "Posting",
    "PostingKind",
]
