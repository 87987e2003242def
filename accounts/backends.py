"""Sign-in by user name and password; what a user may do is the policy's question, not the database's."""

from django.contrib.auth.backends import ModelBackend

from core.policy import is_allowed


class RoleBackend(ModelBackend):
    def has_perm(self, user, perm, obj=None):
        return user.is_active and is_allowed(user.roles, perm)

    def has_module_perms(self, user, app_label):
        return user.is_active and user.is_staff
