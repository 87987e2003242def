"""Who may do what: one registry of permissions, filled by each app's ``policies.py``.

A permission is Django's own string ("support.change_agreement", "support.file_agreement").
Whether a *row* is concerned is the scope's question (core.scope); here only the duty counts.
What nobody registered, nobody may do.
"""

_allowed: dict[str, frozenset[str]] = {}

MODEL_ACTIONS = ("view", "add", "change", "delete", "import", "export")


def allow(permission: str, *role_groups) -> None:
    """Let the roles (single names or collections of names) use a permission."""
    roles: set[str] = set()
    for group in role_groups:
        roles |= {group} if isinstance(group, str) else set(group)
    _allowed[permission] = _allowed.get(permission, frozenset()) | {str(role) for role in roles}


def allow_model(model, **actions) -> None:
    """``allow_model(Agreement, view=EVERYONE, add=OFFICERS)``."""
    for action, roles in actions.items():
        if action not in MODEL_ACTIONS:
            raise ValueError(f"unknown action {action}")
        allow(f"{model._meta.app_label}.{action}_{model._meta.model_name}", roles)


def is_allowed(roles, permission: str) -> bool:
    return not _allowed.get(permission, frozenset()).isdisjoint(roles)


def permissions_of(roles) -> set[str]:
    return {permission for permission in _allowed if is_allowed(roles, permission)}
