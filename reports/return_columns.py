"""The columns of the monthly returns, in the official order (statistical form of the handbook, §7.1).

A column's number is that of the statistical form; several columns may share one (期 and 人次 of lectures).
The workload columns are the figures that come from activities: same rule, same number everywhere. After the
columns of the form stand the daily work that it does not ask for but that fills most of a doctor's days.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from core.numbers import plain
from reports.figures import FIGURES
from reports.models import ReturnForm
from staffing.selectors.attendance_returns import KINDS

ZERO = Decimal(0)


@dataclass(frozen=True)
class Column:
    code: str
    label: str
    unit: str
    number: str = ""

    @property
    def heading(self) -> str:
        return f"{self.label}（{self.unit}）"


BESIDE_THE_FORM = ("ward_rounds", "rescues")


def _workload() -> tuple[Column, ...]:
    numbered = (figure for figure in FIGURES.values() if figure.listing == "activities" and figure.column)
    figures = [
        *sorted(numbered, key=lambda figure: figure.column),
        *(FIGURES[code] for code in BESIDE_THE_FORM),
    ]
    return tuple(
        Column(figure.code, figure.label, figure.unit, str(figure.column or "")) for figure in figures
    )


WORKLOAD = _workload()
ATTENDANCE = (
    Column("due", "应出勤", "天"),
    Column("present", "在岗", "天"),
    *(Column(f"leave_{kind or 'other'}", label, "天") for kind, label in KINDS),
    Column("absent", "旷工", "天"),
    Column("off_post", "脱岗", "天"),
    Column("idle", "工作日休息", "天"),
)
COLUMNS = {ReturnForm.WORKLOAD.value: WORKLOAD, ReturnForm.ATTENDANCE.value: ATTENDANCE}

Values = Mapping[str, Decimal]


def zeros(form: str) -> dict[str, Decimal]:
    return {column.code: ZERO for column in COLUMNS[form]}


def added(form: str, many) -> dict[str, Decimal]:
    """Column by column."""
    total = zeros(form)
    for values in many:
        for code in total:
            total[code] += values[code]
    return total


def stored(values: Values) -> dict[str, str]:
    """As it stands in a frozen return: text, so that nothing is rounded on the way."""
    return {code: plain(Decimal(value)) for code, value in values.items()}


def read(form: str, values: Mapping[str, str]) -> dict[str, Decimal]:
    """A stored line's values; a column that did not exist then is zero."""
    return {column.code: Decimal(values.get(column.code, "0")) for column in COLUMNS[form]}
