"""Sending people out: postings, arrival, end. All problems of an entry are told at once."""

from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Role, User
from core.errors import Problems, RuleBroken, broken_constraint
from core.models import AuditEvent
from core.services.audit import audit_record
from staffing.models import Batch, Clinician, Posting
from staffing.selectors.postings import (
    not_filed_message,
    overlap_message,
    overlapping_resident,
    posting_problems,
)
from support.models import Agreement

OPEN = (Posting.Status.PLANNED, Posting.Status.APPROVED)


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
    """One person's stay within a filed batch, under an agreement in force for all its days: approved.

    Raises RuleBroken with every problem. Two simultaneous requests for one person are told apart by
    the database's exclusion constraint; the loser gets the same sentence as a slow one would.
    """
    batch = Batch.objects.select_for_update(of=("self",), no_key=True).get(pk=batch.pk)
    agreement = Agreement.objects.select_for_update(of=("self",), no_key=True).get(pk=agreement.pk)
    problems = posting_problems(
        batch=batch, agreement=agreement, clinician=clinician, start_on=start_on, end_on=end_on
    )
    if not_filed := not_filed_message(batch):
        problems.add(not_filed, field="batch")
    problems.raise_if_any()
    posting = new_posting(
        batch=batch,
        agreement=agreement,
        clinician=clinician,
        start_on=start_on,
        end_on=end_on,
        department=department,
        role=role,
        by=by,
    )
    posting.status = Posting.Status.APPROVED
    save_posting(posting)
    return posting


def new_posting(*, batch: Batch, clinician: Clinician, end_on: date, by: User, **fields) -> Posting:
    """An unsaved posting with what follows from its batch and person."""
    return Posting(
        batch=batch,
        clinician=clinician,
        kind=batch.kind,
        title=clinician.title,
        end_on=end_on,
        planned_end_on=end_on,
        entered_by=by,
        **fields,
    )


@transaction.atomic
def posting_change(*, posting: Posting, by: User, **changes) -> Posting:
    """Correct an approved posting (dates, person, department, role); one that began is not rewritten.

    What is still planned is changed in its plan. Another recipient is another posting.
    """
    current = Posting.objects.select_for_update(of=("self",)).get(pk=posting.pk)
    if current.status == Posting.Status.PLANNED:
        raise RuleBroken(f"批次 {current.batch.code} 还没有备案，请在派驻计划中修改。")
    if current.status not in OPEN:
        raise RuleBroken(f"派驻现在是“{current.get_status_display()}”，不能再修改；请办理结束或另建派驻。")
    agreement, batch = changes.get("agreement"), changes.get("batch")
    if agreement is not None and agreement.recipient_id != current.agreement.recipient_id:
        raise RuleBroken(
            {
                "agreement": f"不能改派到{agreement.recipient.display_name}：改变受援单位须取消这条派驻，另建派驻。"
            }
        )
    if batch is not None and (not_filed := not_filed_message(batch)):
        raise RuleBroken({"batch": not_filed})
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
    save_posting(current)
    return current


def save_posting(posting: Posting) -> None:
    """Save; a refusal of the database comes back as the sentence that the slow check gives."""
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
        posting.status == Posting.Status.APPROVED
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
    if posting.status == Posting.Status.PLANNED:
        problems.add(f"批次 {posting.batch.code} 还没有备案，备案后才能确认到岗。")
    elif posting.status not in OPEN:
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
def posting_end(*, posting: Posting, ended_on: date, by: User) -> Posting:
    """Close a stay on its last day. An earlier or later day needs the bureau's approval first

    (services/posting_changes.py). Nobody who left the hospital comes back by it.
    """
    posting = Posting.objects.select_for_update(of=("self",)).get(pk=posting.pk)
    if posting.status not in Posting.PRESENT:
        raise RuleBroken(f"派驻现在是“{posting.get_status_display()}”，只有已到岗的可以结束。")
    problems = Problems()
    if ended_on < posting.end_on:
        problems.add(
            f"派驻应到 {posting.end_on:%Y-%m-%d}，提前结束须先申请，由卫健局批准。", field="ended_on"
        )
    elif ended_on > posting.end_on:
        problems.add(f"派驻到 {posting.end_on:%Y-%m-%d}，延期须先申请，由卫健局批准。", field="ended_on")
    elif ended_on > timezone.localdate():
        problems.add(f"还没有到最后一天 {ended_on:%Y-%m-%d}。", field="ended_on")
    problems.raise_if_any()
    close_posting(posting, by=by)
    return posting


def close_posting(posting: Posting, *, by: User) -> None:
    """Ended on its last day, or ended early where that day was approved as an early end. Row locked."""
    early = posting.change_requests.filter(kind="end_early", status="approved").order_by("pk").last()
    # an extension approved after the early end sets another last day
    cut = early is not None and early.new_end_on == posting.end_on
    posting.status = Posting.Status.ENDED_EARLY if cut else Posting.Status.ENDED
    posting.save()
    audit_record(
        verb=AuditEvent.Verb.TRANSITION,
        user=by,
        subject=posting,
        note=f"结束 {posting.end_on:%Y-%m-%d} {posting.end_reason}".strip(),
    )


@transaction.atomic
def posting_cancel(*, posting: Posting, by: User, reason: str) -> Posting:
    """Call off a posting that never began; it stays on record and counts nowhere."""
    posting = Posting.objects.select_for_update(of=("self",)).get(pk=posting.pk)
    if posting.status == Posting.Status.PLANNED:
        raise RuleBroken(f"批次 {posting.batch.code} 还没有备案，请在派驻计划中删去这一行。")
    if posting.status not in OPEN:
        raise RuleBroken(f"派驻现在是“{posting.get_status_display()}”，已到岗的派驻请办理结束。")
    if not reason.strip():
        raise RuleBroken({"reason": "取消必须写明原因。"})
    posting.status, posting.end_reason = Posting.Status.CANCELLED, reason.strip()[:300]
    posting.save()
    audit_record(verb=AuditEvent.Verb.TRANSITION, user=by, subject=posting, note=f"取消：{reason}")
    return posting
