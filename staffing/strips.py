"""A year as a strip of bars: what the coverage pages draw. One unit of width is one day."""

from dataclasses import dataclass
from datetime import date

from core.dates import Period, add_months
from staffing.selectors.coverage import Calendar, State

HEIGHT = 20
# how tall each state stands, so that it is not told by colour alone
HEIGHTS = {State.EMPTY: 20, State.BELOW: 9, State.MET: 15, State.ABOVE: 20}
TOLERATED, TOLERATED_HEIGHT = "tolerated", 5


@dataclass(frozen=True)
class Bar:
    """``kind``: a State or “tolerated”; ``told``: what it says when pointed at."""

    x: int
    width: int
    height: int
    kind: str
    expected: bool
    told: str

    @property
    def y(self) -> int:
        return HEIGHT - self.height


@dataclass(frozen=True)
class Strip:
    days: int
    bars: tuple[Bar, ...]
    months: tuple[int, ...]
    today: int | None

    @property
    def height(self) -> int:
        return HEIGHT

    @property
    def is_leap(self) -> bool:
        return self.days == 366


def strip_of(calendar: Calendar | None, period: Period, today: date) -> Strip:
    """``period``: a calendar year. Without a calendar nobody is due all year."""
    tolerated = [gap.period for gap in calendar.gaps if gap.is_tolerated] if calendar else []
    bars = []
    for segment in calendar.segments if calendar else ():
        kind, height, told = segment.state.value, HEIGHTS[segment.state], segment.state.label
        if segment.state == State.EMPTY and any(gap.contains(segment.period.start) for gap in tolerated):
            kind, height, told = TOLERATED, TOLERATED_HEIGHT, "无人在岗（在容许天数内）"
        bars.append(
            Bar(
                x=(segment.period.start - period.start).days,
                width=segment.period.days,
                height=height,
                kind=kind,
                expected=segment.expected,
                told=f"{segment.period}：{'预计' if segment.expected else ''}在岗 {segment.present} 人，"
                f"要求 {segment.floor} 人，{told}",
            )
        )
    months = tuple((add_months(period.start, number) - period.start).days for number in range(1, 12))
    here = (today - period.start).days + 1 if period.contains(today) else None
    return Strip(period.days, tuple(bars), months, here)
