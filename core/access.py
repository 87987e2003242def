"""The first line of each view: which permission it needs.

A view without a declaration fails a system check, so nobody opens a page by forgetting.
"""

from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied

SIGNED_IN = "signed-in"
PUBLIC = "public"


def may_open(user, permission: str) -> bool:
    """Whether the declaration ``permission`` of a view or a list lets this signed-in person in."""
    return permission in (SIGNED_IN, PUBLIC) or user.has_perm(permission)


def access(permission: str):
    """Declare and enforce a view's permission: 403 for a signed-in person without it.

    SIGNED_IN lets every account in; PUBLIC needs no account at all.
    """

    def decorate(view):
        @wraps(view)
        def guarded(request, *args, **kwargs):
            if not may_open(request.user, permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.access = permission
        return login_not_required(guarded) if permission == PUBLIC else guarded

    return decorate
