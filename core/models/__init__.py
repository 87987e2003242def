from core.models.audit import AuditEvent
from core.models.calendar_day import CalendarDay
from core.models.job import Job
from core.models.rate_window import RateWindow
from core.models.service_beat import ServiceBeat

__all__ = ["AuditEvent", "CalendarDay", "Job", "RateWindow", "ServiceBeat"]
