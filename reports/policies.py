"""Who may ask for summaries, write them, and look behind a figure."""

from accounts.models import Role
from accounts.roles import BUREAU, BUSINESS, COORDINATORS, OFFICER, REGION, UNITS
from core.policy import allow, allow_model
from reports.models import MonthlyReturn, ReturnRule, Summary

allow_model(Summary, view=REGION | UNITS)
allow("reports.request_summary", REGION | UNITS)
allow("reports.edit_summary", OFFICER | COORDINATORS)
allow("reports.view_figures", REGION | UNITS)
allow("reports.view_targets", REGION | UNITS)
allow("reports.view_readiness", REGION)
allow("reports.view_dashboard", REGION | {Role.HOSPITAL_LEADER})
allow("reports.view_deadlines", REGION | UNITS)
allow("reports.view_dashboard", BUREAU | {"leadership"})
# ---- monthly returns: everybody of the programme reads, coordinators, officers and the posted report
allow_model(MonthlyReturn, view=BUSINESS)
allow("reports.submit_return", OFFICER | COORDINATORS, "clinician")
allow_model(ReturnRule, view=BUREAU, add=OFFICER, change=OFFICER, delete=OFFICER)
