"""The daily mail: at most one a person and day, and every attempt leaves a row that tells its end.

The claim is committed before the mail server hears of the mail. Killed in between, the row stays claimed
and nobody sends again: a mail too few is better than two, and the page itself shows the same work.
"""

import logging
import smtplib
from datetime import date, timedelta

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import Exists, OuterRef, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts.models import DigestSent, User
from accounts.selectors.notices import unread_by_kind
from core.errors import RuleBroken
from core.models import Job
from core.services.jobs import job_request
from core.waiting import grouped, work_waiting

logger = logging.getLogger(__name__)

SEND = "accounts.send_digests"
AGAIN_AFTER = timedelta(hours=1)  # a mail server that was away is asked again no more often
SITE_NAME = "对口支援管理系统"


def mail_is_configured() -> bool:
    return bool(settings.EMAIL_CONFIGURED)


def users_due(day: date) -> QuerySet[User]:
    """Who wants the mail and has no row for the day."""
    settled = DigestSent.objects.filter(user=OuterRef("pk"), day=day)
    wanting = User.objects.filter(is_active=True, wants_digest=True).exclude(email="")
    return wanting.filter(~Exists(settled)).order_by("pk")


def digests_request() -> Job | None:
    """The scheduler's round: one job a day once the hour has come, another an hour after one that failed."""
    now = timezone.localtime()
    if not mail_is_configured() or now.hour < settings.DIGEST_HOUR or not users_due(now.date()).exists():
        return None
    key = now.date().isoformat()
    if Job.objects.filter(kind=SEND, unique_key=key, created_at__gt=now - AGAIN_AFTER).exists():
        return None
    return job_request(kind=SEND, unique_key=key, label=f"每日提醒邮件 {key}", payload={"day": key})


def connection_open() -> BaseEmailBackend:
    """An open connection, before anybody's day is claimed."""
    connection = get_connection()
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        logger.warning("mail server: %s", error)
        raise RuleBroken(
            "邮件服务器连不上，今天的提醒还没有发出。一小时后会再试，也可以在这里重试。"
        ) from error
    return connection


def digest_send(*, user: User, day: date, connection: BaseEmailBackend) -> DigestSent | None:
    """Claim the day, compose, send. None when somebody else has claimed it.

    Answers with the row: sent, failed with a reason, or empty because nothing waits. Must not run inside a
    transaction: the claim has to be visible to others before the mail leaves.
    """
    row, is_mine = DigestSent.objects.get_or_create(user=user, day=day)
    if not is_mine:
        return None
    lines, kinds = work_waiting(user, day=day), unread_by_kind(user)
    row.lines, row.notices = len(lines), sum(count for _, count in kinds)
    if not lines and not kinds:
        return _end(row, DigestSent.State.EMPTY)
    row.save(update_fields=["lines", "notices"])
    try:
        message(user=user, day=day, lines=lines, kinds=kinds, connection=connection).send()
    except (OSError, smtplib.SMTPException) as error:
        logger.warning("digest %s of %s failed: %s", row.pk, day, type(error).__name__)
        return _end(row, DigestSent.State.FAILED, reason=f"{type(error).__name__}：{error}"[:300])
    return _end(row, DigestSent.State.SENT)


def message(*, user: User, day: date, lines, kinds, connection=None) -> EmailMultiAlternatives:
    """Plain text and HTML of the same: what waits, and how many notices of which kind.

    No names of people and nothing that somebody typed into a record: mail passes through other hands.
    """
    context = {
        "day": day,
        "site_name": SITE_NAME,
        "groups": grouped(lines),
        "kinds": kinds,
        "todo_url": f"{settings.SITE_URL}{reverse('todo')}" if settings.SITE_URL else "",
        "profile_url": f"{settings.SITE_URL}{reverse('profile')}" if settings.SITE_URL else "",
    }
    told = [f"待办 {len(lines)} 项"] * bool(lines) + [f"未读通知 {sum(n for _, n in kinds)} 条"] * bool(kinds)
    mail = EmailMultiAlternatives(
        subject=f"{SITE_NAME} {day:%Y-%m-%d}：{'，'.join(told)}",
        body=render_to_string("accounts/digest.txt", context),
        to=[user.email],
        connection=connection,
    )
    mail.attach_alternative(render_to_string("accounts/digest.html", context), "text/html")
    return mail


def _end(row: DigestSent, state: str, *, reason: str = "") -> DigestSent:
    row.state, row.reason, row.finished_at = state, reason, timezone.now()
    row.save()
    return row
