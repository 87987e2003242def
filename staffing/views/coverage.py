"""Coverage calendar: a year of many units on one screen, and one unit's year with the lists behind it."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from accounts.models import Organisation
from core.access import access
from core.dates import Period
from core.excel.formats import XlsxFormat
from core.models import AuditEvent
from core.pages import offer_sizes, page_of, size_of
from core.scope import visible_or_404
from core.services.audit import audit_record
from staffing.forms import CoverageFilter, YearForm
from staffing.resources.coverage import gap_workbook
from staffing.selectors import coverage as read
from staffing.selectors import coverage_list as units
from staffing.selectors.coverage_sql import By
from staffing.selectors.post_history import by_post, counted_postings, handovers, succession
from staffing.strips import Strip, strip_of
from support.models import Agreement, Speciality

VIEW = "staffing.view_coverage"


@dataclass
class Row:
    totals: read.Totals
    sender: Organisation | None
    recipient: Organisation | None
    strip: Strip
    agreement: int | None
    warnings: int = 0


@dataclass
class Asked:
    """What the address of the list asks for. ``shown``: the units that its filters leave, in order."""

    filter: CoverageFilter
    by: By
    year: int
    today: date
    agreements: QuerySet[Agreement]
    totals: list[read.Totals]
    warned: Counter
    shown: list[read.Totals]

    @property
    def period(self) -> Period:
        return Period.year(self.year)

    @property
    def days(self) -> dict:
        return {"by": self.by, "period": self.period, "today": self.today}

    @property
    def is_this_year(self) -> bool:
        return self.year == self.today.year


def _asked(request) -> Asked:
    user, today = request.user, timezone.localdate()
    choices = units.coverage_choices(user, today)
    filters = CoverageFilter(request.GET, user=user, choices=choices)
    offer_sizes(filters)
    chosen = filters.chosen
    by, year = By(chosen.get("by") or choices.ways[0]), int(chosen.get("year") or today.year)
    agreements = units.agreements_by(user, by)
    if "q" in chosen:
        agreements = units.units_found(agreements, by, chosen["q"])
    if "region" in chosen:
        agreements = units.units_within(agreements, by, chosen["region"])
    totals = read.coverage_totals(agreements, by=by, period=Period.year(year), today=today)
    warned = Counter()
    if year == today.year:
        warned.update(row.unit for row in read.coverage_warnings(agreements, by=by, today=today))
    kept = {
        None: lambda row: True,
        "gap": lambda row: row.gap or row.gap_ahead,
        "below": lambda row: row.below or row.below_ahead,
        "warning": lambda row: row.unit in warned,
    }[chosen.get("only")]
    by_place = chosen.get("order") == "place"
    shown = units.in_order([row for row in totals if kept(row)], agreements, by_place=by_place)
    return Asked(filters, by, year, today, agreements, totals, warned, shown)


@require_GET
@access(VIEW)
def coverage_list(request):
    asked = _asked(request)
    page = page_of(request, asked.shown, size_of(asked.filter))
    page.object_list = _rows(list(page.object_list), asked.agreements, **asked.days)
    for row in page.object_list:
        row.warnings = asked.warned[row.totals.unit]
    return render(
        request,
        "staffing/coverage_list.html",
        {
            "filter": asked.filter,
            "page": page,
            "by": asked.by,
            "year": asked.year,
            "is_this_year": asked.is_this_year,
            "today": asked.today,
            "scale": strip_of(None, asked.period, asked.today),
            "counts": {
                "units": len(asked.totals),
                "gap": sum(row.gap > 0 for row in asked.totals),
                "below": sum(row.below > 0 for row in asked.totals),
                "warning": sum(row.unit in asked.warned for row in asked.totals),
            },
        },
    )


@require_GET
@access(VIEW)
def coverage_gaps(request):
    """The list behind the strips as a workbook: every run of days without anybody of the units shown."""
    asked = _asked(request)
    mine = units.of_units(asked.agreements, [row.unit for row in asked.shown])
    calendars = read.coverage_calendars(mine, **asked.days)
    data, count = gap_workbook(calendars.values(), [row.unit for row in asked.shown])
    audit_record(
        verb=AuditEvent.Verb.EXPORT,
        user=request.user,
        request=request,
        note=f"导出{asked.year}年无人在岗清单 {count} 行"
        + (f"；筛选 {request.GET.urlencode()}" if asked.filter.is_used else ""),
    )
    response = HttpResponse(data, content_type=XlsxFormat().get_content_type())
    name = f"{asked.year}年无人在岗清单-{asked.today:%Y-%m-%d}.xlsx"
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["Cache-Control"] = "no-store"
    return response


def _rows(totals, agreements, *, by, period, today) -> list[Row]:
    """The units of one page with their names and strips."""
    mine = units.of_units(agreements, [row.unit for row in totals])
    calendars = read.coverage_calendars(mine, by=by, period=period, today=today)
    keys = {key for row in totals for key in (row.unit.sender, row.unit.recipient) if key}
    # named by agreements that the reader sees
    organisations = Organisation.objects.in_bulk(keys)
    pairs = {}
    if by == By.PAIR:
        pairs = {
            (sender, recipient): pk for sender, recipient, pk in mine.values_list("sender", "recipient", "pk")
        }
    return [
        Row(
            totals=row,
            sender=organisations.get(row.unit.sender),
            recipient=organisations.get(row.unit.recipient),
            strip=strip_of(calendars.get(row.unit), period, today),
            agreement=pairs.get((row.unit.sender, row.unit.recipient)),
        )
        for row in totals
    ]


@require_GET
@access(VIEW)
def coverage_recipient(request, pk):
    return _whole(request, pk, By.RECIPIENT)


@require_GET
@access(VIEW)
def coverage_sender(request, pk):
    return _whole(request, pk, By.SENDER)


def _whole(request, pk, by):
    """A clinic or a hospital with all its agreements, for those who see all of them."""
    owned = Organisation.objects.owned_by(request.user).select_related("region")
    organisation = visible_or_404(owned, request.user, pk=pk)
    mine = units.agreements_by(request.user, by).filter(**{by.value: organisation})
    return _unit_page(request, by, mine, organisation.name)


@require_GET
@access(VIEW)
def coverage_pair(request, pk):
    """The pair that an agreement joins, with its earlier and later agreements."""
    agreement = visible_or_404(Agreement.objects.select_related("sender", "recipient"), request.user, pk=pk)
    mine = units.agreements_by(request.user, By.PAIR).filter(
        sender=agreement.sender_id, recipient=agreement.recipient_id
    )
    heading = f"{agreement.sender.display_name} → {agreement.recipient.display_name}"
    return _unit_page(request, By.PAIR, mine, heading)


def _unit_page(request, by, agreements, heading):
    user, today = request.user, timezone.localdate()
    form = YearForm(request.GET)
    year = form.chosen.get("year") or today.year
    period = Period.year(year)
    asked = {"by": by, "period": period, "today": today}
    totals = next(iter(read.coverage_totals(agreements, **asked)), None)
    calendar = next(iter(read.coverage_calendars(agreements, **asked).values()), None)
    warnings = read.coverage_warnings(agreements, by=by, today=today) if year == today.year else []
    departments = read.promised_departments(agreements, **asked)
    leaving = counted_postings(user).in_bulk([row.posting for row in warnings])
    tenures = []
    if by != By.SENDER:  # what a post is belongs to the recipient
        tenures = succession(counted_postings(user).filter(agreement__in=agreements), today)
    speak = {rule for row in warnings for rule in row.rules} | (calendar.rules if calendar else set())
    rules = read.rules_named(speak)

    def named(row) -> list:
        return [rules[key] for key in row.rules]

    subjects = Speciality.objects.in_bulk([row.speciality for row in departments])
    return render(
        request,
        "staffing/coverage_unit.html",
        {
            "heading": heading,
            "by": by,
            "filter": form,
            "year": year,
            "today": today,
            "totals": totals,
            "strip": strip_of(calendar, period, today),
            "calendar": calendar,
            "gaps": [(gap, named(gap)) for gap in calendar.gaps] if calendar else [],
            "short": [(row, named(row)) for row in calendar.segments if row.state == read.State.BELOW]
            if calendar
            else [],
            "rules": sorted(rules.values(), key=lambda rule: rule.pk),
            "warnings": [
                (row, leaving[row.posting], named(row)) for row in warnings if row.posting in leaving
            ],
            "departments": [(subjects[row.speciality], row) for row in departments],
            "unfilled": sum(read.speciality_unfilled(agreements, **asked).values()),
            "pairs": _pairs(agreements, period, today) if by != By.PAIR else [],
            "handovers": handovers(tenures, period),
            "history": by_post(tenures),
        },
    )


def _pairs(agreements, period, today) -> list[Row]:
    """The pairs that a clinic or hospital consists of, the worst first; one alone says nothing new."""
    totals = read.coverage_totals(agreements, by=By.PAIR, period=period, today=today)
    if len(totals) < 2:
        return []
    totals.sort(key=lambda row: (row.worst_first, row.unit.recipient, row.unit.sender))
    return _rows(totals, agreements, by=By.PAIR, period=period, today=today)
