"""Who may do what with clinicians, postings, activities and advanced study."""

from accounts.models import Role
from accounts.roles import BUREAU, BUSINESS, COORDINATORS, OFFICER, RECIPIENTS, REGION, SENDERS, UNITS
from core.models import CalendarDay
from core.policy import allow, allow_model
from staffing import models
from support import evidence_kinds

for model in (models.ActivityType, models.ActivityTypeMeasure, models.Measure):
    allow_model(model, view=BUREAU, add=OFFICER, change=OFFICER)
allow_model(models.ActivityTypeMeasure, delete=OFFICER)

importable = {"import": OFFICER, "export": BUREAU}
allow_model(
    models.Clinician, view=BUSINESS, add=OFFICER | COORDINATORS, change=OFFICER | COORDINATORS, **importable
)
allow_model(models.ClinicianIdentity, view=OFFICER | COORDINATORS)
allow("staffing.reveal_identity", OFFICER | COORDINATORS)
allow_model(models.Batch, view=BUSINESS, add=OFFICER | SENDERS, change=OFFICER | SENDERS)
allow_model(models.Posting, view=BUSINESS, add=OFFICER | SENDERS, change=OFFICER | SENDERS, **importable)
allow_model(
    models.Activity,
    view=BUSINESS,
    add=OFFICER | COORDINATORS | {"clinician"},
    change=OFFICER | COORDINATORS | {"clinician"},
    **importable,
)
for model in (models.ActivityMeasure, models.ActivityOutcome, models.ActivityFinding):
    allow_model(model, view=BUSINESS, add=OFFICER, change=OFFICER, delete=OFFICER)
allow_model(models.AdvancedStudy, view=BUSINESS, add=OFFICER | COORDINATORS, change=OFFICER | COORDINATORS)
allow("staffing.confirm_arrival", RECIPIENTS)
allow("staffing.manage_posting", OFFICER | SENDERS)
# entering on the workspace pages; bureau officers enter at their desk
allow("staffing.enter_posting", SENDERS)
allow("staffing.enter_activity", COORDINATORS, "clinician")
allow("staffing.manage_template", COORDINATORS)
allow("staffing.enter_study", COORDINATORS)
allow("staffing.enter_clinician", COORDINATORS)

# certificates: asked for by the person or either side, issued by the bureau alone
allow_model(models.ServiceCertificate, view=BUSINESS)
allow_model(models.CertificateSeries, view=BUREAU, add=OFFICER, change=OFFICER, delete=OFFICER)
allow("staffing.request_certificate", COORDINATORS, "clinician")
allow("staffing.issue_certificate", OFFICER)
# rules of stay are data of the bureau; plans and changed last days go from side to side
allow_model(models.StayRule, view=BUREAU, add=OFFICER, change=OFFICER)
allow_model(models.PostingChange, view=BUSINESS)
allow_model(models.PlanLine, view=BUREAU)
allow("staffing.accept_batch", RECIPIENTS)
allow("staffing.file_batch", OFFICER)
allow("staffing.decide_posting_change", BUREAU)
# promotion service: hospitals enter for their own people, a bureau above confirms, everybody knows the rules
allow("staffing.view_promotion", BUSINESS)
allow("staffing.enter_promotion", SENDERS)
allow_model(models.PromotionRule, view=BUSINESS, add=OFFICER, change=OFFICER)
for model in (models.PromotionLocationNeed, models.PromotionEquivalent, models.PromotionExemption):
    allow_model(model, view=BUREAU, add=OFFICER, change=OFFICER, delete=OFFICER)
allow_model(models.PromotionPolicy, view=BUREAU, add=OFFICER, change=OFFICER)
allow_model(models.RecognisedService, view=BUSINESS)
allow("staffing.revoke_recognisedservice", OFFICER)
allow_model(models.PromotionCandidate, view=REGION | SENDERS | {Role.HOSPITAL_LEADER})
# ---- inspections and discipline: the bureau records, its leader revokes, those concerned read
for model in (models.Inspection, models.InspectionFinding, models.InspectionPhoto):
    allow_model(model, view=REGION | UNITS)
allow("staffing.record_inspection", OFFICER)
allow("staffing.revoke_inspection", {"bureau_leader"})
allow("staffing.view_off_post_rate", REGION)
allow_model(models.DisciplineRule, view=BUREAU, add=OFFICER, change=OFFICER, delete=OFFICER)
allow_model(models.DisciplineConsequence, view=BUREAU, add=OFFICER, change=OFFICER, delete=OFFICER)

# ---- mentorship: entered and written by the coordinators of both sides
for model in (
    models.Mentorship,
    models.MentorContact,
    models.MentorDeed,
    models.MentorPlanItem,
    models.MentorSummary,
    models.MentorTechnique,
    models.StudyLog,
):
    allow_model(model, view=BUSINESS)
allow("staffing.enter_mentorship", COORDINATORS)
# whether somebody is there all year is read by everybody but the posted themselves
allow("staffing.view_coverage", REGION, UNITS)
# ---- attendance: the recipient keeps it, others read; the calendar and the levels of approval are the bureau's
allow_model(CalendarDay, view=BUREAU, add=OFFICER, change=OFFICER)
allow("staffing.view_calendar", BUSINESS)
allow("staffing.edit_calendar", OFFICER)
for model in (models.MonthSheet, models.AttendanceRow, models.AttendanceCorrection):
    allow_model(model, view=BUSINESS)
allow("staffing.fill_attendance", RECIPIENTS)
allow("staffing.view_missing_sheets", REGION | RECIPIENTS)
allow("staffing.decide_correction", OFFICER | RECIPIENTS)
# ---- leave
for model in (models.Leave, models.LeaveApproval):
    allow_model(model, view=BUSINESS)
allow_model(models.LeavePolicy, view=BUREAU, add=OFFICER, change=OFFICER, delete=OFFICER)
allow("staffing.request_leave", COORDINATORS, "clinician")
allow("staffing.decide_leave", BUREAU | COORDINATORS)

evidence_kinds.register(
    evidence_kinds.EvidenceKind(
        "activity", models.ActivityEvidence, view="staffing.view_activity", enter="staffing.enter_activity"
    )
)
# ---- nearly identical texts: the bureau and those above it read, the officer decides
allow("staffing.view_similar_texts", REGION)
allow("staffing.judge_similar_texts", OFFICER)
