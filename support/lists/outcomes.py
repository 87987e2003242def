"""Outcome figures: a page shows recipients with all their indicators, the sheet one line an indicator."""

from dataclasses import dataclass, field

from accounts.models import Organisation
from accounts.selectors.named import organisations_named
from core.lists import Listing, Shown, Total
from core.numbers import NO_VALUE, plain
from core.pages import FilterForm
from support.outcome_forms import OutcomeFilter
from support.selectors.outcomes import OutcomeRow, outcome_table, outcome_values

YEARS_SHOWN = 5


@dataclass
class Recipient:
    """``rows``: {row, cells}, as the page shows them; a cell is (year, value or None, gap to the quarters)."""

    recipient: Organisation
    rows: list[dict] = field(default_factory=list)


class OutcomeList(Listing):
    name = "outcome-list"
    title = "成效指标"
    permission = "support.view_outcomevalue"
    template = "support/outcome_list.html"
    years: list[int] = []

    def make_filter(self) -> FilterForm:
        return OutcomeFilter(self.data)

    @property
    def quarter(self) -> int | None:
        return int(self.chosen["quarter"]) if "quarter" in self.chosen else None

    def _values(self):
        """The values that the filters leave, of all recipients."""
        values = outcome_values(self.user).filter(quarter=self.quarter)
        if "indicator" in self.chosen:
            values = values.filter(indicator=self.chosen["indicator"])
        if "unconfirmed" in self.chosen:
            values = values.exclude(status="confirmed")
        return values

    def visible(self):
        recipients = self._values().order_by().values("recipient")
        return Organisation.objects.filter(pk__in=recipients).order_by("name_key", "pk")

    def filtered(self, rows):
        if "q" in self.chosen:
            rows = rows.filter(organisations_named(self.chosen["q"], ""))
        return rows

    def _lines(self, recipients) -> tuple[list[int], list[OutcomeRow]]:
        years, rows = outcome_table(
            self.user, recipients=[unit.pk for unit in recipients], quarter=self.quarter
        )
        return years, [row for row in rows if self._fits(row)]

    def _fits(self, row: OutcomeRow) -> bool:
        if "indicator" in self.chosen and row.indicator != self.chosen["indicator"]:
            return False
        values = [*row.values.values(), *([row.baseline] if row.baseline else [])]
        return "unconfirmed" not in self.chosen or any(value.status != "confirmed" for value in values)

    def prepare(self, rows: list) -> list[Recipient]:
        years, lines = self._lines(rows)
        self.years = years[-YEARS_SHOWN:]
        groups = {unit.pk: Recipient(unit) for unit in rows}
        for line in lines:
            cells = [(year, line.values.get(year), line.quarters_gap(year)) for year in self.years]
            groups[line.recipient.pk].rows.append({"row": line, "cells": cells})
        return list(groups.values())

    def totals(self) -> list[Total]:
        return [Total("受援单位", self.found.count(), "家")]

    def context(self) -> dict:
        return {"years": self.years, "quarter": self.quarter}

    def sheet_columns(self) -> tuple[Shown, ...]:
        self.years = sorted(
            self._values().filter(is_baseline=False).order_by().values_list("year", flat=True).distinct()
        )
        base = () if self.quarter else (Shown("支援前", lambda line: _told(line.baseline)),)
        since = () if self.quarter else (Shown("较支援前", lambda line: str(line.support_change)),)
        return (
            Shown("受援单位", lambda line: line.recipient.name, 24),
            Shown("指标", lambda line: line.indicator.name, 24),
            Shown("单位", lambda line: line.indicator.unit, 8),
            *base,
            *(
                Shown(f"{year} 年", lambda line, year=year: _told(line.values.get(year)))
                for year in self.years
            ),
            *since,
            Shown("同比", lambda line: str(line.year_change)),
        )

    def sheet_rows(self, *, chunk: int = 200):
        columns, waiting = self.sheet_columns(), list(self.rows)
        for start in range(0, len(waiting), chunk):
            for line in self._lines(waiting[start : start + chunk])[1]:
                yield [column.of(line) for column in columns]


def _told(value) -> str:
    if value is None:
        return NO_VALUE
    return plain(value.value) + ("" if value.status == "confirmed" else "（未确认）")
