"""Monthly returns in the list of work that waits."""

from datetime import date

from django.urls import reverse
from django.utils.http import urlencode

from accounts.models import User
from core.dates import add_months
from core.waiting import Waiting
from reports.models import MonthlyReturn, ReturnLevel
from reports.selectors.return_lists import levels_for
from reports.selectors.return_subjects import BELOW, Subject
from reports.selectors.returns_behind import with_changes
from reports.selectors.returns_due import LOOK_BACK, returns_due

BEHIND = {"state": "behind"}


def returns_waiting(user: User, *, day: date) -> list[Waiting]:
    """Overdue and due returns, own ones to correct, and units below that hold the next return back.

    Registered as a source of 待办; a constant number of statements.
    """
    if not user.has_perm("reports.submit_return"):
        return []
    due, address = returns_due(user, day=day), reverse("return-list")
    overdue = sum(one.is_overdue for one in due)
    left_behind = f"{address}?{urlencode(BEHIND)}"
    return [
        Waiting(overdue, "份月报已过应报日期", "去提交", address, tone="bad"),
        Waiting(len(due) - overdue, "份月报等待提交", "去提交", address),
        Waiting(
            _own_behind(user, day), "份已提交的月报台账有变动，需要更正", "去更正", left_behind, tone="bad"
        ),
        Waiting(
            _held_back_by(user, day),
            "份下级月报与台账不一致，本级月报会被拦下",
            "去查看",
            left_behind if user.sees_region else address,
        ),
    ]


def _recent(day: date):
    return MonthlyReturn.objects.newest().filter(month__gte=add_months(day.replace(day=1), -LOOK_BACK))


def _own_behind(user: User, day: date) -> int:
    rows = _recent(day).visible_to(user)
    own = rows.filter(clinician__user=user)
    for level in levels_for(user):
        own |= rows.filter(level=level, organisation=user.organisation_id)
    return with_changes(own).filter(is_behind=True).count()


def _held_back_by(user: User, day: date) -> int:
    """Returns of the level below in the months that the user's organisation still has to report."""
    found = 0
    for level in levels_for(user):
        subject = Subject("", level, user.organisation, day)
        below, rows = BELOW[level], _recent(day)
        if below == ReturnLevel.PERSON:
            rows = rows.filter(level=below, organisation=user.organisation_id)
        else:
            side = "recipient" if below == ReturnLevel.CLINIC else "sender"
            rows = rows.filter(level=below, organisation__in=subject.frame.agreement_ids.values(side))
        found += with_changes(rows).filter(is_behind=True).count()
    return found
