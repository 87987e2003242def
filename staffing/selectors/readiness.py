"""Who is on post by the deadline (到岗期限): one row a pair, as the books stood on a given day."""

from dataclasses import dataclass
from datetime import date

from django.db import models
from django.db.models import Min, OuterRef, QuerySet, Subquery

from staffing.models import Posting
from support.models import Agreement, Cycle, CycleDeadline


class Readiness(models.TextChoices):
    ON_TIME = "on_time", "已按期到岗"
    LATE = "late", "逾期到岗"
    WAITING = "waiting", "未到岗，期限未到"
    DUE_TODAY = "due_today", "未到岗，今日到期"
    OVERDUE = "overdue", "逾期未到岗"
    NO_DEADLINE = "no_deadline", "未到岗，未设期限"


@dataclass(frozen=True)
class ReadinessRow:
    """``days``: days after the deadline (late, overdue) or still left (waiting)."""

    agreement: Agreement
    arrived_on: date | None
    state: Readiness
    days: int

    @property
    def is_missing(self) -> bool:
        return self.arrived_on is None


def arrival_deadline(cycle: Cycle) -> date | None:
    """The first one of the whole cycle; what one agreement alone was given is not everybody's."""
    deadline = cycle.deadlines.filter(kind=CycleDeadline.Kind.ARRIVAL, agreement=None).first()
    return deadline.due_on if deadline else None


def readiness(*, cycle: Cycle, on: date, within: QuerySet[Agreement] | None = None) -> list[ReadinessRow]:
    """Every agreement of the cycle in force on the day, with its first confirmed arrival up to that day.

    ``within`` limits the agreements, e.g. to those a user may see. The deadline day itself is still in time: on 30 July a pair without anybody is due, on 31 July late.
    """
    due_on = arrival_deadline(cycle)
    first = (
        Posting.objects.arrived()
        .staff()
        .filter(agreement=OuterRef("pk"), arrived_on__lte=on)
        .order_by()
        .values("agreement")
        .annotate(first=Min("arrived_on"))
        .values("first")
    )
    agreements = (
        (Agreement.objects.all() if within is None else within)
        .filter(cycle=cycle)
        .in_force_on(on)
        .select_related("sender", "recipient")
        .annotate(first_arrival=Subquery(first))
        .order_by("recipient__region__code", "recipient__code", "number")
    )
    return [_row(agreement, due_on, on) for agreement in agreements]


def not_on_post(*, cycle: Cycle, on: date) -> list[ReadinessRow]:
    """The list of pairs where nobody is on post yet, the most overdue first."""
    missing = [row for row in readiness(cycle=cycle, on=on) if row.is_missing]
    return sorted(missing, key=lambda row: row.state != Readiness.OVERDUE)


def _row(agreement: Agreement, due_on: date | None, on: date) -> ReadinessRow:
    arrived = agreement.first_arrival
    if due_on is None:
        state = Readiness.ON_TIME if arrived else Readiness.NO_DEADLINE
        return ReadinessRow(agreement, arrived, state, 0)
    if arrived:
        late = max(0, (arrived - due_on).days)
        return ReadinessRow(agreement, arrived, Readiness.LATE if late else Readiness.ON_TIME, late)
    if on > due_on:
        return ReadinessRow(agreement, None, Readiness.OVERDUE, (on - due_on).days)
    state = Readiness.DUE_TODAY if on == due_on else Readiness.WAITING
    return ReadinessRow(agreement, None, state, (due_on - on).days)
