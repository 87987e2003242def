"""Outcome figures as a table: one row per recipient and indicator, a column per year.

较支援前 compares with the baseline, 同比 with the year before; without a base there is no percentage.
Only full-year values; quarters belong to the returns. Unconfirmed values are shown and marked.
"""

from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import QuerySet

from accounts.models import Organisation, User
from core.numbers import percent_change
from support.models import OutcomeIndicator, OutcomeValue


@dataclass
class OutcomeRow:
    recipient: Organisation
    indicator: OutcomeIndicator
    baseline: OutcomeValue | None = None
    values: dict[int, OutcomeValue] = field(default_factory=dict)

    @property
    def latest(self) -> OutcomeValue | None:
        return self.values[max(self.values)] if self.values else None

    @property
    def since_support(self) -> Decimal | None:
        if self.latest is None or self.baseline is None:
            return None
        return percent_change(self.baseline.value, self.latest.value)

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
    def year_on_year(self) -> Decimal | None:
        return percent_change(self.previous.value, self.latest.value) if self.previous else None

    def trend(self, change: Decimal | None) -> str:
        """ "good", "bad" or "": whether the change goes the indicator's way."""
        if not change or self.indicator.direction == OutcomeIndicator.Direction.NEUTRAL:
            return ""
        return (
            "good" if (change > 0) == (self.indicator.direction == OutcomeIndicator.Direction.UP) else "bad"
        )

    @property
    def support_trend(self) -> str:
        return self.trend(self.since_support)

    @property
    def year_trend(self) -> str:
        return self.trend(self.year_on_year)


def _table(found: QuerySet[OutcomeValue]) -> tuple[list[int], list[OutcomeRow]]:
    """(years in order, rows by recipient and indicator). One statement."""
    rows: dict[tuple[int, int], OutcomeRow] = {}
    years: set[int] = set()
    for value in found.filter(quarter__isnull=True).select_related("recipient", "indicator"):
        key = (value.recipient_id, value.indicator_id)
        row = rows.setdefault(key, OutcomeRow(value.recipient, value.indicator))
        if value.is_baseline:
            row.baseline = value
        else:
            row.values[value.year] = value
            years.add(value.year)
    return sorted(years), list(rows.values())


def outcome_table(user: User) -> tuple[list[int], list[OutcomeRow]]:
    """Everything the user may see, unconfirmed values included."""
    return _table(
        OutcomeValue.objects.visible_to(user)
        .exclude(status=OutcomeValue.Status.SUPERSEDED)
        .order_by("recipient__name_key", "recipient", "indicator__order", "indicator__code", "year")
    )


def growths(*, recipients, until_year: int) -> list[OutcomeRow]:
    """Confirmed values of the recipients up to a year; rows that have more than a baseline."""
    _, rows = _table(
        OutcomeValue.objects.confirmed()
        .filter(recipient__in=recipients, year__lte=until_year)
        .order_by("recipient__region__code", "recipient__code", "indicator__order", "indicator__code", "year")
    )
    return [row for row in rows if row.values]
