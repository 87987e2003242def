"""What is in the ledger for many agreements at once: a fixed number of statements, whatever their number.

Nothing is judged here. Activities come summed by month from the rows of the figures; the few people,
studies and donations of an agreement come as they are, since people are counted once.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import BooleanField, Case, F, Q, Sum, Value, When
from django.db.models.functions import TruncMonth

from core.dates import Period
from reports.figures import FIGURES, Figure
from reports.figures.activities import measured
from reports.targets.kinds import FIGURE_OF, Kind
from staffing.models import AdvancedStudy, MentorContact, Mentorship, Posting, PostingKind, StayRule
from support.models import Agreement, AgreementTarget, OutcomeValue
from support.models.confirmation import RecordStatus


@dataclass(frozen=True)
class AgreementsFrame:
    """What the rows of a figure ask of a frame: some agreements, on any of their days."""

    agreement_ids: Collection[int]
    period: Period


@dataclass(frozen=True)
class Entry:
    """``amount``: the sum; ``key``: who or what is counted once, where the figure counts distinct ones."""

    day: date
    confirmed: bool
    amount: Decimal
    key: int | None = None


@dataclass
class Readings:
    """Everything that targets are judged by, under the agreement's key (outcomes: recipient, indicator)."""

    entries: dict[tuple[str, int], list[Entry]] = field(default_factory=lambda: defaultdict(list))
    stays: dict[int, list[tuple[int, Period]]] = field(default_factory=lambda: defaultdict(list))
    tolerance: dict[int, int] = field(default_factory=dict)
    studies: dict[int, list[AdvancedStudy]] = field(default_factory=lambda: defaultdict(list))
    mentorships: dict[int, list[Mentorship]] = field(default_factory=lambda: defaultdict(list))
    contacts: dict[int, dict[date, MentorContact]] = field(default_factory=lambda: defaultdict(dict))
    outcomes: dict[tuple[int, int], list[OutcomeValue]] = field(default_factory=lambda: defaultdict(list))


def read(agreements: Collection[Agreement], targets: Iterable[AgreementTarget]) -> Readings:
    """Only what the kinds of these targets ask for."""
    found = Readings()
    targets = list(targets)
    kinds = {target.kind for target in targets}
    spans = [agreement.effective_period for agreement in agreements]
    if not targets or not spans:
        return found
    days = Period(min(span.start for span in spans), max(span.end for span in spans))
    frame = AgreementsFrame([agreement.pk for agreement in agreements], days)
    figures = {FIGURE_OF[kind] for kind in kinds if kind in FIGURE_OF}
    _activities(found, frame, {code for code in figures if FIGURES[code].measures})
    for code in sorted(figures):
        if not FIGURES[code].measures:
            _rows(found, frame, FIGURES[code])
    if kinds & {Kind.RESIDENT_STAFF, Kind.STAY_MONTHS}:
        _stays(found, frame)
    if Kind.RESIDENT_STAFF in kinds:
        _tolerances(found, agreements)
    if Kind.TRAINEE_MONTHS in kinds:
        _studies(found, frame)
    if kinds & {Kind.MENTOR_VISITS, Kind.APPRENTICE_DAYS}:
        _mentorships(found, frame)
    indicators = {target.indicator_id for target in targets if target.indicator_id}
    if indicators:
        _outcomes(found, agreements, indicators)
    return found


def _state(figure: Figure) -> Case:
    return Case(When(figure.counted, then=Value(True)), default=Value(False), output_field=BooleanField())


def _first_ones(record: str) -> Q:
    """Not a correction under way: what it corrects still counts."""
    prefix = "" if record == "pk" else f"{record}__"
    return Q(**{f"{prefix}replaces__isnull": True}) | Q(**{f"{prefix}status": RecordStatus.CONFIRMED})


def _activities(found: Readings, frame: AgreementsFrame, codes: set[str]) -> None:
    """All activity figures in one statement: (agreement, month, measure, confirmed) → sum."""
    if not codes:
        return
    wanted = defaultdict(list)
    for code in codes:
        for measure in FIGURES[code].measures:
            wanted[measure].append(code)
    sample = FIGURES[min(codes)]
    rows = (
        measured(*wanted)(frame)
        .filter(
            _first_ones(sample.record),
            activity__start_on__gte=F("activity__agreement__effective_from"),
            activity__start_on__lte=F("activity__agreement__effective_to"),
        )
        .order_by()
        .annotate(month=TruncMonth(sample.day), ok=_state(sample))
        .values_list(sample.groups["agreement"], "month", "measure__code", "ok")
        .annotate(total=Sum("value"))
    )
    for agreement, month, measure, confirmed, total in rows.iterator(chunk_size=5000):
        entry = Entry(month, confirmed, total)
        for code in wanted[measure]:
            found.entries[code, agreement].append(entry)


def _rows(found: Readings, frame: AgreementsFrame, figure: Figure) -> None:
    """One entry a row of the figure; what it sums or counts is the operand of its aggregate."""
    rows = figure.rows(frame).order_by()
    if figure.listing != "postings":
        rows = rows.filter(_first_ones(figure.record))
    rows = rows.annotate(ok=_state(figure)).values_list(
        figure.groups["agreement"], figure.day, "ok", figure.operand
    )
    for agreement, day, confirmed, value in rows:
        if figure.counts_rows:
            entry = Entry(day, confirmed, Decimal(1), value)
        else:
            entry = Entry(day, confirmed, value or Decimal(0))
        found.entries[figure.code, agreement].append(entry)


def _stays(found: Readings, frame: AgreementsFrame) -> None:
    """Resident staff from the day of arrival that the recipient confirmed."""
    rows = (
        Posting.objects.filter(agreement__in=frame.agreement_ids, kind=PostingKind.RESIDENT)
        .staff()
        .arrived()
        .filter(arrived_on__lte=F("end_on"))
        .order_by("arrived_on", "pk")
        .values_list("agreement", "clinician", "arrived_on", "end_on")
    )
    for agreement, clinician, arrived_on, end_on in rows:
        found.stays[agreement].append((clinician, Period(arrived_on, end_on)))


def _tolerances(found: Readings, agreements: Collection[Agreement]) -> None:
    """Days of handing over that the floor rule of the programme bears with; one for the recipient first."""
    rules = StayRule.objects.filter(measure=StayRule.Measure.FLOOR, is_active=True).order_by("pk")
    by_place = {(rule.programme_id, rule.recipient_id): rule.tolerance_days for rule in rules}
    for agreement in agreements:
        programme = agreement.cycle.programme_id
        days = by_place.get((programme, agreement.recipient_id), by_place.get((programme, None), 0))
        found.tolerance[agreement.pk] = days


def _studies(found: Readings, frame: AgreementsFrame) -> None:
    rows = AdvancedStudy.objects.filter(
        agreement__in=frame.agreement_ids, status=RecordStatus.CONFIRMED, is_withdrawal=False
    )
    for study in rows.order_by("start_on", "pk"):
        found.studies[study.agreement_id].append(study)


def _mentorships(found: Readings, frame: AgreementsFrame) -> None:
    confirmed = dict(status=RecordStatus.CONFIRMED, is_withdrawal=False, agreement__in=frame.agreement_ids)
    for pair in Mentorship.objects.filter(**confirmed).order_by("pk"):
        found.mentorships[pair.agreement_id].append(pair)
    below = {f"mentorship__{name}": value for name, value in confirmed.items()}
    for contact in MentorContact.objects.filter(**below):
        found.contacts[contact.mentorship_id][contact.month] = contact


def _outcomes(found: Readings, agreements: Collection[Agreement], indicators: set[int]) -> None:
    rows = OutcomeValue.objects.filter(
        recipient__in={agreement.recipient_id for agreement in agreements},
        indicator__in=indicators,
        quarter__isnull=True,
        is_withdrawal=False,
    ).exclude(status=RecordStatus.SUPERSEDED)
    for value in rows.order_by("year", "pk"):
        found.outcomes[value.recipient_id, value.indicator_id].append(value)
