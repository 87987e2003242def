"""The verdicts that stand on a posting's and a person's page, in a constant number of statements.

A posting is judged by the rules in effect on its first day. The total of a cycle is shown only to those
who see all stays of the person: a recipient's figure would not be the same figure.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from django.utils import timezone

from accounts.models import User
from core.dates import Period
from core.selectors.workdays import working_days
from staffing.models import Clinician, Posting, StayRule
from staffing.selectors.rules import in_effect
from staffing.selectors.verdicts import Measure, Unit, Verdict, counts_for, judge_stay, judge_total, unbroken


def _rules_of(programmes: Iterable[int]) -> dict[int, list[StayRule]]:
    """Active duration rules by programme."""
    found: dict[int, list[StayRule]] = defaultdict(list)
    rules = StayRule.objects.filter(
        programme__in=set(programmes), is_active=True, measure__in=StayRule.DURATIONS
    )
    for rule in rules.select_related("programme", "recipient").order_by("kind", "measure", "pk"):
        found[rule.programme_id].append(rule)
    return found


def _working(rules: Iterable[StayRule], postings: Sequence[Posting]) -> set[date] | None:
    if not postings or all(rule.unit != Unit.WORKING_DAYS for rule in rules):
        return None
    first = min(min(row.start_on, row.arrived_on or row.start_on) for row in postings)
    return working_days(Period(first, max(row.end_on for row in postings)))


def stays_of(person: Clinician | int) -> list[Posting]:
    """All the person's postings with what verdicts look at."""
    rows = Posting.objects.filter(clinician=person).select_related(
        "clinician", "agreement__recipient", "agreement__cycle__programme"
    )
    return list(rows.order_by("start_on", "pk"))


def posting_verdicts(posting: Posting) -> list[Verdict]:
    """The stay itself, and the person's time at this recipient."""
    today = timezone.localdate()
    stays = stays_of(posting.clinician_id)
    mine = next(row for row in stays if row.pk == posting.pk)
    cycle = mine.agreement.cycle
    rules = [
        rule for rule in _rules_of([cycle.programme_id])[cycle.programme_id] if in_effect(rule, mine.start_on)
    ]
    working = _working(rules, stays)
    here = [
        row
        for row in stays
        if row.agreement.recipient_id == mine.agreement.recipient_id and row.agreement.cycle_id == cycle.pk
    ]
    found = []
    for rule in rules:
        if rule.measure == Measure.CONTINUOUS:
            found.append(judge_stay(rule, mine, others=stays, today=today, working=working))
        elif rule.measure == Measure.ONE_UNIT and counts_for(rule, mine):
            found.append(
                judge_total(
                    rule,
                    here,
                    period=cycle.period,
                    today=today,
                    subject=str(mine.agreement.recipient),
                    working=working,
                )
            )
    return found


def person_verdicts(person: Clinician, *, user: User) -> list[tuple[str, list[Verdict]]]:
    """(cycle, verdicts) from the latest on; only stays that the user sees are spoken of."""
    today = timezone.localdate()
    stays = stays_of(person)
    seen = set(Posting.objects.visible_to(user).filter(clinician=person).values_list("pk", flat=True))
    sees_all = len(seen) == len(stays)
    by_cycle: dict[int, list[Posting]] = defaultdict(list)
    for row in reversed(stays):
        if row.pk in seen:
            by_cycle[row.agreement.cycle_id].append(row)
    rules = _rules_of(row.agreement.cycle.programme_id for row in stays)
    working = _working([rule for known in rules.values() for rule in known], stays)
    found = []
    for rows in by_cycle.values():
        cycle = rows[0].agreement.cycle
        verdicts = []
        for rule in rules[cycle.programme_id]:
            judged = [row for row in rows if counts_for(rule, row) and in_effect(rule, row.start_on)]
            common = {"today": today, "working": working}
            if rule.measure == Measure.CONTINUOUS:
                told: set[int] = set()
                for row in judged:
                    # stays that run on into each other are one
                    if row.pk not in told:
                        told |= {part.pk for part in unbroken(row, stays)}
                        verdicts.append(judge_stay(rule, row, others=stays, **common))
            elif rule.measure == Measure.ONE_UNIT:
                for recipient in {row.agreement.recipient for row in judged}:
                    there = [row for row in judged if row.agreement.recipient_id == recipient.pk]
                    verdicts.append(
                        judge_total(rule, there, period=cycle.period, subject=str(recipient), **common)
                    )
            elif sees_all:
                verdicts.append(judge_total(rule, rows, period=cycle.period, subject="本周期合计", **common))
        if verdicts:
            found.append((str(cycle), verdicts))
    return found
