from staffing.models.activity import (
    Activity,
    ActivityEvidence,
    ActivityFinding,
    ActivityMeasure,
    ActivityOutcome,
)
from staffing.models.activity_type import ActivityType, ActivityTypeMeasure, Asked, Measure
from staffing.models.advanced_study import AdvancedStudy, StudyLog
from staffing.models.attendance import AttendanceCorrection, AttendanceRow, Mark, MonthSheet
from staffing.models.batch import Batch, PostingKind
from staffing.models.certificate import CertificateStay, ServiceCertificate
from staffing.models.certificate_series import CertificateKind, CertificateSeries
from staffing.models.clinician import Clinician
from staffing.models.discipline import DisciplineConsequence, DisciplineRule
from staffing.models.entry_draft import ActivityTemplate, EntryDraft
from staffing.models.identity import ClinicianIdentity
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
from staffing.models.plan import BatchAcceptance, PlanLine
from staffing.models.posting import Posting
from staffing.models.posting_change import PostingChange
from staffing.models.promotion import PromotionCandidate, PromotionFacts, PromotionPolicy
from staffing.models.promotion_rule import (
    PromotionEquivalent,
    PromotionExemption,
    PromotionLocationNeed,
    PromotionRule,
)
from staffing.models.recognised_service import RecognisedService
from staffing.models.stay_rule import StayRule
from staffing.models.text_print import CommonStretch, SimilarityVerdict, SimilarPair, TextPrint

__all__ = [
    "CommonStretch",
    "SimilarPair",
    "SimilarityVerdict",
    "TextPrint",
    "Activity",
    "ActivityEvidence",
    "ActivityFinding",
    "ActivityMeasure",
    "ActivityOutcome",
    "ActivityTemplate",
    "ActivityType",
    "ActivityTypeMeasure",
    "Asked",
    "AdvancedStudy",
    "ApprovalLevel",
    "AttendanceCorrection",
    "AttendanceRow",
    "Batch",
    "BatchAcceptance",
    "CertificateKind",
    "CertificateSeries",
    "CertificateStay",
    "Clinician",
    "ClinicianIdentity",
    "DisciplineConsequence",
    "DisciplineRule",
    "Half",
    "EntryDraft",
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
    "PlanLine",
    "Posting",
    "PostingChange",
    "PostingKind",
    "PromotionCandidate",
    "PromotionEquivalent",
    "PromotionExemption",
    "PromotionFacts",
    "PromotionLocationNeed",
    "PromotionPolicy",
    "PromotionRule",
    "RecognisedService",
    "ServiceCertificate",
    "StayRule",
    "StudyLog",
]
