"""Who may ask for summaries, write them, and look behind a figure."""

from accounts.roles import BUREAU, COORDINATORS, OFFICER, REGION, UNITS
from core.policy import allow, allow_model
from reports.models import Summary

allow_model(Summary, view=REGION | UNITS)
allow("reports.request_summary", REGION | UNITS)
allow("reports.edit_summary", OFFICER | COORDINATORS)
allow("reports.view_figures", REGION | UNITS)
allow("reports.view_readiness", REGION)
allow("reports.view_deadlines", REGION | UNITS)
allow("reports.view_dashboard", BUREAU | {"leadership"})
