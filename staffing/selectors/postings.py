"""Questions about postings: overlaps, who is on post, who is missing at the deadline."""

from datetime import date

from django.db.models import QuerySet

from core.dates import Period
from staffing.models import Batch, Clinician, Posting, PostingKind
from support.models import Agreement


def overlapping_resident(
    *, clinician: Clinician, period: Period, exclude_pk: int | None = None
) -> QuerySet[Posting]:
    """Resident postings of the person that share a day with the period, cancelled ones aside."""
    found = (
        Posting.objects.filter(
            clinician=clinician, kind=PostingKind.RESIDENT, start_on__lte=period.end, end_on__gte=period.start
        )
        .exclude(status=Posting.Status.CANCELLED)
        .select_related("agreement__recipient", "clinician")
        .order_by("start_on")
    )
    return found.exclude(pk=exclude_pk) if exclude_pk else found


def repeated_in_batch(
    *, batch: Batch, agreement: Agreement, clinician: Clinician, period: Period, exclude_pk: int | None = None
) -> bool:
    """Whether the same departure already sends the person to the same recipient on one of these days.

    Short stays may overlap others, but the same one entered twice would count its 人次 twice.
    """
    found = Posting.objects.filter(
        batch=batch,
        agreement=agreement,
        clinician=clinician,
        start_on__lte=period.end,
        end_on__gte=period.start,
    ).exclude(status=Posting.Status.CANCELLED)
    return found.exclude(pk=exclude_pk).exists()


def overlap_message(posting: Posting) -> str:
    """“与 逻楼中心卫生院 2026-03-01 至 2026-08-31 的派驻重叠”."""
    return (
        f"{posting.clinician.name}与 {posting.agreement.recipient.display_name} "
        f"{posting.start_on:%Y-%m-%d} 至 {posting.end_on:%Y-%m-%d} 的派驻重叠"
    )


def people_on_post(*, day: date) -> QuerySet[Posting]:
    """Arrived postings that hold the day."""
    return (
        Posting.objects.arrived()
        .on_day(day)
        .select_related("clinician", "agreement__sender", "agreement__recipient", "batch")
    )
