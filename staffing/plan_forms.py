"""Forms of rotation plans. What is offered to choose from is fetched once for all lines."""

from dataclasses import dataclass
from functools import cached_property

from django import forms
from django.db.models import Q

from core.forms import DateInput
from core.pages import FilterForm, SearchField
from staffing.forms import ALL
from staffing.models import Batch, Clinician, PlanLine, Posting, PostingKind
from staffing.services.plans import MAX_LINES
from support.models import Agreement, Cycle, Speciality


def _cycles_of(user):
    return (
        Cycle.objects.filter(agreements__sender=user.organisation_id).select_related("programme").distinct()
    )


class BatchFilter(FilterForm):
    q = SearchField("查找", "批次编号、任务或支援单位")
    status = forms.ChoiceField(label="状态", choices=[ALL, *Batch.Status.choices])
    kind = forms.ChoiceField(label="类型", choices=[ALL, *PostingKind.choices])
    waiting = forms.BooleanField(label="等我接收")


class PlanStartForm(forms.ModelForm):
    class Meta:
        model = Batch
        fields = ["cycle", "code", "kind", "departed_on", "task", "stated_people"]
        widgets = {"departed_on": DateInput}
        help_texts = {"code": "全系统唯一，可用建议的编号。", "task": "例如 第三季度驻点帮扶。"}

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["cycle"].queryset = _cycles_of(user)
        self.fields["cycle"].empty_label = None


class PlanNextForm(forms.Form):
    """From the present batch to the next."""

    cycle = forms.ModelChoiceField(label="周期", queryset=Cycle.objects.none(), empty_label=None)
    code = forms.CharField(label="批次编号", max_length=40, help_text="全系统唯一，可用建议的编号。")
    overlap_days = forms.IntegerField(
        label="交接重叠天数",
        min_value=0,
        max_value=60,
        initial=0,
        help_text="新老人员同时在岗的天数；0 为原派驻结束的次日开始。",
    )
    task = forms.CharField(label="任务", max_length=200, required=False)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["cycle"].queryset = _cycles_of(user)


class PlanHeaderForm(forms.ModelForm):
    class Meta:
        model = Batch
        fields = ["code", "departed_on", "task", "stated_people", "explanation"]
        widgets = {
            "departed_on": DateInput,
            "explanation": forms.Textarea(attrs={"rows": 2, "maxlength": 500}),
        }
        help_texts = {"explanation": "有提醒时提交前必须写明原因；随计划送受援单位和卫健局。"}

    def _post_clean(self):
        """The service asks; the instance stays as it was until then."""


@dataclass
class PlanChoices:
    """Rows offered on every line of a plan, by key."""

    batch: Batch

    @cached_property
    def agreements(self) -> dict[str, Agreement]:
        rows = Agreement.objects.filter(
            sender=self.batch.sender_id, cycle=self.batch.cycle_id, effective_from__isnull=False
        ).select_related("recipient")
        return {str(row.pk): row for row in rows.order_by("recipient__name_key", "number")}

    @cached_property
    def people(self) -> dict[str, Clinician]:
        """Staff of the hospital; who left stays on the lines where they already stand."""
        rows = (
            Clinician.objects.filter(organisation=self.batch.sender_id)
            .filter(Q(left_on__isnull=True) | Q(plan_lines__batch=self.batch))
            .select_related("speciality")
            .distinct()
        )
        return {str(row.pk): row for row in rows.order_by("name_key", "staff_no")}

    @cached_property
    def replaced(self) -> dict[str, Posting]:
        """Stays that this plan may take over from."""
        lines = PlanLine.objects.filter(batch=self.batch, replaces__isnull=False)
        rows = (
            Posting.objects.filter(agreement__sender=self.batch.sender_id, kind=self.batch.kind)
            .filter(
                Q(status__in=[Posting.Status.APPROVED, *Posting.PRESENT]) | Q(pk__in=lines.values("replaces"))
            )
            .exclude(batch=self.batch)
            .select_related("clinician", "agreement__recipient")
        )
        return {str(row.pk): row for row in rows.order_by("end_on", "clinician__name_key")}

    @cached_property
    def labels(self) -> dict[str, list[tuple[str, str]]]:
        """(key, text) of each, an empty one first."""
        return {
            "agreement": [("", "请选择")]
            + [(pk, f"{row.recipient.display_name}　{row.number}") for pk, row in self.agreements.items()],
            "clinician": [("", "待选")]
            + [
                (pk, f"{row.name}　{row.title_label}　{row.speciality or '专业未填'}　{row.staff_no}")
                for pk, row in self.people.items()
            ],
            "replaces": [("", "无")]
            + [
                (
                    pk,
                    f"{row.clinician.name}　{row.agreement.recipient.display_name}　至 {row.end_on:%Y-%m-%d}",
                )
                for pk, row in self.replaced.items()
            ],
        }


class RowChoice(forms.ChoiceField):
    """One of rows at hand: the same for every line of the plan, fetched once."""

    def __init__(self, **kwargs):
        super().__init__(required=False, **kwargs)
        self.rows = {}

    def clean(self, value):
        return self.rows.get(super().clean(value))


class PlanLineForm(forms.Form):
    replaces = RowChoice(label="接替")
    agreement = RowChoice(label="协议（去哪家）")
    clinician = RowChoice(label="派驻人员")
    start_on = forms.DateField(label="开始日期", widget=DateInput, required=False)
    end_on = forms.DateField(label="结束日期", widget=DateInput, required=False)
    department = forms.CharField(label="派驻科室", max_length=50, required=False)
    role = forms.ChoiceField(label="身份", choices=Posting.Role.choices, initial=Posting.Role.MEMBER)
    note = forms.CharField(label="备注", max_length=200, required=False)

    def __init__(self, *args, choices: PlanChoices, **kwargs):
        super().__init__(*args, **kwargs)
        rows = {"agreement": choices.agreements, "clinician": choices.people, "replaces": choices.replaced}
        for name, known in rows.items():
            self.fields[name].choices = choices.labels[name]
            self.fields[name].rows = known
        self.conflicts = []


class _PlanLines(forms.BaseFormSet):
    def typed(self) -> list[dict]:
        """The lines in which something stands, without those ticked for removal."""
        return [
            {name: value for name, value in form.cleaned_data.items() if name != "DELETE"}
            for form in self.forms
            if (form.initial or form.has_changed()) and not form.cleaned_data.get("DELETE")
        ]


PlanLines = forms.formset_factory(
    PlanLineForm, formset=_PlanLines, extra=1, max_num=MAX_LINES, absolute_max=MAX_LINES + 20, can_delete=True
)


def lines_initial(lines) -> list[dict]:
    """What stands on the saved lines, in the form's terms."""
    return [
        {
            "replaces": line.replaces_id and str(line.replaces_id),
            "agreement": line.agreement_id and str(line.agreement_id),
            "clinician": line.clinician_id and str(line.clinician_id),
            "start_on": line.start_on,
            "end_on": line.end_on,
            "department": line.department,
            "role": line.role,
            "note": line.note,
        }
        for line in lines
    ]


class CandidateFilter(FilterForm):
    q = SearchField("查找", "姓名、拼音、工号或科室")
    speciality = forms.ModelChoiceField(label="专业", queryset=Speciality.objects.all(), empty_label="全部")
    start_on = forms.DateField(label="从", widget=DateInput)
    end_on = forms.DateField(label="到", widget=DateInput)
    free = forms.BooleanField(label="只看这段时间空闲的")
