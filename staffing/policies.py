"""Who may do what with clinicians, postings, activities and advanced study."""

from accounts.roles import BUREAU, BUSINESS, COORDINATORS, OFFICER, RECIPIENTS, REGION, SENDERS
from core.models import CalendarDay
from core.policy import allow, allow_model
from staffing import models

for model in (models.ActivityType, models.ActivityTypeMeasure, models.Measure):
    allow_model(model, view=BUREAU, add=OFFICER, change=OFFICER)
allow_model(models.ActivityTypeMeasure, delete=OFFICER)

importable = {"import": OFFICER, "export": BUREAU}
allow_model(
    models.Clinician, view=BUSINESS, add=OFFICER | COORDINATORS, change=OFFICER | COORDINATORS, **importable
)
allow_model(models.Batch, view=BUSINESS, add=OFFICER | SENDERS, change=OFFICER | SENDERS)
allow_model(models.Posting, view=BUSINESS, add=OFFICER | SENDERS, change=OFFICER | SENDERS, **importable)
allow_model(
    models.Activity,
    view=BUSINESS,
    add=OFFICER | COORDINATORS | {"clinician"},
    change=OFFICER | COORDINATORS | {"clinician"},
    **importable,
)
for model in (models.ActivityMeasure, models.ActivityOutcome):
    allow_model(model, view=BUSINESS, add=OFFICER, change=OFFICER, delete=OFFICER)
allow_model(models.AdvancedStudy, view=BUSINESS, add=OFFICER | COORDINATORS, change=OFFICER | COORDINATORS)
allow("staffing.confirm_arrival", RECIPIENTS)
allow("staffing.manage_posting", OFFICER | SENDERS)
# entering on the workspace pages; bureau officers enter at their desk
allow("staffing.enter_posting", SENDERS)
allow("staffing.enter_activity", COORDINATORS, "clinician")
allow("staffing.enter_study", COORDINATORS)
allow("staffing.enter_clinician", COORDINATORS)

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
