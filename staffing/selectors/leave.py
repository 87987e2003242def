"""Leave: who must approve it, whose turn it is, what counts as approved in time."""

from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Organisation, Role, User
from core.dates import Period
from staffing.models import ApprovalLevel, Clinician, Leave, LeaveApproval, LeavePolicy, Posting
from staffing.selectors.attendance import leave_begins, leave_halves
from support.models import Programme

# where a programme says nothing: up to three days the recipient, longer the sender and the bureau
DEFAULT_UP_TO = 3
DEFAULT_SHORT = [ApprovalLevel.RECIPIENT.value]
DEFAULT_LONG = [ApprovalLevel.SENDER.value, ApprovalLevel.BUREAU.value]
DEFAULT_TEXT = f"没有规定时：不超过 {DEFAULT_UP_TO} 天由受援单位批准，更长由支援单位和卫健局批准。"

ORDER = {level: number for number, level in enumerate(ApprovalLevel.values)}


def levels_for(*, programme: Programme, days: Decimal) -> list[str]:
    """The levels that leave of this length needs: the tightest rule of the programme that covers it.

    A programme that says nothing (or nothing about so long a leave) falls back to the default.
    """
    rules = LeavePolicy.objects.filter(programme=programme)
    fitting = [rule for rule in rules if rule.up_to_days is None or days <= rule.up_to_days]
    if fitting:
        tightest = min(fitting, key=lambda rule: (rule.up_to_days is None, rule.up_to_days))
        return sorted(set(tightest.levels), key=ORDER.get)
    return DEFAULT_SHORT if days <= DEFAULT_UP_TO else DEFAULT_LONG


def overlapping_leave(*, leave: Leave) -> list[Leave]:
    """Requested or approved leave of the same person that shares a half-day with this one."""
    others = (
        Leave.objects.filter(
            posting__clinician=leave.posting.clinician_id,
            status__in=[Leave.Status.REQUESTED, Leave.Status.APPROVED],
            start_on__lte=leave.end_on,
            end_on__gte=leave.start_on,
        )
        .exclude(pk=leave.pk)
        .order_by("start_on")
    )
    mine = leave_halves(leave)
    return [other for other in others if mine & leave_halves(other)]


def level_of(*, leave: Leave, by: User) -> str:
    """The level at which this person decides, or "" when the leave is not theirs to decide.

    Neither who asked for it nor who goes on leave decides, and nobody decides a level that is done.
    """
    if leave.status != Leave.Status.REQUESTED or by.pk == leave.requested_by_id:
        return ""
    posting = leave.posting
    if posting.clinician.user_id == by.pk:
        return ""
    agreement, level = posting.agreement, ""
    if by.has_role(Role.RECIPIENT_COORDINATOR) and by.organisation_id == agreement.recipient_id:
        level = ApprovalLevel.RECIPIENT
    elif by.has_role(Role.HOSPITAL_COORDINATOR) and by.organisation_id == agreement.sender_id:
        level = ApprovalLevel.SENDER
    elif by.has_role(Role.BUREAU_OFFICER, Role.BUREAU_LEADER) and _is_bureau(agreement, by):
        level = ApprovalLevel.BUREAU
    done = {approval.level for approval in leave.approvals.all()}
    return str(level) if level in leave.levels and level not in done else ""


def _is_bureau(agreement, by: User) -> bool:
    reached = by.reach().organisations
    bureau = agreement.cycle.programme.bureau_id
    return reached is not None and Organisation.objects.filter(pk=bureau, pk__in=reached).exists()


def leaves_to_decide(user: User) -> QuerySet[Leave]:
    """The rule of ``level_of`` as a query: leave that waits for this person."""
    turn = Q(pk__in=[])
    if user.has_role(Role.RECIPIENT_COORDINATOR):
        turn |= Q(
            levels__contains=["recipient"], posting__agreement__recipient=user.organisation_id
        ) & ~_done("recipient")
    if user.has_role(Role.HOSPITAL_COORDINATOR):
        turn |= Q(levels__contains=["sender"], posting__agreement__sender=user.organisation_id) & ~_done(
            "sender"
        )
    if user.has_role(Role.BUREAU_OFFICER, Role.BUREAU_LEADER):
        turn |= Q(
            levels__contains=["bureau"],
            posting__agreement__cycle__programme__bureau__in=user.reach().organisations,
        ) & ~_done("bureau")
    return (
        Leave.objects.visible_to(user)
        .filter(turn, status=Leave.Status.REQUESTED)
        .exclude(requested_by=user)
        .exclude(pk__in=Leave.objects.filter(posting__clinician__user=user).values("pk"))
    )


def leaves_waiting(*, user: User) -> QuerySet[Leave]:
    """The same for the desk's cards and filters."""
    return leaves_to_decide(user)


def _done(level: str) -> Q:
    return Q(Exists(LeaveApproval.objects.filter(leave=OuterRef("pk"), level=level)))


def postings_for_leave(user: User) -> QuerySet[Posting]:
    """Stays for which this person may ask for leave: the own ones, or those of the unit's people."""
    mine = Q(clinician__user=user)
    if user.has_role(Role.RECIPIENT_COORDINATOR):
        mine |= Q(agreement__recipient=user.organisation_id)
    if user.has_role(Role.HOSPITAL_COORDINATOR):
        mine |= Q(agreement__sender=user.organisation_id)
    return (
        Posting.objects.visible_to(user)
        .arrived()
        .staff()
        .filter(mine)
        .select_related("clinician", "agreement__sender", "agreement__recipient")
        .order_by("-end_on", "clinician__name_key", "pk")
    )


def stay_of(posting: Posting) -> Period | None:
    """The days on which leave may be taken: from the confirmed arrival to the end."""
    if posting.arrived_on is None or posting.end_on < posting.arrived_on:
        return None
    return Period(posting.arrived_on, posting.end_on)


def is_late(leave: Leave) -> bool:
    """Approved, but only after it had begun (补批): counts as off-post."""
    return leave.status == Leave.Status.APPROVED and leave.approved_at >= leave_begins(leave)


def leaves_of(clinician: Clinician, period: Period) -> QuerySet[Leave]:
    """Approved leave of a person that touches the period."""
    return Leave.objects.filter(
        posting__clinician=clinician,
        status=Leave.Status.APPROVED,
        start_on__lte=period.end,
        end_on__gte=period.start,
    ).order_by("start_on")
