"""How every agreement stands, for order, filters and counts: kept, and renewed only where the ledger changed.

Judging thousands of agreements takes its time, and somebody confirms something every minute. So the last
standings are kept with the number of the last history entry; afterwards only agreements of which a newer
entry speaks are judged again. Numbers that a page shows are never taken from here.
"""

import hashlib
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from django.apps import apps
from django.core.cache import cache
from django.db import connection
from django.db.models import F, QuerySet

from reports.targets import Verdict, progress_of
from reports.targets.verdicts import LAGGING, RANK
from support.models import Agreement

# so few are judged in the time that looking them up takes; of more changes than this all are judged
FEW = 60
MANY_CHANGED = 500
# entries get their numbers before their transactions end: that many before the last seen are looked at again,
# and what a longer transaction wrote is seen when the time is over
LOOKED_AT_AGAIN = 500
SECONDS_KEPT = 900
# where a change may change a verdict: history table → path to the agreement
LEDGER = {
    "support.AgreementEvent": "pgh_obj_id",
    "support.DonationEvent": "agreement_id",
    "staffing.ActivityEvent": "agreement_id",
    "staffing.ActivityMeasureEvent": "activity__agreement_id",
    "staffing.PostingEvent": "agreement_id",
    "staffing.AdvancedStudyEvent": "agreement_id",
    "staffing.MentorshipEvent": "agreement_id",
    "staffing.MentorContactEvent": "mentorship__agreement_id",
    "support.OutcomeValueEvent": "recipient__agreements_received",
}
# a rule speaks of all agreements
RULES = "staffing.StayRuleEvent"


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

    @classmethod
    def of(cls, rows) -> "Standing":
        counts = Counter(row.verdict.value for row in rows)
        return cls(dict(counts), float(max((row.gap for row in rows), default=0)))


@dataclass(frozen=True)
class Kept:
    stamp: dict[str, int]
    until: float
    found: dict[int, Standing]


def standings(agreements: QuerySet[Agreement], *, today: date) -> dict[int, Standing]:
    """{agreement: standing} of the agreements' whole time. A bounded number of statements."""
    keys = sorted(agreements.order_by().values_list("pk", flat=True))
    if len(keys) <= FEW:
        return _judged(agreements, today)
    name = f"target-standings-{hashlib.sha256(repr((keys, today)).encode()).hexdigest()}"
    stamp, kept = _stamp(), cache.get(name)
    if kept and kept.stamp == stamp:
        return kept.found
    changed = _changed_since(kept.stamp, stamp) if kept else None
    if changed is None:
        kept = Kept(stamp, time.time() + SECONDS_KEPT, _judged(agreements, today))
    else:
        newer = _judged(agreements.filter(pk__in=changed), today)
        kept = Kept(stamp, kept.until, kept.found | newer)
    # renewing a part does not prolong the rest
    cache.set(name, kept, max(kept.until - time.time(), 0))
    return kept.found


def _judged(agreements: QuerySet[Agreement], today: date) -> dict[int, Standing]:
    # the parties are of no interest here
    bare = agreements.order_by().select_related(None).select_related("cycle", "current_version")
    return {pk: Standing.of(rows) for pk, rows in progress_of(bare, today=today).items()}


def _stamp() -> dict[str, int]:
    """The number of the last entry of every history that matters: one statement on primary keys."""
    labels = [*LEDGER, RULES]
    tables = [connection.ops.quote_name(apps.get_model(label)._meta.db_table) for label in labels]
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"(SELECT max(pgh_id) FROM {table})" for table in tables))
        return {label: last or 0 for label, last in zip(labels, cursor.fetchone(), strict=True)}


def _changed_since(before: dict[str, int], now: dict[str, int]) -> set[int] | None:
    """Agreements of which newer entries speak, in one statement; None when everything has to be judged."""
    if before[RULES] != now[RULES]:
        return None
    spoken = [
        apps.get_model(label)
        .objects.filter(pgh_id__gt=before[label] - LOOKED_AT_AGAIN)
        .annotate(speaks_of=F(path))
        .values_list("speaks_of", flat=True)
        .order_by()
        for label, path in LEDGER.items()
    ]
    found = set(spoken[0].union(*spoken[1:]))
    return None if len(found) > MANY_CHANGED else found
