from accounts.models.organisation import FormerName, Organisation
from accounts.models.region import Region
from accounts.models.user import Role, User

__all__ = ["FormerName", "Organisation", "Region", "Role", "User"]
