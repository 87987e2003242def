"""Who of a hospital could go in a period: everybody with what already fills their days."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q, QuerySet

from core.dates import Period
from staffing.models import AdvancedStudy, Clinician, Leave, Posting
from support.models.confirmation import RecordStatus

UNDER_WAY = (RecordStatus.SUBMITTED, RecordStatus.CONFIRMED)


@dataclass
class Candidate:
    person: Clinician
    busy: list[str] = field(default_factory=list)

    @property
    def is_free(self) -> bool:
        return not self.busy


def _postings(period: Period) -> QuerySet[Posting]:
    return Posting.objects.filter(start_on__lte=period.end, end_on__gte=period.start).exclude(
        status=Posting.Status.CANCELLED
    )


def _studies(period: Period) -> QuerySet[AdvancedStudy]:
    return AdvancedStudy.objects.filter(
        start_on__lte=period.end, end_on__gte=period.start, status__in=UNDER_WAY
    )


def _leaves(period: Period) -> QuerySet[Leave]:
    return Leave.objects.filter(
        start_on__lte=period.end, end_on__gte=period.start, status=Leave.Status.APPROVED
    )


def staff_of(organisation_id: int) -> QuerySet[Clinician]:
    return (
        Clinician.objects.filter(organisation=organisation_id, left_on__isnull=True)
        .select_related("speciality")
        .order_by("name_key", "staff_no")
    )


def only_free(people: QuerySet[Clinician], period: Period) -> QuerySet[Clinician]:
    """Without posting, advanced study or approved leave on any day of the period."""
    return people.exclude(
        Q(Exists(_postings(period).filter(clinician=OuterRef("pk"))))
        | Q(Exists(_studies(period).filter(trainee=OuterRef("pk"))))
        | Q(Exists(_leaves(period).filter(posting__clinician=OuterRef("pk"))))
    )


def candidates(people: list[Clinician], period: Period | None) -> list[Candidate]:
    """Each with what fills days of the period; three statements however many they are."""
    busy: dict[int, list[str]] = defaultdict(list)
    if period is not None:
        for row in (
            _postings(period)
            .filter(clinician__in=people)
            .select_related("agreement__recipient")
            .order_by("start_on")
        ):
            place = row.agreement.recipient.display_name
            busy[row.clinician_id].append(f"{row.period} {row.get_kind_display()} {place}")
        for row in _studies(period).filter(trainee__in=people):
            busy[row.trainee_id].append(f"{row.period} 进修")
        for row in _leaves(period).filter(posting__clinician__in=people).select_related("posting"):
            busy[row.posting.clinician_id].append(f"{row.period} {row.get_kind_display()}")
    return [Candidate(person, busy[person.pk]) for person in people]
