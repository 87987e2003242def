"""Filters of the target pages and of the dashboard; every choice is limited to what the user may see."""

from datetime import date

from django import forms

from accounts.models import Organisation, Region, User
from core.pages import FilterForm, SearchField
from reports.selectors.dashboard import periods_of, present_cycle
from reports.targets import Verdict
from staffing.selectors.coverage_list import regions_below
from support.models import Agreement, Cycle

LAGGING = ("lagging", "落后或未完成")
SIZES = (25, 50, 100)


class TargetFilter(FilterForm):
    q = SearchField("搜索", "单位名称或协议编号")
    cycle = forms.ModelChoiceField(Cycle.objects.none(), label="周期", empty_label="全部周期")
    region = forms.ModelChoiceField(Region.objects.none(), label="受援地区", empty_label="全部")
    sender = forms.ModelChoiceField(Organisation.objects.none(), label="支援单位", empty_label="全部")
    when = forms.ChoiceField(label="协议", choices=[("", "生效中"), ("ended", "已结束"), ("all", "全部")])
    verdict = forms.ChoiceField(label="判定", choices=[("", "全部"), LAGGING, *Verdict.choices])
    sort = forms.ChoiceField(
        label="排序",
        choices=[
            ("", "最差的在前"),
            ("recipient", "按受援单位"),
            ("sender", "按支援单位"),
            ("end", "按到期日期"),
        ],
    )
    size = forms.TypedChoiceField(
        label="每页",
        coerce=int,
        choices=[("", f"{SIZES[0]} 份"), *((size, f"{size} 份") for size in SIZES[1:])],
    )

    def __init__(self, data, *, user: User):
        super().__init__(data)
        self.fields["cycle"].queryset = Cycle.objects.visible_to(user).select_related("programme")
        if not user.sees_region:
            self.drop("region", "sender")
            return
        self.fields["region"].queryset = regions_below(user)
        seen = Agreement.objects.visible_to(user).filter(effective_from__isnull=False)
        self.fields["sender"].queryset = Organisation.objects.filter(pk__in=seen.values("sender")).order_by(
            "name_key", "code"
        )


class YearForm(FilterForm):
    year = forms.TypedChoiceField(label="统计期", coerce=int, choices=[("", "全部时间")])

    def __init__(self, data, *, years):
        super().__init__(data)
        self.fields["year"].choices = [("", "全部时间"), *((year, f"{year} 年") for year in years)]


class DashboardFilter(FilterForm):
    """``shown``: the cycle chosen, else the present one; None when the person has none."""

    cycle = forms.ChoiceField(label="周期")
    period = forms.ChoiceField(label="时间")

    def __init__(self, data, *, cycles: list[Cycle], today: date):
        super().__init__(data)
        usual = present_cycle(cycles, today)
        by_key = {str(cycle.pk): cycle for cycle in cycles}
        self.shown = by_key.get(str(data.get("cycle", ""))) or usual
        if self.shown is None:
            self.drop("cycle", "period")
            return
        others = [(str(cycle.pk), str(cycle)) for cycle in cycles if cycle != usual]
        # the first entry is what an address without it means
        self.fields["cycle"].choices = [("", str(usual)), *others]
        self.fields["period"].choices = periods_of(self.shown, today)
