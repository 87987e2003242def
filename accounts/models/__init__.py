from accounts.models.digest import DigestSent
from accounts.models.notice import Notice, NoticeKind
from accounts.models.organisation import FormerName, Organisation
from accounts.models.region import Region
from accounts.models.user import Role, User

__all__ = ["DigestSent", "FormerName", "Notice", "NoticeKind", "Organisation", "Region", "Role", "User"]
