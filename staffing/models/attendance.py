"""Attendance (考勤): one sheet a recipient and month, one row a posting, two marks a day.

A row keeps its month as text, two letters a day (morning, afternoon): 20,000 postings a year are then
some 120,000 rows instead of seven million. What a mark means for the days of service is decided in
selectors/attendance.py, together with leave and inspections. A locked sheet is only changed by a
correction that a second person approves.
"""

from datetime import date

import pghistory
import pgtrigger
from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q

from accounts.models import Organisation
from core.dates import Period, add_months
from core.scope import Scope, ScopedQuerySet
from staffing.models.posting import Posting


class Mark(models.TextChoices):
    PRESENT = "P", "在岗"
    REST = "R", "休息"
    LEAVE = "L", "请假"
    BUSINESS = "B", "公出"
    COMPENSATED = "C", "补休"
    ABSENT = "A", "旷工"


UNFILLED, OUTSIDE = ".", "-"  # not yet marked; not a day of this stay
MARKS_PATTERN = r"^([PRLBCA.-]{2}){28,31}$"


@pghistory.track()
class MonthSheet(models.Model):
    class Status(models.TextChoices):
        OPEN = "open", "填报中"
        LOCKED = "locked", "已锁定"

    recipient = models.ForeignKey(
        Organisation, verbose_name="受援单位", on_delete=models.PROTECT, related_name="month_sheets"
    )
    month = models.DateField("月份", help_text="该月 1 日。")
    status = models.CharField(
        "状态", max_length=10, choices=Status.choices, default=Status.OPEN, editable=False
    )
    locked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="提交人",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    locked_at = models.DateTimeField("提交时间", null=True, editable=False)

    objects = ScopedQuerySet.as_manager()
    # the sender sees a sheet through the rows of its own people
    scope = Scope(
        organisations=("recipient",),
        viewers=("rows__posting__agreement__sender", "rows__posting__agreement__cycle__programme__bureau"),
        people=("rows__posting__clinician__user",),
    )

    class Meta:
        verbose_name = verbose_name_plural = "考勤月表"
        ordering = ["-month", "recipient"]
        constraints = [
            models.UniqueConstraint(fields=["recipient", "month"], name="month_sheet_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="month_sheet_first_day"),
            models.CheckConstraint(
                condition=Q(status="open", locked_at__isnull=True, locked_by__isnull=True)
                | Q(status="locked", locked_at__isnull=False, locked_by__isnull=False),
                name="month_sheet_lock_complete",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="locked_sheet_stays",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__status="locked"),
            )
        ]

    def __str__(self):
        return f"{self.recipient.display_name} {self.month:%Y-%m}"

    @property
    def period(self) -> Period:
        return month_period(self.month)

    @property
    def is_locked(self) -> bool:
        return self.status == self.Status.LOCKED


def month_period(month: date) -> Period:
    first = month.replace(day=1)
    return Period(first, date.fromordinal(add_months(first, 1).toordinal() - 1))


# the recipient writes; the sender and the bureau read
OF_POSTING = Scope(
    organisations=("posting__agreement__recipient",),
    viewers=("posting__agreement__sender", "posting__agreement__cycle__programme__bureau"),
    people=("posting__clinician__user",),
)

# Rows of a locked sheet are written once more only where the newest approved correction of that row says
# exactly this change; the same correction cannot be used again, because it no longer starts from the row.
# The sheet is locked FOR SHARE, so that a mark cannot slip in while the sheet is being submitted.
LOCKED_ROWS = pgtrigger.Trigger(
    name="locked_rows_stay",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
    declare=[("sheet_status", "text"), ("corrected", "boolean")],
    func="""
            FOR sheet_status IN
                SELECT status FROM staffing_monthsheet
                WHERE id IN (
                    CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE OLD.sheet_id END,
                    CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE NEW.sheet_id END
                ) FOR SHARE
            LOOP
                CONTINUE WHEN sheet_status <> 'locked';
                corrected := FALSE;
                IF TG_OP = 'INSERT' THEN
                    SELECT c.marks_before = '' AND c.marks_after = NEW.marks AND NEW.remark = ''
                    INTO corrected FROM staffing_attendancecorrection c
                    WHERE c.sheet_id = NEW.sheet_id AND c.posting_id = NEW.posting_id
                      AND c.status = 'approved' ORDER BY c.decided_at DESC, c.id DESC LIMIT 1;
                ELSIF TG_OP = 'UPDATE' AND (NEW.sheet_id, NEW.posting_id, NEW.remark)
                      = (OLD.sheet_id, OLD.posting_id, OLD.remark) THEN
                    SELECT c.marks_before = OLD.marks AND c.marks_after = NEW.marks
                    INTO corrected FROM staffing_attendancecorrection c
                    WHERE c.sheet_id = OLD.sheet_id AND c.posting_id = OLD.posting_id
                      AND c.status = 'approved' ORDER BY c.decided_at DESC, c.id DESC LIMIT 1;
                END IF;
                IF corrected IS NOT TRUE THEN
                    RAISE EXCEPTION 'parent row in staffing_monthsheet is frozen'
                        USING ERRCODE = 'check_violation';
                END IF;
            END LOOP;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
        """,
)


@pghistory.track()
class AttendanceRow(models.Model):
    sheet = models.ForeignKey(
        MonthSheet, verbose_name="考勤月表", on_delete=models.PROTECT, related_name="rows"
    )
    posting = models.ForeignKey(
        Posting, verbose_name="派驻", on_delete=models.PROTECT, related_name="attendance"
    )
    marks = models.CharField(
        "考勤", max_length=62, validators=[RegexValidator(MARKS_PATTERN, "考勤标记不认识。")]
    )
    remark = models.CharField("备注", max_length=200, blank=True)

    objects = ScopedQuerySet.as_manager()
    scope = OF_POSTING

    class Meta:
        verbose_name = verbose_name_plural = "考勤"
        ordering = ["sheet", "posting"]
        constraints = [
            models.UniqueConstraint(fields=["sheet", "posting"], name="attendance_row_once"),
            models.CheckConstraint(condition=Q(marks__regex=MARKS_PATTERN), name="attendance_marks_known"),
        ]
        triggers = [LOCKED_ROWS]

    def __str__(self):
        return f"{self.posting.clinician.name} {self.sheet.month:%Y-%m}"

    def mark_on(self, day: date) -> str:
        """Both letters of a day of the month."""
        return self.marks[(day.day - 1) * 2 : day.day * 2]


@pghistory.track()
class AttendanceCorrection(models.Model):
    """A change of one person's row after the sheet was locked (考勤更正), decided by a second person.

    ``marks_before`` is empty where the person has no row yet (arrival confirmed after the lock).
    """

    class Status(models.TextChoices):
        REQUESTED = "requested", "待审核"
        APPROVED = "approved", "已更正"
        REFUSED = "refused", "不同意"

    sheet = models.ForeignKey(
        MonthSheet, verbose_name="考勤月表", on_delete=models.PROTECT, related_name="corrections"
    )
    posting = models.ForeignKey(
        Posting, verbose_name="派驻", on_delete=models.PROTECT, related_name="attendance_corrections"
    )
    marks_before = models.CharField("原考勤", max_length=62, blank=True, editable=False)
    marks_after = models.CharField(
        "更正为",
        max_length=62,
        validators=[RegexValidator(MARKS_PATTERN, "考勤标记不认识。")],
        editable=False,
    )
    reason = models.CharField("更正原因", max_length=300)
    status = models.CharField(
        "状态", max_length=10, choices=Status.choices, default=Status.REQUESTED, editable=False
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="提出人",
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    requested_at = models.DateTimeField("提出时间", auto_now_add=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="审核人",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    decided_at = models.DateTimeField("审核时间", null=True, editable=False)
    note = models.CharField("审核意见", max_length=300, blank=True, editable=False)

    objects = ScopedQuerySet.as_manager()
    scope = OF_POSTING

    class Meta:
        verbose_name = verbose_name_plural = "考勤更正"
        ordering = ["-requested_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["sheet", "posting"],
                condition=Q(status="requested"),
                name="correction_one_open",
                violation_error_message="这个人这个月已有一份更正等待审核。",
            ),
            models.CheckConstraint(
                condition=~Q(marks_before=F("marks_after")), name="correction_changes_something"
            ),
            models.CheckConstraint(
                condition=Q(marks_after__regex=MARKS_PATTERN), name="correction_marks_known"
            ),
            models.CheckConstraint(
                condition=Q(status="requested", decided_by__isnull=True, decided_at__isnull=True)
                | Q(
                    ~Q(decided_by=F("requested_by")),
                    status__in=["approved", "refused"],
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                ),
                name="correction_by_second_person",
                violation_error_message="提出更正的人不能审核自己的更正。",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="decided_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__status__in=["approved", "refused"]),
            ),
            pgtrigger.Protect(name="stays", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="starts_as_request",
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__status__in=["approved", "refused"]),
            ),
        ]

    def __str__(self):
        return f"{self.posting.clinician.name} {self.sheet.month:%Y-%m}"
