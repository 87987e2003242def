"""Accounts: what an administrator may do to somebody else's."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from core.errors import RuleBroken
from core.models import AuditEvent
from core.services.audit import audit_record


@transaction.atomic
def user_set_password(*, user: User, password: str, by: User) -> None:
    """Give a new password; all sessions of the user end, because they are signed with the old one."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise RuleBroken({"password1": error.messages}) from error
    user.set_password(password)
    user.save(update_fields=["password"])
    audit_record(verb=AuditEvent.Verb.TRANSITION, user=by, subject=user, note="重设密码")
