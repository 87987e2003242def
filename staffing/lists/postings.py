"""Postings and batches."""

from django.db.models import Count, F, Func, IntegerField, Q, Sum
from django.utils import timezone

from accounts.roles import UNITS
from accounts.selectors.named import organisations_named
from core.lists import Listing, Order, Shown, Total, counts_by_choice, day, number
from core.pages import FilterForm
from staffing.forms import PostingFilter
from staffing.models import Batch, Posting
from staffing.plan_forms import BatchFilter
from staffing.selectors.desk import postings_without_arrival
from staffing.selectors.entry import agreement_choices
from staffing.selectors.named import people_named
from staffing.selectors.waiting import arrivals_to_confirm, plans_to_accept, postings_ending
from staffing.services.postings import may_confirm_arrival

# a date minus a date is a whole number in PostgreSQL
DAYS = Func(
    F("end_on"), F("start_on"), template="(%(expressions)s)", arg_joiner=" - ", output_field=IntegerField()
)


class PostingList(Listing):
    name = "posting-list"
    title = "派驻人员"
    permission = "staffing.view_posting"
    template = "staffing/posting_list.html"
    orders = (
        Order("start", "起止", ("start_on",), falls=True),
        Order("name", "姓名", ("clinician__name_key", "start_on")),
        Order("agreement", "协议", ("agreement__recipient__name_key", "agreement__number", "start_on")),
        Order("days", "天数", ("days_planned",), falls=True),
        Order("batch", "批次", ("batch__code",)),
        Order("status", "状态", ("status", "start_on")),
    )
    default = "-start"
    columns = (
        Shown("姓名", "clinician.name", 12),
        Shown("工号", "clinician.staff_no", 12),
        Shown("职称", "get_title_display"),
        Shown("科室", "department"),
        Shown("支援单位", "agreement.sender.name", 24),
        Shown("受援单位", "agreement.recipient.name", 24),
        Shown("协议编号", "agreement.number"),
        Shown("批次", "batch.code"),
        Shown("类型", "get_kind_display"),
        day("开始", "start_on"),
        day("结束", "end_on"),
        day("到岗", "arrived_on"),
        number("天数", "period.days", 0),
        Shown("状态", "get_status_display"),
    )

    def make_filter(self) -> FilterForm:
        form = PostingFilter(self.data, agreements=agreement_choices(self.user))
        if not self.user.has_role(*UNITS):
            form.drop("waiting")
        self.today = timezone.localdate()
        return form

    def visible(self):
        return Posting.objects.visible_to(self.user).annotate(days_planned=DAYS + 1)

    def filtered(self, rows):
        chosen = self.chosen
        if "q" in chosen:
            rows = rows.filter(people_named(chosen["q"], "clinician") | Q(batch__code__icontains=chosen["q"]))
        for name in ("agreement", "status", "kind"):
            if name in chosen:
                rows = rows.filter(**{name: chosen[name]})
        if "today" in chosen:
            rows = rows.arrived().on_day(self.today)
        if "ending" in chosen:
            rows = rows.filter(pk__in=postings_ending(self.user, day=self.today))
        if "late" in chosen:
            rows = rows.filter(pk__in=postings_without_arrival(user=self.user, day=self.today))
        if "waiting" in chosen:
            rows = rows.filter(pk__in=arrivals_to_confirm(self.user, day=self.today))
        return rows

    def related(self, rows):
        return rows.select_related("clinician", "batch", "agreement__sender", "agreement__recipient")

    def prepare(self, rows: list) -> list:
        confirms = self.user.has_perm("staffing.confirm_arrival")
        for posting in rows:
            posting.may_confirm = confirms and may_confirm_arrival(posting=posting, by=self.user)
            posting.arrival_initial = min(max(posting.start_on, posting.batch.departed_on), self.today)
        return rows

    def totals(self) -> list[Total]:
        live = self.found.exclude(status=Posting.Status.CANCELLED).order_by()
        row = live.aggregate(
            times=Count("pk"), people=Count("clinician", distinct=True), days=Sum("days_planned")
        )
        return [
            Total("派驻", row["times"], "人次"),
            Total("人员", row["people"], "人"),
            Total("天数", row["days"] or 0, "天（不含已取消）"),
        ]

    def context(self) -> dict:
        return {"today": self.today}


class BatchList(Listing):
    name = "batch-list"
    title = "派驻批次"
    permission = "staffing.view_batch"
    template = "staffing/batch_list.html"
    orders = (
        Order("departed", "出发", ("departed_on", "-code"), falls=True),
        Order("code", "批次", ("code",)),
        Order("sender", "支援单位", ("sender__name_key", "departed_on")),
        Order("status", "状态", ("status", "departed_on")),
    )
    default = "-departed"
    columns = (
        Shown("批次", "code", 18),
        Shown("支援单位", "sender.name", 24),
        Shown("周期", "cycle.name"),
        Shown("类型", "get_kind_display"),
        day("出发", "departed_on"),
        number("人次", lambda row: row.planned if row.is_editable else row.sent, 0),
        Shown("任务", "task", 40),
        Shown("状态", "get_status_display"),
    )

    def make_filter(self) -> FilterForm:
        form = BatchFilter(self.data)
        if not self.user.has_role(*UNITS):
            form.drop("waiting")
        return form

    def visible(self):
        return Batch.objects.visible_to(self.user)

    def filtered(self, rows):
        chosen = self.chosen
        if "q" in chosen:
            text = chosen["q"]
            rows = rows.filter(
                Q(code__icontains=text) | Q(task__icontains=text) | organisations_named(text, "sender")
            )
        for name in ("status", "kind"):
            if name in chosen:
                rows = rows.filter(**{name: chosen[name]})
        if "waiting" in chosen:
            rows = rows.filter(pk__in=plans_to_accept(self.user))
        return rows

    def related(self, rows):
        return rows.select_related("sender", "cycle__programme").annotate(
            planned=Count("lines", distinct=True),
            sent=Count("postings", filter=Q(postings__in=self._seen()), distinct=True),
        )

    def _seen(self):
        return Posting.objects.visible_to(self.user).exclude(status=Posting.Status.CANCELLED)

    def totals(self) -> list[Total]:
        sent = self._seen().filter(batch__in=self.found.order_by().values("pk")).count()
        return [
            Total("已安排", sent, "人次"),
            *counts_by_choice(self.found, "status", Batch.Status.choices, "批"),
        ]

    def context(self) -> dict:
        return {"may_plan": self.user.has_perm("staffing.enter_posting")}
