"""Forms of the summary pages; every choice is limited to what the user may see."""

from django import forms

from accounts.models import Organisation, User
from core.forms import DateInput
from core.pages import FilterForm, SearchField
from reports.models import Summary
from reports.selectors.frames import summary_organisations
from support.models import Cycle, DeadlineSide


class CycleFilter(FilterForm):
    q = SearchField("查找", "周期、项目或主管部门")
    when = forms.ChoiceField(label="时间", choices=[("", "全部"), ("now", "正在进行"), ("ended", "已结束")])


class DeadlineFilter(FilterForm):
    SHOW = [("", "全部"), ("open", "没有完成的"), ("late", "逾期的")]

    q = SearchField("查找", "事项或单位名称")
    cycle = forms.ModelChoiceField(Cycle.objects.none(), label="周期", empty_label=None)
    side = forms.ChoiceField(label="由谁办理", choices=[("", "全部"), *DeadlineSide.choices])
    show = forms.ChoiceField(label="只看", choices=SHOW)

    def __init__(self, data, *, cycles):
        super().__init__(data)
        self.fields["cycle"].queryset = cycles


class SummaryRequestForm(forms.Form):
    organisation = forms.ModelChoiceField(Organisation.objects.none(), label="单位")
    cycle = forms.ModelChoiceField(Cycle.objects.none(), label="周期")
    year = forms.IntegerField(
        label="年度",
        required=False,
        min_value=1950,
        max_value=2100,
        help_text="留空统计整个周期；填四位年份则只统计该自然年。",
    )
    edition = forms.ChoiceField(
        label="版式",
        required=False,
        choices=[("", "按单位类别"), *Summary.Edition.choices],
        help_text="既支援别人又接受支援的医院，可分别出两种版式。",
    )
    issued_on = forms.DateField(label="成文日期", required=False, widget=DateInput, help_text="留空为今天。")
    reason = forms.CharField(
        label="修订原因", required=False, max_length=300, help_text="已有定稿时必须填写，其余情况留空。"
    )

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        organisations = summary_organisations(user).select_related("region")
        self.fields["organisation"].queryset = organisations
        self.fields["cycle"].queryset = Cycle.objects.visible_to(user).select_related("programme")
        if user.organisation_id and organisations.filter(pk=user.organisation_id).exists():
            self.fields["organisation"].initial = user.organisation_id


class SummaryFilter(FilterForm):
    q = SearchField("搜索", "单位名称")
    cycle = forms.ModelChoiceField(Cycle.objects.none(), label="周期", empty_label="全部周期")
    status = forms.ChoiceField(label="状态", choices=[("", "全部状态"), *Summary.Status.choices])

    def __init__(self, data, *, user: User):
        super().__init__(data)
        self.fields["cycle"].queryset = Cycle.objects.visible_to(user).select_related("programme")


class DayForm(FilterForm):
    on = forms.DateField(label="截至日期", widget=DateInput)


class ReviseForm(forms.Form):
    reason = forms.CharField(label="修订原因", max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
