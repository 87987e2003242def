from staffing.models.activity import Activity, ActivityMeasure, ActivityOutcome
from staffing.models.activity_type import ActivityType, ActivityTypeMeasure, Measure
from staffing.models.advanced_study import AdvancedStudy, StudyLog
from staffing.models.attendance import AttendanceRow, Mark, MonthSheet
from staffing.models.clinician import Clinician
from staffing.models.discipline import DisciplineConsequence, DisciplineRule
from staffing.models.inspection import Inspection, InspectionFinding, InspectionPhoto
from staffing.models.leave import ApprovalLevel, Half, Leave, LeaveApproval, LeavePolicy
from staffing.models.mentorship import (
    MentorContact,
    MentorDeed,
    MentorPlanItem,
    Mentorship,
    MentorSummary,
    MentorTechnique,
)
from staffing.models.posting import Batch, Posting, PostingKind
from staffing.models.stay_rule import StayRule

__all__ = [
    "Activity",
    "ActivityMeasure",
    "ActivityOutcome",
    "ActivityType",
    "ActivityTypeMeasure",
    "AdvancedStudy",
    "ApprovalLevel",
    "AttendanceRow",
    "Batch",
    "Clinician",
    "DisciplineConsequence",
    "DisciplineRule",
    "Half",
    "Inspection",
    "InspectionFinding",
    "InspectionPhoto",
    "Leave",
    "LeaveApproval",
    "LeavePolicy",
    "Mark",
    "Measure",
    "MentorContact",
    "MentorDeed",
    "MentorPlanItem",
    "MentorSummary",
    "MentorTechnique",
    "Mentorship",
    "MonthSheet",
    "Posting",
    "PostingKind",
    "StayRule",
    "StudyLog",
]
