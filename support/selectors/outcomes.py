"""Outcome figures as a table: one row per recipient and indicator, a column per year.

较支援前 compares with the baseline, 同比 with the same period of the year before; without a base there is no
change to show. The change of a percentage is told in points (百分点), of anything else in per cent.
Unconfirmed values are shown and marked. Years and quarters are never compared with each other: a
baseline is a whole year.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import QuerySet

from accounts.models import Organisation, User
from core.numbers import NO_VALUE, percent, percent_change, plain, rounded
from support.models import OutcomeIndicator, OutcomeValue
from support.models.confirmation import RecordStatus

POINTS = 2  # decimals of a difference of percentages


@dataclass(frozen=True)
class Change:
    """``amount`` in per cent or, with ``in_points``, in percentage points; None without a base.

    ``trend``: "good", "bad" or "" by the direction in which the indicator should go.
    """

    amount: Decimal | None = None
    in_points: bool = False
    trend: str = ""

    def __str__(self):
        if self.amount is None:
            return NO_VALUE
        return f"{plain(self.amount)} 个百分点" if self.in_points else percent(self.amount)


def change_between(
    indicator: OutcomeIndicator, base: OutcomeValue | None, now: OutcomeValue | None
) -> Change:
    if base is None or now is None:
        return Change(in_points=indicator.is_percentage)
    if indicator.is_percentage:
        amount = rounded(now.value - base.value, POINTS)
    else:
        amount = percent_change(base.value, now.value)
    return Change(amount, indicator.is_percentage, _trend(indicator, now.value - base.value))


def _trend(indicator: OutcomeIndicator, difference: Decimal) -> str:
    if not difference or indicator.direction == OutcomeIndicator.Direction.NEUTRAL:
        return ""
    return "good" if (difference > 0) == (indicator.direction == OutcomeIndicator.Direction.UP) else "bad"


@dataclass
class OutcomeRow:
    recipient: Organisation
    indicator: OutcomeIndicator
    baseline: OutcomeValue | None = None
    values: dict[int, OutcomeValue] = field(default_factory=dict)
    # {year: {quarter: value}} of confirmed quarters, where quarters add up
    quarters: dict[int, dict[int, Decimal]] = field(default_factory=dict)

    @property
    def latest(self) -> OutcomeValue | None:
        return self.values[max(self.values)] if self.values else None

    @property
    def previous(self) -> OutcomeValue | None:
        """The value of the year before the latest; the baseline year may be that year."""
        if self.latest is None:
            return None
        year = self.latest.year - 1
        return self.values.get(year) or (
            self.baseline if self.baseline and self.baseline.year == year else None
        )

    @property
    def support_change(self) -> Change:
        return change_between(self.indicator, self.baseline, self.latest)

    @property
    def year_change(self) -> Change:
        return change_between(self.indicator, self.previous, self.latest)

    @property
    def since_support(self) -> Decimal | None:
        return self.support_change.amount

    @property
    def year_on_year(self) -> Decimal | None:
        return self.year_change.amount

    def quarters_sum(self, year: int) -> Decimal | None:
        """Sum of four confirmed quarters of an indicator that adds up; None when one is missing."""
        found = self.quarters.get(year, {})
        return sum(found.values(), Decimal(0)) if len(found) == 4 else None

    def quarters_gap(self, year: int) -> Decimal | None:
        """Year − sum of its quarters; None when there is nothing to compare."""
        total, value = self.quarters_sum(year), self.values.get(year)
        return None if total is None or value is None else value.value - total


def _table(found: Iterable[OutcomeValue], quarter: int | None = None) -> tuple[list[int], list[OutcomeRow]]:
    """(years in order, rows by recipient and indicator) of whole years or of one quarter."""
    rows: dict[tuple[int, int], OutcomeRow] = {}
    years: set[int] = set()
    loose: list[OutcomeValue] = []
    for value in found:
        if value.quarter != quarter:
            loose.append(value)
            continue
        key = (value.recipient_id, value.indicator_id)
        row = rows.setdefault(key, OutcomeRow(value.recipient, value.indicator))
        if value.is_baseline:
            row.baseline = value
        else:
            row.values[value.year] = value
            years.add(value.year)
    for value in loose:
        row = rows.get((value.recipient_id, value.indicator_id))
        counts = value.indicator.adds_up and value.status == RecordStatus.CONFIRMED
        if row and quarter is None and value.quarter and counts:
            row.quarters.setdefault(value.year, {})[value.quarter] = value.value
    return sorted(years), list(rows.values())


def _in_order(values: QuerySet[OutcomeValue], *place: str) -> QuerySet[OutcomeValue]:
    return values.select_related("recipient", "indicator").order_by(
        *place, "recipient", "indicator__order", "indicator__code", "year"
    )


def outcome_values(user: User) -> QuerySet[OutcomeValue]:
    """The values that stand, unconfirmed ones included, in the user's sight."""
    return OutcomeValue.objects.visible_to(user).standing()


def outcome_table(
    user: User, *, recipients=None, quarter: int | None = None
) -> tuple[list[int], list[OutcomeRow]]:
    """Everything the user may see (of ``recipients``), unconfirmed values included. One statement."""
    values = outcome_values(user)
    if recipients is not None:
        values = values.filter(recipient__in=recipients)
    return _table(_in_order(values, "recipient__name_key"), quarter)


def growths(*, recipients, until_year: int) -> list[OutcomeRow]:
    """Confirmed values of the recipients up to a year; rows that have more than a baseline."""
    values = OutcomeValue.objects.confirmed().filter(
        recipient__in=recipients, year__lte=until_year, quarter__isnull=True
    )
    _, rows = _table(_in_order(values, "recipient__region__code", "recipient__code"))
    return [row for row in rows if row.values]
