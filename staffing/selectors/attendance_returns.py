"""The monthly attendance return (考勤月报): due days, present, leave by kind, off-post, rate; and totals.

Only locked rows stand in it. The parts of a line add up to its due days.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from accounts.models import Organisation, User
from core.numbers import ratio_percent
from staffing.models import AttendanceRow, Leave, MonthSheet
from staffing.models.attendance import month_period
from staffing.selectors.attendance import ServiceDays, service_days
from staffing.selectors.sheets import sheets_for

KINDS = (*Leave.Kind.choices, ("", "其他请假"))  # "" : an inspector saw papers that the system does not know


@dataclass
class ReturnLine:
    """Days, halves as 0.5. ``served`` None on the line of totals."""

    served: ServiceDays | None
    due: Decimal
    present: Decimal
    leave: dict[str, Decimal]
    absent: Decimal
    off_post: Decimal
    idle: Decimal
    remark: str = ""

    @property
    def rate(self) -> Decimal | None:
        return ratio_percent(self.present, self.due, 2)

    @property
    def leave_in_order(self) -> list[Decimal]:
        return [self.leave[kind] for kind, _label in KINDS]


def _line(served: ServiceDays, remark: str) -> ReturnLine:
    def days(halves: int) -> Decimal:
        return Decimal(halves) / 2

    return ReturnLine(
        served,
        days(served.due_halves),
        days(served.present_halves),
        {kind: days(served.due_leave_by_kind[kind]) for kind, _label in KINDS},
        days(served.due_absent_halves),
        days(served.due_off_post_halves),
        days(served.due_idle_halves),
        remark,
    )


def _total(lines: list[ReturnLine]) -> ReturnLine:
    leave: Counter = Counter()
    for line in lines:
        leave.update(line.leave)
    sums = {
        name: sum((getattr(line, name) for line in lines), Decimal(0))
        for name in ("due", "present", "absent", "off_post", "idle")
    }
    return ReturnLine(None, leave={kind: Decimal(leave[kind]) for kind, _label in KINDS}, **sums)


def attendance_return(
    user: User, *, month: date, unit: Organisation | None = None
) -> tuple[list[ReturnLine], ReturnLine]:
    """(a line a stay, the totals) of everybody whom the user may see. Five statements."""
    rows = (
        AttendanceRow.objects.visible_to(user)
        .filter(sheet__month=month, sheet__status=MonthSheet.Status.LOCKED, sheet__in=sheets_for(user))
        .select_related("posting__clinician", "posting__agreement__sender", "posting__agreement__recipient")
        .order_by(
            "posting__agreement__recipient__name_key",
            "posting__agreement__recipient",
            "posting__clinician__name_key",
            "posting",
        )
    )
    if unit is not None:
        rows = rows.filter(sheet__recipient=unit)
    lines = attendance_lines(rows, month)
    return lines, _total(lines)


def attendance_lines(rows: Iterable[AttendanceRow], month: date) -> list[ReturnLine]:
    """A line a stay of the given locked rows of the month, which carry their posting and its agreement."""
    rows = list(rows)
    remarks = {row.posting_id: row.remark for row in rows}
    found = service_days([row.posting for row in rows], month_period(month))
    return [_line(served, _remark(served, remarks[served.posting.pk])) for served in found]


def _remark(served: ServiceDays, text: str) -> str:
    unproved = "、".join(str(period) for period in served.unlocked)
    parts = [text, f"{unproved} 没有考勤，未计入" if unproved else ""]
    return "；".join(part for part in parts if part)
