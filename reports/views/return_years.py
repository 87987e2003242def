"""Quarters and years of an organisation: months added up, on screen and as a workbook."""

from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.models import Organisation
from core.access import access
from core.models import AuditEvent
from core.services.audit import audit_record
from reports.return_forms import YearFilter
from reports.return_sheet import year_workbook
from reports.selectors.return_subjects import levels_of
from reports.selectors.return_years import MOST_YEARS, YEARLY, YearTable, year_table
from reports.views.returns import VIEW, workbook


def _asked(request) -> tuple[YearFilter, YearTable | None]:
    """The table that the address asks for; None where the user has no organisation to look at."""
    user, filters = request.user, YearFilter(request.GET, user=request.user)
    chosen, today = filters.chosen, timezone.localdate()
    unit = chosen.get("unit")
    if unit is None:
        own = filters.fields["unit"].queryset
        unit = own.filter(pk=user.organisation_id).first() or own.first()
    if unit is None:
        return filters, None
    fitting = levels_of(unit)
    usual = "hospital" if unit.kind == Organisation.Kind.HOSPITAL else fitting[0]
    level = chosen.get("level") or usual
    if level not in fitting:
        raise Http404
    first = chosen.get("first") or today.year
    last = min(max(chosen.get("last") or first, first), first + MOST_YEARS - 1)
    return filters, year_table(organisation=unit, level=level, first=first, last=last, today=today)


@require_GET
@access(VIEW)
def return_year(request):
    filters, table = _asked(request)
    return render(request, "reports/return_year.html", {"filter": filters, "table": table, "figures": YEARLY})


@require_GET
@access(VIEW)
def return_year_export(request):
    _filters, table = _asked(request)
    if table is None:
        raise Http404
    audit_record(verb=AuditEvent.Verb.EXPORT, user=request.user, note=table.title, request=request)
    return workbook(year_workbook(table), f"{table.title}.xlsx")
