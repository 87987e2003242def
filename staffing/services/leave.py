"""Leave (请假): asked for, decided level by level, withdrawn.

Days are calendar days, both ends included, half-days at either end. Leave approved only after it began
is recorded as such (补批) and still counts as off-post: selectors/attendance.py compares the moments.
"""

from datetime import date

from django.db import transaction
from django.utils import timezone

from accounts.models import Role, User
from core.errors import Problems, RuleBroken, checked
from core.models import AuditEvent
from core.numbers import plain
from core.services.audit import audit_record
from staffing.models import ApprovalLevel, Clinician, Half, Leave, LeaveApproval, Posting
from staffing.selectors.leave import is_late, level_of, levels_for, overlapping_leave, stay_of


def may_request(*, posting: Posting, by: User) -> bool:
    """The person, or a coordinator of either side."""
    agreement = posting.agreement
    return (
        posting.clinician.user_id == by.pk
        or (by.has_role(Role.RECIPIENT_COORDINATOR) and by.organisation_id == agreement.recipient_id)
        or (by.has_role(Role.HOSPITAL_COORDINATOR) and by.organisation_id == agreement.sender_id)
    )


@transaction.atomic
def leave_request(
    *,
    posting: Posting,
    kind: str,
    start_on: date,
    end_on: date,
    reason: str,
    by: User,
    start_half: str = Half.MORNING,
    end_half: str = Half.AFTERNOON,
) -> Leave:
    """Ask for leave; who must approve it is fixed now, by its length."""
    posting = Posting.objects.select_related("clinician", "agreement__cycle__programme").get(pk=posting.pk)
    # one writer a person at a time, or two requests could both find the days free
    Clinician.objects.select_for_update(of=("self",), no_key=True).get(pk=posting.clinician_id)
    if not may_request(posting=posting, by=by):
        raise RuleBroken("请假由本人或双方联络员提出。")
    if end_on < start_on or (end_on == start_on and (start_half, end_half) == ("pm", "am")):
        raise RuleBroken({"end_on": "请假结束早于开始。"})
    leave = Leave(
        posting=posting,
        kind=kind,
        start_on=start_on,
        start_half=start_half,
        end_on=end_on,
        end_half=end_half,
        reason=reason.strip(),
        requested_by=by,
    )
    problems = Problems()
    stay = stay_of(posting)
    if stay is None or posting.status == Posting.Status.CANCELLED:
        problems.add(f"{posting.clinician.name}还没有确认到岗，不能请假。", field="posting")
    elif not (stay.contains(start_on) and stay.contains(end_on)):
        problems.add(f"请假 {leave.period} 超出在岗期 {stay}。", field="start_on")
    if not leave.reason:
        problems.add("请写明请假事由。", field="reason")
    for other in overlapping_leave(leave=leave):
        problems.add(
            f"与 {described(other)}（{other.get_status_display()}）重叠，不能重复请假。", field="start_on"
        )
    problems.raise_if_any()
    leave.levels = levels_for(programme=posting.agreement.cycle.programme, days=leave.days)
    checked(leave)
    leave.save()
    _record(leave, by, f"申请{described(leave)}，{plain(leave.days)} 天")
    return leave


def described(leave: Leave) -> str:
    """“2026-03-02 上午 至 2026-03-04 下午 的事假”."""
    return (
        f"{leave.start_on:%Y-%m-%d} {leave.get_start_half_display()} 至 "
        f"{leave.end_on:%Y-%m-%d} {leave.get_end_half_display()} 的{leave.get_kind_display()}"
    )


def _held(leave: Leave) -> Leave:
    return (
        Leave.objects.select_for_update(of=("self",))
        .select_related("posting__clinician", "posting__agreement__cycle__programme")
        .get(pk=leave.pk)
    )


@transaction.atomic
def leave_decide(*, leave: Leave, approved: bool, by: User, note: str = "") -> Leave:
    """One level's decision. Refused by one is refused; approved when all levels have agreed."""
    leave = _held(leave)
    if leave.status != Leave.Status.REQUESTED:
        raise RuleBroken(f"这份请假现在是“{leave.get_status_display()}”，不需要审批。")
    level = level_of(leave=leave, by=by)
    if not level:
        needed = "、".join(ApprovalLevel(name).label for name in leave.levels)
        raise RuleBroken(f"这份请假由{needed}审批；提出人和请假本人不能审批，一个单位只审批一次。")
    if not approved and not note.strip():
        raise RuleBroken({"note": "不批准必须写明理由。"})
    now = timezone.now()
    LeaveApproval.objects.create(
        leave=leave, level=level, approved=approved, note=note.strip()[:200], decided_by=by, decided_at=now
    )
    if not approved:
        leave.status = Leave.Status.REFUSED
    elif {approval.level for approval in leave.approvals.all()} >= set(leave.levels):
        leave.status, leave.approved_at = Leave.Status.APPROVED, now
    leave.save()
    late = "（补批，不算事先批准）" if is_late(leave) else ""
    answer = "同意" if approved else "不批准"
    _record(
        leave, by, f"{ApprovalLevel(level).label}{answer}{late}{'：' + note.strip() if note.strip() else ''}"
    )
    return leave


def may_withdraw(*, leave: Leave, by: User) -> bool:
    """Who asked or the person: while it waits, and approved leave until the day it starts."""
    mine = by.pk in (leave.requested_by_id, leave.posting.clinician.user_id)
    waits = leave.status == Leave.Status.REQUESTED
    unused = leave.status == Leave.Status.APPROVED and leave.start_on > timezone.localdate()
    return mine and (waits or unused)


@transaction.atomic
def leave_withdraw(*, leave: Leave, by: User) -> Leave:
    leave = _held(leave)
    if not may_withdraw(leave=leave, by=by):
        raise RuleBroken("只有提出人或请假本人能撤回，已批准的请假开始后不能撤回。")
    leave.status = Leave.Status.WITHDRAWN
    leave.save()
    _record(leave, by, "撤回请假")
    return leave


def _record(leave: Leave, by: User, note: str) -> None:
    audit_record(verb=AuditEvent.Verb.TRANSITION, user=by, subject=leave, note=note)
