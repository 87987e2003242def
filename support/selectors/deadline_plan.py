"""Which dates a bureau's rules give in a cycle, and how they compare with the deadlines already there."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Min, QuerySet
from django.utils import timezone

from core.dates import Period, add_months
from support.models import Agreement, Cycle, CycleDeadline, DeadlineRule

Anchor = DeadlineRule.Anchor


@dataclass(frozen=True)
class Planned:
    """One date that a rule gives. ``agreement``: set for what is counted from an agreement's filing."""

    rule: DeadlineRule
    period: str
    due_on: date
    agreement: Agreement | None = None

    @property
    def key(self) -> tuple[str, str]:
        return self.rule.kind, self.period


@dataclass(frozen=True)
class PlanLine:
    """``action``: add, move, keep (the same date), hand (somebody set it), gone (no rule gives it any more)."""

    action: str
    label: str
    due_on: date
    known: CycleDeadline | None = None
    planned: Planned | None = None

    @property
    def computed_on(self) -> date | None:
        return self.planned.due_on if self.planned else None


@dataclass
class Plan:
    """``clashes``: sentences about rules that give two dates for one thing; such a plan cannot be made."""

    lines: list[PlanLine] = field(default_factory=list)
    clashes: list[str] = field(default_factory=list)

    @property
    def changes(self) -> list[PlanLine]:
        return [line for line in self.lines if line.action in ("add", "move")]


def rules_of(cycle: Cycle) -> QuerySet[DeadlineRule]:
    """The rules in use of the cycle's bureau."""
    return DeadlineRule.objects.filter(bureau=cycle.programme.bureau_id, is_active=True)


def filings(agreements: QuerySet[Agreement]) -> list[tuple[Agreement, date]]:
    """Each filed agreement with the day of its first filing."""
    rows = (
        agreements.annotate(first_filed_at=Min("versions__filed_at"))
        .filter(first_filed_at__isnull=False)
        .order_by("number")
    )
    return [(row, timezone.localdate(row.first_filed_at)) for row in rows]


def dates_of(
    cycle: Cycle, rules: Iterable[DeadlineRule], filed: Iterable[tuple[Agreement, date]] = ()
) -> list[Planned]:
    """The dates of all rules in order. A rule that follows another gives one date for each of the other's."""
    known = {rule.pk: rule for rule in rules}
    filed = list(filed)
    found: dict[int, list[Planned]] = {}

    def given(rule: DeadlineRule) -> list[Planned]:
        if rule.pk not in found:
            before = known.get(rule.after_id)
            if rule.anchor == Anchor.AFTER:  # a rule that is not in use gives no date to count from
                points = [(row.period, row.due_on, row.agreement) for row in given(before)] if before else []
            else:
                points = list(_points(cycle, rule, filed))
            later = timedelta(days=rule.offset_days)
            found[rule.pk] = [
                Planned(rule, f"{period}{rule.part}", day + later, agreement)
                for period, day, agreement in points
            ]
        return found[rule.pk]

    return sorted(
        (row for rule in known.values() for row in given(rule)), key=lambda row: (row.due_on, row.rule.pk)
    )


def _points(cycle: Cycle, rule: DeadlineRule, filed) -> Iterator[tuple[str, date, Agreement | None]]:
    """(period, the day from which to count, agreement) – the period before the rule's own part is put on."""
    period = cycle.period
    if rule.anchor == Anchor.CYCLE_START:
        yield "", period.start, None
    elif rule.anchor == Anchor.CYCLE_END:
        yield "", period.end, None
    elif rule.anchor == Anchor.MONTH_DAY:
        days = [_day_of(year, rule) for year in range(period.start.year, period.end.year + 1)]
        within = [day for day in days if period.contains(day)]
        for day in within:
            yield f"{day.year}年" if len(within) > 1 else "", day, None
    elif rule.anchor == Anchor.MONTH_END:
        for end in _month_ends(period):
            yield f"{end:%Y-%m}", end, None
    elif rule.anchor == Anchor.QUARTER_END:
        for end in _month_ends(period):
            if end.month % 3 == 0:
                yield f"{end.year}年第{end.month // 3}季度", end, None
    elif rule.anchor == Anchor.FILED:
        for agreement, day in filed:
            yield agreement.number, day, agreement


def _day_of(year: int, rule: DeadlineRule) -> date:
    first = date(year, rule.month, 1)
    return min(first + timedelta(days=rule.day - 1), add_months(first, 1) - timedelta(days=1))


def _month_ends(period: Period) -> Iterator[date]:
    """The last day of each month that has a day in the period; the last one may lie after its end."""
    month = period.start.replace(day=1)
    while month <= period.end:
        month = add_months(month, 1)
        yield month - timedelta(days=1)


def deadline_plan(cycle: Cycle) -> Plan:
    """What ``deadlines_make`` would do now. Reads only; four statements whatever the number of rows."""
    rules = list(rules_of(cycle))
    per_agreement = any(rule.anchor == Anchor.FILED for rule in rules)
    filed = filings(Agreement.objects.filter(cycle=cycle)) if per_agreement else []
    by_key: dict[tuple[str, str], list[Planned]] = defaultdict(list)
    for row in dates_of(cycle, rules, filed):
        by_key[row.key].append(row)
    known = {(row.kind, row.period): row for row in cycle.deadlines.select_related("rule")}
    plan = Plan()
    for key, rows in by_key.items():
        if len(rows) > 1:
            names = "、".join(f"“{row.rule.name}”（{row.due_on:%Y-%m-%d}）" for row in rows)
            plan.clashes.append(
                f"{names}是同一事项的同一期，只能有一个日期。请在规则里写上不同的期次，或停用一条。"
            )
            continue
        plan.lines.append(_line(rows[0], known.pop(key, None)))
    plan.lines += [
        PlanLine("hand" if row.is_by_hand else "gone", row.label, row.due_on, row) for row in known.values()
    ]
    plan.lines.sort(key=lambda line: (line.due_on, line.label))
    return plan


def _line(planned: Planned, known: CycleDeadline | None) -> PlanLine:
    name = planned.rule.name
    label = f"{name}（{planned.period}）" if planned.period else name
    if known is None:
        return PlanLine("add", label, planned.due_on, None, planned)
    if known.is_by_hand:
        return PlanLine("hand", known.label, known.due_on, known, planned)
    action = "keep" if known.due_on == planned.due_on and not _differs(known, planned.rule) else "move"
    return PlanLine(action, label, planned.due_on, known, planned)


TAKEN_OVER = ("name", "side", "remind_days", "basis")


def _differs(known: CycleDeadline, rule: DeadlineRule) -> bool:
    return known.rule_id != rule.pk or any(getattr(known, name) != getattr(rule, name) for name in TAKEN_OVER)
