"""The working-day calendar of a year: what the notices say, and the form to enter the next one."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from core.access import access
from core.dates import Period
from core.pages import attempt
from core.selectors.workdays import day_kinds, unknown_years
from core.services.calendar import calendar_notice, notice_read
from staffing.attendance_forms import NoticeForm

EDIT = "staffing.edit_calendar"
YEARS = range(2004, 2100)  # what the kept library knows begins here


def _year(text: str) -> int:
    this = timezone.localdate().year
    return int(text) if text.isascii() and text.isdigit() and int(text) in YEARS else this


@require_GET
@access("staffing.view_calendar")
def workday_calendar(request):
    return _page(request, NoticeForm() if request.user.has_perm(EDIT) else None)


@require_POST
@access(EDIT)
def workday_notice(request):
    form = NoticeForm(request.POST)
    if form.is_valid():
        entered = attempt(form, lambda: calendar_notice(by=request.user, **form.cleaned_data))
        if entered:
            year = max(day.year for day in notice_read(form.cleaned_data["text"]))
            messages.success(request, f"已录入 {entered} 天。")
            return redirect(f"{reverse('workday-calendar')}?year={year}")
    return _page(request, form)


def _page(request, form):
    year = _year(request.GET.get("year", ""))
    days = day_kinds(Period.year(year))
    months = [[day for day in days if day.day.month == month] for month in range(1, 13)]
    return render(
        request,
        "staffing/workday_calendar.html",
        {
            "year": year,
            "special": [day for day in days if day.is_special],
            "months": [(month[0].day, sum(day.is_working for day in month)) for month in months],
            "total": sum(day.is_working for day in days),
            "unknown": bool(unknown_years(Period.year(year))),
            "form": form,
        },
    )
