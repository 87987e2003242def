"""Month sheets: the list, the grid, today on a phone, submitting."""

import json
from datetime import date

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.access import access
from core.dates import Period
from core.lists import show_list
from core.pages import PAGE_SIZE
from core.scope import visible_or_404
from core.selectors.workdays import day_kinds, unknown_years
from core.web import run_verb
from staffing.attendance_forms import DayForm, MonthForm
from staffing.lists.attendance import SheetList
from staffing.marks import ALL_DAY, HALVES, Cell, mark_label
from staffing.models import Mark, MonthSheet
from staffing.selectors.attendance import service_days
from staffing.selectors.sheet_grid import grid, today_people
from staffing.selectors.sheets import may_fill, sheet_people, sheets_for, sheets_missing
from staffing.services import attendance as services

FILL = "staffing.fill_attendance"
MOST_CELLS = 2000  # of one save: a month of 30 people


def visible_sheet(request, pk) -> MonthSheet:
    return visible_or_404(
        sheets_for(request.user).select_related("recipient", "locked_by"), request.user, pk=pk
    )


def own_sheet(request, pk) -> MonthSheet:
    """A sheet that this person keeps; 403 for others who see it."""
    sheet = visible_sheet(request, pk)
    if not may_fill(sheet.recipient_id, request.user):
        raise PermissionDenied
    return sheet


@require_GET
@access("staffing.view_monthsheet")
def attendance_list(request):
    return show_list(request, SheetList)


@require_GET
@access("staffing.view_missing_sheets")
def attendance_missing(request):
    missing = sheets_missing(request.user, day=timezone.localdate())
    page = Paginator(missing, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "staffing/attendance_missing.html", {"page": page})


@require_POST
@access(FILL)
def sheet_open(request):
    form = MonthForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请选择月份，例如 2026-03。")
        return redirect("attendance-list")
    month, made = form.cleaned_data["month"], []
    verb = lambda: made.append(  # noqa: E731
        services.sheet_open(recipient=request.user.organisation, month=month, by=request.user)
    )
    if run_verb(request, verb, done=f"{month:%Y-%m} 的月表已准备好。"):
        return redirect("sheet-detail", pk=made[0].pk)
    return redirect("attendance-list")


@require_GET
@access("staffing.view_monthsheet")
def sheet_detail(request, pk):
    sheet, today = visible_sheet(request, pk), timezone.localdate()
    people = sheet_people(sheet, user=request.user)
    days, rows = grid(sheet, people, today=today)
    served = {entry.posting.pk: entry for entry in service_days([p.posting for p in people], sheet.period)}
    for row in rows:
        row.served = served.get(row.person.posting.pk) if sheet.is_locked else None
    keeps = may_fill(sheet.recipient_id, request.user)
    return render(
        request,
        "staffing/sheet_detail.html",
        {
            "sheet": sheet,
            "days": days,
            "rows": rows,
            "keeps": keeps,
            "fills": keeps and not sheet.is_locked,
            "marks": Mark.choices,
            "today": today,
            "week_day": min(max(today, sheet.period.start), sheet.period.end),
            "improper": [person for person in people if person.improper],
            "missing": sum(row.missing for row in rows),
            "unknown_years": unknown_years(sheet.period),
            "without_row": [p for p in people if p.row is None] if sheet.is_locked else [],
        },
    )


def _read_cells(text: str) -> list[Cell]:
    """[[posting, "2026-03-09", "am", "P", "."], …]; BadRequest for anything else."""
    try:
        listed = json.loads(text)
        if not isinstance(listed, list) or len(listed) > MOST_CELLS:
            raise ValueError
        cells = [
            Cell(int(posting), date.fromisoformat(day), half, str(mark), None if seen is None else str(seen))
            for posting, day, half, mark, seen in listed
        ]
    except (ValueError, TypeError) as error:
        raise BadRequest("保存的内容读不出来。") from error
    if any(cell.half not in (*HALVES, ALL_DAY) for cell in cells):
        raise BadRequest("保存的内容读不出来。")
    return cells


@require_POST
@access(FILL)
def sheet_mark(request, pk):
    """Autosave of the grid. 200 with the rows as they are now; 409 names what was refused and why."""
    sheet = own_sheet(request, pk)
    problems, refused = [], []
    try:
        services.sheet_mark(sheet=sheet, cells=_read_cells(request.POST.get("cells", "")), by=request.user)
    except ValidationError as error:
        problems = error.messages
        refused = [[pk, f"{day:%Y-%m-%d}", half] for pk, day, half in getattr(error, "cells", [])]
    people = sheet_people(sheet, user=request.user)
    _days, rows = grid(sheet, people, today=timezone.localdate())
    answer = {
        "rows": {person.posting.pk: person.marks for person in people},
        "missing": {row.person.posting.pk: row.missing for row in rows},
        "improper": {
            person.posting.pk: [[f"{day:%Y-%m-%d}", half] for day, half in person.improper]
            for person in people
        },
        "problems": problems,
        "refused": refused,
    }
    return JsonResponse(answer, status=409 if problems else 200)


def _person(request, sheet):
    """The posting named in the form, or None for everybody."""
    text = request.POST.get("posting", "")
    if not text:
        return None
    people = sheet_people(sheet, user=request.user)
    found = [p.posting for p in people if str(p.posting.pk) == text]
    if not found:
        raise BadRequest("没有这个人。")
    return found[0]


@require_POST
@access(FILL)
def sheet_fill(request, pk):
    sheet = own_sheet(request, pk)
    posting = _person(request, sheet)
    who = posting.clinician.name if posting else "全部人员"
    run_verb(
        request,
        lambda: services.sheet_fill_present(sheet=sheet, posting=posting, by=request.user),
        done=f"{who}：没有填的工作日已填为在岗，已批准的请假填为请假。",
    )
    return redirect("sheet-detail", pk=sheet.pk)


@require_POST
@access(FILL)
def sheet_copy_week(request, pk):
    sheet, form = own_sheet(request, pk), DayForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请选择要填的那一周里的一天。")
    else:
        run_verb(
            request,
            lambda: services.sheet_copy_week(sheet=sheet, day=form.cleaned_data["day"], by=request.user),
            done="已按上一周填好还没有填的工作日；请假和旷工不复制。",
        )
    return redirect("sheet-detail", pk=sheet.pk)


@require_POST
@access(FILL)
def sheet_submit(request, pk):
    sheet = own_sheet(request, pk)
    run_verb(
        request,
        lambda: services.sheet_submit(sheet=sheet, by=request.user),
        done=f"{sheet.month:%Y-%m} 的考勤已提交并锁定，支援单位和卫健局可以看到。",
    )
    return redirect("sheet-detail", pk=sheet.pk)


# ---- today, on the phone
@require_http_methods(["GET", "POST"])
@access(FILL)
def attendance_today(request):
    unit, today = request.user.organisation, timezone.localdate()
    if request.method == "POST":
        _mark_today(request, unit, today)
        return redirect("attendance-today")
    people = today_people(unit.pk, today=today)
    for person in people:
        person.halves = [
            ("am", "上午", person.morning, mark_label(person.morning)),
            ("pm", "下午", person.afternoon, mark_label(person.afternoon)),
        ]
    [kind] = day_kinds(Period(today, today))
    return render(
        request,
        "staffing/attendance_today.html",
        {
            "is_rest": not kind.is_working,
            "holiday": kind.name,
            "people": people,
            "today": today,
            "waiting": [person for person in people if not person.is_done],
            "marks": Mark.choices,
        },
    )


def _mark_today(request, unit, today: date) -> None:
    """“all” fills everybody; “<posting>:<half or nothing>:<mark>” marks one."""
    asked = request.POST.get("set", "")

    def mark():
        sheet = services.sheet_open(recipient=unit, month=today, by=request.user)
        if asked == "all":
            services.sheet_fill_present(sheet=sheet, day=today, by=request.user)
            return
        posting, half, letter = [*asked.split(":"), "", ""][:3]
        if not posting.isdigit() or half not in (*HALVES, ALL_DAY):
            raise BadRequest("保存的内容读不出来。")
        services.sheet_mark(sheet=sheet, cells=[Cell(int(posting), today, half, letter)], by=request.user)

    run_verb(request, mark, done="今天的考勤已保存。")
