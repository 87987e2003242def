"""Questions about postings: what speaks against one, overlaps, who is on post, who is missing at the deadline."""

from collections.abc import Iterable
from datetime import date

from django.db.models import QuerySet

from core.dates import Period
from core.errors import Problems
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


def meeting_postings(
    postings: Iterable[Posting], *, period: Period, exclude_pk: int | None = None
) -> list[Posting]:
    """Those of one person's postings, not cancelled, that share a day with the period, in order.

    Short stays may overlap others, but the same one entered twice in a batch would count its 人次 twice.
    """
    return sorted(
        (
            other
            for other in postings
            if other.status != Posting.Status.CANCELLED
            and other.pk != exclude_pk
            and other.period.overlaps(period)
        ),
        key=lambda other: other.start_on,
    )


def overlap_message(posting: Posting) -> str:
    """“与 逻楼中心卫生院 2026-03-01 至 2026-08-31 的派驻重叠”."""
    return (
        f"{posting.clinician.name}与 {posting.agreement.recipient.display_name} "
        f"{posting.start_on:%Y-%m-%d} 至 {posting.end_on:%Y-%m-%d} 的派驻重叠"
    )


def posting_problems(
    *,
    batch: Batch,
    agreement: Agreement,
    clinician: Clinician,
    start_on: date,
    end_on: date,
    exclude_pk: int | None = None,
    others: Iterable[Posting] | None = None,
) -> Problems:
    """Everything that speaks against this posting, by field; empty when it may be saved.

    ``others``: the person's known postings, when the caller judges many people at once.
    """
    problems = Problems()
    if agreement.sender_id != batch.sender_id:
        problems.add(f"协议 {agreement.number} 的支援单位不是本批次的派出单位。", field="agreement")
    if agreement.cycle_id != batch.cycle_id:
        problems.add(f"协议 {agreement.number} 不属于本批次的周期。", field="agreement")
    if clinician.organisation_id != agreement.sender_id:
        problems.add(f"{clinician.name}不是支援单位的在册人员。", field="clinician")
    if end_on < start_on:
        problems.add(f"结束日期 {end_on:%Y-%m-%d} 早于开始日期 {start_on:%Y-%m-%d}。", field="end_on")
        return problems
    period = Period(start_on, end_on)
    if clinician.left_on and clinician.left_on <= end_on:
        problems.add(f"{clinician.name}已于 {clinician.left_on:%Y-%m-%d} 离职。", field="clinician")
    if start_on < batch.departed_on:
        problems.add(f"开始日期早于本批次出发日期 {batch.departed_on:%Y-%m-%d}。", field="start_on")
    if not agreement.covers(period):
        effective = agreement.effective_period
        found = f"有效期为 {effective}" if effective else "尚未备案"
        problems.add(f"协议 {agreement.number} {found}，不能覆盖派驻 {period}。", field="start_on")
    if others is None:
        others = Posting.objects.filter(clinician=clinician).select_related(
            "agreement__recipient", "clinician"
        )
    meeting = meeting_postings(others, period=period, exclude_pk=exclude_pk)
    if batch.kind == PostingKind.RESIDENT:
        for other in meeting:
            if other.kind == PostingKind.RESIDENT:
                problems.add(overlap_message(other) + "。", field="clinician")
    elif any(other.batch_id == batch.pk and other.agreement_id == agreement.pk for other in meeting):
        problems.add(
            f"{clinician.name}在批次 {batch.code} 中已派往{agreement.recipient.display_name}，日期有重叠，不能重复登记。",
            field="clinician",
        )
    return problems


def not_filed_message(batch: Batch) -> str:
    """Why nobody can be entered straight into the batch; empty when it is filed."""
    if batch.status == Batch.Status.FILED:
        return ""
    return (
        f"批次 {batch.code} 现在是“{batch.get_status_display()}”，人员在派驻计划中增加，备案后才能直接登记。"
    )


def people_on_post(*, day: date) -> QuerySet[Posting]:
    """Arrived postings that hold the day."""
    return (
        Posting.objects.arrived()
        .on_day(day)
        .select_related("clinician", "agreement__sender", "agreement__recipient", "batch")
    )
