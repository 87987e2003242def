"""Submitted monthly returns, the newest version of each."""

from django.db.models import Count, Q
from django.utils import timezone

from core.lists import Listing, Order, Shown, Total, moment
from core.pages import FilterForm
from reports.models import MonthlyReturn, ReturnForm
from reports.return_forms import ReturnListFilter
from reports.selectors.return_lists import HEAVY, below, levels_for, returns_found
from reports.selectors.return_subjects import last_month
from reports.selectors.returns_behind import with_changes


class ReturnList(Listing):
    name = "return-list"
    title = "月报"
    permission = "reports.view_monthlyreturn"
    template = "reports/return_list.html"
    orders = (
        Order(
            "month",
            "月份",
            ("month", "-level", "-organisation__name_key", "-organisation", "-form"),
            falls=True,
        ),
        Order("unit", "单位", ("organisation__name_key", "organisation", "-month", "form")),
        Order("form", "报表", ("form", "-month", "organisation__name_key")),
        Order("level", "层级", ("level", "-month", "organisation__name_key")),
        Order("submitted", "提交", ("submitted_at",), falls=True),
    )
    default = "-month"
    columns = (
        Shown("单位", "subject_name", 30),
        Shown("月份", lambda row: f"{row.month:%Y-%m}", 10),
        Shown("报表", "get_form_display"),
        Shown("层级", "get_level_display"),
        Shown("版次", "version", 8),
        moment("提交时间", "submitted_at"),
        Shown("提交人", "submitted_by.name", 12),
        Shown("代报", lambda row: "是" if row.is_on_behalf else "", 8),
        Shown("迟报", lambda row: "是" if row.is_late else "", 8),
        Shown("台账有变动", lambda row: "是" if row.is_behind else "", 12),
        Shown("更正原因", "reason", 30),
        Shown("备注", "remark", 30),
    )

    def make_filter(self) -> FilterForm:
        return ReturnListFilter(self.data)

    def visible(self):
        return with_changes(MonthlyReturn.objects.newest().visible_to(self.user))

    def filtered(self, rows):
        return returns_found(rows, self.chosen)

    def related(self, rows):
        return rows.select_related("organisation", "clinician", "submitted_by").defer(*HEAVY)

    def totals(self) -> list[Total]:
        counted = self.found.order_by().aggregate(
            late=Count("pk", filter=Q(is_late=True)),
            **{value: Count("pk", filter=Q(form=value)) for value in ReturnForm.values},
        )
        forms = [Total(str(label), counted[value], "份") for value, label in ReturnForm.choices]
        return [*forms, Total("迟报", counted["late"], "份")]

    def context(self) -> dict:
        """Beside the list: who below has reported in the month asked for."""
        month = self.chosen.get("month") or last_month(timezone.localdate())
        return {
            "month": month,
            "below": below(self.user, month),
            "reports": bool(levels_for(self.user)),
            "forms": ReturnForm,
        }
