"""Who may see the system's own rows. Role names are plain strings here; accounts defines them."""

from core.models import AuditEvent, Job
from core.policy import allow, allow_model

allow_model(Job, view={"system_admin"})
allow_model(AuditEvent, view={"audit_admin"}, export={"audit_admin"})
allow("core.retry_job", {"system_admin"})
