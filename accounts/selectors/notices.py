"""A person's own notices. Nobody reads those of others, whatever else they may see."""

from django.db.models import Count, QuerySet

from accounts.models import Notice, User

SHOWN_UP_TO = 99


def notices_of(user: User) -> QuerySet[Notice]:
    return Notice.objects.visible_to(user).filter(user=user)


def unread_count(user: User) -> int:
    """For the bell: one statement over a partial index, at most one more than what the bell can show."""
    return Notice.objects.filter(user=user).unread().order_by()[: SHOWN_UP_TO + 1].count()


def unread_by_kind(user: User) -> list[tuple[str, int]]:
    """[(label of the kind, how many)] of the unread ones, the most first."""
    rows = notices_of(user).unread().order_by().values("kind").annotate(n=Count("pk")).order_by("-n", "kind")
    return [(Notice.Kind(row["kind"]).label, row["n"]) for row in rows]
