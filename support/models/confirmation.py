"""Records that one side enters and the other side confirms (一方填报、另一方确认).

Only confirmed records count in figures. A confirmed record is never changed again: triggers hold
that, whoever writes. ``entered_for`` is the organisation for which the entry was made.
"""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models import Organisation
from core.scope import ScopedQuerySet
from core.triggers import AllOf


class RecordStatus(models.TextChoices):
    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "待确认"
    RETURNED = "returned", "已退回"
    DISPUTED = "disputed", "有争议"
    CONFIRMED = "confirmed", "已确认"
    SUPERSEDED = "superseded", "已被更正"


def stands(prefix: str = "") -> Q:
    """Each matter once: no record that was superseded, and no correction or withdrawal before it is confirmed.

    Until then the record it wants to replace stands. ``prefix``: the path from another model, with “__”.
    """
    return ~Q(**{f"{prefix}status": "superseded"}) & (
        Q(**{f"{prefix}replaces__isnull": True}) | Q(**{f"{prefix}status": "confirmed"})
    )


class RecordQuerySet(ScopedQuerySet):
    def confirmed(self):
        return self.filter(status=RecordStatus.CONFIRMED)

    def standing(self):
        return self.filter(stands())

    def unconfirmed(self):
        """What would be added to the figures once the other side confirms it."""
        return self.standing().exclude(status=RecordStatus.CONFIRMED)


def confirmed_is_frozen(*allowed: str) -> list[pgtrigger.Trigger]:
    """Triggers for a confirmed record: no change but becoming superseded, no removal."""
    return [
        pgtrigger.Protect(
            name="confirmed_is_frozen",
            operation=pgtrigger.Update,
            condition=AllOf(
                pgtrigger.Q(old__status__in=["confirmed", "superseded"]),
                pgtrigger.AnyChange(exclude=["status", *allowed]),
            ),
        ),
        pgtrigger.Protect(
            name="confirmed_only_superseded",
            operation=pgtrigger.Update,
            condition=pgtrigger.Q(old__status__in=["confirmed", "superseded"])
            & ~pgtrigger.Q(new__status__in=["confirmed", "superseded"]),
        ),
        pgtrigger.Protect(
            name="confirmed_stays",
            operation=pgtrigger.Delete,
            condition=pgtrigger.Q(old__status__in=["confirmed", "superseded"]),
        ),
    ]


class TwoSidedRecord(models.Model):
    Status = RecordStatus

    status = models.CharField(
        "状态", max_length=12, choices=RecordStatus.choices, default=RecordStatus.DRAFT, editable=False
    )
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="填报人",
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    entered_for = models.ForeignKey(
        Organisation, verbose_name="填报单位", on_delete=models.PROTECT, related_name="+", editable=False
    )
    entered_at = models.DateTimeField("填报时间", auto_now_add=True)
    submitted_at = models.DateTimeField("提交时间", null=True, editable=False)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="确认人",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    confirmed_for = models.ForeignKey(
        Organisation,
        verbose_name="确认单位",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    confirmed_at = models.DateTimeField("确认时间", null=True, editable=False)
    return_reason = models.CharField("退回原因", max_length=300, blank=True, editable=False)
    dispute_reason = models.CharField("争议内容", max_length=300, blank=True, editable=False)
    dispute_answer = models.CharField("填报方说明", max_length=300, blank=True, editable=False)
    dispute_ruling = models.CharField("卫健局处理意见", max_length=300, blank=True, editable=False)
    disputed_at = models.DateTimeField("提出争议时间", null=True, editable=False)
    # a confirmed record is never changed: the next one takes its place once the other side confirms it
    replaces = models.OneToOneField(
        "self",
        verbose_name="更正自",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="replaced_by",
        editable=False,
    )
    replace_reason = models.CharField("更正原因", max_length=300, blank=True, editable=False)
    is_withdrawal = models.BooleanField(
        "作废原记录", default=False, editable=False, help_text="原记录作废，没有新的内容来代替。"
    )

    objects = RecordQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    status__in=["draft", "submitted", "returned", "disputed", "confirmed", "superseded"]
                ),
                name="%(class)s_status_known",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["confirmed", "superseded"])
                | (
                    Q(confirmed_at__isnull=False, confirmed_for__isnull=False, confirmed_by__isnull=False)
                    & ~Q(confirmed_for=F("entered_for"))
                    & ~Q(confirmed_by=F("entered_by"))
                ),
                name="%(class)s_confirmed_by_other_side",
                violation_error_message="不能确认本单位填报的记录。",
            ),
            models.CheckConstraint(
                condition=~Q(status="returned") | ~Q(return_reason=""), name="%(class)s_return_has_reason"
            ),
            models.CheckConstraint(
                condition=~Q(status="disputed") | ~Q(dispute_reason="") & Q(disputed_at__isnull=False),
                name="%(class)s_dispute_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(replaces__isnull=True, replace_reason="", is_withdrawal=False)
                | Q(replaces__isnull=False) & ~Q(replace_reason=""),
                name="%(class)s_replacement_has_reason",
                violation_error_message="更正必须写明原因。",
            ),
        ]

    @property
    def is_editable(self) -> bool:
        """A withdrawal has no content to edit, it is only sent again or removed."""
        return self.is_open and not self.is_withdrawal

    @property
    def is_open(self) -> bool:
        return self.status in (RecordStatus.DRAFT, RecordStatus.RETURNED)

    @property
    def is_standing(self) -> bool:
        """The rule of ``stands`` for one record."""
        if self.replaces_id is not None:
            return self.status == RecordStatus.CONFIRMED
        return self.status != RecordStatus.SUPERSEDED

    @property
    def is_dispute_upheld(self) -> bool:
        """The bureau's ruling is the reason for which the record was returned."""
        return self.status == RecordStatus.RETURNED and self.dispute_ruling == self.return_reason

    @property
    def status_label(self) -> str:
        """The status in words; a withdrawal is told from a correction."""
        if self.status == RecordStatus.SUPERSEDED and self.is_withdrawal:
            return "作废已确认"
        return self.get_status_display()

    def confirming_organisation(self) -> Organisation | None:
        """The organisation whose people may confirm or return this record; None: a bureau above."""
        return self.agreement.other_party(self.entered_for_id)

    def obstacles_to_submit(self) -> dict[str, list[str]]:
        """What is still missing before the other side may be asked, by field; asked by ``record_submit``."""
        return {}
