"""Whether deadlines are met: on which day, how late, how many days are left, and who is missing.

Late is a fact that is shown; it never stops anybody. What the books cannot know is said to be unknown.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.db import models
from django.db.models import Q, QuerySet

from accounts.models import Organisation, User
from reports.selectors.deadline_facts import Item, facts_of
from support.models import Agreement, Cycle, CycleDeadline, DeadlineSide

SHOWN_AHEAD_DAYS = 14  # so early at least; earlier where somebody is to be reminded earlier
LOOK_BACK_DAYS = 60  # a deadline longer gone is history: it stands in the calendar and is no work any more


class Standing(models.TextChoices):
    MET = "met", "按期完成"
    LATE = "late", "逾期完成"
    OPEN = "open", "未到期"
    DUE_TODAY = "due_today", "今天到期"
    OVERDUE = "overdue", "逾期未完成"
    PASSED = "passed", "已过期限"


TONES = {
    "met": "done",
    "late": "late",
    "open": "plain",
    "due_today": "pending",
    "overdue": "late",
    "passed": "ended",
}


URGENCY = (
    Standing.OVERDUE,
    Standing.DUE_TODAY,
    Standing.OPEN,
    Standing.PASSED,
    Standing.LATE,
    Standing.MET,
)


@dataclass(frozen=True)
class DeadlineState:
    """``on``: the day on which the last part was done. ``days``: late, overdue, or left. ``items``: None
    where no record tells."""

    deadline: CycleDeadline
    standing: Standing
    on: date | None = None
    days: int = 0
    items: list[Item] | None = None

    @property
    def missing(self) -> list[Item]:
        return [item for item in self.items or () if item.done_on is None]

    @property
    def late(self) -> list[tuple[Item, int]]:
        """Done, but after the day; with the days."""
        due = self.deadline.due_on
        return [
            (item, (item.done_on - due).days)
            for item in self.items or ()
            if item.done_on is not None and item.done_on > due
        ]

    @property
    def done(self) -> int:
        return len(self.items or ()) - len(self.missing)

    @property
    def is_open(self) -> bool:
        return self.standing in (Standing.OPEN, Standing.DUE_TODAY, Standing.OVERDUE)

    @property
    def urgency(self) -> int:
        """What waits longest for somebody first, what is settled last."""
        return URGENCY.index(self.standing)

    @property
    def tone(self) -> str:
        return TONES[self.standing]

    @property
    def told(self) -> str:
        """One sentence: met on 06-28, late by 3 days, 5 days left."""
        if self.standing == Standing.MET:
            return f"{self.on:%Y-%m-%d} 完成"
        if self.standing == Standing.LATE:
            return f"{self.on:%Y-%m-%d} 完成，晚 {self.days} 天"
        if self.standing == Standing.OVERDUE:
            return f"已逾期 {self.days} 天"
        if self.standing == Standing.OPEN:
            return f"还有 {self.days} 天"
        return "今天截止" if self.standing == Standing.DUE_TODAY else "没有办结记录"


def deadline_state(deadline: CycleDeadline, *, day: date, items: list[Item] | None = None) -> DeadlineState:
    """Met on a day, late by days, or open with days left, as the books stood on ``day``.

    ``items`` from ``facts_of``; None or empty where no record tells.
    """
    due = deadline.due_on
    if items:
        later = [item.done_on is not None and item.done_on > day for item in items]
        items = [
            replace(item, done_on=None) if ahead else item for item, ahead in zip(items, later, strict=True)
        ]
    if deadline.done_on is not None:  # the bureau's word stands above what the books can tell
        on = deadline.done_on
        late = max(0, (on - due).days)
        return DeadlineState(deadline, Standing.LATE if late else Standing.MET, on, late, items)
    if items and all(item.done_on for item in items):
        on = max(item.done_on for item in items)
        late = max(0, (on - due).days)
        return DeadlineState(deadline, Standing.LATE if late else Standing.MET, on, late, items)
    if day < due:
        return DeadlineState(deadline, Standing.OPEN, None, (due - day).days, items)
    if day == due:
        return DeadlineState(deadline, Standing.DUE_TODAY, None, 0, items)
    if items:
        return DeadlineState(deadline, Standing.OVERDUE, None, (day - due).days, items)
    return DeadlineState(deadline, Standing.PASSED, None, (day - due).days, items)


def deadlines_for(user: User) -> QuerySet[CycleDeadline]:
    return (
        CycleDeadline.objects.visible_to(user)
        .select_related("cycle__programme__bureau", "agreement__sender", "agreement__recipient")
        .order_by("due_on", "pk")
    )


def states_for(user: User, deadlines: Iterable[CycleDeadline], *, day: date) -> list[DeadlineState]:
    """Each deadline as it stands for this user: the parts of organisations in reach, all of one's own programmes."""
    rows = list(deadlines)
    facts = facts_of(rows)
    named = {unit for items in facts.values() for item in items for unit in item.organisations}
    named |= {row.cycle.programme.bureau_id for row in rows}
    near = set(Organisation.objects.owned_by(user).filter(pk__in=named).values_list("pk", flat=True))
    states = []
    for row in rows:
        items = facts.get(row.pk)
        if items is not None and row.cycle.programme.bureau_id not in near:
            items = [item for item in items if near.intersection(item.organisations)]
        states.append(deadline_state(row, day=day, items=items))
    return states


def acts(user: User, deadline: CycleDeadline, sides: dict[int, set[str]]) -> bool:
    """Whether it is this user's organisation that has to act. ``sides`` from ``sides_of``."""
    if user.sees_region:
        mine = deadline.cycle.programme.bureau_id == user.organisation_id
        return mine and deadline.side in (DeadlineSide.ALL, DeadlineSide.BUREAU)
    mine = sides.get(deadline.cycle_id, set())
    return bool(mine) if deadline.side == DeadlineSide.ALL else deadline.side in mine


def sides_of(user: User) -> dict[int, set[str]]:
    """What the user's organisation is in each cycle: it may give and receive in the same one."""
    found: dict[int, set[str]] = {}
    mine = user.organisation_id
    rows = Agreement.objects.filter(Q(sender=mine) | Q(recipient=mine)).values_list("cycle", "sender")
    for cycle, sender in rows.distinct():
        side = DeadlineSide.HOSPITAL if sender == mine else DeadlineSide.CLINIC
        found.setdefault(cycle, set()).add(side.value)
    return found


def deadlines_near(user: User, *, day: date) -> list[DeadlineState]:
    """Those that are work now: open and to be reminded of, or overdue for less than two months.

    A unit gets what it has to do itself; bureaus and leadership what anybody in the region has to do.
    """
    ahead = day + timedelta(days=120)
    rows = deadlines_for(user).filter(
        due_on__range=(day - timedelta(days=LOOK_BACK_DAYS), ahead), done_on__isnull=True
    )
    rows = [
        row for row in rows if row.due_on <= day + timedelta(days=max([SHOWN_AHEAD_DAYS, *row.remind_days]))
    ]
    if not user.sees_region:
        sides = sides_of(user)
        rows = [row for row in rows if acts(user, row, sides)]
    return [state for state in states_for(user, rows, day=day) if state.is_open]


def calendar_of(user: User, cycle: Cycle, *, day: date) -> list[DeadlineState]:
    """All deadlines of a cycle for its calendar page."""
    return states_for(user, deadlines_for(user).filter(cycle=cycle), day=day)
