from staffing.models.activity import Activity, ActivityMeasure, ActivityOutcome
from staffing.models.activity_type import ActivityType, ActivityTypeMeasure, Measure
from staffing.models.advanced_study import AdvancedStudy
from staffing.models.attendance import AttendanceCorrection, AttendanceRow, Mark, MonthSheet
from staffing.models.clinician import Clinician
from staffing.models.inspection import Inspection, InspectionFinding, InspectionPhoto
from staffing.models.leave import ApprovalLevel, Half, Leave, LeaveApproval, LeavePolicy
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
    "AttendanceCorrection",
    "AttendanceRow",
    "Batch",
    "Clinician",
    "Half",
    "Inspection",
    "InspectionFinding",
    "InspectionPhoto",
    "Leave",
    "LeaveApproval",
    "LeavePolicy",
    "Mark",
    "Measure",
    "MonthSheet",
    "Posting",
    "PostingKind",
    "StayRule",
]
