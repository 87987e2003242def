"""Fingerprints of free texts, the pairs of texts that are nearly the same, and what the bureau made of them.

A print holds hashes only, never words: comparing across all units shows nobody a text they may not read.
"""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from accounts.models import Organisation
from core.scope import Scope, ScopedQuerySet


class TextPrint(models.Model):
    """The fingerprint of one row's text (文字指纹); the row is named by its source and key."""

    source = models.CharField("来源", max_length=30)
    source_id = models.BigIntegerField("来源编号")
    unit = models.ForeignKey(
        Organisation, verbose_name="填写单位", on_delete=models.CASCADE, related_name="+"
    )
    year = models.PositiveSmallIntegerField("年度")
    hashes = ArrayField(models.IntegerField(), verbose_name="指纹")
    digest = models.CharField("内容摘要", max_length=64)
    written_at = models.DateTimeField("写入时间", auto_now=True)

    objects = ScopedQuerySet.as_manager()
    scope = Scope(organisations=("unit",))

    class Meta:
        verbose_name = verbose_name_plural = "文字指纹"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["source", "source_id"], name="text_print_once")]
        indexes = [
            GinIndex(fields=["hashes"], name="text_print_hashes_idx", fastupdate=False),
            models.Index(fields=["written_at"], name="text_print_written_idx"),
        ]

    def __str__(self):
        return f"{self.source} {self.source_id}"


class CommonStretch(models.Model):
    """A hash that so many prints have that it tells nothing (常见片段), learned from the texts themselves."""

    hash = models.IntegerField("指纹", primary_key=True)
    prints = models.PositiveIntegerField("出现次数")

    class Meta:
        verbose_name = verbose_name_plural = "常见片段"

    def __str__(self):
        return str(self.hash)


class SimilarPair(models.Model):
    """Two texts of different units or years that are nearly the same (雷同文字)."""

    first = models.ForeignKey(TextPrint, verbose_name="其一", on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(TextPrint, verbose_name="其二", on_delete=models.CASCADE, related_name="+")
    percent = models.PositiveSmallIntegerField("相同程度（%）")
    found_at = models.DateTimeField("发现时间", auto_now_add=True)

    objects = ScopedQuerySet.as_manager()
    # either unit's bureau knows of the pair; a page shows each side only to those who may see its record
    scope = Scope(organisations=("first__unit", "second__unit"))

    class Meta:
        verbose_name = verbose_name_plural = "雷同文字"
        ordering = ["-percent", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="similar_pair_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="similar_pair_ordered"),
            models.CheckConstraint(condition=Q(percent__lte=100), name="similar_pair_percent"),
        ]

    def __str__(self):
        return f"{self.first} — {self.second}（{self.percent}%）"


class SimilarityVerdict(models.Model):
    """What a bureau decided about a pair (核查结论). A pair found not to be a copy alarms no more."""

    class Result(models.TextChoices):
        DIFFERENT = "different", "不是重复"
        COPIED = "copied", "属于照抄"

    pair = models.OneToOneField(
        SimilarPair, verbose_name="雷同文字", on_delete=models.CASCADE, related_name="verdict"
    )
    result = models.CharField("结论", max_length=10, choices=Result.choices)
    reason = models.CharField("理由", max_length=300)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="核查人", on_delete=models.PROTECT, related_name="+"
    )
    decided_for = models.ForeignKey(
        Organisation, verbose_name="核查部门", on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField("核查时间", auto_now=True)

    objects = ScopedQuerySet.as_manager()
    scope = Scope(organisations=("pair__first__unit", "pair__second__unit"))

    class Meta:
        verbose_name = verbose_name_plural = "雷同核查结论"
        constraints = [
            models.CheckConstraint(condition=Q(result__in=["different", "copied"]), name="verdict_known"),
            models.CheckConstraint(condition=~Q(reason=""), name="verdict_has_reason"),
        ]

    def __str__(self):
        return f"{self.pair}：{self.get_result_display()}"
