"""Forms of the attendance, leave and calendar pages. They read what was typed; services judge it."""

from django import forms

from accounts.models import Organisation
from core.forms import DateInput
from core.pages import FilterForm, SearchField
from staffing.forms import ALL, MonthField
from staffing.marks import HALVES, Cell, mark_at, mark_label
from staffing.models import AttendanceCorrection, Half, Leave, Mark, MonthSheet, Posting
from staffing.models.attendance import OUTSIDE, UNFILLED
from staffing.selectors.sheets import PersonMonth


class UnitChoice(forms.ModelChoiceField):
    def __init__(self, label: str):
        super().__init__(Organisation.objects.none(), label=label, required=False, empty_label="全部")

    def label_from_instance(self, unit):
        return unit.display_name


class SheetFilter(FilterForm):
    month = MonthField(label="月份", required=False)
    unit = UnitChoice("受援单位")
    state = forms.ChoiceField(label="状态", choices=[ALL, *MonthSheet.Status.choices])

    def __init__(self, data, *, units):
        super().__init__(data)
        self.fields["unit"].queryset = units


class ReturnFilter(FilterForm):
    month = MonthField(label="月份", required=False)
    unit = UnitChoice("受援单位")

    def __init__(self, data, *, units):
        super().__init__(data)
        self.fields["unit"].queryset = units


class MonthForm(forms.Form):
    month = MonthField(label="月份")


class DayForm(forms.Form):
    day = forms.DateField(label="哪一周", widget=DateInput)


class CorrectionFilter(FilterForm):
    state = forms.ChoiceField(label="状态", choices=[ALL, *AttendanceCorrection.Status.choices])
    waiting = forms.BooleanField(label="只看等我审核的")


class DecisionForm(forms.Form):
    note = forms.CharField(
        label="意见", max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class PersonMonthForm(forms.Form):
    """One person's month as selects: the page without scripts, and the request for a correction.

    ``editable``: half-days that may be chosen; others are not offered.
    """

    reason = forms.CharField(
        label="更正原因", max_length=300, widget=forms.Textarea(attrs={"rows": 2, "maxlength": 300})
    )

    def __init__(self, data, *, person: PersonMonth, days, today, correcting: bool):
        super().__init__(data)
        self.person = person
        if not correcting:
            del self.fields["reason"]
        choices = list(Mark.choices)
        for day in days:
            for half in HALVES:
                now = mark_at(person.marks, day.day, half)
                if now == OUTSIDE or day.day > today:
                    continue
                offered = choices if correcting and now != UNFILLED else [(UNFILLED, "未填"), *choices]
                self.fields[self.name_of(day.day, half)] = forms.ChoiceField(
                    label=f"{day.day:%Y-%m-%d} {Half(half).label}", choices=offered, initial=now
                )

    @staticmethod
    def name_of(day, half: str) -> str:
        return f"d{day:%d}{half}"

    def rows(self, days):
        """(day, its two fields or their text) in order, for the table."""
        for day in days:
            shown = []
            for half in HALVES:
                name = self.name_of(day.day, half)
                text = mark_label(mark_at(self.person.marks, day.day, half))
                shown.append((self[name] if name in self.fields else None, text))
            if any(field or text != mark_label(OUTSIDE) for field, text in shown):
                yield day, shown

    def cells(self, days) -> list[Cell]:
        """What differs from the page as it was shown."""
        found = []
        for day in days:
            for half in HALVES:
                name = self.name_of(day.day, half)
                now = mark_at(self.person.marks, day.day, half)
                chosen = self.cleaned_data.get(name, now)
                if chosen != now:
                    found.append(Cell(self.person.posting.pk, day.day, half, chosen, now))
        return found


# ---- leave
class LeaveFilter(FilterForm):
    q = SearchField("查找", "姓名或拼音")
    status = forms.ChoiceField(label="状态", choices=[ALL, *Leave.Status.choices])
    kind = forms.ChoiceField(label="种类", choices=[ALL, *Leave.Kind.choices])
    month = MonthField(label="月份", required=False)
    waiting = forms.BooleanField(label="只看等我审批的")


class StayChoice(forms.ModelChoiceField):
    def label_from_instance(self, posting):
        return (
            f"{posting.clinician.name}　{posting.agreement.recipient.display_name}　"
            f"{posting.arrived_on:%Y-%m-%d} 至 {posting.end_on:%Y-%m-%d}"
        )


class LeaveForm(forms.Form):
    posting = StayChoice(label="谁请假", queryset=Posting.objects.none(), empty_label="请选择")
    kind = forms.ChoiceField(label="种类", choices=Leave.Kind.choices)
    start_on = forms.DateField(label="开始日期", widget=DateInput)
    start_half = forms.ChoiceField(label="从", choices=Half.choices, initial=Half.MORNING)
    end_on = forms.DateField(label="结束日期", widget=DateInput)
    end_half = forms.ChoiceField(label="到", choices=Half.choices, initial=Half.AFTERNOON)
    reason = forms.CharField(label="事由", max_length=200, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, data=None, *, postings, **kwargs):
        super().__init__(data, **kwargs)
        field = self.fields["posting"]
        field.queryset = postings
        known = list(postings[:2])
        if len(known) == 1:
            field.initial, field.empty_label = known[0].pk, None


# ---- the calendar
class NoticeForm(forms.Form):
    text = forms.CharField(
        label="通知内容",
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 9, "spellcheck": "false"}),
        help_text="一行一段，例如“2027-10-01 至 2027-10-07 国庆节 放假”“2027-10-10 国庆节调休 上班”。"
        "已有的日子会被替换，有一行读不出来就全部不保存。",
    )
    basis = forms.CharField(label="依据", max_length=200, help_text="例如 国办发明电〔2026〕×号。")
