"""Deadlines that come near or are missed, to those who have to act."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import NoticeKind, Role, User
from accounts.notices import NoticeDraft
from reports.selectors.deadline_facts import facts_of
from reports.selectors.deadlines import LOOK_BACK_DAYS, DeadlineState, Standing, deadline_state
from support.models import Agreement, CycleDeadline, DeadlineSide

FARTHEST_REMINDER = 120
ACTING = {
    DeadlineSide.BUREAU: Role.BUREAU_OFFICER,
    DeadlineSide.HOSPITAL: Role.HOSPITAL_COORDINATOR,
    DeadlineSide.CLINIC: Role.RECIPIENT_COORDINATOR,
}
SIDES = tuple(ACTING)


def deadlines(now: datetime) -> Iterator[NoticeDraft]:
    """One notice a person and stage: at each day of ``remind_days`` (once it is reached), and when missed.

    A stage that nobody was there to send on its day comes on the next, as long as no later one has begun.
    Missed ones also go to the bureau's officers.
    """
    day = timezone.localdate(now)
    rows = list(
        CycleDeadline.objects.filter(
            due_on__range=(day - timedelta(days=LOOK_BACK_DAYS), day + timedelta(days=FARTHEST_REMINDER)),
            done_on__isnull=True,
        ).select_related("cycle__programme", "agreement")
    )
    facts = facts_of(rows)
    staged = []
    for row in rows:
        state = deadline_state(row, day=day, items=facts.get(row.pk))
        stage = stage_of(state, day)
        if stage:
            staged.append((state, stage))
    people = _People(staged)
    for state, stage in staged:
        deadline = state.deadline
        for user in people.concerned(state):
            yield NoticeDraft(
                user=user,
                kind=NoticeKind.DEADLINE,
                text=f"{deadline.cycle.name}“{deadline.label}”{state.told}，期限 {deadline.due_on:%Y-%m-%d}",
                url=f"{reverse('deadlines')}?cycle={deadline.cycle_id}#deadline-{deadline.pk}",
                key=f"support.cycledeadline:{deadline.pk}:{deadline.due_on:%Y-%m-%d}:{stage}",
            )


def stage_of(state: DeadlineState, day: date) -> str:
    """Overdue, the reminder that has been reached ("7", "1"), or "" while there is nothing to say."""
    if state.standing == Standing.OVERDUE:
        return "overdue"
    if state.standing not in (Standing.OPEN, Standing.DUE_TODAY):
        return ""
    left = (state.deadline.due_on - day).days
    reached = [days for days in state.deadline.remind_days if left <= days]
    return str(min(reached)) if reached else ""


class _People:
    """Active accounts by organisation and side, in two statements for all deadlines."""

    def __init__(self, staged: Iterable[tuple[DeadlineState, str]]):
        states = [state for state, _ in staged]
        cycles = {state.deadline.cycle_id for state in states}
        self.parties: dict[int, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
        for cycle, sender, recipient in Agreement.objects.filter(
            cycle__in=cycles, terminated_on__isnull=True
        ).values_list("cycle", "sender", "recipient"):
            self.parties[cycle][DeadlineSide.HOSPITAL].add(sender)
            self.parties[cycle][DeadlineSide.CLINIC].add(recipient)
        for state in states:
            self.parties[state.deadline.cycle_id][DeadlineSide.BUREAU] = {
                state.deadline.cycle.programme.bureau_id
            }
        units = {unit for sides in self.parties.values() for found in sides.values() for unit in found}
        self.by_unit: dict[tuple[int, str], set[int]] = defaultdict(set)
        for pk, unit, roles in User.objects.filter(
            Q(roles__overlap=list(ACTING.values())), organisation__in=units, is_active=True
        ).values_list("pk", "organisation", "roles"):
            for role in roles:
                self.by_unit[unit, role].add(pk)

    def concerned(self, state: DeadlineState) -> set[int]:
        deadline = state.deadline
        sides = SIDES if deadline.side == DeadlineSide.ALL else (deadline.side,)
        found: set[int] = set()
        for side in sides:
            for unit in self._units(state, side):
                found |= self.by_unit[unit, ACTING[side]]
        if state.standing == Standing.OVERDUE:
            for unit in self.parties[deadline.cycle_id][DeadlineSide.BUREAU]:
                found |= self.by_unit[unit, Role.BUREAU_OFFICER]
        return found

    def _units(self, state: DeadlineState, side: str) -> set[int]:
        """Of a deadline that the books know about only those whose part is missing."""
        everybody = self.parties[state.deadline.cycle_id][side]
        if state.items:
            return {unit for item in state.missing for unit in item.organisations} & everybody
        if state.deadline.agreement_id:
            agreement = state.deadline.agreement
            return {agreement.sender_id, agreement.recipient_id} & everybody
        return everybody
