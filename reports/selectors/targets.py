"""Which agreements' targets a person looks at, and which of them stand worst.

The numbers of a page are always computed from the ledger as it is. The order and the filters need the
standing of every agreement in reach; it is kept until the ledger or the day changes.
"""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from django.apps import apps
from django.core.cache import cache
from django.db import connection
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.http import urlencode

from accounts.models import User
from core.waiting import Waiting
from reports.targets import Verdict, progress_of
from reports.targets.verdicts import LAGGING, RANK
from support.models import Agreement

# so few are judged in the time that looking into the cache takes
FEW = 60
SECONDS_KEPT = 300
# a change of any of these tables may change a verdict
LEDGER = (
    "support.AgreementEvent", "support.OutcomeValueEvent", "support.DonationEvent", "staffing.ActivityEvent",
    "staffing.ActivityMeasureEvent", "staffing.PostingEvent", "staffing.AdvancedStudyEvent",
    "staffing.MentorshipEvent", "staffing.MentorContactEvent", "staffing.StayRuleEvent",
)  # fmt: skip


@dataclass(frozen=True)
class Standing:
    """How one agreement stands: verdict → number of targets, and the share missing of the worst."""

    counts: dict[str, int] = field(default_factory=dict)
    gap: float = 0

    @property
    def targets(self) -> int:
        return sum(self.counts.values())

    @property
    def lagging(self) -> int:
        return sum(self.counts.get(verdict, 0) for verdict in LAGGING)

    @property
    def worst(self) -> Verdict | None:
        return min((Verdict(verdict) for verdict in self.counts), key=RANK.get, default=None)

    @property
    def worst_first(self) -> tuple:
        rank = RANK[self.worst] if self.worst else len(RANK)
        return (-self.lagging, rank, -self.gap)


def agreements_with_targets(user: User) -> QuerySet[Agreement]:
    """Filed agreements that the user sees, as ``progress_of`` needs them."""
    return (
        Agreement.objects.visible_to(user)
        .filter(effective_from__isnull=False)
        .select_related("cycle__programme", "current_version", "sender", "recipient__region")
    )


def standings(
    agreements: QuerySet[Agreement], *, today: date, year: int | None = None
) -> dict[int, Standing]:
    """{agreement: standing}; one statement more than it takes to judge them, or two when nothing changed."""
    keys = sorted(agreements.order_by().values_list("pk", flat=True))
    if len(keys) <= FEW:
        return _judged(agreements, today, year)
    name = hashlib.sha256(repr((keys, today, year, _ledger_stamp())).encode()).hexdigest()
    found = cache.get(f"target-standings-{name}")
    if found is None:
        found = _judged(agreements, today, year)
        cache.set(f"target-standings-{name}", found, SECONDS_KEPT)
    return found


def _judged(agreements: QuerySet[Agreement], today: date, year: int | None) -> dict[int, Standing]:
    # the parties are of no interest here
    bare = agreements.order_by().select_related(None).select_related("cycle", "current_version")
    progress = progress_of(bare, today=today, year=year)
    return {
        pk: Standing(
            dict(Counter(row.verdict.value for row in rows)), float(max((row.gap for row in rows), default=0))
        )
        for pk, rows in progress.items()
    }


def _ledger_stamp() -> tuple:
    """The last entry of every history that matters: one statement on primary keys."""
    tables = [apps.get_model(label)._meta.db_table for label in LEDGER]
    columns = ", ".join(f"(SELECT max(pgh_id) FROM {connection.ops.quote_name(table)})" for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns}")
        return cursor.fetchone()


def targets_waiting(user: User, *, day: date) -> list[Waiting]:
    """“待办”: targets of agreements in force that are behind, for those who answer for them."""
    if not user.has_perm("reports.view_targets"):
        return []
    found = standings(agreements_with_targets(user).in_force_on(day), today=day)
    behind = sum(standing.lagging for standing in found.values())
    address = f"{reverse('target-list')}?{urlencode({'verdict': 'lagging'})}"
    return [Waiting(behind, "项目标落后于进度", "去查看", address)]
