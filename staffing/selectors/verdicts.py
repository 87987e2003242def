"""Verdicts: a stay, a person's total or a team judged by one rule, with the days that were counted.

Both ends count; months go by calendar anniversary. A stay runs from the confirmed arrival. Only
postings of the rule's own kind count (300 days of circuit are no resident stay), and only doctors:
escorts and liaison officers are not posted. A stay that is still running and can reach the figure is
“进行中”. A title that nobody recorded is told as 未填, never guessed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import models

from core.dates import Period, total_days, union, whole_months
from core.selectors.workdays import working_days
from staffing.models import Posting, StayRule
from staffing.titles import TitleLevel

Measure, Unit = StayRule.Measure, StayRule.Unit
DAYS_A_MONTH = 30  # left-over days of several stretches, added up
LEVELS = (
    TitleLevel.SENIOR,
    TitleLevel.ASSOCIATE,
    TitleLevel.INTERMEDIATE,
    TitleLevel.JUNIOR,
    TitleLevel.ASSISTANT,
)


class State(models.TextChoices):
    MET = "met", "达到"
    SHORT = "short", "不足"
    RUNNING = "running", "进行中"
    NOT_APPLICABLE = "not_applicable", "不适用"


@dataclass(frozen=True)
class Amount:
    """A length in a rule's unit; ``rest``: days beyond the full months; ``days``: distinct days counted."""

    value: int
    unit: str
    days: int
    rest: int = 0

    def __str__(self):
        """“9个月零29天”, “27天”."""
        if self.rest and not self.value:
            return f"{self.rest}天"
        text = f"{self.value}{Unit(self.unit).label}"
        return f"{text}零{self.rest}天" if self.rest else text


@dataclass(frozen=True)
class Verdict:
    """``reached`` is so far; ``words`` is the whole sentence. ``subject``: the stay, unit or team judged."""

    rule: StayRule
    required: int
    reached: int
    unit: str
    days: int
    state: State
    words: str
    rest: int = 0
    unknown: int = 0
    subject: str = ""

    @property
    def reached_text(self) -> str:
        return str(Amount(self.reached, self.rule.unit, self.days, self.rest))


@dataclass(frozen=True)
class Member:
    """Somebody of a team, posted or planned."""

    clinician_id: int
    role: str
    level: TitleLevel


def amount_of(unit: str, periods: Iterable[Period], working: set[date] | None = None) -> Amount:
    """Length of the periods, a day in two of them once. ``working``: the known working days.

    In months each unbroken stretch gives its full calendar months; the days left over are added up,
    thirty to a month.
    """
    stretches = union(periods)
    days = total_days(stretches)
    if not stretches or unit == Unit.DAYS:
        return Amount(days, unit, days)
    if unit == Unit.WORKING_DAYS:
        if working is None:
            working = working_days(Period(stretches[0].start, stretches[-1].end))
        return Amount(sum(any(period.contains(day) for period in stretches) for day in working), unit, days)
    months = [whole_months(period) for period in stretches]
    full, rest = sum(month for month, _ in months), sum(over for _, over in months)
    if len(stretches) > 1:
        full, rest = full + rest // DAYS_A_MONTH, rest % DAYS_A_MONTH
    return Amount(full, unit, days, rest)


def planned_stay(posting: Posting) -> Period | None:
    """From arrival (before it: from the planned first day) to the last day; None for no stay at all."""
    start = posting.arrived_on or posting.start_on
    return Period(start, posting.end_on) if start <= posting.end_on else None


def stay_so_far(posting: Posting, today: date) -> Period | None:
    """From the confirmed arrival to the last day or today; None before arrival."""
    last = min(posting.end_on, today)
    if posting.arrived_on is None or last < posting.arrived_on:
        return None
    return Period(posting.arrived_on, last)


def is_over(posting: Posting, today: date) -> bool:
    return posting.end_on < today or posting.status in (Posting.Status.ENDED, Posting.Status.ENDED_EARLY)


def counts_for(rule: StayRule, posting: Posting) -> bool:
    """Of the rule's kind, a doctor's, and not called off."""
    return not why_not(rule, posting)


def why_not(rule: StayRule, posting: Posting) -> str:
    """Why the rule says nothing about the posting; empty when it does."""
    if posting.kind != rule.kind:
        return f"{posting.get_kind_display()}的天数不计入{rule.get_kind_display()}要求"
    if posting.role not in Posting.COUNTED_ROLES:
        return f"{posting.get_role_display()}不是派驻医务人员"
    if posting.status == Posting.Status.CANCELLED:
        return "派驻已取消"
    return ""


def unbroken(posting: Posting, others: Iterable[Posting]) -> list[Posting]:
    """The posting with those of the person at the same recipient that follow each other without a day between.

    A stay that runs on into the next agreement is two postings and one stay.
    """
    recipient = posting.agreement.recipient_id
    candidates = [
        other
        for other in others
        if other.pk != posting.pk
        and other.kind == posting.kind
        and other.role in Posting.COUNTED_ROLES
        and other.status != Posting.Status.CANCELLED
        and other.agreement.recipient_id == recipient
        and planned_stay(other)
    ]
    chain, own = [posting], planned_stay(posting)
    if own is None:
        return chain
    whole = next(
        period
        for period in union([own, *(planned_stay(other) for other in candidates)])
        if period.contains(own.start)
    )
    return chain + [other for other in candidates if whole.contains(planned_stay(other).start)]


def judge_stay(
    rule: StayRule,
    posting: Posting,
    *,
    others: Iterable[Posting] = (),
    today: date,
    working: set[date] | None = None,
) -> Verdict:
    """One unbroken stay against a continuous requirement. ``others``: the person's other postings."""
    reason = why_not(rule, posting)
    if reason:
        return _not_applicable(rule, reason)
    return _judge(rule, unbroken(posting, others), None, today, working, str(posting.agreement.recipient))


def judge_total(
    rule: StayRule,
    postings: Iterable[Posting],
    *,
    period: Period | None = None,
    today: date,
    subject: str = "",
    working: set[date] | None = None,
) -> Verdict:
    """A person's stays together, clipped to a period (a cycle, a year)."""
    counted = [posting for posting in postings if counts_for(rule, posting)]
    return _judge(rule, counted, period, today, working, subject)


def _clip(stays: Iterable[Period | None], period: Period | None) -> list[Period]:
    parts = [stay.clip(period) if period else stay for stay in stays if stay is not None]
    return [part for part in parts if part is not None]


def _judge(
    rule: StayRule,
    postings: Sequence[Posting],
    period: Period | None,
    today: date,
    working: set[date] | None,
    subject: str,
) -> Verdict:
    so_far = amount_of(rule.unit, _clip((stay_so_far(row, today) for row in postings), period), working)
    running = [row for row in postings if not is_over(row, today)]
    ahead = _clip(
        (planned_stay(row) if row in running else stay_so_far(row, today) for row in postings), period
    )
    planned = amount_of(rule.unit, ahead, working)
    told = f"要求{rule.minimum}{rule.get_unit_display()}，"
    done = f"已有{so_far}（计 {so_far.days} 天）"
    if so_far.value >= rule.minimum:
        state, words = State.MET, f"{told}实际{so_far}（计 {so_far.days} 天）"
    elif not running:
        state, words = State.SHORT, f"{told}实际{so_far}（计 {so_far.days} 天）"
    elif planned.value >= rule.minimum:
        state, words = State.RUNNING, f"{told}{done}，按计划可达{planned}"
    else:
        state, words = State.SHORT, f"{told}{done}，到计划结束也只有{planned}"
    return Verdict(
        rule,
        rule.minimum,
        so_far.value,
        rule.get_unit_display(),
        so_far.days,
        state,
        f"{words}。",
        so_far.rest,
        subject=subject,
    )


def _not_applicable(rule: StayRule, reason: str) -> Verdict:
    words = f"不适用：{reason}。"
    return Verdict(rule, rule.minimum, 0, rule.get_unit_display(), 0, State.NOT_APPLICABLE, words)


def at_least(level: TitleLevel, wanted: str) -> bool:
    """Whether a known level is the wanted one or above."""
    return level in LEVELS and LEVELS.index(level) <= LEVELS.index(TitleLevel(wanted))


def judge_team(rule: StayRule, members: Iterable[Member], *, subject: str = "") -> Verdict:
    """Distinct doctors of a team against a floor or a title requirement."""
    doctors = {member.clinician_id: member for member in members if member.role in Posting.COUNTED_ROLES}
    unknown = 0
    if rule.measure == Measure.TITLE_MIX:
        reached = sum(at_least(member.level, rule.title_level) for member in doctors.values())
        unknown = sum(member.level == TitleLevel.UNKNOWN for member in doctors.values())
    else:
        reached = len(doctors)
    state = State.MET if reached >= rule.minimum else State.SHORT
    words = f"{rule.requirement}，实际{reached}人"
    if unknown:
        words += f"，另有{unknown}人职称未填"
    return Verdict(
        rule, rule.minimum, reached, rule.get_unit_display(), 0, state, f"{words}。", 0, unknown, subject
    )


def member_of(posting: Posting) -> Member:
    return Member(posting.clinician_id, posting.role, posting.title_level)
