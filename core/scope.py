"""Who sees which rows. Default-deny, and ``visible_to`` is the only door.

A model declares where its organisations and its people are (``scope = Scope(...)``);
a user says how far they reach (``user.reach()``). This module joins the two and knows
nothing about regions or roles. A model without a scope shows nothing to anybody.
"""

from dataclasses import dataclass, replace

from django.db import models
from django.http import Http404


@dataclass(frozen=True)
class Scope:
    """Lookup paths from a model to the organisations and users its rows belong to.

    ``organisations``: paths to an Organisation ("pk" for the Organisation itself).
    ``viewers``: further organisations that may see a row but never write it (a partner).
    ``people``: paths to a User; used by those who see only their own rows.
    ``reference``: a code list that every signed-in person may read.
    ``published``: what a row must satisfy before viewers and people see it at all; until then it is
    the organisations' own (an inspection while it is being recorded).
    """

    organisations: tuple[str, ...] = ()
    viewers: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    reference: bool = False
    published: models.Q | None = None


@dataclass(frozen=True)
class Reach:
    """How far a user sees: everything, a set of organisations, or own rows only."""

    everything: bool = False
    organisations: models.QuerySet | None = None
    person: int | None = None


_extensions: dict[str, tuple[str, ...]] = {}


def extend(model: type[models.Model], *viewers: str) -> None:
    """Add viewer paths that only an upper layer knows (the sender of an agreement sees its recipient)."""
    known = _extensions.get(model._meta.label, ())
    _extensions[model._meta.label] = known + tuple(path for path in viewers if path not in known)


def scope_of(model: type[models.Model]) -> Scope | None:
    """The declared scope of a model with all extensions, or None when it declares none."""
    declared = getattr(model, "scope", None)
    if not isinstance(declared, Scope):
        return None
    return replace(declared, viewers=declared.viewers + _extensions.get(model._meta.label, ()))


def _is_many(model: type[models.Model], path: str) -> bool:
    """Whether following the path can meet several rows, so that a join would repeat ours."""
    for name in path.split("__"):
        if name == "pk":
            return False
        field = model._meta.get_field(name)
        if field.one_to_many or field.many_to_many:
            return True
        model = field.related_model
    return False


def _among(paths: tuple[str, ...], organisations) -> models.Q:
    condition = models.Q(pk__in=[])
    for path in paths:
        condition |= models.Q(**{f"{path}__in": organisations})
    return condition


def _limit(queryset, user, *, partners: bool) -> models.QuerySet:
    """``partners``: also what viewers see; otherwise only the rows of the own reach."""
    model = queryset.model
    scope = scope_of(model)
    if scope is None or not getattr(user, "is_authenticated", False) or not user.is_active:
        return queryset.none()
    reach = user.reach()
    if reach.everything or scope.reference:
        return queryset
    viewers = scope.viewers if partners else ()
    condition = shown = models.Q(pk__in=[])
    if reach.organisations is not None:
        condition |= _among(scope.organisations, reach.organisations)
        shown |= _among(viewers, reach.organisations)
    if reach.person is not None:
        for path in scope.people:
            shown |= models.Q(**{path: reach.person})
    condition |= shown & scope.published if scope.published else shown
    if any(_is_many(model, path) for path in scope.organisations + viewers + scope.people):
        return queryset.filter(pk__in=model._base_manager.filter(condition).values("pk"))
    return queryset.filter(condition)


def restrict(queryset: models.QuerySet, user) -> models.QuerySet:
    """The rows of the queryset that the user may see; none for strangers and unscoped models."""
    return _limit(queryset, user, partners=True)


def own(queryset: models.QuerySet, user) -> models.QuerySet:
    """The rows that lie in the user's own reach, without those seen only as a partner."""
    return _limit(queryset, user, partners=False)


class ScopedQuerySet(models.QuerySet):
    def visible_to(self, user) -> "ScopedQuerySet":
        return restrict(self, user)

    def owned_by(self, user) -> "ScopedQuerySet":
        return own(self, user)


def visible_or_404(source, user, **lookup):
    """One visible row, or 404: what lies outside a user's scope does not exist for them."""
    queryset = source if isinstance(source, models.QuerySet) else source._default_manager.all()
    try:
        return restrict(queryset, user).get(**lookup)
    except (queryset.model.DoesNotExist, ValueError, TypeError) as error:
        raise Http404 from error
