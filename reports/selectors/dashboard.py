"""The dashboard: one cycle of one region or hospital at a glance, each number from the figure behind it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Min, Q
from django.urls import reverse
from django.utils.http import urlencode

from accounts.models import Organisation, User
from core.dates import Period, add_months
from core.numbers import ratio_percent
from reports.figures import FIGURES, Figure, Frame
from reports.figures.activities import together
from reports.models import Summary
from reports.selectors.facts import figure_text
from reports.selectors.frames import summary_organisations
from reports.selectors.standings import Standing, standings
from reports.selectors.targets import agreements_with_targets
from reports.targets import TargetProgress, progress_of
from reports.targets.verdicts import RANK
from staffing.models import Activity
from staffing.selectors.coverage import coverage_totals
from staffing.selectors.coverage_sql import By
from staffing.selectors.postings import people_on_post
from staffing.selectors.readiness import Readiness, readiness
from support.models import Agreement, Cycle
from support.models.confirmation import RecordStatus
from support.selectors.coverage import Coverage, coverage

# the canonical form in its order, then the daily work beside it; donations stand apart, never as one sum
FORM = (
    "batches", "person_times", "persons", "patients", "operations", "consultations", "techniques", "lectures",
    "trainings", "teaching_rounds", "surgery_demos", "outreach_sessions", "outreach_patients", "trainees",
    "departments_built", "rules_revised", "remote_consultations", "referrals_up", "referrals_down",
    "ward_rounds", "rescues",
)  # fmt: skip
DONATIONS = ("donated_cash", "donated_goods", "waived_fees")
TRENDS = ("person_times", "patients", "lectures", "teaching_rounds")
WORST = 10


@dataclass(frozen=True)
class Reading:
    """``url``: the records that were counted; empty where there are none to open."""

    code: str
    label: str
    unit: str
    text: str
    url: str


@dataclass(frozen=True)
class Trend:
    """One figure month by month; ``months`` are (first day, value, link)."""

    figure: Figure
    months: tuple[tuple[date, Decimal, str], ...]

    @property
    def most(self) -> Decimal:
        return max((value for _, value, _ in self.months), default=Decimal(0))


@dataclass(frozen=True)
class Unconfirmed:
    """Activities of the period that somebody submitted. ``waiting``: those that nobody confirmed yet, and
    ``oldest``: since when the first of them waits."""

    total: int
    waiting: int
    oldest: date | None

    @property
    def percent(self) -> Decimal | None:
        return ratio_percent(self.waiting, self.total)


@dataclass(frozen=True)
class Dashboard:
    frame: Frame
    readings: tuple[Reading, ...]
    donations: tuple[Reading, ...]
    trends: tuple[Trend, ...]
    unconfirmed: Unconfirmed
    coverage: Coverage | None
    on_post: int
    posts: int
    gaps: int
    units: int
    overdue: int
    targets: Standing
    worst: tuple[TargetProgress, ...]


def dashboard_home(user: User) -> tuple[Organisation, str]:
    """Whose figures a person sees: the region's for those who see it, else those of the own hospital.

    A leader of a county government reads the figures of its health bureau: figures are kept by units that
    take part.
    """
    home = user.organisation
    if user.sees_region:
        if not home.is_bureau:
            bureaus = summary_organisations(user).filter(kind=Organisation.Kind.BUREAU)
            home = bureaus.select_related("region").order_by("region__path", "code").first() or home
        return home, Summary.Edition.BUREAU
    gives = Agreement.objects.visible_to(user).filter(sender=home).exists()
    return home, Summary.Edition.HOSPITAL if gives else Summary.Edition.CLINIC


def cycles_of(user: User):
    return Cycle.objects.visible_to(user).select_related("programme").order_by("-start_on", "code").distinct()


def present_cycle(cycles: list[Cycle], today: date) -> Cycle | None:
    """The latest one that has the day in it, else the latest."""
    return next((cycle for cycle in cycles if cycle.period.contains(today)), cycles[0] if cycles else None)


def months_of(period: Period) -> list[date]:
    first, found = period.start.replace(day=1), []
    while first <= period.end:
        found.append(first)
        first = add_months(first, 1)
    return found


def dashboard(*, user: User, frame: Frame, chosen: dict[str, str], today: date) -> Dashboard:
    """A fixed number of statements. ``chosen``: year or month as the addresses of figures name it."""
    address = {
        "organisation": frame.organisation.pk,
        "cycle": frame.cycle.pk,
        "edition": frame.edition,
    }
    opens = frame.organisation.kind != Organisation.Kind.GOVERNMENT

    def link(code: str, **narrower) -> str:
        if not opens:
            return ""
        return f"{reverse('figure-records', args=[code])}?{urlencode(address | (narrower or chosen))}"

    summed = together([code for code in (*FORM, *TRENDS) if FIGURES[code].measures], frame)

    def reading(code: str) -> Reading:
        figure = FIGURES[code]
        value = sum(summed[code].values(), Decimal(0)) if code in summed else figure.value(frame)
        return Reading(code, figure.label, figure.unit, figure_text(figure, value), link(code))

    agreements = Agreement.objects.filter(pk__in=frame.agreement_ids).visible_to(user)
    found = agreements_with_targets(user).filter(pk__in=frame.agreement_ids).in_force_on(today)
    standing = standings(found, today=today)
    return Dashboard(
        frame=frame,
        readings=tuple(reading(code) for code in FORM),
        donations=tuple(reading(code) for code in DONATIONS),
        trends=tuple(_trend(code, frame, summed, link, today) for code in TRENDS),
        unconfirmed=_unconfirmed(frame),
        coverage=_coverage(user, frame, today),
        **_posts(user, frame, agreements, today),
        targets=_summed(standing),
        worst=tuple(_worst(found, standing, today)),
    )


def _trend(code: str, frame: Frame, summed: dict, link, today: date) -> Trend:
    values = summed[code] if code in summed else FIGURES[code].by_month(frame)
    months = [month for month in months_of(frame.period) if month <= today]
    return Trend(
        FIGURES[code],
        tuple((month, values.get(month, Decimal(0)), link(code, month=f"{month:%Y-%m}")) for month in months),
    )


def _unconfirmed(frame: Frame) -> Unconfirmed:
    rows = Activity.objects.filter(
        agreement__in=frame.agreement_ids,
        start_on__range=(frame.period.start, frame.period.end),
        is_withdrawal=False,
    ).exclude(status__in=[RecordStatus.SUPERSEDED, RecordStatus.DRAFT])
    submitted = Q(status=RecordStatus.SUBMITTED)
    found = rows.aggregate(
        total=Count("pk"),
        waiting=Count("pk", filter=submitted),
        oldest=Min("submitted_at__date", filter=submitted),
    )
    return Unconfirmed(**found)


def _coverage(user: User, frame: Frame, today: date) -> Coverage | None:
    """Of the region's recipients; a hospital covers its own by definition."""
    if frame.edition != Summary.Edition.BUREAU:
        return None
    day = min(max(today, frame.cycle.start_on), frame.cycle.end_on)
    return coverage(cycle=frame.cycle, on=day, within=Organisation.objects.visible_to(user))


def _posts(user: User, frame: Frame, agreements, today: date) -> dict[str, int]:
    """People there today, clinics that had nobody for longer than tolerated, pairs past the arrival deadline."""
    postings = people_on_post(day=today).staff().filter(agreement__in=frame.agreement_ids)
    there = postings.order_by().aggregate(
        people=Count("clinician", distinct=True), places=Count("agreement__recipient", distinct=True)
    )
    totals = coverage_totals(
        agreements.filter(effective_from__isnull=False),
        by=By.RECIPIENT if frame.edition == Summary.Edition.BUREAU else By.PAIR,
        period=frame.period,
        today=today,
    )
    late = [
        row
        for row in readiness(cycle=frame.cycle, on=today, within=agreements)
        if row.state == Readiness.OVERDUE
    ]
    return {
        "on_post": there["people"],
        "posts": there["places"],
        "gaps": sum(row.gap > 0 for row in totals),
        "units": len(totals),
        "overdue": len(late),
    }


def _summed(standing: dict[int, Standing]) -> Standing:
    counts: dict[str, int] = {}
    for row in standing.values():
        for verdict, number in row.counts.items():
            counts[verdict] = counts.get(verdict, 0) + number
    return Standing(counts)


def _worst(found, standing: dict[int, Standing], today: date) -> list[TargetProgress]:
    """The ten worst targets: they belong to the ten agreements whose worst target is worst."""
    lagging = {pk: row for pk, row in standing.items() if row.lagging}
    keys = sorted(lagging, key=lambda pk: (RANK[lagging[pk].worst], -lagging[pk].gap, pk))[:WORST]
    rows = progress_of(found.filter(pk__in=keys), today=today).values()
    behind = [row for targets in rows for row in targets if row.is_lagging]
    return sorted(behind, key=lambda row: row.worst_first)[:WORST]


def narrowing(text: str) -> dict[str, str]:
    """“2026” → a year, “2026-03” → a month, as addresses of figures name them."""
    if not text:
        return {}
    return {"month": text} if "-" in text else {"year": text}


def periods_of(cycle: Cycle, today: date) -> list[tuple[str, str]]:
    """What one may look at: the cycle, its calendar years, its months up to now, the latest first."""
    period = cycle.period
    last = min(period.end, max(today, period.start))
    years = range(period.start.year, last.year + 1)
    months = months_of(Period(period.start, last))
    return [
        ("", "整个周期"),
        *((str(year), f"{year} 年") for year in reversed(years)),
        *((f"{month:%Y-%m}", f"{month.year} 年 {month.month} 月") for month in reversed(months)),
    ]
