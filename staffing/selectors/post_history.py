"""Who held a post before (本岗位历任): the stays at one recipient and department, one after the other.

A post is a recipient and a department; stays whose department is not filled in are a group of their own.
A predecessor came earlier and left earlier. Of all who may have followed each other those are tied first
whose last and first day lie nearest; each has one predecessor and one successor at most, so that of two
who replace one person the second is an addition. Counted are the stays that coverage counts.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.db.models import QuerySet

from accounts.models import Organisation, User
from core.dates import Period
from staffing.models import Posting, PostingKind

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Tenure:
    """One stay. ``apart``: days between the predecessor's last and this first one; below 0 both were there."""

    posting: Posting
    stay: Period
    before: Posting | None = None
    after: Posting | None = None
    apart: int | None = None

    @property
    def gap(self) -> int:
        return max(self.apart or 0, 0)

    @property
    def overlap(self) -> int:
        return max(-(self.apart or 0), 0)


@dataclass(frozen=True)
class Handover:
    """Days of the period on which the one who leaves and the one who follows were both there."""

    department: str
    leaving: Posting
    following: Posting
    period: Period


def counted_postings(user: User) -> QuerySet[Posting]:
    """Resident stays of members and leaders that were not cancelled."""
    return (
        Posting.objects.visible_to(user)
        .staff()
        .filter(kind=PostingKind.RESIDENT)
        .exclude(status=Posting.Status.CANCELLED)
        .select_related("clinician", "agreement__sender", "agreement__recipient")
    )


def counted_days(posting: Posting, today: date) -> Period | None:
    """From the confirmed arrival; of a stay that is only planned the days after today, None when none is left."""
    start = posting.arrived_on or max(posting.start_on, today + DAY)
    return Period(start, posting.end_on) if start <= posting.end_on else None


def succession(postings: Iterable[Posting], today: date) -> list[Tenure]:
    """Every stay with days to count, in order of its first day, tied to the one before and after."""
    found = [
        Tenure(posting, stay) for posting in postings if (stay := counted_days(posting, today)) is not None
    ]
    found.sort(key=lambda row: (row.stay.start, row.stay.end, row.posting.pk))
    before: dict[int, Tenure] = {}
    after: dict[int, Tenure] = {}
    for earlier, later in _handed_on(found):
        if earlier.posting.pk not in after and later.posting.pk not in before:
            after[earlier.posting.pk], before[later.posting.pk] = later, earlier
    return [_tied(row, before.get(row.posting.pk), after.get(row.posting.pk)) for row in found]


def _handed_on(found: list[Tenure]) -> list[tuple[Tenure, Tenure]]:
    """Who may have been followed by whom, the nearest first; among equals as they came."""
    posts: dict[tuple[int, str], list[Tenure]] = {}
    for row in found:
        posts.setdefault(_post(row), []).append(row)
    pairs = [
        (earlier, later)
        for colleagues in posts.values()
        for later in colleagues
        for earlier in colleagues
        if earlier.stay.start < later.stay.start and earlier.stay.end < later.stay.end
    ]
    return sorted(pairs, key=lambda pair: abs(_apart(*pair)))


def _tied(row: Tenure, before: Tenure | None, after: Tenure | None) -> Tenure:
    return replace(
        row,
        before=before and before.posting,
        after=after and after.posting,
        apart=_apart(before, row) if before else None,
    )


def _post(row: Tenure) -> tuple[int, str]:
    return row.posting.agreement.recipient_id, row.posting.department.strip()


def _apart(earlier: Tenure, later: Tenure) -> int:
    return (later.stay.start - earlier.stay.end).days - 1


@dataclass(frozen=True)
class Post:
    """``department`` “” is not filled in; ``tenures``: the latest first."""

    recipient: Organisation
    department: str
    tenures: tuple[Tenure, ...]


def by_post(tenures: Iterable[Tenure]) -> list[Post]:
    """In order of recipient and department; what is not filled in comes last."""
    found: dict[tuple[int, str], list[Tenure]] = {}
    for row in tenures:
        found.setdefault(_post(row), []).insert(0, row)
    posts = [
        Post(rows[0].posting.agreement.recipient, department, tuple(rows))
        for (_, department), rows in found.items()
    ]
    return sorted(posts, key=lambda row: (row.recipient.name_key, not row.department, row.department))


def handovers(tenures: Iterable[Tenure], period: Period) -> list[Handover]:
    """Hand-overs with days in common inside the period."""
    tenures = list(tenures)
    stays = {row.posting.pk: row.stay for row in tenures}
    found = []
    for row in tenures:
        both = row.before and stays[row.before.pk].clip(row.stay)
        if part := both and both.clip(period):
            found.append(Handover(row.posting.department.strip(), row.before, row.posting, part))
    return found


def neighbours(stays: Iterable[Posting], *, user: User, today: date) -> dict[int, Tenure]:
    """The tenure of each of a person's stays by its key, among all stays of these posts that the user sees."""
    stays = list(stays)
    posts = counted_postings(user).filter(
        agreement__recipient__in={stay.agreement.recipient_id for stay in stays},
        department__in={stay.department for stay in stays},
    )
    return {row.posting.pk: row for row in succession(posts, today)}
