"""Single outcome values, as they are entered and confirmed."""

from django.db.models import Q

from accounts.selectors.named import organisations_named
from core.lists import Listing, Order, Shown, Total, counts_by_choice, number
from core.pages import FilterForm
from support.models import OutcomeValue
from support.models.confirmation import RecordStatus
from support.outcome_forms import OutcomeValueFilter
from support.selectors.rights import CONFIRM
from support.selectors.waiting import outcomes_to_confirm

AS_ENTERED = ("-recipient__name_key", "-recipient", "-quarter", "-indicator__order")


class OutcomeValueList(Listing):
    name = "outcome-value-list"
    title = "各项成效数据"
    permission = "support.view_outcomevalue"
    template = "support/outcome_value_list.html"
    orders = (
        Order("period", "期间", ("year", *AS_ENTERED), falls=True, nullable=("quarter",)),
        Order("indicator", "指标", ("indicator__order", "indicator", "-year", "recipient__name_key")),
        Order("recipient", "受援单位", ("recipient__name_key", "recipient", "-year", "indicator__order")),
        Order("status", "状态", ("status", "-year", "recipient__name_key")),
    )
    default = "-period"
    columns = (
        Shown("受援单位", "recipient.name", 24),
        Shown("指标", "indicator.name", 24),
        Shown("期间", "period_text", 18),
        number("数值", "value", 4),
        Shown("计量单位", "indicator.unit", 10),
        Shown("来源", "source", 24),
        Shown("科室", "department"),
        Shown("确认过的异常", "doubts", 30),
        Shown("状态", "get_status_display"),
        Shown("填报单位", "entered_for.name", 24),
    )

    def make_filter(self) -> FilterForm:
        form = OutcomeValueFilter(self.data)
        if not self._confirms:
            form.drop("waiting")
        return form

    @property
    def _confirms(self) -> bool:
        return self.user.sees_region and self.user.has_perm(CONFIRM)

    def visible(self):
        return OutcomeValue.objects.visible_to(self.user)

    def filtered(self, rows):
        chosen = self.chosen
        if "q" in chosen:
            text = chosen["q"]
            rows = rows.filter(
                organisations_named(text, "recipient")
                | Q(indicator__name__icontains=text)
                | Q(department__icontains=text)
            )
        for name in ("year", "status"):
            if name in chosen:
                rows = rows.filter(**{name: chosen[name]})
        if "waiting" in chosen:
            rows = rows.filter(pk__in=outcomes_to_confirm(self.user))
        return rows

    def related(self, rows):
        return rows.select_related("recipient", "indicator", "entered_for")

    def totals(self) -> list[Total]:
        return counts_by_choice(self.found, "status", RecordStatus.choices)

    def context(self) -> dict:
        return {"confirms": self._confirms and "waiting" in self.chosen}
