"""Annual summaries."""

from accounts.selectors.named import organisations_named
from core.lists import Listing, Order, Shown, Total, counts_by_choice, day
from core.pages import FilterForm
from reports.forms import SummaryFilter
from reports.models import Summary


class SummaryList(Listing):
    name = "summary-list"
    title = "年度总结"
    permission = "reports.view_summary"
    template = "reports/summary_list.html"
    orders = (
        Order("asked", "提出", ("requested_at",), falls=True),
        Order("unit", "总结", ("organisation__name_key", "cycle__start_on", "version")),
        Order("edition", "版式", ("edition", "requested_at")),
        Order("issued", "成文日期", ("issued_on",), falls=True, nullable=("issued_on",)),
        Order("status", "状态", ("status", "requested_at")),
    )
    default = "-asked"
    columns = (
        Shown("总结", "title", 50),
        Shown("单位", "organisation.name", 24),
        Shown("周期", "cycle.name"),
        Shown("版本", "version", 8),
        Shown("版式", "get_edition_display"),
        Shown("状态", "get_status_display"),
        day("成文日期", "issued_on"),
        Shown("提出人", "requested_by.name", 12),
        Shown("修订原因", "reason", 30),
    )

    def make_filter(self) -> FilterForm:
        return SummaryFilter(self.data, user=self.user)

    def visible(self):
        return Summary.objects.visible_to(self.user)

    def filtered(self, rows):
        for name, value in self.chosen.items():
            if name == "q":
                rows = rows.filter(organisations_named(value, "organisation"))
            else:
                rows = rows.filter(**{name: value})
        return rows

    def related(self, rows):
        return rows.select_related(
            "organisation__region", "cycle__programme", "job", "requested_by", "frozen_by"
        ).defer("figures", "document", "narrative")

    def totals(self) -> list[Total]:
        return counts_by_choice(self.found, "status", Summary.Status.choices, "份")
