"""How long a stretch is in a rule's unit, and how amounts are added and said.

Months, the convention that the pages state: each stretch is counted by calendar anniversary from its
first day (1 April to 30 September is six months). Days that do not complete a month are pooled over all
stretches, thirty of them making a month; the left-over days of one stretch count twenty-nine at most,
so that a single stretch reaches a month by its anniversary and never by thirty odd days. Hence ten
months to the day are ten months, one day less is not, and one more day of service never counts less.
Days lost to leave or absence move the end forward: what remains is counted from the first day on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from core.dates import Period, whole_months
from staffing.promotion.terms import STEPS, Unit

CONVENTION = (
    "首尾两天都计。满月按对应日计算（4 月 1 日至 9 月 30 日为 6 个月）；各段不足一个月的零头相加，每 30 天折 1 个月，"
    "单独一段的零头最多计 29 天，所以一段差一天满 10 个月的不算 10 个月。请假、旷工、脱岗的天数扣除后从首日起顺算。"
    "前后相接、在同一单位的派驻按连续的一段计算。规则写“一年”的按 12 个月计。"
)


def month_steps(period: Period) -> int:
    """Thirtieths of a month in one unbroken stretch."""
    months, rest = whole_months(period)
    return 30 * months + min(rest, 29)


def served_steps(start: date, days: Decimal, unit: Unit) -> Fraction:
    """Steps of so many days served from a first day on (calendar units only)."""
    if days <= 0:
        return Fraction(0)
    if unit == Unit.DAYS:
        return Fraction(days)
    whole = floor(days)
    return Fraction(month_steps(Period(start, start + timedelta(days=whole - 1)))) if whole else Fraction(0)


def best_steps(parts: Sequence[tuple[date, Decimal]], unit: Unit) -> Fraction:
    """Steps of stretches that follow each other without a gap: (first day, days served) in order.

    They count as one stretch or as several, whichever is more: a month may be completed across the
    seam, and a stretch without service never spoils its neighbour's months.
    """
    best = [Fraction(0)]
    for end in range(1, len(parts) + 1):
        best.append(
            max(
                best[begin]
                + served_steps(parts[begin][0], sum((days for _, days in parts[begin:end]), Decimal(0)), unit)
                for begin in range(end)
            )
        )
    return best[-1]


def reaches(period: Period, working_days: Decimal, minimum: int, unit: Unit) -> bool:
    """Whether one stretch is as long as a rule asks of each."""
    if unit == Unit.WORKING_DAYS:
        return working_days >= minimum
    return (period.days if unit == Unit.DAYS else whole_months(period)[0]) >= minimum


def days_by_year(period: Period) -> dict[int, int]:
    """Inclusive days of each calendar year: 2021-06-01 to 2022-05-31 is 214 and 151."""
    years = range(period.start.year, period.end.year + 1)
    return {year: period.clip(Period.year(year)).days for year in years}


@dataclass(frozen=True, order=True)
class Amount:
    """So many steps of a unit; it says itself in words."""

    steps: Fraction
    unit: Unit

    @classmethod
    def of(cls, value: int, unit: Unit) -> "Amount":
        return cls(Fraction(value * STEPS[unit]), Unit(unit))

    def _said(self, whole: int) -> str:
        if self.unit == Unit.MONTHS:
            months, days = divmod(whole, 30)
            parts = [f"{months} 个月"] * bool(months) + [f"{days} 天"] * bool(days or not months)
            return " ".join(parts)
        return f"{whole} {self.unit.label}"

    def __str__(self):
        """Reached: rounded down to the day, so that nothing looks reached that is not."""
        if self.unit == Unit.MONTHS:
            return self._said(floor(self.steps))
        halves = Decimal(floor(self.steps * 2)) / 2
        return f"{halves.normalize():f} {self.unit.label}"

    @property
    def missing(self) -> str:
        """Lacking: rounded up to the day."""
        return self._said(ceil(self.steps))

    @property
    def about_days(self) -> int:
        """Calendar days of about this length, to order amounts of different units by."""
        return ceil(self.steps * Fraction(365, 250)) if self.unit == Unit.WORKING_DAYS else ceil(self.steps)
