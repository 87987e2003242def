"""The ledger of a person's promotion service: lines, totals, shortfall, verdict.

Two figures stand side by side: proved (locked attendance, confirmed records) and provisional (with what
is still to be locked or confirmed). The verdict goes by the proved one. What is not known is named as
missing; nothing is guessed from it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from django.db.models import TextChoices

from core.dates import add_months
from staffing.promotion.lines import Credit, Line, credits, cut_off, judged
from staffing.promotion.measures import Amount
from staffing.promotion.terms import Effect, Exemption, ExemptionKind, Facts, Need, Rule, Stretch, Where
from staffing.titles import TitleLevel


class Verdict(TextChoices):
    BARRED = "barred", "受限"
    SHORT = "short", "尚差"
    INCOMPLETE = "incomplete", "资料不全"
    ELIGIBLE = "eligible", "可申报"
    EXEMPT = "exempt", "免于要求"
    NOT_REQUIRED = "not_required", "不作要求"


LACKING = (Verdict.SHORT, Verdict.INCOMPLETE)


@dataclass(frozen=True)
class Bar:
    """A consequence of discipline: no application up to and including ``until``."""

    until: date
    reason: str


@dataclass(frozen=True)
class NeedLine:
    """What a rule asks of one sort of place, and what there is."""

    need: Need
    required: Amount
    proved: Amount
    provisional: Amount

    @property
    def label(self) -> str:
        return Where(self.need.where).label

    @property
    def is_met(self) -> bool:
        return self.proved >= self.required

    @property
    def missing(self) -> Amount:
        return lacking(self.required, self.proved)


@dataclass(frozen=True)
class PromotionLedger:
    rule: Rule
    target: TitleLevel
    year: int
    counted_to: date
    lines: list[Line]
    required: Amount
    proved: Amount
    provisional: Amount
    needs: list[NeedLine]
    credits: list[Credit]
    exemptions: list[Exemption]
    missing_facts: list[str]
    verdict: Verdict
    would_do: bool
    bar: Bar | None = None
    undecided: list[str] = field(default_factory=list)

    @property
    def missing(self) -> Amount:
        """What the total lacks, by proved days; nothing when a place's minimum stands instead of it."""
        instead = any(line.is_met for line in self.needs if line.need.effect == Effect.INSTEAD)
        return Amount(Fraction(0), self.rule.unit) if instead else lacking(self.required, self.proved)

    @property
    def gaps(self) -> list[tuple[str, Amount]]:
        """Everything that is lacking: ("", amount) for the total, then places."""
        found = [("", self.missing)] if self.missing.steps else []
        places = [line for line in self.needs if line.need.effect == Effect.REQUIRED and not line.is_met]
        return found + [(line.label, line.missing) for line in places]

    @property
    def shortfall(self) -> int:
        """The largest gap in calendar days, to sort by; 0 where nothing more is asked."""
        if self.verdict not in LACKING:
            return 0
        return max((amount.about_days for _, amount in self.gaps), default=0)

    @property
    def headline(self) -> str:
        """The verdict in one line."""
        if self.verdict == Verdict.BARRED:
            return f"受限至 {self.bar.until:%Y-%m-%d}"
        if self.verdict == Verdict.SHORT:
            said = [f"{label}尚差 {gap.missing}" for label, gap in self.gaps]
            ways = [line for line in self.needs if line.need.effect == Effect.INSTEAD]
            said += [f"或{line.label}再服务 {line.missing.missing}" for line in ways]
            return "，".join(said)
        return self.verdict.label

    @property
    def is_lacking(self) -> bool:
        return self.verdict in LACKING

    @property
    def awaits_proof(self) -> bool:
        """Short by what is proved, enough once the rest is locked or confirmed."""
        return self.verdict == Verdict.SHORT and self.would_do


def lacking(required: Amount, reached: Amount) -> Amount:
    return Amount(max(required.steps - reached.steps, Fraction(0)), required.unit)


def ledger(
    rule: Rule,
    facts: Facts,
    stretches: Iterable[Stretch],
    *,
    target: TitleLevel,
    year: int,
    as_of: date,
    bar: Bar | None = None,
) -> PromotionLedger:
    """Judge the stretches (already clipped to ``lines.window``) for an application in the year."""
    lines = judged(rule, facts, stretches)
    totals, met, credited = {}, {}, {}
    needs = {proved: [_place(need, lines, proved) for need in rule.needs] for proved in (True, False)}
    required = Amount.of(rule.required, rule.unit)
    for proved in (True, False):
        credited[proved] = credits(rule, lines, proved=proved)
        steps = sum(
            (line.steps(rule.unit, proved=proved) for line in lines if line.equivalent is None), Fraction(0)
        ) + sum((entry.credited.steps for entry in credited[proved]), Fraction(0))
        totals[proved] = Amount(steps, rule.unit)
        met[proved] = _is_enough(rule, required, totals[proved], needs[proved])
    applied, undecided = _exemptions(rule, facts, year)
    missing = _missing_facts(rule, facts)
    if bar is not None and bar.until < max(as_of, date(year, 1, 1)):
        bar = None  # over before anybody can apply in that year
    return PromotionLedger(
        rule=rule,
        target=TitleLevel(target),
        year=year,
        counted_to=cut_off(year, as_of),
        lines=lines,
        required=required,
        proved=totals[True],
        provisional=totals[False],
        needs=[
            NeedLine(need, Amount.of(need.minimum, need.unit), sure, likely)
            for need, sure, likely in zip(rule.needs, needs[True], needs[False], strict=True)
        ],
        credits=credited[False],
        exemptions=applied,
        missing_facts=missing,
        verdict=_verdict(rule, facts, target, met[True], applied, missing, bar),
        would_do=met[False],
        bar=bar,
        undecided=undecided,
    )


def _place(need: Need, lines: list[Line], proved: bool) -> Amount:
    here = [line for line in lines if line.equivalent is None and line.first.is_at(need.where)]
    return Amount(sum((line.steps(need.unit, proved=proved) for line in here), Fraction(0)), need.unit)


def _is_enough(rule: Rule, required: Amount, total: Amount, places: list[Amount]) -> bool:
    reached = {
        effect: [
            place >= Amount.of(need.minimum, need.unit)
            for need, place in zip(rule.needs, places, strict=True)
            if need.effect == effect
        ]
        for effect in Effect
    }
    return (total >= required or any(reached[Effect.INSTEAD])) and all(reached[Effect.REQUIRED])


def _verdict(rule, facts, target, is_met, exemptions, missing, bar) -> Verdict:
    if bar is not None:
        return Verdict.BARRED
    if not rule.covers(target, facts.series):
        return Verdict.NOT_REQUIRED
    if exemptions:
        return Verdict.EXEMPT
    if not is_met:
        return Verdict.SHORT
    return Verdict.INCOMPLETE if missing else Verdict.ELIGIBLE


def _missing_facts(rule: Rule, facts: Facts) -> list[str]:
    """What would have to be known before a sufficient total may be called sufficient."""
    found = []
    if rule.series and not facts.series:
        found.append("职称未填，不能确定系列")
    if rule.since_title and facts.title_since is None:
        found.append("取得职称日期未填，不能确定哪些服务在任现职以后")
    return found


def _exemptions(rule: Rule, facts: Facts, year: int) -> tuple[list[Exemption], list[str]]:
    """(those that apply, what could not be decided)."""
    applied, undecided = [], []
    for entry in rule.exemptions:
        day = date(year, entry.month, entry.day)
        if entry.kind == ExemptionKind.AGE:
            if facts.birth_month is None:
                undecided.append(f"出生年月未填，没有判断“{entry.label}”")
            elif add_months(facts.birth_month.replace(day=1), 12 * entry.threshold) <= day:
                applied.append(entry)
        elif entry.kind == ExemptionKind.GRASSROOTS_YEARS:
            since = facts.grassroots_since
            if since and add_months(since, 12 * entry.threshold) - timedelta(days=1) <= day:
                applied.append(entry)
        elif getattr(facts, entry.kind.value):
            applied.append(entry)
    return applied, undecided
