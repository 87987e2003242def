"""Advanced study and mentorship."""

from django.db.models import Q

from accounts.roles import UNITS
from core.lists import Listing, Order, Shown, Total, counts_by_choice, day, number
from core.pages import FilterForm
from staffing.forms import StudyFilter
from staffing.mentorship_forms import MentorshipFilter
from staffing.models import AdvancedStudy, Mentorship
from staffing.selectors.entry import agreement_choices
from staffing.selectors.mentorships import completeness
from staffing.selectors.mentorships import mentorship_list as pairs
from staffing.selectors.named import people_named
from staffing.selectors.studies import trainee_split, waived_amounts, with_verdicts
from support.selectors.waiting import records_to_confirm


class RecordListing(Listing):
    """Two-sided records of an agreement with a filter form of the usual shape."""

    form = FilterForm

    def make_filter(self) -> FilterForm:
        form = self.form(self.data, agreements=agreement_choices(self.user))
        if not self.user.has_role(*UNITS):
            form.drop("waiting")
        return form

    def named(self, text: str) -> Q:
        raise NotImplementedError

    def filtered(self, rows):
        chosen = self.chosen
        if "q" in chosen:
            rows = rows.filter(self.named(chosen["q"]))
        for name in ("agreement", "status"):
            if name in chosen:
                rows = rows.filter(**{name: chosen[name]})
        if "waiting" in chosen:
            rows = records_to_confirm(rows, self.user)
        return rows


class StudyList(RecordListing):
    name = "study-list"
    title = "进修"
    permission = "staffing.view_advancedstudy"
    template = "staffing/study_list.html"
    form = StudyFilter
    orders = (
        Order("start", "起止", ("start_on",), falls=True),
        Order("name", "姓名", ("trainee__name_key", "start_on")),
        Order("recipient", "来自 → 去向", ("agreement__recipient__name_key", "start_on")),
        Order("department", "科室", ("department", "start_on")),
        Order("status", "状态", ("status", "start_on")),
    )
    default = "-start"
    columns = (
        Shown("姓名", "trainee.name", 12),
        Shown("来自", "agreement.recipient.name", 24),
        Shown("去向", "agreement.sender.name", 24),
        Shown("协议编号", "agreement.number"),
        Shown("科室", "department"),
        day("开始", "start_on"),
        day("结束", "end_on"),
        number("天数", "period.days", 0),
        Shown("时间要求", "verdict.text", 40),
        Shown("减免", "waivers", 20),
        Shown("状态", "get_status_display"),
    )

    def visible(self):
        return AdvancedStudy.objects.visible_to(self.user)

    def named(self, text: str) -> Q:
        return people_named(text, "trainee") | Q(department__icontains=text)

    def related(self, rows):
        return rows.select_related("trainee", "agreement__sender", "agreement__recipient", "entered_for")

    def prepare(self, rows: list) -> list:
        return with_verdicts(rows)

    def context(self) -> dict:
        return {"split": trainee_split(self.found), "waived": waived_amounts(self.found)}


class MentorshipList(RecordListing):
    name = "mentorship-list"
    title = "师带徒"
    permission = "staffing.view_mentorship"
    template = "staffing/mentorship_list.html"
    form = MentorshipFilter
    orders = (
        Order("start", "起止", ("start_on",), falls=True),
        Order("mentor", "师傅 → 徒弟", ("mentor__name_key", "apprentice__name_key")),
        Order("agreement", "单位", ("agreement__recipient__name_key", "start_on")),
        Order("status", "状态", ("status", "start_on")),
    )
    default = "-start"
    columns = (
        Shown("师傅", "mentor.name", 12),
        Shown("徒弟", "apprentice.name", 12),
        Shown("支援单位", "agreement.sender.name", 24),
        Shown("受援单位", "agreement.recipient.name", 24),
        Shown("方向", lambda row: row.direction or str(row.speciality or ""), 20),
        day("开始", "start_on"),
        day("结束", "end_on"),
        Shown("还缺", lambda row: "；".join(row.missing), 40),
        Shown("状态", "get_status_display"),
    )

    def visible(self):
        return pairs(self.user)

    def named(self, text: str) -> Q:
        return people_named(text, "mentor") | people_named(text, "apprentice")

    def prepare(self, rows: list) -> list:
        for pair in rows:
            pair.missing = completeness(pair) if pair.status == Mentorship.Status.CONFIRMED else []
        return rows

    def totals(self) -> list[Total]:
        return counts_by_choice(self.found, "status", Mentorship.Status.choices, "对")
