"""What the books say about a deadline: who had to act, and when each did.

One function a kind of deadline, for all deadlines of the kind at once, so that the number of statements
does not grow with them. A kind without a function is known only by the calendar, or by the day that the
bureau enters (办结日期).
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Min
from django.utils import timezone

from reports.models import Summary
from staffing.models import Posting
from support.models import Agreement, CycleDeadline, DeadlineKind, DeadlineSide


@dataclass(frozen=True)
class Item:
    """Somebody's part of a deadline. ``organisations``: whose affair it is, the one who acts first."""

    organisations: tuple[int, ...]
    label: str
    done_on: date | None
    agreement: int | None = None


Facts = dict[int, list[Item]]  # by the deadline's primary key
Fact = Callable[[list[CycleDeadline]], Facts]
_facts: dict[str, Fact] = {}


def fact(kind: str) -> Callable[[Fact], Fact]:
    """Register the function that knows whether deadlines of this kind are met."""

    def register(function: Fact) -> Fact:
        _facts[kind] = function
        return function

    return register


def facts_of(deadlines: Iterable[CycleDeadline]) -> Facts:
    """Everybody's parts, of the deadlines whose kind has a function."""
    by_kind: dict[str, list[CycleDeadline]] = defaultdict(list)
    for deadline in deadlines:
        by_kind[deadline.kind].append(deadline)
    found: Facts = {}
    for kind, rows in by_kind.items():
        if kind in _facts:
            found |= _facts[kind](rows)
    return found


def _agreements(deadlines: list[CycleDeadline]) -> dict[int, list[Agreement]]:
    """Agreements by cycle, each with ``first_filed_at``."""
    found = defaultdict(list)
    rows = (
        Agreement.objects.filter(cycle__in={row.cycle_id for row in deadlines})
        .select_related("sender", "recipient")
        .annotate(first_filed_at=Min("versions__filed_at"))
        .order_by("recipient__region__code", "recipient__code", "number")
    )
    for agreement in rows:
        found[agreement.cycle_id].append(agreement)
    return found


def _concerned(deadline: CycleDeadline, agreements: dict[int, list[Agreement]]) -> list[Agreement]:
    """Those that were not over before the day came; of a deadline of one agreement that one."""
    return [
        row
        for row in agreements.get(deadline.cycle_id, ())
        if deadline.agreement_id in (None, row.pk)
        and (row.effective_to is None or row.effective_to >= deadline.due_on)
    ]


def _pair(deadline: CycleDeadline, agreement: Agreement, done_on: date | None) -> Item:
    parties = (agreement.sender_id, agreement.recipient_id)
    if deadline.side == DeadlineSide.CLINIC:
        parties = parties[::-1]
    label = f"{agreement.sender.display_name} → {agreement.recipient.display_name}"
    return Item(parties, label, done_on, agreement.pk)


@fact(DeadlineKind.AGREEMENT)
def agreements_filed(deadlines: list[CycleDeadline]) -> Facts:
    """Each agreement of the cycle with the day of its first filing."""
    agreements = _agreements(deadlines)
    return {
        deadline.pk: [
            _pair(deadline, row, row.first_filed_at and timezone.localdate(row.first_filed_at))
            for row in _concerned(deadline, agreements)
        ]
        for deadline in deadlines
    }


@fact(DeadlineKind.ARRIVAL)
def people_arrived(deadlines: list[CycleDeadline]) -> Facts:
    """Each filed agreement with its first confirmed arrival.

    Where a cycle has several dates (two windows a year), arrivals up to one date belong to it and later
    ones to the next.
    """
    agreements = _agreements(deadlines)
    arrivals = defaultdict(list)
    rows = (
        Posting.objects.arrived()
        .staff()
        .filter(agreement__cycle__in={row.cycle_id for row in deadlines})
        .order_by("arrived_on")
        .values_list("agreement", "arrived_on")
    )
    for agreement, day in rows:
        arrivals[agreement].append(day)
    before = _dates_before(deadlines)

    def first(agreement: Agreement, deadline: CycleDeadline) -> date | None:
        days, after = arrivals[agreement.pk], before.get(deadline.pk)
        return next((day for day in days if after is None or day > after), None)

    return {
        deadline.pk: [
            _pair(deadline, row, first(row, deadline))
            for row in _concerned(deadline, agreements)
            if row.effective_from is not None
        ]
        for deadline in deadlines
    }


def _dates_before(deadlines: list[CycleDeadline]) -> dict[int, date]:
    """The date before this one, among those of the same cycle for everybody."""
    by_cycle = defaultdict(set)
    for row in CycleDeadline.objects.filter(
        cycle__in={row.cycle_id for row in deadlines}, kind=DeadlineKind.ARRIVAL, agreement=None
    ):
        by_cycle[row.cycle_id].add(row.due_on)
    found = {}
    for row in deadlines:
        days = sorted(by_cycle[row.cycle_id])
        place = bisect_left(days, row.due_on)
        if row.agreement_id is None and place:
            found[row.pk] = days[place - 1]
    return found


EDITIONS = {
    DeadlineSide.BUREAU: (Summary.Edition.BUREAU,),
    DeadlineSide.HOSPITAL: (Summary.Edition.HOSPITAL,),
    DeadlineSide.CLINIC: (Summary.Edition.CLINIC,),
    DeadlineSide.ALL: tuple(Summary.Edition),
}


@fact(DeadlineKind.SUMMARY)
def summaries_frozen(deadlines: list[CycleDeadline]) -> Facts:
    """Each organisation that owes a summary of the cycle with the day on which its first was made final."""
    agreements = _agreements(deadlines)
    frozen = {
        (row["cycle"], row["organisation"], row["edition"]): timezone.localdate(row["first"])
        for row in Summary.objects.filter(
            cycle__in={row.cycle_id for row in deadlines},
            status=Summary.Status.FROZEN,
            data_time__isnull=False,
        )
        .order_by()
        .values("cycle", "organisation", "edition")
        .annotate(first=Min("data_time"))
    }
    return {
        deadline.pk: [
            Item((unit.pk,), unit.display_name, frozen.get((deadline.cycle_id, unit.pk, edition)))
            for edition in EDITIONS[deadline.side]
            for unit in _owing(deadline, edition, agreements)
        ]
        for deadline in deadlines
    }


def _owing(deadline: CycleDeadline, edition: str, agreements) -> list:
    if edition == Summary.Edition.BUREAU:
        return [deadline.cycle.programme.bureau]
    part = "sender" if edition == Summary.Edition.HOSPITAL else "recipient"
    rows = _concerned(deadline, agreements)
    units = {getattr(row, f"{part}_id"): getattr(row, part) for row in rows if row.effective_from is not None}
    return list(units.values())
