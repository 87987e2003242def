"""Outcome figures: a page shows recipients with all their indicators, the sheet one line an indicator."""

from dataclasses import dataclass, field

from django import forms

from accounts.models import Organisation
from core.lists import Listing, Shown, Total
from core.numbers import NO_VALUE, percent, plain
from core.pages import FilterForm, SearchField
from core.pinyin import typed
from support.models import OutcomeIndicator
from support.selectors.outcomes import OutcomeRow, outcome_table


class OutcomeFilter(FilterForm):
    q = SearchField("查找", "单位名称、拼音")
    indicator = forms.ModelChoiceField(
        label="指标", queryset=OutcomeIndicator.objects.all(), empty_label="全部"
    )
    unconfirmed = forms.BooleanField(label="只看有未确认的")


@dataclass
class Recipient:
    """``rows``: {row, cells}, as the page shows them; a cell is (year, value or None)."""

    recipient: Organisation
    rows: list[dict] = field(default_factory=list)


def _is_open(row: OutcomeRow) -> bool:
    return any(value.status != "confirmed" for value in row.values.values())


class OutcomeList(Listing):
    name = "outcome-list"
    title = "成效指标"
    permission = "support.view_outcomevalue"
    template = "support/outcome_list.html"

    def make_filter(self) -> FilterForm:
        return OutcomeFilter(self.data)

    def visible(self) -> list[OutcomeRow]:
        self.years, rows = outcome_table(self.user)
        return rows

    def filtered(self, rows: list[OutcomeRow]) -> list[Recipient]:
        chosen, groups = self.chosen, {}
        for row in rows:
            if "q" in chosen and not self._named(row.recipient, chosen["q"]):
                continue
            if "indicator" in chosen and row.indicator != chosen["indicator"]:
                continue
            if "unconfirmed" in chosen and not _is_open(row):
                continue
            group = groups.setdefault(row.recipient.pk, Recipient(row.recipient))
            group.rows.append({"row": row, "cells": [(year, row.values.get(year)) for year in self.years]})
        return list(groups.values())

    @staticmethod
    def _named(unit: Organisation, text: str) -> bool:
        key = typed(text)
        return (
            text.lower() in unit.name.lower()
            or text.lower() in unit.short_name.lower()
            or unit.name_key.startswith(key)
            or unit.name_pinyin.startswith(key)
        )

    def totals(self) -> list[Total]:
        return [
            Total("受援单位", len(self.found), "家"),
            Total("指标", sum(len(group.rows) for group in self.found), "行"),
        ]

    def context(self) -> dict:
        return {"years": self.years}

    def sheet_columns(self) -> tuple[Shown, ...]:
        self.found  # noqa: B018 - the years are known once the table is read
        return (
            Shown("受援单位", lambda line: line.recipient.name, 24),
            Shown("指标", lambda line: line.indicator.name, 24),
            Shown("单位", lambda line: line.indicator.unit, 8),
            Shown("支援前", lambda line: plain(line.baseline.value) if line.baseline else NO_VALUE),
            *(Shown(f"{year} 年", lambda line, year=year: self._cell(line, year)) for year in self.years),
            Shown("较支援前", lambda line: percent(line.since_support)),
            Shown("同比", lambda line: percent(line.year_on_year)),
        )

    @staticmethod
    def _cell(line: OutcomeRow, year: int) -> str:
        value = line.values.get(year)
        if value is None:
            return NO_VALUE
        return plain(value.value) + ("" if value.status == "confirmed" else "（未确认）")

    def sheet_rows(self, *, chunk: int = 1000):
        columns = self.sheet_columns()
        for group in self.found:
            for entry in group.rows:
                yield [column.of(entry["row"]) for column in columns]
