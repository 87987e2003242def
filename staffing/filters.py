"""Filter forms of the lists of activities."""

from django import forms

from core.forms import DateInput
from core.pages import FilterForm, SearchField
from staffing.models import ActivityType
from support.forms import AgreementChoice
from support.models import Agreement
from support.models.confirmation import RecordStatus


class ActivityFilter(FilterForm):
    q = SearchField("查找", "主题、内容、地点、姓名")
    type = forms.ModelChoiceField(label="类型", queryset=ActivityType.objects.all(), empty_label="全部")
    agreement = AgreementChoice(label="协议", queryset=Agreement.objects.none(), empty_label="全部")
    status = forms.ChoiceField(label="状态", choices=[("", "全部"), *RecordStatus.choices])
    since = forms.DateField(label="从", widget=DateInput)
    until = forms.DateField(label="到", widget=DateInput)
    waiting = forms.BooleanField(label="只看等我确认的")

    def __init__(self, data, *, agreements):
        super().__init__(data)
        self.fields["agreement"].queryset = agreements

    def clean(self):
        values = super().clean()
        since, until = values.get("since"), values.get("until")
        if since and until and until < since:
            self.add_error("until", "结束早于开始。")
        return values
