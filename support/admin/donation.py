"""Donations: cash, goods and waived fees, three kinds that are never added together."""

from django.contrib import admin

from core.admin import ScopedRelatedFilter
from core.desk import chip_column
from core.numbers import money
from support.admin.cards import DonationWaiting
from support.desk import ENTRY_FIELDSET, OpenInline, WholeRecordAdmin
from support.models import Donation, DonationItem
from support.services.donations import donation_save


class DonationItemInline(OpenInline):
    model = DonationItem
    fields = [
        "category",
        "name",
        "specification",
        "quantity",
        "unit",
        "unit_value",
        "asset_number",
        "is_used",
    ]


@admin.register(Donation)
class DonationAdmin(WholeRecordAdmin):
    menu = ("捐赠与成效", 410)
    list_display = ["given_on", "title", "kind_chip", "amount_text", "sender", "recipient", "status_chip"]
    list_display_links = ["given_on", "title"]
    list_filter = [
        DonationWaiting,
        "status",
        "kind",
        ("agreement__recipient", ScopedRelatedFilter),
        ("agreement__cycle", ScopedRelatedFilter),
    ]
    search_fields = [
        "title",
        "receipt",
        "agreement__number",
        "agreement__recipient__name",
        "agreement__recipient__name_key",
    ]
    search_help_text = "按内容、收据编号、协议编号或受援单位（可用拼音首字母）查找"
    date_hierarchy = "given_on"
    list_select_related = ["agreement__sender", "agreement__recipient"]
    autocomplete_fields = ["agreement"]
    inlines = [DonationItemInline]
    fieldsets = [
        (None, {"fields": ["agreement", ("kind", "given_on"), "title", "purpose"]}),
        (
            "金额",
            {
                "fields": [("amount", "qualifier"), "valuation"],
                "description": "资金、物资设备、减免费用分开统计，不相加。来源没有金额时留空。",
            },
        ),
        ("接收", {"fields": ["receipt", ("accepted_on", "accepted_by"), "published_on"]}),
        ENTRY_FIELDSET,
    ]
    readonly_fields = [*WholeRecordAdmin.readonly_fields, "published_on"]
    kind_chip = chip_column("kind", {"cash": "ok", "goods": "info", "waived": "wait"}, description="种类")

    def write(self, *, record, rows, by, **answers):
        items = [DonationItem(**row) for row in rows.get(DonationItem, [])]
        return donation_save(donation=record, items=items, by=by, **answers)

    @admin.display(description="金额（元）", ordering="amount")
    def amount_text(self, donation):
        if donation.amount is None:
            return None
        mark = "" if donation.qualifier == "exact" else f"（{donation.get_qualifier_display()}）"
        return f"{money(donation.amount)}{mark}"

    @admin.display(description="支援单位", ordering="agreement__sender__name_key")
    def sender(self, donation):
        return donation.agreement.sender.display_name

    @admin.display(description="受援单位", ordering="agreement__recipient__name_key")
    def recipient(self, donation):
        return donation.agreement.recipient.display_name
