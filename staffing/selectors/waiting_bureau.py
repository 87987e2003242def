"""What waits for the bureau in the field of postings, attendance and activities, as lines of 待办."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import NamedTuple

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.http import urlencode

from accounts.models import User
from core.desk import list_url
from core.waiting import OVERDUE, RETURNED, TO_DO, Waiting
from staffing.models import (
    Activity,
    AdvancedStudy,
    AttendanceCorrection,
    Batch,
    Inspection,
    Leave,
    Mentorship,
    Posting,
    PostingChange,
    RecognisedService,
    ServiceCertificate,
)
from staffing.selectors import desk
from staffing.selectors.certificates import certificates_to_issue
from staffing.selectors.corrections import corrections_to_decide
from staffing.selectors.coverage import By, coverage_warnings
from staffing.selectors.coverage_list import agreements_by
from staffing.selectors.leave import leaves_to_decide
from staffing.selectors.promotion_desk import recognised_waiting
from staffing.selectors.sheets import postings_without_attendance
from support.selectors.waiting_bureau import disputes


class Row(NamedTuple):
    """``waiting``: the value of the list's filter that shows exactly these rows."""

    permission: str
    rows: Callable[[User], QuerySet]
    what: str
    action: str
    model: type
    waiting: str
    tone: str
    explain: str


ROWS: tuple[Row, ...] = (
    Row(
        "staffing.file_batch",
        lambda user: desk.batches_to_file(user=user),
        "份派驻计划待备案",
        "去备案",
        Batch,
        desk.TO_FILE,
        TO_DO,
        "各受援单位已接收，核对后备案，人员方可到岗。",
    ),
    Row(
        "staffing.decide_posting_change",
        lambda user: desk.posting_changes_to_decide(user=user),
        "份延期或提前结束待批准",
        "去批准",
        PostingChange,
        desk.TO_DECIDE,
        TO_DO,
        "申请人不能自己批准。",
    ),
    Row(
        "staffing.view_posting",
        lambda user: desk.postings_without_arrival(user=user),
        "人应到岗未确认",
        "查看",
        Posting,
        desk.NO_ARRIVAL,
        OVERDUE,
        "已到开始日期，请催促受援单位确认到岗。",
    ),
    Row(
        "staffing.manage_posting",
        lambda user: desk.postings_to_end(user=user),
        "人派驻到期未结束",
        "去登记",
        Posting,
        desk.TO_END,
        OVERDUE,
        "请登记结束日期，或办理延期。",
    ),
    Row(
        "staffing.view_posting",
        lambda user: postings_without_attendance(user=user),
        "人往月考勤未提交",
        "查看",
        Posting,
        desk.NO_ATTENDANCE,
        OVERDUE,
        "没有锁定的天数不计入派驻时长，请催促受援单位提交。",
    ),
    Row(
        "staffing.decide_leave",
        leaves_to_decide,
        "份请假等待审批",
        "去审批",
        Leave,
        desk.TO_DECIDE,
        TO_DO,
        "请在开始之前批准。",
    ),
    Row(
        "staffing.record_inspection",
        lambda user: desk.inspections_to_conclude(user=user),
        "次抽查待办结",
        "去办结",
        Inspection,
        desk.TO_CONCLUDE,
        TO_DO,
        "办结后才计入统计。",
    ),
    Row(
        "staffing.decide_correction",
        lambda user: corrections_to_decide(user=user),
        "份考勤更正等待审核",
        "去审核",
        AttendanceCorrection,
        desk.TO_DECIDE,
        TO_DO,
        "同意后月表才改变。",
    ),
    Row(
        "staffing.change_activity",
        lambda user: desk.activities_returned(user=user),
        "条活动被退回",
        "去修改",
        Activity,
        desk.RETURNED,
        RETURNED,
        "按退回原因修改后重新提交。",
    ),
    Row(
        "staffing.change_advancedstudy",
        lambda user: desk.studies_returned(user=user),
        "条进修记录被退回",
        "去修改",
        AdvancedStudy,
        desk.RETURNED,
        RETURNED,
        "按退回原因修改后重新提交。",
    ),
    Row(
        "staffing.issue_certificate",
        lambda user: certificates_to_issue(user=user),
        "份证明待出具",
        "去出具",
        ServiceCertificate,
        desk.TO_ISSUE,
        TO_DO,
        "核对派驻和考勤后出具。",
    ),
    Row(
        "staffing.revoke_recognisedservice",
        lambda user: recognised_waiting(user=user),
        "条其他服务待认定",
        "去认定",
        RecognisedService,
        desk.TO_RECOGNISE,
        TO_DO,
        "医院填报的晋升前服务，核对证明后认定。",
    ),
)
DISPUTABLE = (
    (Activity, "条活动"),
    (AdvancedStudy, "条进修"),
    (Mentorship, "条师带徒"),
    (RecognisedService, "条其他服务"),
)


def postings_and_activities(user: User, *, day: date) -> Iterator[Waiting]:
    """Registered as a source of 待办; people with a place at the desk only."""
    if not user.is_staff:
        return
    for row in ROWS:
        if user.has_perm(row.permission):
            url = list_url(row.model, waiting=row.waiting)
            count = row.rows(user).count()
            yield Waiting(count, row.what, row.action, url, tone=row.tone, explain=row.explain)
    if user.has_perm("support.confirm_record"):
        yield from disputes(user, DISPUTABLE)


def gaps_and_arrivals(user: User, *, day: date) -> Iterator[Waiting]:
    """Region roles: clinics soon without anybody; leadership, who have no desk, also who never arrived."""
    if not user.sees_region:
        return
    if not user.is_staff:
        yield Waiting(
            desk.postings_without_arrival(user=user, day=day).count(),
            "人应到岗未确认",
            "查看",
            f"{reverse('posting-list')}?{urlencode({'late': 'on'})}",
            tone=OVERDUE,
            explain="已到开始日期，受援单位还没有确认到岗。",
        )
    yield coverage_line(user, By.RECIPIENT, day)


def coverage_line(user: User, by: By, day: date) -> Waiting:
    """Clinics from which somebody leaves soon with nobody to follow."""
    ending = coverage_warnings(agreements_by(user, by), by=by, today=day)
    return Waiting(
        len({warning.unit for warning in ending}),
        "家受援单位有人快到期，还没有人接替",
        "去查看",
        f"{reverse('coverage-list')}?{urlencode({'by': by.value, 'only': 'warning'})}",
        due_on=min((warning.last_day for warning in ending), default=None),
        explain="最早的一人离开以前安排好接替，避免断档。",
    )
