"""Sending people out: batches, postings, arrival, end. All problems of an entry are told at once."""

from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Organisation, Role, User
from core.dates import Period
from core.errors import Problems, RuleBroken, broken_constraint, checked
from core.models import AuditEvent
from core.services.audit import audit_record
from staffing.models import Batch, Clinician, Posting, PostingKind
from staffing.selectors.postings import overlap_message, overlapping_resident, repeated_in_batch
from support.models import Agreement, Cycle

OPEN = (Posting.Status.PLANNED, Posting.Status.APPROVED)


@transaction.atomic
def batch_create(
    *, cycle: Cycle, sender: Organisation, code: str, kind: str, departed_on: date, task: str = ""
) -> Batch:
    """A departure of a team. Its kind (resident, short-term, circuit) is that of all its postings."""
    batch = Batch(cycle=cycle, sender=sender, code=code, kind=kind, departed_on=departed_on, task=task)
    checked(batch)
    batch.save()
    return batch


def posting_problems(
    *,
    batch: Batch,
    agreement: Agreement,
    clinician: Clinician,
    start_on: date,
    end_on: date,
    exclude_pk: int | None = None,
) -> Problems:
    """Everything that speaks against this posting, by field; empty when it may be saved."""
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
    if batch.kind == PostingKind.RESIDENT:
        for other in overlapping_resident(clinician=clinician, period=period, exclude_pk=exclude_pk):
            problems.add(overlap_message(other) + "。", field="clinician")
    elif repeated_in_batch(
        batch=batch, agreement=agreement, clinician=clinician, period=period, exclude_pk=exclude_pk
    ):
        problems.add(
            f"{clinician.name}在批次 {batch.code} 中已派往{agreement.recipient.display_name}，日期有重叠，不能重复登记。",
            field="clinician",
        )
    return problems


@transaction.atomic
def posting_create(
    *,
    batch: Batch,
    agreement: Agreement,
    clinician: Clinician,
    start_on: date,
    end_on: date,
    by: User,
    department: str = "",
    role: str = Posting.Role.MEMBER,
) -> Posting:
    """Plan one person's stay under an agreement in force for all its days.

    Raises RuleBroken with every problem. Two simultaneous requests for one person are told apart by
    the database's exclusion constraint; the loser gets the same sentence as a slow one would.
    """
    agreement = Agreement.objects.select_for_update(of=("self",), no_key=True).get(pk=agreement.pk)
    posting_problems(
        batch=batch, agreement=agreement, clinician=clinician, start_on=start_on, end_on=end_on
    ).raise_if_any()
    posting = Posting(
        batch=batch,
        agreement=agreement,
        clinician=clinician,
        kind=batch.kind,
        role=role,
        department=department,
        title=clinician.title,
        start_on=start_on,
        end_on=end_on,
        planned_end_on=end_on,
        entered_by=by,
    )
    _save(posting)
    return posting


@transaction.atomic
def posting_change(*, posting: Posting, by: User, **changes) -> Posting:
    """Correct a planned posting (dates, person, department, role); one that began is not rewritten."""
    current = Posting.objects.select_for_update(of=("self",)).get(pk=posting.pk)
    if current.status not in OPEN:
        raise RuleBroken(f"派驻现在是“{current.get_status_display()}”，不能再修改；请办理结束或另建派驻。")
    for name, value in changes.items():
        setattr(current, name, value)
    posting_problems(
        batch=current.batch,
        agreement=current.agreement,
        clinician=current.clinician,
        start_on=current.start_on,
        end_on=current.end_on,
        exclude_pk=current.pk,
    ).raise_if_any()
    current.kind, current.title, current.planned_end_on = (
        current.batch.kind,
        current.clinician.title,
        current.end_on,
    )
    _save(current)
    return current


def _save(posting: Posting) -> None:
    posting.clean_fields()
    # one writer a person at a time (agreement first, as everywhere): rows that wait for each other's
    # exclusion check would be a deadlock; the constraint still decides who was first
    Agreement.objects.select_for_update(of=("self",), no_key=True).get(pk=posting.agreement_id)
    Clinician.objects.select_for_update(of=("self",), no_key=True).get(pk=posting.clinician_id)
    try:
        with transaction.atomic():
            posting.save()
    except IntegrityError as error:
        if broken_constraint(error) == "posting_no_resident_overlap":
            others = overlapping_resident(
                clinician=posting.clinician, period=posting.period, exclude_pk=posting.pk
            )
            messages = [overlap_message(other) + "。" for other in others]
            raise RuleBroken({"clinician": messages or ["这个人在这段时间已有驻点派驻。"]}) from error
        if broken_constraint(error) == "posting_agreement_in_force":
            raise RuleBroken({"start_on": "协议没有在派驻的全部日期内有效。"}) from error
        raise


def may_confirm_arrival(*, posting: Posting, by: User) -> bool:
    """The recipient's coordinator, never whoever entered the posting."""
    return (
        posting.status in OPEN
        and by.has_role(Role.RECIPIENT_COORDINATOR)
        and by.organisation_id == posting.agreement.recipient_id
        and by.pk != posting.entered_by_id
    )


@transaction.atomic
def posting_confirm_arrival(*, posting: Posting, arrived_on: date, by: User) -> Posting:
    """The recipient confirms that the person is there (到岗); only then does the posting count."""
    posting = (
        Posting.objects.select_for_update(of=("self",))
        .select_related("agreement", "clinician")
        .get(pk=posting.pk)
    )
    problems = Problems()
    if posting.status not in OPEN:
        problems.add(
            f"{posting.clinician.name}的派驻现在是“{posting.get_status_display()}”，不需要确认到岗。"
        )
    elif not may_confirm_arrival(posting=posting, by=by):
        problems.add("只能由受援单位的联络员确认到岗，填报人不能确认自己填报的派驻。")
    if not posting.period.contains(arrived_on):
        problems.add(f"到岗日期应在派驻 {posting.period} 之内。", field="arrived_on")
    if arrived_on > timezone.localdate():
        problems.add("到岗日期不能晚于今天。", field="arrived_on")
    problems.raise_if_any()
    posting.status = Posting.Status.ON_POST
    posting.arrived_on, posting.arrival_confirmed_by, posting.arrival_confirmed_at = (
        arrived_on,
        by,
        timezone.now(),
    )
    posting.save()
    audit_record(
        verb=AuditEvent.Verb.TRANSITION, user=by, subject=posting, note=f"确认到岗 {arrived_on:%Y-%m-%d}"
    )
    return posting


@transaction.atomic
def posting_end(*, posting: Posting, ended_on: date, by: User, reason: str = "") -> Posting:
    """Close a stay on its last day. Earlier than planned needs a reason."""
    posting = Posting.objects.select_for_update(of=("self",)).get(pk=posting.pk)
    if posting.status not in Posting.PRESENT:
        raise RuleBroken(f"派驻现在是“{posting.get_status_display()}”，只有已到岗的可以结束。")
    if not posting.arrived_on <= ended_on <= posting.end_on:
        raise RuleBroken(
            {"ended_on": f"结束日期应在 {posting.arrived_on:%Y-%m-%d} 至 {posting.end_on:%Y-%m-%d} 之间。"}
        )
    early = ended_on < posting.planned_end_on
    if early and not reason.strip():
        raise RuleBroken({"reason": "提前结束必须写明原因。"})
    posting.end_on, posting.end_reason = ended_on, reason.strip()[:300]
    posting.status = Posting.Status.ENDED_EARLY if early else Posting.Status.ENDED
    posting.save()
    audit_record(
        verb=AuditEvent.Verb.TRANSITION,
        user=by,
        subject=posting,
        note=f"结束 {ended_on:%Y-%m-%d} {reason}".strip(),
    )
    return posting


@transaction.atomic
def posting_cancel(*, posting: Posting, by: User, reason: str) -> Posting:
    """Call off a posting that never began; it stays on record and counts nowhere."""
    posting = Posting.objects.select_for_update(of=("self",)).get(pk=posting.pk)
    if posting.status not in OPEN:
        raise RuleBroken(f"派驻现在是“{posting.get_status_display()}”，已到岗的派驻请办理结束。")
    if not reason.strip():
        raise RuleBroken({"reason": "取消必须写明原因。"})
    posting.status, posting.end_reason = Posting.Status.CANCELLED, reason.strip()[:300]
    posting.save()
    audit_record(verb=AuditEvent.Verb.TRANSITION, user=by, subject=posting, note=f"取消：{reason}")
    return posting
