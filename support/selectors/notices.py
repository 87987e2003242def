"""What two-sided records have to tell those who entered them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Model, QuerySet
from django.db.models.functions import TruncDate
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from accounts.models import NoticeKind, Organisation
from accounts.notices import LOOK_BACK_DAYS, NoticeDraft
from support.models import Donation, OutcomeValue
from support.models.confirmation import RecordStatus


@dataclass(frozen=True)
class RecordKind:
    """``page``: the address of one record; ``related``: what its own text follows."""

    model: type[Model]
    name: str
    list_name: str
    page: Callable[[Model], str]
    related: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        return self.model._meta.label_lower


def detail(url_name: str) -> Callable[[Model], str]:
    return lambda record: reverse(url_name, args=[record.pk])


DONATIONS = RecordKind(Donation, "捐赠", "donation-list", detail("donation-detail"))
OUTCOMES = RecordKind(
    OutcomeValue,
    "成效数据",
    "outcome-list",
    lambda record: reverse("outcome-list"),
    ("recipient", "indicator"),
)


def donations_and_outcomes(now: datetime) -> Iterator[NoticeDraft]:
    for kind in (DONATIONS, OUTCOMES):
        yield from record_notices(kind, now)


def record_notices(kind: RecordKind, now: datetime) -> Iterator[NoticeDraft]:
    """Returned and disputed ones each, confirmed ones counted by day.

    A record sent again has another time of submission, so that a second return is told again. What was
    confirmed is told the next day, once for all that one side confirmed that day: somebody whose two
    hundred entries are confirmed at once gets one sentence.
    """
    yield from _open(kind)
    yield from _confirmed(kind, now)


def _open(kind: RecordKind) -> Iterator[NoticeDraft]:
    rows: QuerySet = kind.model.objects.filter(
        status__in=[RecordStatus.RETURNED, RecordStatus.DISPUTED]
    ).select_related(*kind.related)
    for record in rows.iterator(1000):
        if record.status == RecordStatus.RETURNED:
            word, reason, at = "被退回", record.return_reason, record.submitted_at
        else:
            word, reason, at = "被提出争议", record.dispute_reason, record.disputed_at
        yield NoticeDraft(
            user=record.entered_by_id,
            kind=NoticeKind(record.status),
            text=f"{kind.name}“{record}”{word}：{reason}",
            url=kind.page(record),
            key=f"{kind.label}:{record.pk}:{record.status}:{_moment(at)}",
        )


def _confirmed(kind: RecordKind, now: datetime) -> Iterator[NoticeDraft]:
    today = timezone.localdate(now)
    start = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = list(
        kind.model.objects.filter(
            status=RecordStatus.CONFIRMED,
            confirmed_at__gte=start - timedelta(days=LOOK_BACK_DAYS),
            confirmed_at__lt=start,
        )
        .order_by()
        .annotate(on=TruncDate("confirmed_at"))
        .values("entered_by", "confirmed_for", "on")
        .annotate(count=Count("pk"))
    )
    names = Organisation.objects.in_bulk({row["confirmed_for"] for row in rows})
    for row in rows:
        if row["on"] >= today:
            continue
        yield NoticeDraft(
            user=row["entered_by"],
            kind=NoticeKind.CONFIRMED,
            text=f"{names[row['confirmed_for']].display_name}{row['on']:%Y-%m-%d} 确认了您填报的 {row['count']} 条{kind.name}",
            url=f"{reverse(kind.list_name)}?{urlencode({'status': RecordStatus.CONFIRMED.value})}",
            key=f"{kind.label}:confirmed:{row['on']:%Y-%m-%d}:{row['confirmed_for']}",
        )


def _moment(at: datetime | None) -> str:
    return at.isoformat() if at else ""
