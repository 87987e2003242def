"""Requests to extend a stay or to end it early (延期、提前结束): the sender asks, the bureau decides.

Ending on the planned day needs no request. Who asked never decides.
"""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.scope import Scope, ScopedQuerySet
from staffing.models.posting import Posting


@pghistory.track()
class PostingChange(models.Model):
    class Kind(models.TextChoices):
        EXTEND = "extend", "延期"
        END_EARLY = "end_early", "提前结束"

    class Status(models.TextChoices):
        REQUESTED = "requested", "待批准"
        APPROVED = "approved", "已批准"
        REFUSED = "refused", "不批准"
        WITHDRAWN = "withdrawn", "已撤回"

    DECIDED = (Status.APPROVED, Status.REFUSED)

    posting = models.ForeignKey(
        Posting, verbose_name="派驻", on_delete=models.PROTECT, related_name="change_requests"
    )
    kind = models.CharField("事项", max_length=10, choices=Kind.choices)
    old_end_on = models.DateField("原结束日期")
    new_end_on = models.DateField("新的结束日期")
    reason = models.CharField("原因", max_length=300)
    unfinished_task = models.CharField(
        "未完成的任务", max_length=300, blank=True, help_text="延期用来完成什么。"
    )
    status = models.CharField("状态", max_length=10, choices=Status.choices, default=Status.REQUESTED)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="申请人", on_delete=models.PROTECT, related_name="+"
    )
    requested_at = models.DateTimeField("申请时间")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="审批人", on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField("审批时间", null=True)
    note = models.CharField("审批意见", max_length=300, blank=True)

    objects = ScopedQuerySet.as_manager()
    scope = Scope(
        organisations=("posting__agreement__sender", "posting__agreement__recipient"),
        viewers=("posting__agreement__cycle__programme__bureau",),
        people=("posting__clinician__user",),
    )

    class Meta:
        verbose_name = verbose_name_plural = "延期和提前结束"
        ordering = ["-requested_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["posting"],
                condition=Q(status="requested"),
                name="posting_change_one_open",
                violation_error_message="这条派驻已有一个待批准的申请。",
            ),
            models.CheckConstraint(
                condition=Q(kind="extend", new_end_on__gt=F("old_end_on"))
                | Q(kind="end_early", new_end_on__lt=F("old_end_on")),
                name="posting_change_direction",
                violation_error_message="延期应晚于、提前结束应早于原结束日期。",
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=["approved", "refused"], decided_by__isnull=False, decided_at__isnull=False
                )
                | Q(status__in=["requested", "withdrawn"], decided_by__isnull=True, decided_at__isnull=True),
                name="posting_change_decided",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("requested_by")),
                name="posting_change_by_other_person",
                violation_error_message="申请人不能批准自己的申请。",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="posting_change_has_reason",
                violation_error_message="请写明原因。",
            ),
        ]

    def __str__(self):
        return f"{self.posting.clinician.name} {self.get_kind_display()}至 {self.new_end_on:%Y-%m-%d}"
