"""Activities with their measures and named results; everything is written by one service."""

from django import forms
from django.contrib import admin

from core.admin import ScopedRelatedFilter
from core.excel.admin import ExcelAdmin
from staffing.admin.cards import ActivityWaiting
from staffing.models import Activity, ActivityFinding, ActivityMeasure, ActivityOutcome
from staffing.resources import ActivityResource
from staffing.services.activities import activity_save
from staffing.services.activity_rules import Finding, Outcome, Quantity
from support.desk import ENTRY_FIELDSET, OpenInline, WholeRecordAdmin


class MeasureInline(OpenInline):
    model = ActivityMeasure
    fields = ["measure", "value", "qualifier", "quoted"]
    verbose_name_plural = "计量（按活动类型填写，单位见计量项）"

    def get_extra(self, request, obj=None, **kwargs):
        return 0 if obj else 2


class OutcomeInline(OpenInline):
    model = ActivityOutcome
    fields = ["kind", "name", "person", "department", "first_on"]
    autocomplete_fields = ["person"]
    verbose_name_plural = "成果（新技术、制度等，逐项写出名称）"


class FindingInline(OpenInline):
    model = ActivityFinding
    fields = ["disease", "patients"]
    verbose_name_plural = "查出病种（患者的一部分，不必等于患者总数）"


class ActivityForm(forms.ModelForm):
    """An empty last day means the day itself."""

    end_on = forms.DateField(
        label="结束日期",
        required=False,
        help_text="一天的活动留空。",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean_end_on(self):
        return self.cleaned_data["end_on"] or self.cleaned_data.get("start_on")


@admin.register(Activity)
class ActivityAdmin(ExcelAdmin, WholeRecordAdmin):
    resource_classes = [ActivityResource]
    menu = ("活动与进修", 310)
    form = ActivityForm
    list_display = [
        "start_on",
        "activity_type",
        "topic",
        "sender",
        "recipient",
        "measure_text",
        "entered_for",
        "status_chip",
    ]
    list_display_links = ["start_on", "activity_type"]
    list_filter = [
        ActivityWaiting,
        "status",
        ("activity_type", ScopedRelatedFilter),
        ("agreement__recipient", ScopedRelatedFilter),
        ("agreement__sender", ScopedRelatedFilter),
        ("agreement__cycle", ScopedRelatedFilter),
    ]
    search_fields = [
        "topic",
        "place",
        "agreement__number",
        "agreement__recipient__name",
        "agreement__recipient__name_key",
        "participants__name",
        "participants__name_key",
    ]
    search_help_text = "按主题、地点、协议编号、受援单位或参加人员（可用拼音）查找"
    date_hierarchy = "start_on"
    label_related = ("activity_type",)
    list_select_related = ["activity_type", "agreement__sender", "agreement__recipient", "entered_for"]
    autocomplete_fields = ["agreement", "participants", "speciality"]
    inlines = [MeasureInline, FindingInline, OutcomeInline]
    fieldsets = [
        (
            None,
            {
                "fields": ["agreement", "activity_type", ("start_on", "end_on"), "topic", "place"],
                "description": "一次活动登记一次，不按参加人数重复登记。只登记数量，不写患者信息。",
            },
        ),
        ("人员与专业", {"fields": ["participants", ("department", "speciality"), "hours"]}),
        ("内容", {"fields": ["content", "note"]}),
        (
            "义诊备案",
            {
                "classes": ["collapse"],
                "fields": [("filing_number", "filed_on")],
                "description": "义诊应当先备案后举办。",
            },
        ),
        ENTRY_FIELDSET,
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("measures__measure")

    def write(self, *, record, rows, by, **answers):
        return activity_save(
            activity=record,
            by=by,
            measures={
                row["measure"]: Quantity(row["value"], row["qualifier"], row["quoted"])
                for row in rows.get(ActivityMeasure, [])
            },
            outcomes=[Outcome(**row) for row in rows.get(ActivityOutcome, [])],
            findings=[Finding(**row) for row in rows.get(ActivityFinding, [])],
            **answers,
        )

    @admin.display(description="支援单位", ordering="agreement__sender__name_key")
    def sender(self, activity):
        return activity.agreement.sender.display_name

    @admin.display(description="受援单位", ordering="agreement__recipient__name_key")
    def recipient(self, activity):
        return activity.agreement.recipient.display_name

    @admin.display(description="计量")
    def measure_text(self, activity):
        return "、".join(str(row) for row in activity.measures.all()) or None
