"""Deadline rules on the desk, and making a cycle's deadlines out of them."""

from django import forms
from django.contrib import admin

from core.admin import ScopedAdmin, ScopedInline, ScopedRelatedFilter
from core.admin_verbs import Verb, VerbForm
from core.desk import chip
from support.deadline_examples import EXAMPLES
from support.models import CycleDeadline, DeadlineRule
from support.selectors.deadline_plan import deadline_plan
from support.services.deadlines import deadline_rules_load, deadlines_make

ACTIONS = {
    "add": ("新增", "ok"),
    "move": ("更新", "wait"),
    "keep": ("不变", "off"),
    "hand": ("人工设定，保留", "info"),
    "gone": ("规则已没有，保留", "off"),
}


class CycleDeadlineInline(ScopedInline):
    model = CycleDeadline
    fields = ["kind", "period", "name", "side", "due_on", "done_on", "remind_days", "note"]


class MakeForm(VerbForm):
    """Shows what would come of it before anything is written."""

    preview = "admin/deadline_preview.html"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.plan = deadline_plan(self.row)

    @property
    def lines(self):
        return [(chip(*ACTIONS[line.action]), line) for line in self.plan.lines]


MAKE = Verb(
    name="make-deadlines",
    label="按规则生成时限",
    permission="support.change_cycle",
    available=lambda cycle, user: True,
    form=MakeForm,
    run=lambda cycle, user: deadlines_make(cycle=cycle, by=user),
    explain="按本部门在用的时限规则写入这个周期。人工填写或改过日期的时限不动，规则里没有的也不删除。",
    done="时限已按规则更新。",
    tone="primary",
)


class LoadForm(VerbForm):
    example = forms.ChoiceField(
        label="示例",
        choices=[(key, example.title) for key, example in EXAMPLES.items()],
        help_text="各地文件规定不同，载入后按本地文件修改日期和依据；同名的规则不会重复载入。",
    )


LOAD = Verb(
    name="load-deadlines",
    label="载入时限规则示例",
    permission="support.add_deadlinerule",
    available=lambda programme, user: True,
    form=LoadForm,
    run=lambda programme, user, example: deadline_rules_load(
        bureau=programme.bureau, example=example, by=user
    ),
    explain="把一套示例作为主管部门的时限规则。",
    done="示例已载入，请到“时限规则”核对。",
)


@admin.register(DeadlineRule)
class DeadlineRuleAdmin(ScopedAdmin):
    menu = ("项目与协议", 125)
    label_related = ("bureau",)
    list_display = ["name", "kind", "part", "side", "reckoned", "active_chip", "basis"]
    list_filter = ["is_active", "kind", "side", ("bureau", ScopedRelatedFilter)]
    list_select_related = ["after"]
    search_fields = ["name", "basis", "bureau__name"]
    search_help_text = "按名称、依据或主管部门查找"
    fieldsets = [
        (
            None,
            {
                "fields": ["bureau", ("name", "kind"), ("part", "side"), "is_active"],
                "description": "规则改了以后，到周期的页面“按规则生成时限”，先看预览再写入。",
            },
        ),
        ("日期", {"fields": ["anchor", ("month", "day"), "after", "offset_days"]}),
        ("提醒和依据", {"fields": ["remind_days", "basis"]}),
    ]

    @admin.display(description="日期")
    def reckoned(self, rule):
        anchor = rule.Anchor
        if rule.anchor == anchor.MONTH_DAY:
            start = f"每年 {rule.month} 月 {rule.day} 日"
        elif rule.anchor == anchor.AFTER:
            start = f"“{rule.after.name}”"
        else:
            start = rule.get_anchor_display()
        if not rule.offset_days:
            return start
        return f"{start}{'之后' if rule.offset_days > 0 else '之前'} {abs(rule.offset_days)} 天"

    @admin.display(description="状态", ordering="is_active")
    def active_chip(self, rule):
        return chip("在用", "ok") if rule.is_active else chip("停用", "off")
