"""Extending a stay or ending it early: the sender (or an officer for it) asks, the bureau decides.

Who asked never decides. Nothing here touches whether the person still works for the hospital: an end
revives nobody who left, and nobody who left is extended.
"""

from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Organisation, Role, User
from core.errors import Problems, RuleBroken, broken_constraint
from core.models import AuditEvent
from core.services.audit import audit_record
from staffing.models import Posting, PostingChange
from staffing.selectors.postings import posting_problems
from staffing.services.postings import close_posting, save_posting

Kind, Status = PostingChange.Kind, PostingChange.Status


def may_request(*, posting: Posting, by: User) -> bool:
    """The sender's coordinator, or an officer with the hospital in reach, while the person is on post."""
    if posting.status not in Posting.PRESENT:
        return False
    if by.has_role(Role.HOSPITAL_COORDINATOR) and by.organisation_id == posting.agreement.sender_id:
        return True
    return by.has_role(Role.BUREAU_OFFICER) and Posting.objects.owned_by(by).filter(pk=posting.pk).exists()


def may_decide(*, change: PostingChange, by: User) -> bool:
    """Officer or leader of the programme's bureau or above it, never the person who asked."""
    bureau = change.posting.agreement.cycle.programme.bureau_id
    return (
        change.status == Status.REQUESTED
        and by.pk != change.requested_by_id
        and by.has_role(Role.BUREAU_OFFICER, Role.BUREAU_LEADER)
        and Organisation.objects.owned_by(by).filter(pk=bureau).exists()
    )


def _problems(posting: Posting, kind: str, new_end_on: date) -> Problems:
    """Everything that speaks against the new last day."""
    problems = Problems()
    if posting.status not in Posting.PRESENT:
        problems.add(f"派驻现在是“{posting.get_status_display()}”，只有在岗的派驻可以延期或提前结束。")
        return problems
    now = f"现在的结束日期 {posting.end_on:%Y-%m-%d}"
    if kind == Kind.END_EARLY:
        if new_end_on >= posting.end_on:
            problems.add(f"提前结束的日期 {new_end_on:%Y-%m-%d} 应早于{now}。", field="new_end_on")
        elif new_end_on < posting.arrived_on:
            problems.add(
                f"提前结束的日期 {new_end_on:%Y-%m-%d} 早于到岗日期 {posting.arrived_on:%Y-%m-%d}。",
                field="new_end_on",
            )
        return problems
    if new_end_on <= posting.end_on:
        problems.add(f"延期的日期 {new_end_on:%Y-%m-%d} 应晚于{now}。", field="new_end_on")
        return problems
    against = posting_problems(
        batch=posting.batch,
        agreement=posting.agreement,
        clinician=posting.clinician,
        start_on=posting.start_on,
        end_on=new_end_on,
        exclude_pk=posting.pk,
    )
    for messages in against.found.values():
        for message in messages:
            problems.add(message, field="new_end_on")
    return problems


def _request(
    posting: Posting, kind: str, new_end_on: date, reason: str, unfinished_task: str, by: User
) -> PostingChange:
    posting = _locked(posting.pk)
    if not may_request(posting=posting, by=by) and posting.status in Posting.PRESENT:
        raise RuleBroken("只有支援单位的联络员或卫健局经办人员可以申请。")
    problems = _problems(posting, kind, new_end_on)
    if not reason.strip():
        problems.add("请写明原因。", field="reason")
    if kind == Kind.EXTEND and not unfinished_task.strip():
        problems.add("延期须写明没有完成的任务。", field="unfinished_task")
    if posting.change_requests.filter(status=Status.REQUESTED).exists():
        problems.add("这条派驻已有一个待批准的申请，请等待审批或先撤回。")
    problems.raise_if_any()
    change = PostingChange(
        posting=posting,
        kind=kind,
        old_end_on=posting.end_on,
        new_end_on=new_end_on,
        reason=reason.strip()[:300],
        unfinished_task=unfinished_task.strip()[:300],
        requested_by=by,
        requested_at=timezone.now(),
    )
    try:
        with transaction.atomic():
            change.save()
    except IntegrityError as error:
        if broken_constraint(error) == "posting_change_one_open":
            raise RuleBroken("这条派驻已有一个待批准的申请。") from error
        raise
    _say(change, by, f"申请{change.get_kind_display()}至 {new_end_on:%Y-%m-%d}：{change.reason}")
    return change


@transaction.atomic
def posting_extend(
    *, posting: Posting, new_end_on: date, reason: str, unfinished_task: str, by: User
) -> PostingChange:
    """Ask for a later last day (延期), naming the task that is not finished."""
    return _request(posting, Kind.EXTEND, new_end_on, reason, unfinished_task, by)


@transaction.atomic
def posting_end_early(*, posting: Posting, new_end_on: date, reason: str, by: User) -> PostingChange:
    """Ask for an earlier last day (提前结束)."""
    return _request(posting, Kind.END_EARLY, new_end_on, reason, "", by)


@transaction.atomic
def posting_change_approve(*, change: PostingChange, by: User, note: str = "") -> Posting:
    """The new last day becomes the posting's. An early end that lies in the past closes the stay at once."""
    change, posting = _to_decide(change, by)
    problems = _problems(posting, change.kind, change.new_end_on)
    problems.raise_if_any()
    _decide(change, Status.APPROVED, by, note)
    posting.end_on, posting.end_reason = change.new_end_on, change.reason
    if change.kind == Kind.EXTEND:
        posting.status = Posting.Status.EXTENDED
        save_posting(posting)
    elif change.new_end_on < timezone.localdate():
        close_posting(posting, by=by)
    else:
        posting.save()
    return posting


@transaction.atomic
def posting_change_refuse(*, change: PostingChange, by: User, note: str) -> PostingChange:
    change, _ = _to_decide(change, by)
    if not note.strip():
        raise RuleBroken({"note": "不批准须写明理由。"})
    _decide(change, Status.REFUSED, by, note)
    return change


@transaction.atomic
def posting_change_withdraw(*, change: PostingChange, by: User) -> PostingChange:
    """The side that asked takes its request back before it is decided."""
    posting = _locked(change.posting_id)
    change = PostingChange.objects.select_for_update(of=("self",)).get(pk=change.pk)
    change.posting = posting
    if change.status != Status.REQUESTED:
        raise RuleBroken(f"申请现在是“{change.get_status_display()}”，不能撤回。")
    if by.pk != change.requested_by_id and not may_request(posting=posting, by=by):
        raise RuleBroken("只有申请的一方可以撤回。")
    change.status = Status.WITHDRAWN
    change.save()
    _say(change, by, "撤回申请")
    return change


def _locked(pk: int) -> Posting:
    """The posting is always locked before its requests: two decisions cannot wait for each other."""
    return (
        Posting.objects.select_for_update(of=("self",))
        .select_related("batch", "clinician", "agreement__recipient", "agreement__cycle__programme")
        .get(pk=pk)
    )


def _to_decide(change: PostingChange, by: User) -> tuple[PostingChange, Posting]:
    posting = _locked(change.posting_id)
    change = PostingChange.objects.select_for_update(of=("self",)).get(pk=change.pk)
    change.posting = posting
    if change.status != Status.REQUESTED:
        raise RuleBroken(f"申请现在是“{change.get_status_display()}”，不能再审批。")
    if not may_decide(change=change, by=by):
        raise RuleBroken("只有主管卫健局的经办人员或领导可以审批，申请人不能审批自己的申请。")
    return change, posting


def _decide(change: PostingChange, status: str, by: User, note: str) -> None:
    change.status, change.decided_by, change.decided_at = status, by, timezone.now()
    change.note = note.strip()[:300]
    change.save()
    _say(change, by, f"{change.get_status_display()} {change.note}".strip())


def _say(change: PostingChange, by: User, note: str) -> None:
    """On the posting as well: its history is what people open."""
    for subject in (change, change.posting):
        audit_record(
            verb=AuditEvent.Verb.TRANSITION,
            user=by,
            subject=subject,
            note=f"{change.get_kind_display()}：{note}",
        )
