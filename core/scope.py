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


def _met(model: type[models.Model], path: str, lookup: str, value) -> models.Q:
    """Rows of which the path meets the value. A path that meets several rows is asked in a subquery of its
    own: joined side by side, such paths multiply each other."""
    condition = models.Q(**{f"{path}{lookup}": value})
    if not _is_many(model, path):
        return condition
    return models.Q(pk__in=model._base_manager.filter(condition).order_by().values("pk"))


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
        for path in scope.organisations:
            condition |= _met(model, path, "__in", reach.organisations)
        for path in viewers:
            shown |= _met(model, path, "__in", reach.organisations)
    if reach.person is not None:
        for path in scope.people:
            shown |= _met(model, path, "", reach.person)
    condition |= shown & scope.published if scope.published else shown
    return queryset.filter(condition)


def restrict(queryset: models.QuerySet, user) -> models.QuerySet:
    """The rows of the queryset that the user may see; none for strangers and unscoped models."""
    return _limit(queryset, user, partners=True)


def own(queryset: models.QuerySet, user) -> models.QuerySet:
    """The rows that lie in the user's own reach, without those seen only as a partner."""
    return _limit(queryset, user, partners=False)


FEW_KEYS = 2_000


def _keys(rows: models.QuerySet):
    """The keys as a list, which an index can be asked for; of many rows the subquery itself."""
    rows = rows.order_by().values_list("pk", flat=True)
    found = list(rows[: FEW_KEYS + 1])
    return found if len(found) <= FEW_KEYS else rows


def restrict_through(queryset: models.QuerySet, user, through: str) -> models.QuerySet:
    """The same rows as ``restrict`` for tables of any length, from the same declaration.

    All paths that begin with the foreign key ``through`` are asked of its own (much shorter) table first,
    and of links to many the keys; what is left are conditions on indexed columns beside each other, where
    the joined conditions of ``restrict`` would read the whole table. Two short statements more.
    """
    model = queryset.model
    scope = scope_of(model)
    if scope is None or scope.published or not getattr(user, "is_authenticated", False) or not user.is_active:
        return restrict(queryset, user)
    reach = user.reach()
    if reach.everything or scope.reference:
        return queryset
    related = model._meta.get_field(through).related_model
    condition, there = models.Q(pk__in=[]), models.Q(pk__in=[])
    if reach.organisations is not None:
        for path in (*scope.organisations, *scope.viewers):
            if path.startswith(f"{through}__"):
                there |= _met(related, path.removeprefix(f"{through}__"), "__in", reach.organisations)
            else:
                condition |= _met(model, path, "__in", reach.organisations)
        condition |= models.Q(**{f"{through}__in": _keys(related._base_manager.filter(there))})
    if reach.person is not None:
        for path in scope.people:
            if _is_many(model, path):
                mine = model._base_manager.filter(**{path: reach.person}).distinct()
                condition |= models.Q(pk__in=_keys(mine))
            else:
                condition |= _met(model, path, "", reach.person)
    return queryset.filter(condition)


class ScopedQuerySet(models.QuerySet):
    def visible_to(self, user) -> "ScopedQuerySet":
        return restrict(self, user)

    def visible_through(self, user, through: str) -> "ScopedQuerySet":
        return restrict_through(self, user, through)

    def owned_by(self, user) -> "ScopedQuerySet":
        return own(self, user)


def visible_or_404(source, user, **lookup):
    """One visible row, or 404: what lies outside a user's scope does not exist for them."""
    queryset = source if isinstance(source, models.QuerySet) else source._default_manager.all()
    try:
        return restrict(queryset, user).get(**lookup)
    except (queryset.model.DoesNotExist, ValueError, TypeError) as error:
        raise Http404 from error
