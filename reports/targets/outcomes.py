"""Targets about the recipient's own figures: grown by so much since support began, or at a level.

The value is the latest confirmed full year of the agreement. Nothing is interpolated: before the last year
is over, a value that is not there yet is not due.
"""

from datetime import date
from fractions import Fraction

from core.numbers import plain
from reports.targets.kinds import Kind
from reports.targets.row import TargetProgress, short
from reports.targets.verdicts import Verdict
from support.models import AgreementTarget, OutcomeIndicator, OutcomeValue

# change of a percentage is told in points, not in percent of percent
POINTS = ("百分点", "个百分点")


def judge(row: TargetProgress, target: AgreementTarget, values: list[OutcomeValue], today: date) -> None:
    confirmed = [value for value in values if value.status == OutcomeValue.Status.CONFIRMED]
    waiting = [value for value in values if value.status != OutcomeValue.Status.CONFIRMED]
    direction = target.indicator.direction
    row.lower_is_better = direction == OutcomeIndicator.Direction.DOWN
    row.is_corridor = (
        direction == OutcomeIndicator.Direction.NEUTRAL
        and target.kind == Kind.OUTCOME_LEVEL
        and target.maximum is not None
    )
    row.unit = target.indicator.unit
    says = []
    if target.kind == Kind.OUTCOME_GROWTH:
        base = next((value for value in confirmed if value.is_baseline), None)
        problem = _no_base(target, base, waiting)
        if problem:
            row.verdict, row.says = Verdict.UNKNOWN, (problem,)
            return
        row.planned = _grown(target, base, target.minimum, row.lower_is_better)
        says.append(f"基数 {base.year} 年 {plain(base.value)} {row.unit}")
    else:
        row.planned = Fraction(target.minimum)
        row.most = Fraction(target.maximum) if target.maximum is not None else None
        if row.lower_is_better and row.most is not None:
            row.planned, row.most = row.most, None
    row.says = tuple(says)
    _compare(row, target, confirmed, waiting, today)


def _no_base(target: AgreementTarget, base: OutcomeValue | None, waiting: list[OutcomeValue]) -> str:
    if base is None and any(value.is_baseline for value in waiting):
        return "基数还没有确认，无法计算。"
    if base is None:
        return "没有基数，无法计算。"
    return "基数为 0，无法计算增长。" if base.value == 0 and target.unit not in POINTS else ""


def _grown(target: AgreementTarget, base: OutcomeValue, by, lower: bool) -> Fraction:
    """The value to be reached; of a figure that should fall, so much below the base."""
    sign, start = (-1 if lower else 1), Fraction(base.value)
    if target.unit in POINTS:
        return start + sign * Fraction(by)
    return start + sign * abs(start) * Fraction(by) / 100


def _compare(row: TargetProgress, target: AgreementTarget, confirmed, waiting, today: date) -> None:
    years = range(row.window.start.year, row.window.end.year + 1)
    mine = [value for value in confirmed if not value.is_baseline and value.year in years]
    open_ones = [value for value in waiting if not value.is_baseline and value.year in years]
    is_over = row.window.end < today
    row.says += (f"{_wish(row)} {row.unit}",)
    if open_ones:
        row.says += (f"{open_ones[-1].year} 年 {plain(open_ones[-1].value)} {row.unit}未确认",)
    if not mine:
        row.verdict = Verdict.UNKNOWN if is_over else Verdict.NOT_DUE
        row.says += (f"还没有经确认的 {years[-1]} 年数据",)
        return
    latest = mine[-1]
    row.reached = latest.value
    row.says += (f"{latest.year} 年 {plain(latest.value)} {row.unit}",)
    value = Fraction(latest.value)
    wanted = _nearest(row, value)
    if value == wanted:
        row.verdict = Verdict.MET
        return
    distance = abs(value - wanted) / abs(wanted) if wanted else Fraction(1)
    row.gap = min(distance, Fraction(1))
    if is_over:
        row.verdict = Verdict.MISSED
    else:
        row.verdict = Verdict.BEHIND if latest.year == years[-1] else Verdict.NOT_DUE


def _wish(row: TargetProgress) -> str:
    if row.is_corridor:
        return f"应在 {short(row.planned)} 到 {short(row.most)} 之间"
    return f"应{'不高于' if row.lower_is_better else '不低于'} {short(row.planned)}"


def _nearest(row: TargetProgress, value: Fraction) -> Fraction:
    """The value itself where it is good enough, else the nearest that would be."""
    if row.is_corridor:
        return min(max(value, row.planned), row.most)
    return min(value, row.planned) if row.lower_is_better else max(value, row.planned)
