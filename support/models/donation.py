"""Donations (捐赠): cash, goods and waived fees are three kinds that are never added together."""

from decimal import Decimal

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from core.numbers import money, rounded
from core.scope import Scope, ScopedQuerySet
from core.triggers import AllOf
from support.models.agreement import Agreement
from support.models.confirmation import TwoSidedRecord, confirmed_is_frozen
from support.models.evidence import EvidenceFile
from support.models.triggers import child_of_confirmed


class Qualifier(models.TextChoices):
    """How exact a number is; sources say 约1.8万元, 80余次, 近百例."""

    EXACT = "exact", "准确"
    ABOUT = "about", "约"
    OVER = "over", "余"
    NEARLY = "nearly", "近"


@pghistory.track()
class Donation(TwoSidedRecord):
    class Kind(models.TextChoices):
        CASH = "cash", "资金"
        GOODS = "goods", "物资设备"
        WAIVED = "waived", "减免费用"

    class Valuation(models.TextChoices):
        INVOICE = "invoice", "发票"
        APPRAISAL = "appraisal", "评估"
        BOOK = "book", "账面净值"
        STATED = "stated", "捐赠方说明"

    agreement = models.ForeignKey(
        Agreement, verbose_name="协议", on_delete=models.PROTECT, related_name="donations"
    )
    kind = models.CharField("种类", max_length=10, choices=Kind.choices)
    given_on = models.DateField("日期")
    title = models.CharField("内容", max_length=100)
    amount = models.DecimalField(
        "金额（元）",
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        help_text="来源没有给出金额时留空，不估计。",
    )
    qualifier = models.CharField(
        "金额精度", max_length=10, choices=Qualifier.choices, default=Qualifier.EXACT
    )
    valuation = models.CharField(
        "计价依据", max_length=10, choices=Valuation.choices, default=Valuation.STATED
    )
    receipt = models.CharField("收据编号", max_length=50, blank=True)
    accepted_on = models.DateField("验收日期", null=True, blank=True)
    accepted_by = models.CharField(
        "验收人", max_length=50, blank=True, help_text="受援单位参加验收的人员，多人用顿号隔开。"
    )
    client_key = models.UUIDField("提交凭据", unique=True, null=True, editable=False)
    purpose = models.CharField("指定用途", max_length=100, blank=True)
    # written by the recipient, often after the confirmation, and once
    published_on = models.DateField("公示日期", null=True, blank=True, editable=False)

    scope = Scope(organisations=("agreement__sender", "agreement__recipient"))

    class Meta(TwoSidedRecord.Meta):
        verbose_name = verbose_name_plural = "捐赠"
        ordering = ["-given_on", "pk"]
        constraints = [
            *TwoSidedRecord.Meta.constraints,
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | Q(amount__gt=0),
                name="donation_amount_positive",
                violation_error_message="金额必须大于 0；没有金额请留空。",
            ),
        ]
        triggers = [
            *confirmed_is_frozen("published_on"),
            pgtrigger.Protect(
                name="published_once",
                operation=pgtrigger.Update,
                condition=AllOf(
                    pgtrigger.Q(old__published_on__isnull=False), pgtrigger.AnyChange("published_on")
                ),
            ),
        ]

    def __str__(self):
        return f"{self.title}（{self.get_kind_display()}）"


class DonationItem(models.Model):
    """One line of donated goods (物品)."""

    class Category(models.TextChoices):
        EQUIPMENT = "equipment", "设备"
        VEHICLE = "vehicle", "车辆"
        FURNITURE = "furniture", "病床、家具"
        CLOTHES = "clothes", "被服"
        SUPPLIES = "supplies", "耗材"
        MEDICINE = "medicine", "药品"
        SOFTWARE = "software", "软件"
        TRAINING = "training", "培训"
        BOOKS = "books", "图书资料"
        OTHER = "other", "其他"

    donation = models.ForeignKey(
        Donation, verbose_name="捐赠", on_delete=models.CASCADE, related_name="items"
    )
    category = models.CharField("类别", max_length=10, choices=Category.choices, default=Category.EQUIPMENT)
    name = models.CharField("物品", max_length=60)
    specification = models.CharField("规格", max_length=60, blank=True)
    quantity = models.DecimalField("数量", max_digits=10, decimal_places=2)
    unit = models.CharField("单位", max_length=10)
    unit_value = models.DecimalField("单价（元）", max_digits=12, decimal_places=2, null=True, blank=True)
    is_used = models.BooleanField("旧物", default=False)
    asset_number = models.CharField("资产编号", max_length=40, blank=True)

    objects = ScopedQuerySet.as_manager()
    scope = Scope(organisations=("donation__agreement__sender", "donation__agreement__recipient"))

    class Meta:
        verbose_name = verbose_name_plural = "捐赠物品"
        ordering = ["donation", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0),
                name="donation_item_quantity_positive",
                violation_error_message="数量必须大于 0。",
            ),
            models.CheckConstraint(
                condition=Q(unit_value__isnull=True) | Q(unit_value__gt=0),
                name="donation_item_value_positive",
                violation_error_message="单价必须大于 0；没有单价请留空。",
            ),
        ]
        triggers = [child_of_confirmed("support_donation", "donation_id")]

    def __str__(self):
        return f"{self.name}{self.quantity.normalize():f}{self.unit}"

    @property
    def in_full(self) -> str:
        """Every word of the line, for comparing two versions of it."""
        words = [self.get_category_display(), f"{self}", self.specification]
        if self.unit_value is not None:
            words.append(f"单价 {money(self.unit_value)} 元")
        words += ["旧物" if self.is_used else "", self.asset_number]
        return " ".join(word for word in words if word)

    @property
    def total(self) -> Decimal | None:
        """Yuan, to the cent; None without a unit value."""
        return None if self.unit_value is None else rounded(self.quantity * self.unit_value, 2)


@pghistory.track()
class DonationUse(models.Model):
    """What became of a donation (使用情况), as the recipient writes it down from time to time."""

    donation = models.ForeignKey(Donation, verbose_name="捐赠", on_delete=models.PROTECT, related_name="uses")
    noted_on = models.DateField("日期")
    text = models.CharField("使用情况", max_length=300)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="填写人",
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    entered_at = models.DateTimeField("填写时间", auto_now_add=True)

    objects = ScopedQuerySet.as_manager()
    scope = Scope(organisations=("donation__agreement__sender", "donation__agreement__recipient"))

    class Meta:
        verbose_name = verbose_name_plural = "捐赠使用情况"
        ordering = ["donation", "-noted_on", "-pk"]

    def __str__(self):
        return f"{self.donation.title} {self.noted_on:%Y-%m-%d}"


class DonationEvidence(EvidenceFile):
    """Photos, receipts and acceptance papers of a donation (佐证材料)."""

    donation = models.ForeignKey(
        Donation, verbose_name="捐赠", on_delete=models.CASCADE, null=True, related_name="evidence"
    )

    # until the record is saved a file belongs to whoever sent it
    scope = Scope(
        organisations=("donation__agreement__sender", "donation__agreement__recipient"),
        people=("uploaded_by",),
    )

    class Meta(EvidenceFile.Meta):
        verbose_name = verbose_name_plural = "捐赠佐证"
        triggers = [child_of_confirmed("support_donation", "donation_id")]
