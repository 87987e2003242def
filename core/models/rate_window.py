from django.db import models


class RateWindow(models.Model):
    """How often one visitor (by keyed hash, never by address) asked within one stretch of time."""

    key = models.CharField("访问者摘要", max_length=64)
    window = models.BigIntegerField("时段", help_text="自 1970 年起第几个时段。")
    count = models.PositiveIntegerField("次数", default=1)
    ends_at = models.DateTimeField("时段结束", db_index=True)

    class Meta:
        verbose_name = verbose_name_plural = "访问频率"
        constraints = [models.UniqueConstraint(fields=["key", "window"], name="rate_window_once")]
