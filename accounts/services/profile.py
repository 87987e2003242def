"""What people set for themselves."""

from accounts.models import User
from core.errors import Problems, checked


def profile_save(*, user: User, email: str, wants_digest: bool) -> None:
    """One's own address and whether the daily mail is wanted."""
    problems = Problems()
    if wants_digest and not email:
        problems.add("接收每日提醒邮件，请先填写电子邮箱。", field="email")
    problems.raise_if_any()
    user.email, user.wants_digest = email, wants_digest
    checked(user)
    user.save(update_fields=["email", "wants_digest"])
