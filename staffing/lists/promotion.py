"""Service outside the system's own postings, and candidates for promotion."""

from django.db.models import Q

from core.lists import Listing, Order, Shown, Total, counts_by_choice, day, number
from core.pages import FilterForm
from staffing.models import RecognisedService
from staffing.promotion_forms import RecognisedFilter
from staffing.selectors.named import people_named
from staffing.selectors.promotion_desk import recognised_waiting


class RecognisedList(Listing):
    name = "recognised-list"
    title = "其他服务"
    permission = "staffing.view_recognisedservice"
    template = "staffing/recognised_list.html"
    orders = (
        Order("start", "起止", ("start_on",), falls=True),
        Order("name", "姓名", ("clinician__name_key", "start_on")),
        Order("unit", "单位", ("clinician__organisation__name_key", "start_on")),
        Order("kind", "类别", ("kind", "start_on")),
        Order("place", "地点", ("place", "start_on")),
        Order("status", "状态", ("status", "start_on")),
    )
    default = "-start"
    columns = (
        Shown("姓名", "clinician.name", 12),
        Shown("单位", "clinician.organisation.name", 24),
        Shown("类别", "get_kind_display"),
        Shown("地点", "place", 24),
        day("开始", "start_on"),
        day("结束", "end_on"),
        number("天数", "period.days", 0),
        Shown("状态", "get_status_display"),
    )

    def make_filter(self) -> FilterForm:
        form = RecognisedFilter(self.data)
        if not self.user.sees_region:
            form.drop("waiting")
        return form

    def visible(self):
        return RecognisedService.objects.visible_to(self.user)

    def filtered(self, rows):
        chosen = self.chosen
        if "q" in chosen:
            rows = rows.filter(people_named(chosen["q"], "clinician") | Q(place__icontains=chosen["q"]))
        for name in ("kind", "status"):
            if name in chosen:
                rows = rows.filter(**{name: chosen[name]})
        if "waiting" in chosen:
            rows = rows.filter(pk__in=recognised_waiting(user=self.user))
        return rows

    def related(self, rows):
        return rows.select_related("clinician__organisation")

    def totals(self) -> list[Total]:
        return counts_by_choice(self.found, "status", RecognisedService.Status.choices)

    def context(self) -> dict:
        return {"shows_units": self.user.sees_region}
