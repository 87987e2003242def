"""A target as a bar: what is reached and unconfirmed against the plan, or a cell for each month.

Drawn as SVG with plain attributes; every bar stands beside its numbers in words. Width is 240 units.
"""

from dataclasses import dataclass

from core.numbers import plain
from reports.targets import TargetProgress

WIDTH, HEIGHT = 240, 14
GAP = 2


@dataclass(frozen=True)
class Cell:
    """``kind``: met, missing, running or ahead; missing ones stand low, so that colour is not the only sign."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    told: str


@dataclass(frozen=True)
class TargetBar:
    """Lengths of the parts; ``plan`` and ``expected``: where their marks stand (None: no mark)."""

    reached: float = 0
    unconfirmed: float = 0
    plan: float | None = None
    expected: float | None = None
    cells: tuple[Cell, ...] = ()
    told: str = ""
    width: int = WIDTH
    height: int = HEIGHT


def bar_of(row: TargetProgress) -> TargetBar | None:
    """None where there is nothing to draw: no plan, or a value that is better the lower it is."""
    if row.occurrences:
        return TargetBar(cells=_cells(row), told=row.occurrences_text)
    if row.planned is None or row.reached is None or row.lower_is_better or row.is_corridor:
        return None
    reached, unconfirmed = float(row.reached), float(row.unconfirmed)
    top = max(float(row.planned), float(row.most or 0), reached + unconfirmed)
    if top <= 0:
        return None

    def at(value: float) -> float:
        return round(value / top * WIDTH, 1)

    told = (
        f"计划 {row.planned_text}，已确认 {row.reached_text}，未确认 {row.unconfirmed_text}，单位{row.unit}"
    )
    return TargetBar(
        reached=at(reached),
        unconfirmed=at(unconfirmed),
        plan=at(float(row.planned)),
        expected=at(float(row.expected)) if row.expected is not None else None,
        told=told,
    )


def _cells(row: TargetProgress) -> tuple[Cell, ...]:
    step = WIDTH / len(row.occurrences)
    heights = {"met": HEIGHT, "missing": HEIGHT / 2, "running": 4, "ahead": 4}
    return tuple(
        Cell(
            x=round(number * step, 1),
            y=round(HEIGHT - heights[item.state], 1),
            width=round(max(step - GAP, 1), 1),
            height=round(heights[item.state], 1),
            kind=item.state,
            told=f"{item.label}：{item.state_label}",
        )
        for number, item in enumerate(row.occurrences)
    )


@dataclass(frozen=True)
class Column:
    """One month of a trend. ``label``: the month's number, with the year where it begins."""

    x: float
    y: float
    width: float
    height: float
    label: str
    value: str
    url: str

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 1)


@dataclass(frozen=True)
class Columns:
    columns: tuple[Column, ...]
    width: int = 320
    height: int = 96
    base: int = 80


def columns_of(trend) -> Columns:
    """Months side by side; the tallest takes the whole height, a zero stands as a thin line."""
    drawn = Columns(())
    most, step = float(trend.most) or 1.0, drawn.width / max(len(trend.months), 1)
    room = drawn.base - 14
    columns = []
    for number, (month, value, url) in enumerate(trend.months):
        height = max(round(float(value) / most * room, 1), 1)
        columns.append(
            Column(
                x=round(number * step + step * 0.15, 1),
                y=round(drawn.base - height, 1),
                width=round(step * 0.7, 1),
                height=height,
                label=f"{month.month}",
                value=plain(value),
                url=url,
            )
        )
    return Columns(tuple(columns))
