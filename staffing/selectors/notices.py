"""What records, plans and leave have to tell the people behind them."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Max
from django.urls import reverse

from accounts.models import NoticeKind
from accounts.notices import LOOK_BACK_DAYS, NoticeDraft
from staffing.models import Activity, AdvancedStudy, Batch, Leave, Mentorship, RecognisedService
from support.selectors.notices import RecordKind, detail, record_notices

RECORDS = (
    RecordKind(Activity, "活动", "activity-list", detail("activity-detail"), ("activity_type",)),
    RecordKind(AdvancedStudy, "进修", "study-list", detail("study-detail"), ("trainee",)),
    RecordKind(
        Mentorship, "师带徒", "mentorship-list", detail("mentorship-detail"), ("mentor", "apprentice")
    ),
    RecordKind(RecognisedService, "其他服务", "recognised-list", detail("recognised-detail"), ("clinician",)),
)


def records(now: datetime) -> Iterator[NoticeDraft]:
    for kind in RECORDS:
        yield from record_notices(kind, now)


def plans(now: datetime) -> Iterator[NoticeDraft]:
    """Returned plans to whoever submitted them (or drew them up), filed ones likewise."""
    status = Batch.Status
    since = now - timedelta(days=LOOK_BACK_DAYS)
    returned = Batch.objects.filter(status=status.RETURNED)
    filed = Batch.objects.filter(status=status.FILED, submitted_by__isnull=False, filed_at__gte=since)
    for batch in [*returned, *filed]:
        user = batch.submitted_by_id or batch.planned_by_id
        is_filed = batch.status == status.FILED
        at = batch.filed_at if is_filed else batch.returned_at
        if user is None:
            continue
        told = "已备案，人员到岗后由受援单位确认" if is_filed else f"被退回：{batch.return_reason}"
        yield NoticeDraft(
            user=user,
            kind=NoticeKind.PLAN,
            text=f"派驻计划 {batch.code} {told}",
            url=reverse("batch-detail", args=[batch.pk]),
            key=f"staffing.batch:{batch.pk}:{batch.status}:{at.isoformat() if at else ''}",
        )


def leave(now: datetime) -> Iterator[NoticeDraft]:
    """Decided leave to whoever asked for it and to whoever goes, both at most once."""
    rows = (
        Leave.objects.filter(status__in=[Leave.Status.APPROVED, Leave.Status.REFUSED])
        .annotate(decided_at=Max("approvals__decided_at"))
        .filter(decided_at__gte=now - timedelta(days=LOOK_BACK_DAYS))
        .select_related("posting__clinician")
    )
    for row in rows:
        text = f"{row.posting.clinician.name} {row.start_on:%Y-%m-%d} 起的{row.get_kind_display()}{row.get_status_display()}"
        for user in {row.requested_by_id, row.posting.clinician.user_id} - {None}:
            yield NoticeDraft(
                user=user,
                kind=NoticeKind.LEAVE,
                text=text,
                url=reverse("leave-detail", args=[row.pk]),
                key=f"staffing.leave:{row.pk}:{row.status}",
            )
