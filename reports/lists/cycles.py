"""Cycles with the day by which somebody has to be on post."""

from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone

from accounts.selectors.named import organisations_named
from core.lists import Listing, Order, Shown, day
from core.pages import FilterForm
from reports.forms import CycleFilter
from support.models import Cycle, CycleDeadline, DeadlineKind


class CycleList(Listing):
    name = "cycle-list"
    title = "到岗和覆盖"
    permission = "reports.view_readiness"
    template = "reports/cycle_list.html"
    orders = (
        Order("period", "起止日期", ("start_on", "-code"), falls=True),
        Order("name", "周期", ("name", "-start_on")),
        Order("programme", "项目", ("programme__name", "-start_on")),
        Order("arrival", "到岗期限", ("arrival_due",), falls=True, nullable=("arrival_due",)),
    )
    default = "-period"
    columns = (
        Shown("周期", "name", 24),
        Shown("项目", "programme.name", 40),
        Shown("主管部门", "programme.bureau.name", 24),
        day("开始", "start_on"),
        day("结束", "end_on"),
        day("到岗期限", "arrival_due"),
    )

    def make_filter(self) -> FilterForm:
        return CycleFilter(self.data)

    def visible(self):
        due = CycleDeadline.objects.filter(
            cycle=OuterRef("pk"), kind=DeadlineKind.ARRIVAL, agreement__isnull=True
        ).order_by("due_on")
        return Cycle.objects.visible_to(self.user).annotate(arrival_due=Subquery(due.values("due_on")[:1]))

    def filtered(self, rows):
        chosen, today = self.chosen, timezone.localdate()
        if "q" in chosen:
            text = chosen["q"]
            rows = rows.filter(
                Q(name__icontains=text)
                | Q(code__icontains=text)
                | Q(programme__name__icontains=text)
                | organisations_named(text, "programme__bureau")
            )
        if chosen.get("when") == "now":
            rows = rows.filter(start_on__lte=today, end_on__gte=today)
        elif chosen.get("when") == "ended":
            rows = rows.filter(end_on__lt=today)
        return rows

    def related(self, rows):
        return rows.select_related("programme__bureau")
