"""Agreements."""

from django.utils import timezone

from accounts.roles import UNITS
from core.lists import Listing, Order, Shown, Total, counts_by_choice, day, number
from core.pages import FilterForm
from support.forms import AgreementFilter
from support.models import Agreement
from support.selectors import agreements as selectors
from support.selectors.desk import agreements_ending
from support.selectors.waiting import versions_to_confirm


class AgreementList(Listing):
    name = "agreement-list"
    title = "对口支援协议"
    permission = "support.view_agreement"
    template = "support/agreement_list.html"
    orders = (
        Order("cycle", "周期", ("cycle__start_on", "-number"), falls=True),
        Order("parties", "双方", ("sender__name_key", "recipient__name_key", "number")),
        Order("number", "编号", ("number",)),
        Order("until", "有效期", ("effective_to",), nullable=("effective_to",)),
        Order("state", "状态", ("state", "number")),
    )
    default = "-cycle"
    columns = (
        Shown("编号", "number", 18),
        Shown("支援单位", "sender.name", 24),
        Shown("受援单位", "recipient.name", 24),
        Shown("周期", "cycle.name"),
        Shown("状态", "state_label"),
        day("生效", "effective_from"),
        day("到期", "effective_to"),
        number("剩余天数", "days_left", 0),
        Shown(
            "正在办理",
            lambda row: "；".join(f"第{v.number}版 {v.get_status_display()}" for v in row.open_versions),
            20,
        ),
    )

    def make_filter(self) -> FilterForm:
        self.today = timezone.localdate()
        form = AgreementFilter(self.data)
        if not self.user.has_role(*UNITS):
            form.drop("side", "waiting")
        return form

    def visible(self):
        return selectors.agreement_list(self.user, day=self.today)

    def filtered(self, rows):
        chosen = self.chosen
        if "q" in chosen:
            rows = selectors.agreements_found(rows, chosen["q"])
        if "state" in chosen:
            rows = rows.filter(state=chosen["state"])
        if "side" in chosen:
            rows = rows.filter(**{chosen["side"]: self.user.organisation_id})
        if "ending" in chosen:
            rows = rows.filter(pk__in=agreements_ending(user=self.user, day=self.today))
        if "waiting" in chosen:
            rows = rows.filter(versions__in=versions_to_confirm(self.user))
        return rows

    def prepare(self, rows: list) -> list:
        for agreement in rows:
            agreement.days_left = selectors.days_left(agreement, self.today)
        return rows

    def totals(self) -> list[Total]:
        return counts_by_choice(self.found, "state", Agreement.State.choices, "份")
