"""Activities that may be the same event written down twice (可能重复)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from accounts.models import User
from staffing.models import Activity, ActivityType, Clinician
from support.models import Agreement
from support.models.confirmation import RecordStatus


@dataclass(frozen=True)
class Duplicate:
    """Another record and why it looks like the same: Chinese sentences. ``visible``: may the reader open it?"""

    activity: Activity
    reasons: tuple[str, ...]
    visible: bool = True


def possible_duplicates(
    *,
    user: User,
    agreement: Agreement,
    activity_type: ActivityType,
    start_on: date,
    end_on: date,
    participants: Sequence[Clinician],
    texts: Sequence[str] = (),
    exclude: Activity | None = None,
) -> list[Duplicate]:
    """Same type and day with somebody in common. Read only; ``exclude`` is the record itself."""
    same = Activity.objects.filter(
        agreement=agreement, activity_type=activity_type, start_on__lte=end_on, end_on__gte=start_on
    ).exclude(status=RecordStatus.SUPERSEDED)
    if exclude is not None:
        same = same.exclude(pk=exclude.pk)
    if participants:
        same = same.filter(participants__in=participants)
    return [Duplicate(found, ("同一天、同类、人员相同。",)) for found in same.visible_to(user).distinct()[:5]]
