"""Targets about people: always so many there, everyone long enough."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from core.dates import Period, union, whole_months
from core.numbers import plain
from reports.targets.row import TargetProgress
from reports.targets.verdicts import Verdict
from staffing.models import AdvancedStudy
from staffing.selectors.studies import study_verdict
from support.models import AgreementTarget

DAY = timedelta(days=1)
SHOWN = 3


@dataclass(frozen=True)
class Who:
    unit: str
    counted: str
    none: str


RESIDENTS = Who("人", "名驻点人员", "还没有到岗的驻点人员。")
TRAINEES = Who("人次", "人次进修", "还没有经确认的进修。")


def presence(stays: Iterable[Period], within: Period) -> list[tuple[Period, int]]:
    """Runs of days with the number of people there, in order, covering ``within`` without a hole."""
    change: dict[date, int] = defaultdict(int)
    for stay in stays:
        part = stay.clip(within)
        if part:
            change[part.start] += 1
            change[part.end + DAY] -= 1
    edges = sorted({within.start, within.end + DAY, *change})
    runs, people = [], 0
    for day, until in zip(edges, edges[1:], strict=False):
        people += change[day]
        runs.append((Period(day, until - DAY), people))
    return runs


def judge_presence(
    row: TargetProgress, target: AgreementTarget, stays: list[Period], tolerance: int, today: date
) -> None:
    """Every day so far, today included. Reached is the number there today, or the least once it is over."""
    row.planned = Fraction(target.minimum)
    row.most = Fraction(target.maximum) if target.maximum is not None else None
    if row.window.start > today:
        row.reached = Decimal(0)
        return
    past = Period(row.window.start, min(row.window.end, today))
    runs = presence(stays, past)
    is_over = row.window.end < today
    counts = [people for _, people in runs]
    row.reached = Decimal(min(counts) if is_over else counts[-1])
    row.counted_as = "最少在岗" if is_over else "今天在岗"
    row.expected = row.planned
    below = union(period for period, people in runs if people < target.minimum)
    short = [period for period in below if period.days > tolerance]
    missed = sum(period.days for period in below)
    row.says = (f"应 {past.days} 天，达到 {past.days - missed} 天" + _named(below),)
    row.gap = Fraction(sum(period.days for period in short), past.days)
    if is_over:
        row.verdict = Verdict.MISSED if short else Verdict.MET
    else:
        row.verdict = Verdict.BEHIND if short else Verdict.ON_PACE


def _named(periods: list[Period]) -> str:
    if not periods:
        return ""
    last = "、".join(str(period) for period in periods[-SHOWN:])
    return f"，不足 {'最近 ' if len(periods) > SHOWN else ''}{last}"


def judge_stays(
    row: TargetProgress, target: AgreementTarget, stays: list[tuple[int, Period]], today: date
) -> None:
    """The longest unbroken stay of each person; adjoining postings are one stay."""
    people: dict[int, list[Period]] = defaultdict(list)
    for clinician, period in stays:
        people[clinician].append(period)
    longest = [
        max(union(periods), key=lambda stay: (whole_months(stay), stay.end))
        for periods in people.values()
        if any(period.overlaps(row.window) for period in periods)
    ]
    through = [stay for stay in longest if stay.end < today]
    short = [stay for stay in through if whole_months(stay)[0] < target.minimum]
    _everyone(row, target, RESIDENTS, number=len(longest), through=len(through), short=short, today=today)


def judge_studies(
    row: TargetProgress, target: AgreementTarget, studies: list[AdvancedStudy], today: date
) -> None:
    verdicts = [(study, study_verdict(study, target.minimum, today=today).state) for study in studies]
    through = sum(state in ("met", "short") for _, state in verdicts)
    short = [study.period for study, state in verdicts if state == "short"]
    _everyone(row, target, TRAINEES, number=len(studies), through=through, short=short, today=today)


def _everyone(
    row: TargetProgress,
    target: AgreementTarget,
    who: Who,
    *,
    number: int,
    through: int,
    short: list[Period],
    today: date,
) -> None:
    """Everyone who is through has to have reached it; whoever is still there is not judged."""
    row.unit = who.unit
    is_over = row.window.end < today
    if not number:
        row.verdict = Verdict.UNKNOWN if is_over else Verdict.NOT_DUE
        row.says = (who.none,)
        return
    done = through - len(short)
    row.planned, row.reached, row.expected = Fraction(number), Decimal(done), Fraction(through)
    row.counted_as = "达到"
    text = f"{number} {who.counted}，已结束 {through}，达到 {plain(target.minimum)} 个月的 {done}"
    if short:
        text += f"；不足 {len(short)}，最短 {_months(min(short, key=whole_months))}"
    row.says = (text,)
    row.gap = Fraction(len(short), through) if through else Fraction(0)
    if short:
        row.verdict = Verdict.MISSED if is_over else Verdict.BEHIND
    elif through == number and is_over:
        row.verdict = Verdict.MET
    else:
        row.verdict = Verdict.ON_PACE if through else Verdict.NOT_DUE


def _months(stay: Period) -> str:
    months, days = whole_months(stay)
    return f"{months} 个月 {days} 天" if days else f"{months} 个月"
