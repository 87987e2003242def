"""Forms of the inspection pages. They read what was typed on site; services judge it."""

from django import forms
from django.utils import timezone

from accounts.models import Organisation
from core.dates import Period
from core.forms import DateInput
from core.pages import FilterForm, SearchField
from staffing.models import Half, Inspection, InspectionFinding, Posting
from staffing.selectors.off_post import GROUPS
from staffing.services.inspections import Found

ALL = ("", "全部")
RESULTS = InspectionFinding.Result.choices


class PostingChoice(forms.ModelChoiceField):
    """A stay as inspectors know it: who, from where, in which department."""

    def label_from_instance(self, posting):
        department = f"　{posting.department}" if posting.department else ""
        return f"{posting.clinician.name}　{posting.agreement.sender.display_name}{department}"


class InspectionForm(forms.Form):
    """Begins an inspection: where, when, by whom."""

    recipient = forms.ModelChoiceField(
        label="受援单位", queryset=Organisation.objects.none(), empty_label="请选择"
    )
    inspected_on = forms.DateField(label="检查日期", widget=DateInput)
    half = forms.ChoiceField(label="时段", choices=Half.choices)
    inspectors = forms.CharField(label="检查人员", max_length=100, help_text="多人用顿号分开。")
    note = forms.CharField(
        label="情况说明", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        now = timezone.localtime()
        self.fields["inspected_on"].initial = now.date()
        self.fields["half"].initial = Half.MORNING if now.hour < 12 else Half.AFTERNOON
        self.fields["inspectors"].initial = user.name
        self.fields["recipient"].queryset = (
            Organisation.objects.owned_by(user)
            .filter(agreements_received__effective_from__isnull=False)
            .distinct()
            .order_by("region__code", "name_key")
        )


class SheetForm(forms.Form):
    """The whole inspection on site: one result a person, somebody added, everything saved at once."""

    inspectors = InspectionForm.base_fields["inspectors"]
    note = InspectionForm.base_fields["note"]
    added = PostingChoice(
        label="加入一人", queryset=Posting.objects.none(), required=False, empty_label="不加人"
    )

    def __init__(self, data=None, *, inspection: Inspection, findings, others):
        initial = {"inspectors": inspection.inspectors, "note": inspection.note}
        super().__init__(data, initial=initial)
        self.findings = list(findings)
        self.fields["added"].queryset = others
        for row in self.findings:
            name = row.posting.clinician.name
            self.fields[f"result_{row.pk}"] = forms.ChoiceField(
                label=f"{name}的结果",
                choices=RESULTS,
                required=False,
                widget=forms.RadioSelect,
                initial=row.result,
            )
            self.fields[f"note_{row.pk}"] = forms.CharField(
                label=f"{name}的说明",
                max_length=200,
                required=False,
                initial=row.note,
                widget=forms.TextInput(attrs={"placeholder": "说明，例如 批条情况、电话联系情况"}),
            )
            self.fields[f"drop_{row.pk}"] = forms.BooleanField(label="移出", required=False)

    def rows(self):
        """(finding, its three fields) for the page."""
        return [
            (row, self[f"result_{row.pk}"], self[f"note_{row.pk}"], self[f"drop_{row.pk}"])
            for row in self.findings
        ]

    def found(self) -> list[Found]:
        """Everybody who stays on the list, with whoever was added."""
        answers = self.cleaned_data
        kept = [
            Found(row.posting, answers[f"result_{row.pk}"], answers[f"note_{row.pk}"])
            for row in self.findings
            if not answers[f"drop_{row.pk}"]
        ]
        return kept + ([Found(answers["added"])] if answers["added"] else [])


class PhotoForm(forms.Form):
    file = forms.FileField(
        label="照片", widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png"})
    )
    caption = forms.CharField(label="说明", max_length=100, required=False)


class RevokeForm(forms.Form):
    reason = forms.CharField(
        label="撤销原因",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="当事人和双方单位会看到。",
    )


class BetweenForm(FilterForm):
    """Days from–to; an end before the start is told and filters nothing."""

    start = forms.DateField(label="从", widget=DateInput)
    end = forms.DateField(label="到", widget=DateInput)

    def clean(self):
        start, end = self.cleaned_data.get("start"), self.cleaned_data.get("end")
        if start and end and end < start:
            self.add_error("end", "“到”早于“从”。")
        return self.cleaned_data


class InspectionFilter(BetweenForm):
    q = SearchField("查找", "受援单位名称或拼音首字母")
    status = forms.ChoiceField(label="状态", choices=[ALL, *Inspection.Status.choices])
    found = forms.BooleanField(label="只看有脱岗的")
    field_order = ["q", "status", "start", "end", "found"]


class RateFilter(BetweenForm):
    by = forms.ChoiceField(label="分组", choices=[(key, label) for key, (label, _) in GROUPS.items()])
    field_order = ["by", "start", "end"]

    @property
    def period(self) -> Period:
        """The days asked for; without a word the present year up to today."""
        today = timezone.localdate()
        start = self.chosen.get("start") or today.replace(month=1, day=1)
        return Period(start, max(self.chosen.get("end") or today, start))
