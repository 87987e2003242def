"""What off-post findings and missing working days lead to, by the rule of the programme (派驻纪律).

The facts are computed from concluded inspections and locked month sheets; the chain of measures is the
programme's own data. Nothing here decides: a grade is decided in the assessment, which cites the facts.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from accounts.models import User
from core.dates import Period, add_months
from core.numbers import plain
from core.selectors.workdays import days_of, working_days
from staffing.models import (
    Clinician,
    DisciplineConsequence,
    DisciplineRule,
    InspectionFinding,
    Posting,
    PostingKind,
)
from staffing.selectors.attendance import service_days
from staffing.selectors.off_post import days_off_post, finding_text, off_post_findings
from support.models import Cycle


@dataclass(frozen=True)
class WorkingDays:
    """Working days on duty that locked sheets prove, against the rule's least.

    ``open``: working days whose sheets are not locked yet and could still count. State: met, running
    (the period is not over), unproved (open days could still make it), short.
    """

    reached: Decimal
    required: int
    open: int
    is_running: bool

    @property
    def state(self) -> str:
        if self.reached >= self.required:
            return "met"
        if self.is_running:
            return "running"
        return "unproved" if self.reached + self.open >= self.required else "short"

    @property
    def text(self) -> str:
        told = f"在岗 {plain(self.reached)} 个工作日，要求 {self.required} 个"
        return (
            told
            + {
                "met": "，已达到",
                "running": "，周期进行中",
                "unproved": f"，另有 {self.open} 个工作日考勤未锁定，暂不能判定",
                "short": "，未达到",
            }[self.state]
        )


@dataclass(frozen=True)
class Fact:
    """Something that happened, with its day, as it is cited in a decision."""

    kind: str  # off_post, repeated, short_days
    text: str
    on: date
    findings: tuple[int, ...] = ()


@dataclass
class Facts:
    """What the discipline rule of a cycle's programme is asked about one person."""

    clinician: Clinician
    cycle: Cycle
    rule: DisciplineRule | None
    findings: list[InspectionFinding] = field(default_factory=list)
    working: WorkingDays | None = None
    postings: list[Posting] = field(default_factory=list)

    @property
    def off_post(self) -> list[Fact]:
        return [
            Fact("off_post", finding_text(finding), finding.inspection.inspected_on, (finding.pk,))
            for finding in self.findings
        ]

    @property
    def vetoes(self) -> list[Fact]:
        """Facts that make the year 不合格 by the rule."""
        if self.rule is None:
            return []
        found = []
        days = days_off_post(self.findings)
        limit = self.rule.findings_for_veto
        if limit and len(days) >= limit:
            cited = "；".join(finding_text(finding) for finding in self.findings)
            text = f"抽查发现脱岗 {len(days)} 次（{limit} 次即不合格）：{cited}"
            found.append(Fact("repeated", text, days[-1], tuple(row.pk for row in self.findings)))
        if self.working is not None and self.working.state == "short":
            found.append(Fact("short_days", self.working.text, self.cycle.end_on))
        return found


def discipline_facts(
    *, clinicians: Iterable[Clinician], cycle: Cycle | None = None
) -> dict[tuple[int, int], Facts]:
    """Facts by (person, cycle) for every cycle in which they were posted, or the one given.

    A constant number of statements however many people: postings, rules, findings, days of service.
    """
    people = {person.pk: person for person in clinicians}
    postings = (
        Posting.objects.filter(clinician__in=people)
        .exclude(status=Posting.Status.CANCELLED)
        .staff()
        .select_related(
            "batch__cycle__programme__bureau", "agreement__sender", "agreement__recipient", "clinician"
        )
    )
    if cycle is not None:
        postings = postings.filter(batch__cycle=cycle)
    postings = list(postings)
    cycles = {posting.batch.cycle_id: posting.batch.cycle for posting in postings}
    programmes = {known.programme_id for known in cycles.values()}
    rules = {
        rule.programme_id: rule
        for rule in DisciplineRule.objects.filter(programme__in=programmes, is_active=True).prefetch_related(
            "consequences"
        )
    }
    facts: dict[tuple[int, int], Facts] = {}
    for posting in postings:
        key = (posting.clinician_id, posting.batch.cycle_id)
        known = cycles[posting.batch.cycle_id]
        entry = facts.setdefault(
            key, Facts(people[posting.clinician_id], known, rules.get(known.programme_id))
        )
        entry.postings.append(posting)
    found = off_post_findings(findings=InspectionFinding.objects.filter(posting__in=postings))
    for finding in found.select_related("posting__batch"):
        facts[finding.posting.clinician_id, finding.posting.batch.cycle_id].findings.append(finding)
    _count_working_days(facts.values())
    return facts


def _count_working_days(facts: Iterable[Facts]) -> None:
    """For those who had a resident stay: short-term and circuit people were never asked for a year."""
    asked: list[tuple[Facts, list[Posting]]] = []
    for entry in facts:
        stays = [posting for posting in entry.postings if posting.kind == PostingKind.RESIDENT]
        if entry.rule is not None and entry.rule.working_days_minimum and stays:
            asked.append((entry, stays))
    served = {days.posting.pk: days for days in service_days([row for _, stays in asked for row in stays])}
    unlocked = [part for days in served.values() for part in days.unlocked]
    if unlocked:
        whole = Period(min(part.start for part in unlocked), max(part.end for part in unlocked))
        working = working_days(whole)
    today = timezone.localdate()
    for entry, stays in asked:
        mine = [served[posting.pk] for posting in stays if posting.pk in served]
        still_open = {day for days in mine for part in days.unlocked for day in days_of(part)}
        entry.working = WorkingDays(
            reached=sum((days.working_days for days in mine), Decimal(0)),
            required=entry.rule.working_days_minimum,
            open=len(still_open & working) if still_open else 0,
            is_running=entry.cycle.end_on >= today,
        )


def facts_of(*, clinician: Clinician, cycle: Cycle) -> Facts:
    """The facts of one person in one cycle; empty ones when they were not posted in it."""
    known = discipline_facts(clinicians=[clinician], cycle=cycle)
    return known.get((clinician.pk, cycle.pk)) or Facts(clinician, cycle, active_rule(cycle))


def active_rule(cycle: Cycle) -> DisciplineRule | None:
    return DisciplineRule.objects.filter(programme=cycle.programme_id, is_active=True).first()


@dataclass(frozen=True)
class Consequence:
    """One measure that the rule prescribes, for whom, with the facts it rests on.

    ``lasts``: the days of a bar; None for everything else.
    """

    row: DisciplineConsequence
    whom: str
    facts: tuple[Fact, ...]
    lasts: Period | None = None

    @property
    def text(self) -> str:
        return f"{self.row.text}（{self.lasts}）" if self.lasts else self.row.text


def consequences_for(*, clinician: Clinician, cycle: Cycle) -> list[Consequence]:
    """What the programme's rule prescribes for a person in a cycle, in its order, each citing its facts."""
    return _consequences(facts_of(clinician=clinician, cycle=cycle))


def chains_of(*, clinician: Clinician, user: User) -> list[tuple[Cycle, list[Consequence]]]:
    """The measures of every cycle in which a rule prescribes some, the newest first.

    For a bureau: all of its own region's people, of others only what its own programmes prescribe.
    """
    if not user.sees_region:
        return []
    known = discipline_facts(clinicians=[clinician]).values()
    chains = [(facts.cycle, made) for facts in known if (made := _consequences(facts))]
    if chains and not Clinician.objects.owned_by(user).filter(pk=clinician.pk).exists():
        own = set(Cycle.objects.owned_by(user).values_list("pk", flat=True))
        chains = [(cycle, made) for cycle, made in chains if cycle.pk in own]
    return sorted(chains, key=lambda row: row[0].start_on, reverse=True)


def _consequences(facts: Facts) -> list[Consequence]:
    if facts.rule is None or not (facts.findings or facts.vetoes):
        return []
    cited = {
        DisciplineConsequence.When.OFF_POST: tuple(facts.off_post),
        DisciplineConsequence.When.FAILED: tuple(facts.vetoes),
    }
    made = []
    for row in facts.rule.consequences.all():
        known = cited[row.when]
        if known:
            made.append(Consequence(row, _whom(row, facts), known, _lasts(row, facts.rule, known)))
    return made


def _lasts(row: DisciplineConsequence, rule: DisciplineRule, facts: tuple[Fact, ...]) -> Period | None:
    """From the latest fact on, so many years: 2014-07-03 and two years is to 2016-07-02."""
    if row.kind != DisciplineConsequence.Kind.PROMOTION_BAR or not rule.promotion_bar_years:
        return None
    start = max(fact.on for fact in facts)
    return Period(start, add_months(start, 12 * rule.promotion_bar_years) - timedelta(days=1))


def _whom(row: DisciplineConsequence, facts: Facts) -> str:
    """Names of those concerned: the parties at which it happened, or of all stays of the cycle."""
    Whom = DisciplineConsequence.Whom
    at = {finding.posting_id for finding in facts.findings}
    postings = [posting for posting in facts.postings if not at or posting.pk in at]
    named = {
        Whom.SENDER: [posting.agreement.sender for posting in postings],
        Whom.SENDER_HEAD: [posting.agreement.sender for posting in postings],
        Whom.RECIPIENT: [posting.agreement.recipient for posting in postings],
        Whom.RECIPIENT_HEAD: [posting.agreement.recipient for posting in postings],
        Whom.BUREAU: [facts.cycle.programme.bureau],
        Whom.BUREAU_HEAD: [facts.cycle.programme.bureau],
    }
    if row.whom == Whom.PERSON:
        return facts.clinician.name
    names = "、".join(dict.fromkeys(unit.display_name for unit in named[row.whom]))
    return f"{names}负责人" if row.whom.endswith("_head") else names


def promotion_bars(*, clinicians: Iterable[Clinician], on: date) -> dict[int, tuple[date, str]]:
    """{person: (last day of the bar, why)} for those barred from promotion on the day.

    A constant number of statements however many people.
    """
    barred: dict[int, tuple[date, str]] = {}
    for (person, _), facts in discipline_facts(clinicians=clinicians).items():
        for consequence in _consequences(facts):
            lasts = consequence.lasts
            if lasts is None or not lasts.contains(on):
                continue
            reason = f"{consequence.row.text}：{'；'.join(fact.text for fact in consequence.facts)}"
            if person not in barred or barred[person][0] < lasts.end:
                barred[person] = (lasts.end, reason)
    return barred


def promotion_bar(*, clinician: Clinician, on: date) -> tuple[date, str] | None:
    """(last day of the bar, why) when the person may not be promoted on the day."""
    return promotion_bars(clinicians=[clinician], on=on).get(clinician.pk)
