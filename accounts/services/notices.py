"""Making notices out of the data, reading them, and clearing old ones away."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Notice, User
from accounts.notices import LOOK_BACK_DAYS, NoticeDraft, drafts

ROUND_LOCK = 7_031_115  # any number, the same in every process


@transaction.atomic
def notices_round(*, now: datetime | None = None) -> bool:
    """Write every notice that the data has to tell and sweep old ones. False when another round is at it.

    Killed at any line it leaves nothing behind; run again it adds only what is missing. One round at a
    time: otherwise a slow one could bring back what a faster one has just swept.
    """
    now = now or timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [ROUND_LOCK])
        if not cursor.fetchone()[0]:
            return False
    told = list(drafts(now))
    notices_write(drafts=told, now=now)
    _sweep({(draft.user, draft.key) for draft in told}, now)
    return True


def notices_write(*, drafts: Iterable[NoticeDraft], now: datetime) -> None:
    """INSERT … ON CONFLICT DO NOTHING; people whose account is closed get none."""
    drafts = list(drafts)
    active = set(
        User.objects.filter(pk__in={draft.user for draft in drafts}, is_active=True).values_list(
            "pk", flat=True
        )
    )
    rows = [
        Notice(
            user_id=draft.user,
            kind=draft.kind,
            text=draft.text[:300],
            url=draft.url,
            key=draft.key,
            created_at=now,
        )
        for draft in drafts
        if draft.user in active
    ]
    Notice.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)


def _sweep(told: set[tuple[int, str]], now: datetime) -> None:
    """Read notices older than NOTICE_KEEP_DAYS go, unless the data still tells them: they would come back."""
    days = max(settings.NOTICE_KEEP_DAYS, LOOK_BACK_DAYS + 1)
    old = Notice.objects.filter(read_at__isnull=False, created_at__lt=now - timedelta(days=days))
    gone = [pk for pk, user, key in old.values_list("pk", "user", "key") if (user, key) not in told]
    Notice.objects.filter(pk__in=gone).delete()


def notice_read(*, notice: Notice) -> None:
    """Reading twice keeps the first time."""
    Notice.objects.filter(pk=notice.pk).unread().update(read_at=timezone.now())


def notices_read_all(*, user: User) -> int:
    return Notice.objects.filter(user=user).unread().update(read_at=timezone.now())
