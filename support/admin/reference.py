"""Code lists of this room: subjects and outcome indicators."""

from django.contrib import admin

from core.admin import ScopedAdmin
from core.desk import chip_column
from support.models import OutcomeIndicator, Speciality


@admin.register(Speciality)
class SpecialityAdmin(ScopedAdmin):
    menu = ("基础目录", 730)
    list_display = ["code", "name"]
    list_display_links = ["code", "name"]
    search_fields = ["code", "name"]
    search_help_text = "按代码或名称查找"


@admin.register(OutcomeIndicator)
class OutcomeIndicatorAdmin(ScopedAdmin):
    menu = ("基础目录", 760)
    list_display = ["name", "unit", "direction_chip", "definition", "order"]
    list_filter = ["direction"]
    search_fields = ["code", "name", "definition"]
    search_help_text = "按名称、代码或口径查找"
    direction_chip = chip_column("direction", {"up": "ok", "down": "info"}, description="方向")
    fieldsets = [
        (
            None,
            {
                "fields": [("name", "unit"), "code", "direction", "definition", "order"],
                "description": "口径写明算什么、不算什么。已有数据的指标不要改变单位。",
            },
        ),
        (
            "核对和比较",
            {
                "fields": [
                    ("is_percentage", "adds_up"),
                    ("minimum", "maximum"),
                    ("jump_ratio", "not_above"),
                ],
                "description": "填报时超出这些范围的，请填报人核对后勾选“属实”再保存，不会拒绝。",
            },
        ),
    ]
    autocomplete_fields = ["not_above"]
