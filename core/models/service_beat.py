from django.db import models


class ServiceBeat(models.Model):
    """When a background service last did its round; proves scheduler, broker and worker at once."""

    name = models.CharField("服务", max_length=40, primary_key=True)
    seen_at = models.DateTimeField("最近一次")

    class Meta:
        verbose_name = verbose_name_plural = "后台服务心跳"
