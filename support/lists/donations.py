"""Donations; three kinds, three subtotals, never added together."""

from django.db.models import Q

from accounts.roles import UNITS
from accounts.selectors.named import organisations_named
from core.lists import Listing, Order, Shown, day, number
from core.pages import FilterForm
from support.forms import DonationFilter
from support.models import Donation
from support.selectors.donations import donation_subtotals
from support.selectors.waiting import records_to_confirm


class DonationList(Listing):
    name = "donation-list"
    title = "捐赠"
    permission = "support.view_donation"
    template = "support/donation_list.html"
    orders = (
        Order("date", "日期", ("given_on",), falls=True),
        Order("title", "内容", ("title",)),
        Order("kind", "种类", ("kind", "given_on")),
        Order("amount", "金额（元）", ("amount",), falls=True, nullable=("amount",)),
        Order("agreement", "协议", ("agreement__recipient__name_key", "given_on")),
        Order("status", "状态", ("status", "given_on")),
    )
    default = "-date"
    columns = (
        day("日期", "given_on"),
        Shown("内容", "title", 34),
        Shown("种类", "get_kind_display"),
        number("金额（元）", "amount"),
        Shown("精度", "get_qualifier_display", 8),
        Shown("支援单位", "agreement.sender.name", 24),
        Shown("受援单位", "agreement.recipient.name", 24),
        Shown("协议编号", "agreement.number"),
        Shown("状态", "get_status_display"),
        Shown("填报单位", "entered_for.name", 24),
    )

    def make_filter(self) -> FilterForm:
        form = DonationFilter(self.data)
        if not self.user.has_role(*UNITS):
            form.drop("waiting")
        return form

    def visible(self):
        return Donation.objects.visible_to(self.user)

    def filtered(self, rows):
        chosen = self.chosen
        if "q" in chosen:
            text = chosen["q"]
            rows = rows.filter(
                Q(title__icontains=text)
                | Q(agreement__number__icontains=text)
                | organisations_named(text, "agreement__sender")
                | organisations_named(text, "agreement__recipient")
            )
        for name in ("kind", "status"):
            if name in chosen:
                rows = rows.filter(**{name: chosen[name]})
        if "waiting" in chosen:
            rows = records_to_confirm(rows, self.user)
        return rows

    def related(self, rows):
        return rows.select_related("agreement__sender", "agreement__recipient", "entered_for")

    def context(self) -> dict:
        return {"subtotals": donation_subtotals(self.found)}
