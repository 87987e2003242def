"""Forms of the monthly returns. They read what was typed; the service judges it."""

from django import forms

from accounts.models import Organisation, User
from core.pages import FilterForm, SearchField
from reports.models import MonthlyReturn, ReturnForm, ReturnLevel
from reports.selectors.return_subjects import units_of
from reports.selectors.return_years import MOST_YEARS
from staffing.forms import MonthField

ALL = ("", "全部")
STATES = (ALL, ("late", "迟报"), ("corrected", "更正过"), ("behind", "台账有变动"))


class ReturnListFilter(FilterForm):
    q = SearchField("查找", "单位、姓名或拼音首字母")
    month = MonthField(label="月份", required=False)
    form = forms.ChoiceField(label="报表", choices=[ALL, *ReturnForm.choices])
    level = forms.ChoiceField(label="层级", choices=[ALL, *ReturnLevel.choices])
    state = forms.ChoiceField(label="状态", choices=STATES)


class SubmitForm(forms.Form):
    """Remark of the whole and one a line; with ``correcting`` the reason."""

    reason = forms.CharField(
        label="更正原因",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": 300}),
        help_text="原来的一版照旧可以查看。",
    )
    remark = forms.CharField(
        label="备注",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": 500}),
        help_text="需要向上级说明的情况，可以不填。",
    )

    def __init__(self, data=None, *, row: MonthlyReturn, before: MonthlyReturn | None = None):
        initial = {"remark": before.remark} if before else {}
        super().__init__(data, initial=initial)
        if before is None:
            del self.fields["reason"]
        known = {line["agreement"]: line["remark"] for line in before.lines} if before else {}
        for line in row.lines:
            self.fields[self._name(line["agreement"])] = forms.CharField(
                label=f"{line['sender']}→{line['recipient']}的备注",
                required=False,
                max_length=200,
                initial=known.get(line["agreement"], ""),
                widget=forms.TextInput(attrs={"autocomplete": "off"}),
            )

    @staticmethod
    def _name(agreement: int) -> str:
        return f"line-{agreement}"

    def of_line(self, agreement: int):
        return self[self._name(agreement)]

    @property
    def asked(self) -> dict:
        """What return_submit takes beside subject and user."""
        return {
            "remark": self.cleaned_data["remark"],
            "reason": self.cleaned_data.get("reason", ""),
            "line_remarks": {
                int(name[5:]): value for name, value in self.cleaned_data.items() if name.startswith("line-")
            },
        }


class YearFilter(FilterForm):
    unit = forms.ModelChoiceField(Organisation.objects.none(), label="单位", empty_label="本单位")
    level = forms.ChoiceField(label="身份", choices=[])
    first = forms.IntegerField(label="年度", min_value=1950, max_value=2199)
    last = forms.IntegerField(label="至", min_value=1950, max_value=2199, help_text=f"最多 {MOST_YEARS} 年。")

    def __init__(self, data, *, user: User):
        super().__init__(data)
        self.fields["unit"].queryset = (
            units_of(user).exclude(kind=Organisation.Kind.GOVERNMENT).order_by("name_key", "pk")
        )
        labels = {"clinic": "受援单位", "hospital": "支援医院", "bureau": "卫健部门"}
        self.fields["level"].choices = [("", "按单位类别"), *labels.items()]
