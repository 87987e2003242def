"""Activities with the sums of their measures."""

from accounts.roles import UNITS
from core.lists import Listing, Order, Shown, Total, day, number
from core.numbers import plain
from core.pages import FilterForm
from staffing.filters import ActivityFilter
from staffing.models import Activity
from staffing.selectors.activity_search import activities_found
from staffing.selectors.activity_totals import measure_totals
from staffing.selectors.entry import agreement_choices
from support.selectors.waiting import records_to_confirm


class ActivityList(Listing):
    name = "activity-list"
    title = "活动"
    permission = "staffing.view_activity"
    template = "staffing/activity_list.html"
    orders = (
        Order("date", "日期", ("start_on",), falls=True),
        Order("type", "类型", ("activity_type__order", "activity_type__code", "start_on")),
        Order("agreement", "协议", ("agreement__recipient__name_key", "agreement__number", "start_on")),
        Order("status", "状态", ("status", "start_on")),
        Order("entered", "填报时间", ("entered_at",), falls=True),
    )
    default = "-date"
    totals_note = "已确认 / 全部"
    columns = (
        day("日期", "start_on"),
        day("结束日期", "end_on"),
        Shown("类型", "activity_type.name"),
        Shown("主题", "topic", 34),
        Shown("支援单位", "agreement.sender.name", 24),
        Shown("受援单位", "agreement.recipient.name", 24),
        Shown("协议编号", "agreement.number"),
        Shown("地点", "place", 18),
        Shown("科室", "department"),
        Shown("专业", "speciality.name"),
        number("课时", "hours"),
        Shown("参加人员", lambda row: "、".join(person.name for person in row.participants.all()), 30),
        Shown("数量", lambda row: "，".join(str(found) for found in row.measures.all()), 40),
        Shown("内容", "content", 40),
        Shown("状态", "get_status_display"),
        Shown("填报单位", "entered_for.name", 24),
        Shown("确认单位", "confirmed_for.name", 24),
        Shown("备注", "note", 24),
    )

    def make_filter(self) -> FilterForm:
        form = ActivityFilter(self.data, agreements=agreement_choices(self.user))
        if not self.user.has_role(*UNITS):
            form.drop("waiting")
        return form

    def visible(self):
        return Activity.objects.visible_through(self.user, "agreement")

    def filtered(self, rows):
        chosen = self.chosen
        if "q" in chosen:
            rows = activities_found(rows, chosen["q"])
        names = {"type": "activity_type", "agreement": "agreement", "status": "status"}
        for name, lookup in names.items():
            if name in chosen:
                rows = rows.filter(**{lookup: chosen[name]})
        if "since" in chosen:
            rows = rows.filter(start_on__gte=chosen["since"])
        if "until" in chosen:
            rows = rows.filter(start_on__lte=chosen["until"])
        if "waiting" in chosen:
            rows = records_to_confirm(rows, self.user)
        return rows

    def related(self, rows):
        return rows.select_related(
            "activity_type",
            "agreement__sender",
            "agreement__recipient",
            "entered_for",
            "confirmed_for",
            "speciality",
        ).prefetch_related("participants", "measures__measure")

    def totals(self) -> list[Total]:
        return [
            Total(
                row["measure__name"],
                f"{plain(row['sure'] or 0)} / {plain(row['all'])}",
                row["measure__unit"],
            )
            for row in measure_totals(self.found)
        ]

    def context(self) -> dict:
        return {"confirms": "waiting" in self.chosen and self.user.has_perm("support.confirm_record")}
