"""Figures (指标): each is declared once, with its unit and its definition (口径), and computed one way.

Screen, workbook, PDF and score call the same ``value`` and ``by``; ``records`` are the very rows that
were counted, so that every number can be opened. Each call is one SQL statement, however many
organisations it covers.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Aggregate, Count, Q, QuerySet
from django.db.models.functions import TruncMonth

from reports.figures.frame import Frame


@dataclass(frozen=True)
class Figure:
    """``rows``: the table the figure aggregates, unrestricted by confirmation.

    ``counted``: which of these rows count (confirmed); the rest is shown beside as pending.
    ``record``: path from a row to the record a person recognises (an activity for its measures).
    ``groups``: group name → lookup path, e.g. {"recipient": "agreement__recipient"}.
    ``measures``: codes of the activity measures that are summed; empty for other tables.
    ``day``: path to the day by which a row falls into a period; empty when it lasts (an agreement in force).
    """

    code: str
    label: str
    unit: str
    definition: str
    rows: Callable[[Frame], QuerySet]
    counted: Q
    aggregate: Aggregate
    listing: str
    record: str = "pk"
    pending_label: str = "未经对方确认"
    groups: dict[str, str] = field(default_factory=dict)
    day: str = ""
    measures: tuple[str, ...] = ()
    column: int | None = None
    is_money: bool = False
    adds_up: bool = True

    @property
    def operand(self) -> str:
        """The field that is summed or counted."""
        return self.aggregate.get_source_expressions()[0].name

    @property
    def counts_rows(self) -> bool:
        return isinstance(self.aggregate, Count)

    def _rows(self, frame: Frame) -> QuerySet:
        return self.rows(frame).filter(self.counted)

    def value(self, frame: Frame) -> Decimal | int:
        """The figure itself; 0 when nothing counts."""
        return self._rows(frame).order_by().aggregate(value=self.aggregate)["value"] or 0

    def by(self, frame: Frame, group: str) -> dict:
        """Group key → value, one grouped statement; groups without rows are absent."""
        path = self.groups[group]
        grouped = self._rows(frame).order_by().values_list(path).annotate(value=self.aggregate)
        return {key: value or 0 for key, value in grouped}

    def by_month(self, frame: Frame) -> dict[date, Decimal | int]:
        """First day of the month → value, one grouped statement; months without rows are absent.

        Sums add up to the period's value; somebody who came twice is a person of either month.
        """
        return dict(self._monthly(frame).values_list("month").annotate(value=self.aggregate))

    def _monthly(self, frame: Frame) -> QuerySet:
        if not self.day:
            raise ValueError(f"figure {self.code} has no day by which its rows fall into months")
        return self._rows(frame).order_by().annotate(month=TruncMonth(self.day))

    def pending(self, frame: Frame) -> int:
        """How many records are left out because the other side has not confirmed them."""
        left_out = self.rows(frame).exclude(self.counted).order_by()
        return left_out.values(self.record).distinct().count()

    def records(self, frame: Frame) -> list[int]:
        """Primary keys of the records counted, each once."""
        return sorted(set(self._rows(frame).order_by().values_list(self.record, flat=True)))


FIGURES: dict[str, Figure] = {}


def register(figure: Figure) -> Figure:
    if figure.code in FIGURES:
        raise ValueError(f"figure {figure.code} declared twice")
    FIGURES[figure.code] = figure
    return figure
