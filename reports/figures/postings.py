"""Figures about people sent out. A posting counts once the recipient confirmed the arrival."""

from django.db.models import Count, Q, QuerySet

from reports.figures.frame import Frame
from reports.figures.registry import Figure, register
from staffing.models import Posting, PostingKind
from staffing.titles import level_expression

ARRIVED = Q(arrival_confirmed_at__isnull=False)
GROUPS = {
    "recipient": "agreement__recipient",
    "sender": "agreement__sender",
    "agreement": "agreement",
    "kind": "kind",
    "level": "level",
}
RULE = "按批次出发日期归入本期；以受援单位确认到岗为准；不含护送人员和联络员"


def posted(frame: Frame) -> QuerySet[Posting]:
    """Postings of batches that departed in the period, escorts and liaison officers aside."""
    return (
        Posting.objects.staff()
        .exclude(status=Posting.Status.CANCELLED)
        .filter(
            agreement__in=frame.agreement_ids,
            batch__departed_on__range=(frame.period.start, frame.period.end),
        )
        .annotate(level=level_expression("title"))
    )


def of_kind(kind: str):
    return lambda frame: posted(frame).filter(kind=kind)


def _declare(code, label, unit, definition, aggregate, rows=posted, **more):
    return register(
        Figure(
            code=code,
            label=label,
            unit=unit,
            definition=f"{definition}；{RULE}。",
            rows=rows,
            counted=ARRIVED,
            aggregate=aggregate,
            listing="postings",
            groups=GROUPS,
            day="batch__departed_on",
            pending_label="未确认到岗",
            **more,
        )
    )


BATCHES = _declare(
    "batches",
    "派驻批次",
    "批",
    "一次出发的一支队伍为一批，一批派往几家单位也只计一批",
    Count("batch", distinct=True),
    adds_up=False,
    column=1,
)
PERSON_TIMES = _declare("person_times", "派驻人次", "人次", "同一人每派出一次计一次", Count("pk"), column=1)
PERSONS = _declare(
    "persons",
    "派驻人数",
    "人",
    "本期派出过的不同人员，每人只计一次",
    Count("clinician", distinct=True),
    adds_up=False,
    column=1,
)
for kind, name in PostingKind.choices:
    _declare(
        f"batches_{kind}",
        f"{name}批次",
        "批",
        f"类型为“{name}”的批次",
        Count("batch", distinct=True),
        rows=of_kind(kind),
        adds_up=False,
    )
    _declare(
        f"person_times_{kind}",
        f"{name}人次",
        "人次",
        f"类型为“{name}”的派驻，每派出一次计一次",
        Count("pk"),
        rows=of_kind(kind),
    )
UNKNOWN_TITLE = _declare(
    "person_times_unknown_title",
    "职称未填人次",
    "人次",
    "派出时职称未填，单列一行，不推测",
    Count("pk"),
    rows=lambda frame: posted(frame).filter(title=""),
)
