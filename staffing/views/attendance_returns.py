"""The monthly attendance return: on screen and paper, and as a workbook."""

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from core.access import access
from core.excel.columns import Column
from core.excel.widgets import DateWidget, DecimalWidget, TextWidget
from core.excel.writing import write_workbook
from core.models import AuditEvent
from core.services.audit import audit_record
from staffing.attendance_forms import ReturnFilter
from staffing.lists.attendance import sheet_units
from staffing.selectors.attendance_returns import KINDS, ReturnLine, attendance_return
from staffing.selectors.entry import sees_only_own_rows
from staffing.selectors.sheets import sheets_missing

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TEXT, DAY, NUMBER = TextWidget(), DateWidget(), DecimalWidget()
HEADINGS = (
    ("姓名", 12, TEXT), ("支援单位", 24, TEXT), ("受援单位", 24, TEXT), ("起", 12, DAY), ("止", 12, DAY),
    ("应出勤（天）", 14, NUMBER), ("在岗（天）", 12, NUMBER),
    *((f"{label}（天）", 12, NUMBER) for _kind, label in KINDS),
    ("旷工（天）", 12, NUMBER), ("脱岗（天）", 12, NUMBER), ("工作日休息（天）", 16, NUMBER),
    ("出勤率（%）", 12, NUMBER), ("备注", 40, TEXT),
)  # fmt: skip


def _asked(request):
    """(filter form, month, unit): the last month where none is asked for."""
    filters = ReturnFilter(request.GET, units=sheet_units(request.user))
    if sees_only_own_rows(request.user):
        filters.drop("unit")
    last = (timezone.localdate().replace(day=1) - timedelta(days=1)).replace(day=1)
    return filters, filters.chosen.get("month", last), filters.chosen.get("unit")


@require_GET
@access("staffing.view_monthsheet")
def attendance_return_page(request):
    filters, month, unit = _asked(request)
    lines, total = attendance_return(request.user, month=month, unit=unit)
    missing = []
    if request.user.has_perm("staffing.view_missing_sheets"):
        missing = [
            one for one in sheets_missing(request.user, day=timezone.localdate()) if one.month == month
        ]
    return render(
        request,
        "staffing/attendance_return.html",
        {
            "filter": filters,
            "month": month,
            "unit": unit,
            "lines": lines,
            "total": total,
            "kinds": KINDS,
            "missing": missing,
        },
    )


def _values(line: ReturnLine) -> list:
    if line.served is None:
        head = ["合计", "", "", None, None]
    else:
        posting, period = line.served.posting, line.served.period
        agreement = posting.agreement
        head = [
            posting.clinician.name,
            agreement.sender.display_name,
            agreement.recipient.display_name,
            period.start,
            period.end,
        ]
    return [
        *head, line.due, line.present, *line.leave_in_order, line.absent, line.off_post, line.idle, line.rate,
        line.remark,
    ]  # fmt: skip


@require_GET
@access("staffing.view_monthsheet")
def attendance_return_excel(request):
    _filters, month, unit = _asked(request)
    lines, total = attendance_return(request.user, month=month, unit=unit)
    title = f"{month:%Y-%m} 考勤月报" + (f" {unit.display_name}" if unit else "")
    columns = [Column("", heading, widget, width=width) for heading, width, widget in HEADINGS]
    book = write_workbook(f"{month:%Y-%m} 考勤月报", columns, [_values(line) for line in [*lines, total]])
    audit_record(
        verb=AuditEvent.Verb.EXPORT, user=request.user, note=f"{title}，{len(lines)} 人", request=request
    )
    return HttpResponse(
        book,
        headers={
            "Content-Type": EXCEL,
            "Content-Disposition": content_disposition_header(True, f"{title}.xlsx"),
        },
    )
