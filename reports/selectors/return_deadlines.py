"""What the monthly returns say about the deadlines of months and quarters.

A unit has done its part once the first version of every form that it owes for the months was submitted:
the workload for months with an agreement in force, attendance for months with somebody on post.
"""

import re
from collections import defaultdict
from datetime import date

from django.db.models import Min
from django.utils import timezone

from accounts.models import Organisation
from core.dates import Period
from reports.models import MonthlyReturn, ReturnForm, ReturnLevel
from reports.selectors.deadline_facts import Facts, Item, fact
from reports.selectors.return_subjects import Subject, is_owed, rules
from reports.selectors.returns_due import months_of, stays_within
from staffing.models.attendance import month_period
from support.models import Agreement, CycleDeadline, DeadlineKind, DeadlineSide

SIDES = {
    DeadlineSide.CLINIC: ("recipient",),
    DeadlineSide.HOSPITAL: ("sender",),
    DeadlineSide.BUREAU: ("bureau",),
    DeadlineSide.ALL: ("recipient", "sender", "bureau"),
}
LEVELS = {"recipient": ReturnLevel.CLINIC, "sender": ReturnLevel.HOSPITAL, "bureau": ReturnLevel.BUREAU}
Part = tuple[str, int]  # which side of an agreement, and the organisation's key


def months_named(period: str) -> list[date]:
    """The months of "2026-03…" and "2026年第1季度…"; none for anything else."""
    if found := re.match(r"(\d{4})-(\d{2})", period):
        return [date(int(found[1]), int(found[2]), 1)]
    if found := re.match(r"(\d{4})年第([1-4])季度", period):
        first = 3 * int(found[2]) - 2
        return [date(int(found[1]), month, 1) for month in range(first, first + 3)]
    return []


@fact(DeadlineKind.RETURN_MONTH)
@fact(DeadlineKind.RETURN_QUARTER)
def returns_submitted(deadlines: list[CycleDeadline]) -> Facts:
    """Every unit that owes a return of the months, with the day on which the last of them came."""
    months = {month for row in deadlines for month in months_named(row.period)}
    if not months:
        return {}
    span = Period(min(months), month_period(max(months)).end)
    owed, units = _owed(deadlines, span)
    first = {
        (row["form"], row["level"], row["organisation"], row["month"]): timezone.localdate(row["first"])
        for row in MonthlyReturn.objects.filter(month__in=months, clinician=None)
        .order_by()
        .values("form", "level", "organisation", "month")
        .annotate(first=Min("submitted_at"))
    }
    known, found = rules(), {}
    for deadline in deadlines:
        found[deadline.pk] = []
        for side in SIDES[deadline.side]:
            for unit in units[deadline.cycle_id, side]:
                wanted = [
                    (form, LEVELS[side].value, unit.pk, month)
                    for month in months_named(deadline.period)
                    for form in owed.get((side, unit.pk, month), ())
                    if is_owed(Subject(form, LEVELS[side], unit, month), known)
                ]
                if wanted:
                    days = [first.get(key) for key in wanted]
                    done = max(days) if all(days) else None
                    found[deadline.pk].append(Item((unit.pk,), unit.display_name, done))
    return found


def _owed(deadlines: list[CycleDeadline], span: Period):
    """({(side, unit, month): forms}, {(cycle, side): units in the order of their regions})."""
    cycles = {row.cycle_id for row in deadlines}
    agreements = list(
        Agreement.objects.filter(
            cycle__in=cycles, effective_from__lte=span.end, effective_to__gte=span.start
        ).select_related("sender__region", "recipient__region", "cycle__programme__bureau__region")
    )
    owed: dict[tuple[str, int, date], set[str]] = defaultdict(set)
    units: dict[tuple[int, str], dict[int, Organisation]] = defaultdict(dict)
    stays = defaultdict(list)
    for agreement, *days in (
        stays_within(span).filter(agreement__in=agreements).values_list("agreement", "arrived_on", "end_on")
    ):
        stays[agreement].append(days)
    for agreement in agreements:
        in_force = months_of([(agreement.effective_from, agreement.effective_to)], span)
        on_post = months_of(stays[agreement.pk], span)
        bureau = agreement.cycle.programme.bureau
        for side, unit in (
            ("recipient", agreement.recipient),
            ("sender", agreement.sender),
            ("bureau", bureau),
        ):
            units[agreement.cycle_id, side][unit.pk] = unit
            for form, those in ((ReturnForm.WORKLOAD, in_force), (ReturnForm.ATTENDANCE, on_post)):
                for month in those:
                    owed[side, unit.pk, month].add(form.value)
    ordered = defaultdict(list)
    for key, those in units.items():
        ordered[key] = sorted(those.values(), key=lambda unit: (unit.region.code, unit.code))
    return owed, ordered
