"""From stretches to lines: which stay together, which count, and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from core.dates import Period, total_days, union
from staffing.promotion.measures import Amount, best_steps, days_by_year, reaches
from staffing.promotion.terms import DIRECT, Equivalent, Facts, Rule, ServiceKind, Stretch, Unit

COUNTED = "计入"


@dataclass(frozen=True)
class Line:
    """One unbroken stay as the rule sees it; ``repeated``: its days that an earlier line already counts.

    ``is_counted`` False comes with the reason. A line ``awaits`` when only its provisional figure counts.
    """

    stretches: tuple[Stretch, ...]
    is_counted: bool
    reason: str
    awaits: str = ""
    repeated: int = 0
    equivalent: Equivalent | None = None

    @property
    def first(self) -> Stretch:
        return self.stretches[0]

    @property
    def whole(self) -> Period:
        return Period(self.first.whole.start, self.stretches[-1].whole.end)

    @property
    def parts(self) -> list[Stretch]:
        return [stretch for stretch in self.stretches if stretch.part is not None]

    @property
    def part(self) -> Period | None:
        parts = self.parts
        return Period(parts[0].part.start, parts[-1].part.end) if parts else None

    @property
    def is_running(self) -> bool:
        return any(stretch.running for stretch in self.stretches)

    @property
    def lost(self) -> Decimal:
        return sum((stretch.lost for stretch in self.parts), Decimal(0))

    @property
    def losses(self) -> list[tuple[str, Decimal]]:
        found: dict[str, Decimal] = {}
        for stretch in self.parts:
            for reason, days in stretch.losses:
                found[reason] = found.get(reason, Decimal(0)) + days
        return list(found.items())

    @property
    def unproved(self) -> int:
        return sum(stretch.unproved for stretch in self.parts)

    @property
    def by_year(self) -> dict[int, int]:
        return days_by_year(self.part) if self.part else {}

    @property
    def outside(self) -> int:
        """Days of the stay beyond the window or the cut-off."""
        return self.whole.days - (self.part.days if self.part else 0)

    def steps(self, unit: Unit, *, proved: bool) -> Fraction:
        """What the line amounts to in the unit's steps, before any coefficient."""
        if not self.is_counted or (proved and self.awaits):
            return Fraction(0)
        if unit == Unit.WORKING_DAYS:
            found = sum((_working(stretch, proved) for stretch in self.parts), Decimal(0))
            return Fraction(max(found - self.repeated, Decimal(0)))
        served, repeated = [], Decimal(self.repeated)
        for stretch in self.parts:
            days = Decimal(stretch.part.days) - stretch.lost - (stretch.unproved if proved else 0)
            taken = min(repeated, max(days, Decimal(0)))
            repeated -= taken
            served.append((stretch.part.start, max(days, Decimal(0)) - taken))
        return best_steps(served, unit)


def _working(stretch: Stretch, proved: bool) -> Decimal:
    return stretch.working + (0 if proved else stretch.working_unproved)


def cut_off(year: int, as_of: date) -> date:
    """The last day that counts: 31 December of the application year, or the ledger's day before that."""
    return min(date(year, 12, 31), as_of)


def window(rule: Rule, facts: Facts, year: int, as_of: date) -> Period | None:
    """The days on which service counts; an unknown date of the title limits nothing here."""
    start = facts.title_since if rule.since_title and facts.title_since else date.min
    end = cut_off(year, as_of)
    return Period(start, end) if start <= end else None


def joined(stretches: Iterable[Stretch]) -> list[tuple[Stretch, ...]]:
    """Stays that follow each other on the next day at the same place are one, by first day."""
    groups: list[list[Stretch]] = []
    ends: dict[tuple, list[Stretch]] = {}
    for stretch in sorted(stretches, key=lambda found: (found.whole.start, found.whole.end)):
        alike = (stretch.kind, stretch.place_key, stretch.refusal, stretch.passed)
        before = ends.get((*alike, stretch.whole.start)) if stretch.place_key is not None else None
        if before is None:
            before = []
            groups.append(before)
        else:
            del ends[*alike, stretch.whole.start]
        before.append(stretch)
        ends[*alike, stretch.whole.end + timedelta(days=1)] = before
    return [tuple(group) for group in groups]


def judged(rule: Rule, facts: Facts, stretches: Iterable[Stretch]) -> list[Line]:
    """Every stretch on a line, counted or not, in order of time; no day counts twice."""
    lines, taken = [], []
    for group in joined(stretches):
        line = _judge(rule, facts, group)
        if line.is_counted:
            own = [stretch.part for stretch in line.parts]
            repeated = sum(total_days(_shared(part, taken)) for part in own)
            line = Line(line.stretches, True, line.reason, line.awaits, repeated, line.equivalent)
            taken = union([*taken, *own])
        lines.append(line)
    return lines


def _shared(part: Period, taken: list[Period]) -> list[Period]:
    return [shared for other in taken if (shared := part.clip(other)) is not None]


def _judge(rule: Rule, facts: Facts, group: tuple[Stretch, ...]) -> Line:
    line = Line(group, True, COUNTED)
    first, part = line.first, line.part
    if first.refusal:
        return Line(group, False, first.refusal)
    if part is None:
        if rule.since_title and facts.title_since and line.whole.end < facts.title_since:
            return Line(group, False, f"在取得现职称（{facts.title_since:%Y-%m-%d}）之前")
        return Line(group, False, "在截止日之后")
    if rule.needs_assessment and first.passed is False:
        return Line(group, False, "考核不合格")
    equivalent = None
    minimum, unit = rule.min_stretch, rule.min_stretch_unit
    if first.kind not in DIRECT:
        equivalent = next((entry for entry in rule.equivalents if entry.kind == first.kind), None)
        if equivalent is None:
            return Line(group, False, f"这一规则不把{ServiceKind(first.kind).label}视同基层服务")
        minimum, unit = equivalent.minimum, equivalent.minimum_unit
    working = sum((_working(stretch, proved=False) for stretch in line.parts), Decimal(0))
    if minimum and not reaches(part, working, minimum, unit):
        asked = f"{minimum} {Unit(unit).label}"
        found = f"{working.normalize():f} 个工作日" if unit == Unit.WORKING_DAYS else f"{part.days} 天"
        if line.is_running:
            return Line(group, False, f"进行中，目前 {found}，连续满 {asked}后计入")
        return Line(group, False, f"连续 {found}，不足 {asked}")
    awaits = "考核结果未登记" if rule.needs_assessment and first.passed is None else ""
    return Line(group, True, COUNTED, awaits, 0, equivalent)


@dataclass(frozen=True)
class Credit:
    """Other service of one kind after coefficient and cap."""

    equivalent: Equivalent
    served: Amount
    credited: Amount
    is_capped: bool

    @property
    def label(self) -> str:
        return ServiceKind(self.equivalent.kind).label


def credits(rule: Rule, lines: list[Line], *, proved: bool) -> list[Credit]:
    """One entry for each equivalent of the rule that was met with."""
    found = []
    for entry in rule.equivalents:
        own = [line for line in lines if line.is_counted and line.equivalent == entry]
        if not own:
            continue
        served = sum((line.steps(rule.unit, proved=proved) for line in own), Fraction(0))
        credited = served * entry.coefficient
        cap = None if entry.cap is None else Amount.of(entry.cap, rule.unit).steps
        is_capped = cap is not None and credited > cap
        found.append(
            Credit(
                entry,
                Amount(served, rule.unit),
                Amount(cap if is_capped else credited, rule.unit),
                is_capped,
            )
        )
    return found
