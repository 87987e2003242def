"""Attendance (考勤): one sheet a recipient and month, one row a posting, two marks a day.

A row keeps its month as text, two letters a day (morning, afternoon): 20,000 postings a year are then
some 120,000 rows instead of seven million. What a mark means for the days of service is decided in
selectors/attendance.py, together with leave and inspections. A locked sheet is only changed by a
correction that a second person approves.
"""

from datetime import date

import pghistory
from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

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

    def __str__(self):
        return f"{self.recipient.display_name} {self.month:%Y-%m}"

    @property
    def period(self) -> Period:
        return month_period(self.month)


def month_period(month: date) -> Period:
    first = month.replace(day=1)
    return Period(first, date.fromordinal(add_months(first, 1).toordinal() - 1))


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
    scope = Scope(
        organisations=("posting__agreement__sender", "posting__agreement__recipient"),
        viewers=("posting__agreement__cycle__programme__bureau",),
        people=("posting__clinician__user",),
    )

    class Meta:
        verbose_name = verbose_name_plural = "考勤"
        ordering = ["sheet", "posting"]
        constraints = [
            models.UniqueConstraint(fields=["sheet", "posting"], name="attendance_row_once"),
            models.CheckConstraint(condition=Q(marks__regex=MARKS_PATTERN), name="attendance_marks_known"),
        ]

    def __str__(self):
        return f"{self.posting.clinician.name} {self.sheet.month:%Y-%m}"

    def mark_on(self, day: date) -> str:
        """Both letters of a day of the month."""
        return self.marks[(day.day - 1) * 2 : day.day * 2]
