"""Ledgers of promotion service: records into stretches, stretches into verdicts, for many people at once.

Resident postings whose arrival was confirmed count by the days that locked attendance proves
(``service_days``); what is not locked yet stands in the provisional figure only. Service entered with
evidence counts once a bureau confirmed it. The number of statements does not depend on how many people,
postings and rules there are.
"""

import copy
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils import timezone

from accounts.models import Organisation, Region
from core.dates import Period
from core.selectors.workdays import working_days
from staffing.models import Clinician, Posting, PostingKind, PromotionFacts, PromotionRule, RecognisedService
from staffing.promotion.ledger import Bar, PromotionLedger, ledger
from staffing.promotion.lines import window
from staffing.promotion.terms import Facts, Location, ServiceKind, Stretch
from staffing.selectors.attendance import ServiceDays, service_days
from staffing.selectors.discipline import promotion_bars
from staffing.selectors.promotion_rules import Applied, rule_book
from staffing.selectors.results import stay_results
from staffing.titles import TitleLevel, series_of
from support.models.confirmation import RecordStatus

Kind = Organisation.Kind
LOCATIONS = {
    Kind.CENTRAL_CLINIC: Location.TOWNSHIP,
    Kind.TOWNSHIP_CLINIC: Location.TOWNSHIP,
    Kind.VILLAGE_ROOM: Location.TOWNSHIP,
    Kind.COMMUNITY_CENTRE: Location.COMMUNITY,
}
LOSSES = (("请假", "leave_halves"), ("旷工", "absent_halves"), ("脱岗", "off_post_halves"))


@dataclass(frozen=True)
class Application:
    """Somebody who applies for a level in a year; ``rule`` only where one was chosen by hand."""

    clinician: Clinician
    target: TitleLevel
    year: int
    rule: PromotionRule | None = None


@dataclass(frozen=True)
class Account:
    """The ledger of an application with the rule it was judged by and the facts it rests on."""

    application: Application
    applied: Applied
    facts: PromotionFacts | None
    ledger: PromotionLedger

    @property
    def clinician(self) -> Clinician:
        return self.application.clinician


def location_of(place: Organisation) -> Location:
    """By kind; a hospital counts as county level when it lies in a county (or below)."""
    if place.kind in LOCATIONS:
        return LOCATIONS[place.kind]
    county = (Region.Level.COUNTY, Region.Level.TOWNSHIP)
    return Location.COUNTY if place.region.level in county else Location.OTHER


def promotion_account(application: Application, as_of: date | None = None) -> Account:
    return promotion_accounts([application], as_of)[0]


def promotion_accounts(applications: Sequence[Application], as_of: date | None = None) -> list[Account]:
    """One account an application, in order. ``clinician.organisation.region`` is joined by the caller."""
    as_of = as_of or timezone.localdate()
    people = {entry.clinician.pk: entry.clinician for entry in applications}
    book = rule_book(as_of)
    known = {
        row.clinician_id: row
        for row in PromotionFacts.objects.filter(clinician__in=people).select_related("entered_by")
    }
    bars = {
        pk: Bar(until, reason)
        for pk, (until, reason) in promotion_bars(clinicians=people.values(), on=as_of).items()
    }
    stays = _by_person(
        Posting.objects.filter(clinician__in=people, start_on__lte=as_of)
        .exclude(status=Posting.Status.CANCELLED)
        .select_related("agreement__recipient__region", "batch", "clinician")
        .order_by("start_on", "pk")
    )
    entered = _by_person(
        RecognisedService.objects.filter(clinician__in=people)
        .standing()
        .exclude(status=RecordStatus.DRAFT)
        .order_by("start_on", "pk")
    )
    judged = [
        _Case(entry, _applied(book, entry), known.get(entry.clinician.pk), as_of) for entry in applications
    ]
    results = stay_results(stay for found in stays.values() for stay in found)
    _prove(judged, stays)
    working = _Workdays(judged, entered)
    accounts = []
    for case in judged:
        pk = case.application.clinician.pk
        stretches = [_of_posting(case, stay, results.get(stay.pk), working) for stay in stays[pk]]
        stretches += [_of_entry(case, row, working) for row in entered[pk]]
        found = ledger(
            case.rule,
            case.facts,
            stretches,
            target=case.application.target,
            year=case.application.year,
            as_of=as_of,
            bar=bars.get(pk),
        )
        accounts.append(Account(case.application, case.applied, case.known, found))
    return accounts


def _by_person(rows) -> dict[int, list]:
    found = defaultdict(list)
    for row in rows:
        found[row.clinician_id].append(row)
    return found


def _applied(book, entry: Application) -> Applied:
    if entry.rule is None:
        return book.applied(entry.clinician, entry.target)
    chosen = book.applied(entry.clinician, entry.target)
    if chosen.rule.pk == entry.rule.pk:
        return chosen
    return Applied(entry.rule, None, book.remote_for(entry.clinician))


class _Case:
    """One application while it is worked on: its rule in terms, its window, its proved days."""

    def __init__(self, application: Application, applied: Applied, known: PromotionFacts | None, as_of: date):
        self.application, self.applied, self.known, self.as_of = application, applied, known, as_of
        self.rule = applied.rule.terms
        self.facts = facts_of(application.clinician, known)
        self.window = window(self.rule, self.facts, application.year, as_of)
        self.days: dict[int, ServiceDays] = {}

    def clip(self, whole: Period) -> Period | None:
        return whole.clip(self.window) if self.window else None


def facts_of(clinician: Clinician, known: PromotionFacts | None) -> Facts:
    return Facts(
        series=series_of(clinician.title),
        title_since=clinician.title_since,
        birth_month=clinician.birth_month,
        grassroots_since=known.grassroots_since if known else None,
        ex_military=bool(known and known.ex_military),
        private_sector=bool(known and known.private_sector),
        cdc=bool(known and known.cdc),
    )


def _stayed(stay: Posting, as_of: date) -> Period | None:
    """From the confirmed arrival to the end, or to the ledger's day while it goes on."""
    last = min(stay.end_on, as_of)
    return Period(stay.arrived_on, last) if stay.arrived_on and stay.arrived_on <= last else None


def _counts(stay: Posting) -> bool:
    return stay.kind == PostingKind.RESIDENT and stay.role in Posting.COUNTED_ROLES


def _prove(cases: Iterable[_Case], stays: dict[int, list[Posting]]) -> None:
    """Days of service of every part that may count, all asked at once.

    Each case has its own window, so the postings handed over are copies that hold just the part.
    """
    parts, owners = [], []
    for case in cases:
        for stay in stays[case.application.clinician.pk]:
            whole = _stayed(stay, case.as_of)
            part = case.clip(whole) if whole and _counts(stay) else None
            if part is not None:
                copied = copy.copy(stay)
                copied.arrived_on, copied.end_on = part.start, part.end
                parts.append(copied)
                owners.append(case)
    owner_of = {id(part): case for part, case in zip(parts, owners, strict=True)}
    for found in service_days(parts):
        owner_of[id(found.posting)].days[found.posting.pk] = found


class _Workdays:
    """Working days of the periods that attendance does not prove: one statement for all."""

    def __init__(self, cases: Iterable[_Case], entered: dict[int, list[RecognisedService]]):
        periods = [period for case in cases for found in case.days.values() for period in found.unlocked]
        periods += [row.period for rows in entered.values() for row in rows]
        self.known: list[date] = []
        if periods:
            whole = Period(min(each.start for each in periods), max(each.end for each in periods))
            self.known = sorted(working_days(whole))

    def count(self, periods: Iterable[Period]) -> int:
        return sum(
            bisect_right(self.known, period.end) - bisect_left(self.known, period.start) for period in periods
        )


def _of_posting(case: _Case, stay: Posting, passed: bool | None, working: _Workdays) -> Stretch:
    place = stay.agreement.recipient
    whole = _stayed(stay, case.as_of)
    common = {
        "place": place.display_name,
        "place_key": place.pk,
        "location": location_of(place),
        "key_county": place.is_key_county,
        "remote": place.pk in case.applied.remote,
        "running": whole is not None and stay.status in Posting.PRESENT and stay.end_on > case.as_of,
        "passed": passed,
        "source": stay,
    }
    found = case.days.get(stay.pk)
    if whole is None or not _counts(stay):
        return Stretch(whole or stay.period, None, refusal=_refusal(stay), **common)
    if found is None:
        return Stretch(whole, None, **common)
    losses = tuple((name, Decimal(getattr(found, halves)) / 2) for name, halves in LOSSES)
    return Stretch(
        whole,
        found.period,
        lost=sum((days for _, days in losses), Decimal(0)),
        losses=tuple((name, days) for name, days in losses if days),
        unproved=sum(period.days for period in found.unlocked),
        working=found.working_days,
        working_unproved=working.count(found.unlocked),
        **common,
    )


def _refusal(stay: Posting) -> str:
    if stay.role not in Posting.COUNTED_ROLES:
        return f"{stay.get_role_display()}不是派驻医务人员"
    if stay.kind != PostingKind.RESIDENT:
        return f"{stay.get_kind_display()}，不是驻点"
    return "受援单位没有确认到岗"


def _of_entry(case: _Case, row: RecognisedService, working: _Workdays) -> Stretch:
    whole = row.period
    part = case.clip(whole)
    confirmed = row.status == RecordStatus.CONFIRMED
    on_duty = working.count([part]) if part else 0
    return Stretch(
        whole,
        part,
        kind=ServiceKind(row.kind),
        place=row.place,
        place_key=row.place,
        location=Location(row.location),
        key_county=row.key_county,
        remote=row.remote,
        unproved=part.days if part and not confirmed else 0,
        working=Decimal(on_duty if confirmed else 0),
        working_unproved=0 if confirmed else on_duty,
        refusal="被主管部门退回" if row.status == RecordStatus.RETURNED else "",
        passed={"passed": True, "failed": False}.get(row.result),
        source=row,
    )
