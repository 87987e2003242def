"""Kinds of activity and their measures: data that the bureau may extend."""

from django import forms
from django.contrib import admin

from core.admin import ScopedAdmin, ScopedInline
from core.desk import chip
from staffing.models import ActivityType, ActivityTypeMeasure, Asked, Measure


@admin.register(Measure)
class MeasureAdmin(ScopedAdmin):
    menu = ("基础目录", 740)
    list_display = ["name", "unit", "column", "is_whole", "definition", "order"]
    list_filter = ["is_whole", ("column", admin.EmptyFieldListFilter)]
    search_fields = ["code", "name", "definition"]
    search_help_text = "按名称、代码或口径查找"
    fieldsets = [
        (
            None,
            {
                "fields": [("name", "unit"), "code", "column", "is_whole", "definition", "order"],
                "description": "次、期、场、人次、例、项是不同的单位，从不相加；一个统计数只汇总一个计量项。",
            },
        )
    ]


class TypeMeasureInline(ScopedInline):
    model = ActivityTypeMeasure
    fields = ["measure", "unit", "is_required", "initial", "order"]
    readonly_fields = ["unit"]
    verbose_name_plural = "计量项（登记时依次序填写）"

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("measure")

    @admin.display(description="单位")
    def unit(self, row):
        return row.measure.unit if row.measure_id else ""


class QuestionsField(forms.MultipleChoiceField):
    """The questions of a type as check boxes, in the order in which the form asks them."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, label: str, help_text: str):
        super().__init__(choices=Asked.choices, label=label, help_text=help_text, required=False)


class ActivityTypeForm(forms.ModelForm):
    asks = QuestionsField("填报内容", "登记这类活动时显示的内容；日期、协议和计量项总是显示。")
    requires = QuestionsField("必填内容", "没有填写就不能提交；存草稿不受影响。")
    evidence = forms.ChoiceField(
        label="佐证材料", choices=ActivityType.Evidence.choices, widget=forms.RadioSelect
    )

    def clean(self):
        values = super().clean()
        beyond = set(values.get("requires", ())) - set(values.get("asks", ()))
        if beyond:
            names = "、".join(label for code, label in Asked.choices if code in beyond)
            self.add_error("requires", f"必填的“{names}”没有列在填报内容中，请一并勾选。")
        return values


@admin.register(ActivityType)
class ActivityTypeAdmin(ScopedAdmin):
    menu = ("基础目录", 750)
    form = ActivityTypeForm

    class Media:
        css = {"all": ["css/activity_type_desk.css"]}

    list_display = ["name", "measure_names", "asked_names", "evidence", "active_chip", "order"]
    list_filter = ["is_active", "evidence", "names_outcomes"]
    search_fields = ["code", "name"]
    search_help_text = "按名称或代码查找"
    inlines = [TypeMeasureInline]
    fieldsets = [
        (None, {"fields": [("name", "code"), ("order", "is_active")]}),
        (
            "登记时填什么",
            {
                "fields": ["asks", "requires", "names_outcomes"],
                "description": "问得越少，登记越快：只勾选这类活动真正需要的内容。",
            },
        ),
        (
            "佐证材料",
            {
                "fields": ["evidence"],
                "description": "“必须上传”对导入的历史记录同样有效，没有材料的不能提交。",
            },
        ),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("measures")

    def get_fieldsets(self, request, obj=None):
        """Whoever only reads sees the names of what is asked, not its codes."""
        found = super().get_fieldsets(request, obj)
        if self.has_change_permission(request, obj):
            return found
        told = {"asks": "asked_names", "requires": "required_names"}
        return [
            (title, {**options, "fields": [told.get(name, name) for name in options["fields"]]})
            for title, options in found
        ]

    def get_readonly_fields(self, request, obj=None):
        found = super().get_readonly_fields(request, obj)
        reads = not self.has_change_permission(request, obj)
        return [*found, "asked_names", "required_names"] if reads else found

    @admin.display(description="计量项")
    def measure_names(self, kind):
        return "、".join(str(measure) for measure in kind.measures.all()) or None

    @admin.display(description="填报内容")
    def asked_names(self, kind):
        return "、".join(label for code, label in Asked.choices if code in kind.asks) or "—"

    @admin.display(description="必填内容")
    def required_names(self, kind):
        return "、".join(label for code, label in Asked.choices if code in kind.requires) or "—"

    @admin.display(description="状态", ordering="is_active")
    def active_chip(self, kind):
        return chip("在用", "ok") if kind.is_active else chip("停用", "off")
