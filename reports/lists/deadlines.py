"""The calendar of a cycle's deadlines; who is missing is read within the reader's reach."""

from collections import Counter
from functools import cached_property

from django.utils import timezone

from core.lists import Listing, Order, Shown, Total, day, number
from core.pages import FilterForm
from reports.forms import DeadlineFilter
from reports.selectors.deadlines import DeadlineState, Standing, calendar_of
from support.models import Agreement, Cycle, DeadlineSide


class DeadlineList(Listing):
    name = "deadlines"
    title = "时限"
    permission = "reports.view_deadlines"
    template = "reports/deadlines.html"
    orders = (
        Order("due", "期限", ("deadline__due_on", "deadline__pk")),
        Order("what", "事项", ("deadline__label", "deadline__due_on")),
        Order("side", "由谁办理", ("deadline__side", "deadline__due_on")),
        Order("state", "状态", ("urgency", "deadline__due_on")),
    )
    default = "due"
    columns = (
        day("期限", "deadline.due_on"),
        Shown("事项", "deadline.label", 30),
        Shown("支援单位", "deadline.agreement.sender.name", 24),
        Shown("受援单位", "deadline.agreement.recipient.name", 24),
        Shown("由谁办理", "deadline.get_side_display"),
        Shown("状态", "standing.label"),
        Shown("说明", "told", 24),
        number("应完成", lambda state: None if state.items is None else len(state.items), 0),
        number("已完成", lambda state: None if state.items is None else state.done, 0),
        number("其中逾期", lambda state: None if state.items is None else len(state.late), 0),
        Shown("未完成", lambda state: "；".join(item.label for item in state.missing), 60),
        Shown("依据", "deadline.basis", 40),
        Shown("备注", "deadline.note", 30),
    )
    sizes = (200, 500)  # links from notices lead to a line, which a first page has to hold

    def make_filter(self) -> FilterForm:
        return DeadlineFilter(self.data, cycles=self._cycles)

    @property
    def today(self):
        return timezone.localdate()

    @cached_property
    def _cycles(self):
        return (
            Cycle.objects.visible_to(self.user)
            .select_related("programme__bureau")
            .order_by("-start_on", "code")
        )

    @cached_property
    def cycle(self) -> Cycle | None:
        """The one asked for, else that of the day, else the newest."""
        if "cycle" in self.chosen:
            return self.chosen["cycle"]
        known = list(self._cycles)
        present = (row for row in known if row.period.contains(self.today))
        found = next(present, known[0] if known else None)
        if found is not None:
            self.filter.initial["cycle"] = found.pk
        return found

    def visible(self) -> list[DeadlineState]:
        return calendar_of(self.user, self.cycle, day=self.today) if self.cycle else []

    def filtered(self, rows: list[DeadlineState]) -> list[DeadlineState]:
        chosen = self.chosen
        if "q" in chosen:
            rows = [row for row in rows if self._speaks_of(row.deadline, chosen["q"])]
        if "side" in chosen:
            rows = [row for row in rows if row.deadline.side in (chosen["side"], DeadlineSide.ALL)]
        if chosen.get("show") == "open":
            rows = [row for row in rows if row.is_open]
        if chosen.get("show") == "late":
            rows = [row for row in rows if row.standing in (Standing.LATE, Standing.OVERDUE) or row.late]
        return rows

    @staticmethod
    def _speaks_of(deadline, text: str) -> bool:
        agreement: Agreement | None = deadline.agreement
        units = (agreement.sender, agreement.recipient) if agreement else ()
        words = [
            deadline.label,
            deadline.note,
            *(name for unit in units for name in (unit.name, unit.short_name)),
        ]
        return any(text.lower() in word.lower() for word in words)

    def totals(self) -> list[Total]:
        counted = Counter(row.standing for row in self.found)
        return [Total(str(kind.label), counted[kind], "项") for kind in Standing if kind in counted]

    def context(self) -> dict:
        return {"cycle": self.cycle, "today": self.today}
