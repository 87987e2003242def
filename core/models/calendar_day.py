"""Days that differ from the plain week (工作日历): statutory holidays and make-up working days.

The kept library ``chinese_calendar`` knows the years already announced; a row here overrides it, and
years that it does not know yet are entered here when the notice comes out.
"""

from django.db import models

from core.scope import Scope, ScopedQuerySet


class CalendarDay(models.Model):
    day = models.DateField("日期", unique=True)
    is_working = models.BooleanField("上班", help_text="调休上班的周末勾选；放假的日子不勾选。")
    name = models.CharField("说明", max_length=40, help_text="例如 国庆节、国庆节调休上班。")
    basis = models.CharField("依据", max_length=200, blank=True)

    objects = ScopedQuerySet.as_manager()
    scope = Scope(reference=True)

    class Meta:
        verbose_name = verbose_name_plural = "节假日和调休"
        ordering = ["-day"]

    def __str__(self):
        return f"{self.day:%Y-%m-%d} {self.name}"
