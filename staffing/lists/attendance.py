"""Month sheets, corrections, leave and inspections."""

from django.db.models import Count, Prefetch, Sum
from django.utils import timezone

from accounts.models import Organisation
from accounts.selectors.named import organisations_named
from core.lists import Listing, Order, Shown, Total, counts_by_choice, day, number
from core.pages import FilterForm
from staffing.attendance_forms import CorrectionFilter, LeaveFilter, SheetFilter
from staffing.inspection_forms import InspectionFilter
from staffing.models import AttendanceCorrection, Inspection, Leave, LeaveApproval, MonthSheet
from staffing.models.attendance import month_period
from staffing.selectors.corrections import corrections_to_decide
from staffing.selectors.entry import sees_only_own_rows
from staffing.selectors.inspections import inspection_list as inspections
from staffing.selectors.leave import is_late, leaves_to_decide
from staffing.selectors.named import people_named
from staffing.selectors.sheets import months_of, sheets_for


def sheet_units(user):
    """Units whose sheets the user may see, to filter by."""
    return Organisation.objects.filter(pk__in=sheets_for(user).order_by().values("recipient")).order_by(
        "name_key"
    )


class SheetList(Listing):
    name = "attendance-list"
    title = "考勤月表"
    permission = "staffing.view_monthsheet"
    template = "staffing/attendance_list.html"
    orders = (
        Order("month", "月份", ("month", "recipient__name_key"), falls=True),
        Order("unit", "受援单位", ("recipient__name_key", "month")),
        Order("people", "人数", ("people", "month"), falls=True),
        Order("locked", "提交", ("locked_at",), falls=True, nullable=("locked_at",)),
        Order("status", "状态", ("status", "month")),
    )
    default = "-month"
    columns = (
        Shown("月份", lambda row: f"{row.month:%Y-%m}", 10),
        Shown("受援单位", "recipient.name", 24),
        number("人数", "people", 0),
        Shown("提交人", "locked_by.name", 12),
        Shown("提交时间", lambda row: _moment(row.locked_at), 18),
        Shown("状态", "get_status_display"),
    )

    def make_filter(self) -> FilterForm:
        form = SheetFilter(self.data, units=sheet_units(self.user))
        if sees_only_own_rows(self.user):
            form.drop("unit")
        return form

    def visible(self):
        return sheets_for(self.user).annotate(people=Count("rows"))

    def filtered(self, rows):
        for name, path in {"month": "month", "unit": "recipient", "state": "status"}.items():
            if name in self.chosen:
                rows = rows.filter(**{path: self.chosen[name]})
        return rows

    def related(self, rows):
        return rows.select_related("recipient", "locked_by")

    def totals(self) -> list[Total]:
        return counts_by_choice(self._plain(), "status", MonthSheet.Status.choices, "份")

    def _plain(self):
        return MonthSheet.objects.filter(pk__in=self.found.order_by().values("pk"))

    def context(self) -> dict:
        months, today, unit = [], timezone.localdate(), self.user.organisation_id
        if keeps := self.user.has_perm("staffing.fill_attendance") and unit:
            known = {sheet.month: sheet for sheet in MonthSheet.objects.filter(recipient=unit)}
            months = [(month, known.get(month)) for month in months_of(unit, today=today)]
        return {"months": months, "keeps": keeps, "today": today}


def _moment(at) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""


class CorrectionList(Listing):
    name = "correction-list"
    title = "考勤更正"
    permission = "staffing.view_attendancecorrection"
    template = "staffing/correction_list.html"
    orders = (
        Order("asked", "提出", ("requested_at",), falls=True),
        Order("name", "人员", ("posting__clinician__name_key", "requested_at")),
        Order("sheet", "月表", ("sheet__month", "sheet__recipient__name_key"), falls=True),
        Order("decided", "审核", ("decided_at",), falls=True, nullable=("decided_at",)),
        Order("status", "状态", ("status", "requested_at")),
    )
    default = "-asked"
    columns = (
        Shown("人员", "posting.clinician.name", 12),
        Shown("受援单位", "sheet.recipient.name", 24),
        Shown("月份", lambda row: f"{row.sheet.month:%Y-%m}", 10),
        Shown("原因", "reason", 40),
        Shown("提出人", "requested_by.name", 12),
        Shown("提出时间", lambda row: _moment(row.requested_at), 18),
        Shown("审核人", "decided_by.name", 12),
        Shown("审核时间", lambda row: _moment(row.decided_at), 18),
        Shown("状态", "get_status_display"),
    )

    def make_filter(self) -> FilterForm:
        form = CorrectionFilter(self.data)
        if not self.user.has_perm("staffing.decide_correction"):
            form.drop("waiting")
        return form

    def visible(self):
        return AttendanceCorrection.objects.visible_to(self.user)

    def filtered(self, rows):
        if "q" in self.chosen:
            rows = rows.filter(people_named(self.chosen["q"], "posting__clinician"))
        if "state" in self.chosen:
            rows = rows.filter(status=self.chosen["state"])
        if "waiting" in self.chosen:
            rows = rows.filter(pk__in=corrections_to_decide(user=self.user).order_by().values("pk"))
        return rows

    def related(self, rows):
        return rows.select_related("sheet__recipient", "posting__clinician", "requested_by", "decided_by")

    def totals(self) -> list[Total]:
        return counts_by_choice(self.found, "status", AttendanceCorrection.Status.choices)


class LeaveList(Listing):
    name = "leave-list"
    title = "请假"
    permission = "staffing.view_leave"
    template = "staffing/leave_list.html"
    orders = (
        Order("start", "起止", ("start_on",), falls=True),
        Order("name", "姓名", ("posting__clinician__name_key", "start_on")),
        Order("kind", "种类", ("kind", "start_on")),
        Order("unit", "受援单位", ("posting__agreement__recipient__name_key", "start_on")),
        Order("status", "状态", ("status", "start_on")),
    )
    default = "-start"
    columns = (
        Shown("姓名", "posting.clinician.name", 12),
        Shown("种类", "get_kind_display"),
        day("开始", "start_on"),
        Shown("开始半日", "get_start_half_display", 10),
        day("结束", "end_on"),
        Shown("结束半日", "get_end_half_display", 10),
        number("天数", "days"),
        Shown("支援单位", "posting.agreement.sender.name", 24),
        Shown("受援单位", "posting.agreement.recipient.name", 24),
        Shown("事由", "reason", 40),
        Shown("状态", "get_status_display"),
        Shown("补批", lambda row: "补批" if row.is_late else "", 8),
    )

    def make_filter(self) -> FilterForm:
        form = LeaveFilter(self.data)
        if not self.user.has_perm("staffing.decide_leave"):
            form.drop("waiting")
        return form

    def visible(self):
        return Leave.objects.visible_to(self.user)

    def filtered(self, rows):
        chosen = self.chosen
        if "q" in chosen:
            rows = rows.filter(people_named(chosen["q"], "posting__clinician"))
        for name in ("status", "kind"):
            if name in chosen:
                rows = rows.filter(**{name: chosen[name]})
        if "month" in chosen:
            period = month_period(chosen["month"])
            rows = rows.filter(start_on__lte=period.end, end_on__gte=period.start)
        if "waiting" in chosen:
            rows = rows.filter(pk__in=leaves_to_decide(self.user).order_by().values("pk"))
        return rows

    def related(self, rows):
        return rows.select_related(
            "posting__clinician",
            "posting__agreement__sender",
            "posting__agreement__recipient",
            "posting__agreement__cycle__programme",
            "requested_by",
        ).prefetch_related(Prefetch("approvals", LeaveApproval.objects.select_related("decided_by")))

    def prepare(self, rows: list) -> list:
        for leave in rows:
            leave.is_late = is_late(leave)
        return rows

    def totals(self) -> list[Total]:
        return counts_by_choice(self.found, "status", Leave.Status.choices)


class InspectionList(Listing):
    name = "inspection-list"
    title = "暗访抽查"
    permission = "staffing.view_inspection"
    template = "staffing/inspection_list.html"
    orders = (
        Order("date", "日期", ("inspected_on",), falls=True),
        Order("unit", "受援单位", ("recipient__name_key", "inspected_on")),
        Order("bureau", "检查部门", ("bureau__name_key", "inspected_on")),
        Order("checked", "核对", ("checked", "inspected_on"), falls=True),
        Order("off", "脱岗", ("off_post", "inspected_on"), falls=True),
        Order("status", "状态", ("status", "inspected_on")),
    )
    default = "-date"
    columns = (
        Shown("受援单位", "recipient.name", 24),
        day("日期", "inspected_on"),
        Shown("半日", "get_half_display", 8),
        Shown("检查部门", "bureau.name", 24),
        number("核对人数", "checked", 0),
        number("脱岗人数", "off_post", 0),
        Shown("状态", "get_status_display"),
    )

    def make_filter(self) -> FilterForm:
        return InspectionFilter(self.data)

    def visible(self):
        return inspections(self.user)

    def filtered(self, rows):
        chosen = self.chosen
        if "q" in chosen:
            rows = rows.filter(organisations_named(chosen["q"], "recipient"))
        if "status" in chosen:
            rows = rows.filter(status=chosen["status"])
        if "start" in chosen:
            rows = rows.filter(inspected_on__gte=chosen["start"])
        if "end" in chosen:
            rows = rows.filter(inspected_on__lte=chosen["end"])
        if "found" in chosen:
            rows = rows.filter(off_post__gt=0)
        return rows

    def totals(self) -> list[Total]:
        row = self.found.order_by().aggregate(people=Sum("checked"), off=Sum("off_post"))
        drafts = Inspection.objects.filter(
            pk__in=self.found.order_by().values("pk"), status=Inspection.Status.DRAFT
        ).count()
        return [
            Total("核对", row["people"] or 0, "人次"),
            Total("脱岗", row["off"] or 0, "人次"),
            Total("未办结", drafts, "次"),
        ]
