from core.models.audit import AuditEvent
from core.models.job import Job
from core.models.service_beat import ServiceBeat

__all__ = ["AuditEvent", "Job", "ServiceBeat"]
