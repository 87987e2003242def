"""Coverage calendar: a year of many units on one screen, and one unit's year with the lists behind it."""

from collections import Counter
from dataclasses import dataclass

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.models import Organisation
from core.access import access
from core.dates import Period
from core.pages import page_of
from core.scope import visible_or_404
from staffing.forms import CoverageFilter, YearForm
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


@require_GET
@access(VIEW)
def coverage_list(request):
    user, today = request.user, timezone.localdate()
    choices = units.coverage_choices(user, today)
    filters = CoverageFilter(request.GET, user=user, choices=choices)
    chosen = filters.chosen
    by = By(chosen.get("by") or choices.ways[0])
    year = int(chosen.get("year") or today.year)
    agreements = units.agreements_by(user, by)
    if "q" in chosen:
        agreements = units.units_found(agreements, by, chosen["q"])
    if "region" in chosen:
        agreements = units.units_within(agreements, by, chosen["region"])
    period = Period.year(year)
    totals = read.coverage_totals(agreements, by=by, period=period, today=today)
    warned = Counter()
    if year == today.year:
        warned.update(row.unit for row in read.coverage_warnings(agreements, by=by, today=today))
    kept = {
        "gap": lambda row: row.gap or row.gap_ahead,
        "below": lambda row: row.below or row.below_ahead,
        "warning": lambda row: row.unit in warned,
    }
    shown = [row for row in totals if kept.get(chosen.get("only"), bool)(row)]
    page = page_of(request, units.in_order(shown, agreements, by_place=chosen.get("order") == "place"))
    page.object_list = _rows(list(page.object_list), agreements, by=by, period=period, today=today)
    for row in page.object_list:
        row.warnings = warned[row.totals.unit]
    return render(
        request,
        "staffing/coverage_list.html",
        {
            "filter": filters,
            "page": page,
            "by": by,
            "year": year,
            "is_this_year": year == today.year,
            "today": today,
            "scale": strip_of(None, period, today),
            "counts": {
                "units": len(totals),
                "gap": sum(row.gap > 0 for row in totals),
                "below": sum(row.below > 0 for row in totals),
                "warning": sum(row.unit in warned for row in totals),
            },
        },
    )


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
            "gaps": [(gap, [rules[key] for key in gap.rules]) for gap in calendar.gaps] if calendar else [],
            "rules": sorted(rules.values(), key=lambda rule: rule.pk),
            "warnings": [
                (row, leaving[row.posting], [rules[key] for key in row.rules])
                for row in warnings
                if row.posting in leaving
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
