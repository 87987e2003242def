"""Errors that people read."""

from django.core.exceptions import ValidationError


class RuleBroken(ValidationError):
    """A rule of the field forbids it. ``messages`` are complete Chinese sentences, all at once."""


class Problems:
    """Collects every problem before anything is written.

    >>> problems = Problems(); problems.add("开始日期", "缺少"); problems.raise_if_any()
    """

    def __init__(self):
        self.found: dict[str, list[str]] = {}

    def add(self, message: str, *, field: str = "__all__") -> None:
        self.found.setdefault(field, []).append(message)

    def __bool__(self) -> bool:
        return bool(self.found)

    def raise_if_any(self) -> None:
        if self.found:
            raise RuleBroken(self.found)


def broken_constraint(error: Exception) -> str:
    """Name of the database constraint behind an IntegrityError; empty when unknown."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) or ""


def checked(instance, *, constraints: bool = True) -> None:
    """``full_clean`` with all problems as one RuleBroken.

    ``constraints=False`` where the caller has already judged the same rules: each costs a query.
    """
    try:
        instance.full_clean(validate_constraints=constraints)
    except ValidationError as error:
        raise RuleBroken(error) from error
