"""“待办”: everything that waits for a person, from the same questions as the lists ask."""

from datetime import date

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.http import urlencode

from accounts.models import Role, User
from core.waiting import Waiting
from staffing.models import Activity, AdvancedStudy, Batch, Mentorship, Posting, RecognisedService
from staffing.selectors.corrections import corrections_to_decide
from staffing.selectors.coverage import By, coverage_warnings
from staffing.selectors.coverage_list import agreements_by
from staffing.selectors.leave import leaves_to_decide
from staffing.selectors.sheet_grid import unmarked_today
from staffing.selectors.sheets import sheets_missing
from support.models import Donation
from support.models.confirmation import RecordStatus
from support.selectors.waiting import records_entered, records_to_confirm, versions_to_confirm


def arrivals_to_confirm(user: User, *, day: date) -> QuerySet[Posting]:
    """People who should be there by the day, whose arrival the user's organisation has not confirmed."""
    due = Posting.objects.visible_to(user).filter(
        status=Posting.Status.APPROVED,
        start_on__lte=day,
        agreement__recipient=user.organisation_id,
    )
    return due.exclude(entered_by=user)


def plans_to_accept(user: User) -> QuerySet[Batch]:
    """Submitted plans that send somebody to the user's organisation, which has not answered yet."""
    mine = Posting.objects.filter(
        agreement__recipient=user.organisation_id, status=Posting.Status.PLANNED
    ).values("batch")
    return (
        Batch.objects.visible_to(user)
        .filter(pk__in=mine, status=Batch.Status.SUBMITTED)
        .exclude(acceptances__recipient=user.organisation_id)
        .exclude(submitted_by=user)
    )


def plans_in_hand(user: User, status: str) -> QuerySet[Batch]:
    """Plans of the user's hospital in a state."""
    return Batch.objects.visible_to(user).filter(sender=user.organisation_id, status=status)


def _list(name: str, **filters) -> str:
    return f"{reverse(name)}?{urlencode(filters)}"


KINDS = (
    (Activity, "活动", "activity-list"),
    (AdvancedStudy, "进修", "study-list"),
    (Mentorship, "师带徒", "mentorship-list"),
    (Donation, "捐赠", "donation-list"),
    (RecognisedService, "其他服务", "recognised-list"),
)
# those that the other side of an agreement confirms; the rest is the bureau's to confirm
BY_OTHER_SIDE = (Activity, AdvancedStudy, Mentorship, Donation)


def _attendance(user: User, day: date) -> list[Waiting]:
    """Today's marks, months that were never submitted, leave and corrections to decide."""
    lines = []
    if user.has_role(Role.RECIPIENT_COORDINATOR):
        lines += [
            Waiting(
                unmarked_today(user, day=day), "人今天的考勤没有登记", "去登记", reverse("attendance-today")
            ),
            Waiting(
                len(sheets_missing(user, day=day)),
                "个月的考勤没有提交",
                "去提交",
                reverse("attendance-missing"),
                tone="bad",
            ),
            Waiting(
                corrections_to_decide(user=user).count(),
                "份考勤更正等待审核",
                "去审核",
                _list("correction-list", waiting="on"),
            ),
        ]
    lines.append(
        Waiting(leaves_to_decide(user).count(), "份请假等待审批", "去审批", _list("leave-list", waiting="on"))
    )
    return lines


def _coverage(user: User, day: date) -> list[Waiting]:
    """Clinics from which somebody leaves soon with nobody to follow."""
    by = By.PAIR if user.has_role(Role.HOSPITAL_COORDINATOR, Role.HOSPITAL_LEADER) else By.RECIPIENT
    ending = coverage_warnings(agreements_by(user, by), by=by, today=day)
    units = {warning.unit for warning in ending}
    address = _list("coverage-list", by=by.value, only="warning")
    return [Waiting(len(units), "家受援单位有人快到期，还没有人接替", "去查看", address)]


def records_and_people(user: User, *, day: date) -> list[Waiting]:
    """What people of hospitals and clinics and posted doctors have to do; registered as a source of 待办.

    A hospital's leader sees the same lines as its coordinators.
    """
    lines = []
    unit = user.has_role(Role.HOSPITAL_COORDINATOR, Role.RECIPIENT_COORDINATOR, Role.HOSPITAL_LEADER)
    if unit:
        lines.append(
            Waiting(
                versions_to_confirm(user).count(),
                "份协议等待本单位确认",
                "去核对",
                _list("agreement-list", waiting="on"),
            )
        )
    if unit and not user.has_role(Role.HOSPITAL_COORDINATOR) or user.has_role(Role.RECIPIENT_COORDINATOR):
        lines.append(
            Waiting(
                arrivals_to_confirm(user, day=day).count(),
                "人等待确认到岗",
                "去确认",
                _list("posting-list", waiting="on"),
            )
        )
    lines += _plan_lines(user) + _coverage(user, day) if unit else []
    lines += _attendance(user, day)
    for model, name, url_name in KINDS:
        rows = model.objects.visible_to(user)
        if unit and model in BY_OTHER_SIDE:
            lines.append(
                Waiting(
                    records_to_confirm(rows, user).count(),
                    f"条{name}等待本单位确认",
                    "去确认",
                    _list(url_name, waiting="on"),
                )
            )
        lines.append(
            Waiting(
                records_entered(rows, user, RecordStatus.RETURNED).count(),
                f"条{name}被对方退回",
                "去修改",
                _list(url_name, status=RecordStatus.RETURNED.value),
                tone="bad",
            )
        )
        lines.append(
            Waiting(
                records_entered(rows, user, RecordStatus.DRAFT).count(),
                f"条{name}草稿没有提交",
                "去提交",
                _list(url_name, status=RecordStatus.DRAFT.value),
                tone="off",
            )
        )
    return lines


def _plan_lines(user: User) -> list[Waiting]:
    """Rotation plans: to receive, sent back, never sent."""
    status = Batch.Status
    return [
        Waiting(
            plans_to_accept(user).count(),
            "份派驻计划等待本单位接收",
            "去核对",
            _list("batch-list", waiting="on"),
        ),
        Waiting(
            plans_in_hand(user, status.RETURNED).count(),
            "份派驻计划被退回",
            "去修改",
            _list("batch-list", status=status.RETURNED.value),
            tone="bad",
        ),
        Waiting(
            plans_in_hand(user, status.DRAFT).count(),
            "份派驻计划没有提交",
            "去提交",
            _list("batch-list", status=status.DRAFT.value),
            tone="off",
        ),
    ]
