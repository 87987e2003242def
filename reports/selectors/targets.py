"""Which agreements' targets a person looks at, and how many of them wait for somebody."""

from datetime import date

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.http import urlencode

from accounts.models import User
from core.waiting import Waiting
from reports.selectors.standings import standings
from support.models import Agreement


def agreements_with_targets(user: User) -> QuerySet[Agreement]:
    """Filed agreements that the user sees, as ``progress_of`` needs them."""
    return (
        Agreement.objects.visible_to(user)
        .filter(effective_from__isnull=False)
        .select_related("cycle__programme", "current_version", "sender", "recipient__region")
    )


def targets_waiting(user: User, *, day: date) -> list[Waiting]:
    """“待办”: targets of agreements in force that are behind, for those who answer for them."""
    if not user.has_perm("reports.view_targets"):
        return []
    found = standings(agreements_with_targets(user).in_force_on(day), today=day)
    behind = sum(standing.lagging for standing in found.values())
    address = f"{reverse('target-list')}?{urlencode({'verdict': 'lagging'})}"
    return [Waiting(behind, "项目标落后于进度", "去查看", address)]
