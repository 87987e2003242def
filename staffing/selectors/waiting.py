"""“待办”: everything that waits for a person, from the same questions as the lists ask."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.http import urlencode

from accounts.models import Role, User
from core.waiting import DRAFT, OVERDUE, RETURNED, Waiting
from staffing.models import Activity, AdvancedStudy, Batch, Mentorship, Posting, RecognisedService
from staffing.selectors.corrections import corrections_to_decide
from staffing.selectors.coverage import By
from staffing.selectors.leave import leaves_to_decide
from staffing.selectors.sheet_grid import unmarked_today
from staffing.selectors.sheets import sheets_missing
from staffing.selectors.waiting_bureau import coverage_line
from support.models import Donation
from support.models.confirmation import RecordStatus
from support.selectors.desk import agreements_ending
from support.selectors.waiting import ends_of, record_counts, versions_to_confirm


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


UNITS = (Role.HOSPITAL_COORDINATOR, Role.RECIPIENT_COORDINATOR, Role.HOSPITAL_LEADER)
ENDING_WITHIN_DAYS = 30


def postings_ending(user: User, *, day: date) -> QuerySet[Posting]:
    """People on post whose last day comes within a month."""
    return Posting.objects.visible_to(user).filter(
        status__in=Posting.PRESENT, end_on__range=(day, day + timedelta(days=ENDING_WITHIN_DAYS))
    )


def records_and_people(user: User, *, day: date) -> Iterator[Waiting]:
    """What people of hospitals and clinics and posted doctors have to do; registered as a source of 待办.

    A hospital's leader sees the same lines as its coordinators.
    """
    unit = user.has_role(*UNITS)
    if not unit and not user.has_role(Role.CLINICIAN):
        return
    if unit:
        yield from _agreement_lines(user, day)
    if user.has_role(Role.RECIPIENT_COORDINATOR, Role.HOSPITAL_LEADER):
        yield Waiting(
            arrivals_to_confirm(user, day=day).count(),
            "人等待确认到岗",
            "去确认",
            _list("posting-list", waiting="on"),
            explain="人到了就确认，派驻时长从确认的到岗日期算起。",
        )
    if unit:
        yield from _plan_lines(user)
        yield from _people_lines(user, day)
    yield from _attendance(user, day)
    for kind in KINDS:
        yield from _record_lines(user, *kind, unit=unit)


def _agreement_lines(user: User, day: date) -> Iterator[Waiting]:
    yield Waiting(
        versions_to_confirm(user).count(),
        "份协议等待本单位确认",
        "去核对",
        _list("agreement-list", waiting="on"),
        explain="核对文本和量化目标，无误则确认，有误则写明原因退回。",
    )
    yield ends_of(
        agreements_ending(user=user, day=day),
        "份协议即将到期",
        _list("agreement-list", ending="on"),
        explain="还没有续签，请与对方和卫健局商定续签或结束。",
    )


def _people_lines(user: User, day: date) -> Iterator[Waiting]:
    """Own people whose stay ends soon, and clinics from which somebody leaves with nobody to follow."""
    yield ends_of(
        postings_ending(user, day=day),
        "人派驻即将期满",
        _list("posting-list", ending="on"),
        explain="安排接替，或由支援单位申请延期；期满后登记结束。",
        field="end_on",
    )
    by = By.PAIR if user.has_role(Role.HOSPITAL_COORDINATOR, Role.HOSPITAL_LEADER) else By.RECIPIENT
    yield coverage_line(user, by, day)


def _attendance(user: User, day: date) -> Iterator[Waiting]:
    """Today's marks, months that were never submitted, leave and corrections to decide."""
    if user.has_role(Role.RECIPIENT_COORDINATOR):
        yield Waiting(
            unmarked_today(user, day=day),
            "人今天的考勤没有登记",
            "去登记",
            reverse("attendance-today"),
            due_on=day,
            explain="每人上午、下午各记一次，全部在岗可以一键登记。",
        )
        missing = sheets_missing(user, day=day)
        yield Waiting(
            len(missing),
            "个月的考勤没有提交",
            "去提交",
            reverse("attendance-missing"),
            tone=OVERDUE,
            explain="核对后提交锁定，没有锁定的天数不计入派驻时长。",
        )
        yield Waiting(
            corrections_to_decide(user=user).count(),
            "份考勤更正等待审核",
            "去审核",
            _list("correction-list", waiting="on"),
            explain="同意后月表才改变。",
        )
    yield Waiting(
        leaves_to_decide(user).count(),
        "份请假等待审批",
        "去审批",
        _list("leave-list", waiting="on"),
        explain="请在开始之前批准。",
    )


def _record_lines(user: User, model, name: str, url_name: str, *, unit: bool) -> Iterator[Waiting]:
    """One kind of two-sided record: to confirm, returned, to explain, drafts. One statement."""
    answers = unit and model in BY_OTHER_SIDE
    counts = record_counts(model.objects.visible_to(user), user, answers=answers)
    if answers:
        yield Waiting(
            counts["to_confirm"],
            f"条{name}等待本单位确认",
            "去确认",
            _list(url_name, waiting="on"),
            explain="对方填报，核对后确认；有误就退回并写明原因。",
        )
    yield Waiting(
        counts["returned"],
        f"条{name}被对方退回",
        "去修改",
        _list(url_name, status=RecordStatus.RETURNED.value),
        tone=RETURNED,
        explain="看退回原因，修改后再提交。",
    )
    yield Waiting(
        counts["to_answer"],
        f"条{name}被对方提出争议",
        "去说明",
        _list("dispute-list", kind=url_name.removesuffix("-list"), waiting="on"),
        tone=RETURNED,
        explain="写明本单位的依据，由卫健局处理。",
    )
    yield Waiting(
        counts["drafts"],
        f"条{name}草稿没有提交",
        "去提交",
        _list(url_name, status=RecordStatus.DRAFT.value),
        tone=DRAFT,
        explain="提交后对方才能看到和确认。",
    )


def _plan_lines(user: User) -> Iterator[Waiting]:
    """Rotation plans: to receive, sent back, never sent."""
    status = Batch.Status
    yield Waiting(
        plans_to_accept(user).count(),
        "份派驻计划等待本单位接收",
        "去核对",
        _list("batch-list", waiting="on"),
        explain="核对人员和科室，能安排则接收，不合适则退回。",
    )
    yield Waiting(
        plans_in_hand(user, status.RETURNED).count(),
        "份派驻计划被退回",
        "去修改",
        _list("batch-list", status=status.RETURNED.value),
        tone=RETURNED,
        explain="看退回原因，修改后再提交。",
    )
    yield Waiting(
        plans_in_hand(user, status.DRAFT).count(),
        "份派驻计划没有提交",
        "去提交",
        _list("batch-list", status=status.DRAFT.value),
        tone=DRAFT,
        explain="提交后受援单位才能看到。",
    )
