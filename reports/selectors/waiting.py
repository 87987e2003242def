"""Deadlines as lines of 待办."""

from collections.abc import Iterator
from datetime import date

from django.urls import reverse

from accounts.models import User
from core.waiting import Waiting
from reports.selectors.deadlines import DeadlineState, Standing, deadlines_near


def deadline_lines(user: User, *, day: date) -> Iterator[Waiting]:
    """One line a deadline that is near or missed; leadership reads only what is missed."""
    if not user.has_perm("reports.view_deadlines"):
        return
    only_missed = user.sees_region and not user.is_staff
    for state in deadlines_near(user, day=day):
        if not only_missed or state.standing == Standing.OVERDUE:
            yield _line(state)


def _line(state: DeadlineState) -> Waiting:
    deadline = state.deadline
    known = bool(state.items)
    return Waiting(
        len(state.missing) if known else 1,
        f"{'项未完成' if known else '项'}：{deadline.label}（{deadline.cycle.name}）",
        "查看",
        f"{reverse('deadlines')}?cycle={deadline.cycle_id}#deadline-{deadline.pk}",
        due_on=deadline.due_on,
        explain=f"{deadline.get_side_display()}办理，{state.told}。{deadline.note}",
    )
