"""The form of one activity: it shows only what the chosen type asks."""

import uuid
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django import forms
from django.utils import timezone

from core.forms import DateInput
from staffing.entry_fields import DaysField, PostedField
from staffing.models import Activity, ActivityFinding, ActivityOutcome, ActivityType, Asked, Clinician
from staffing.services.activity_rules import Finding, Outcome, Quantity
from support.forms import AgreementChoice
from support.models import Agreement, Speciality

# types whose named results are all of one kind
OUTCOME_KINDS = {
    "technique": ActivityOutcome.Kind.TECHNIQUE,
    "rules": ActivityOutcome.Kind.RULE,
    "department": ActivityOutcome.Kind.DEPARTMENT,
}
NOTHING_PERSONAL = "不要填写患者姓名、身份证号或电话。"


class ActivityForm(forms.Form):
    """``MAIN`` is always open, ``MORE`` folded away until it is used or required."""

    client_key = forms.UUIDField(widget=forms.HiddenInput)
    replace_reason = forms.CharField(
        label="更正原因", max_length=300, required=False, help_text="对方据此核对，例如“人次与签到表不符”。"
    )
    agreement = AgreementChoice(label="协议", queryset=Agreement.objects.none(), empty_label=None)
    start_on = forms.DateField(label="日期", widget=DateInput)
    topic = forms.CharField(
        label="主题",
        max_length=120,
        required=False,
        help_text=NOTHING_PERSONAL,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    place = forms.CharField(label="地点", max_length=60, required=False)
    department = forms.CharField(label="科室", max_length=50, required=False)
    participants = PostedField(label="参加人员", queryset=Clinician.objects.none(), required=False)
    filing_number = forms.CharField(label="备案号", max_length=50, required=False)
    filed_on = forms.DateField(
        label="备案日期", required=False, widget=DateInput, help_text="义诊应当先备案后举办。"
    )
    days = DaysField(
        label="同样的工作还有哪几天",
        required=False,
        max_length=400,
        help_text="每天登记成一条，例如 2026-04-11、2026-04-13；一天的不用填。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    end_on = forms.DateField(
        label="结束日期", required=False, widget=DateInput, help_text="连续多天的一次活动才填。"
    )
    speciality = forms.ModelChoiceField(
        label="专业", queryset=Speciality.objects.all(), required=False, empty_label="未填"
    )
    hours = forms.DecimalField(label="课时/小时", required=False, min_value=0, max_digits=6, decimal_places=1)
    content = forms.CharField(
        label="内容",
        max_length=2000,
        required=False,
        help_text=NOTHING_PERSONAL,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 2000}),
    )
    note = forms.CharField(label="备注", max_length=300, required=False)

    MAIN = ("topic", "place", "department", "participants", "filing_number", "filed_on")
    MORE = ("days", "end_on", "speciality", "hours", "content", "note")
    # which fields one question of the type stands for
    FIELDS_OF = {Asked.FILING.value: ("filing_number", "filed_on")}
    # fields as wide as the form
    WIDE = {"topic", "participants", "content", "note", "days", "replace_reason"}

    def __init__(
        self,
        data=None,
        *,
        activity_type: ActivityType,
        agreements,
        people,
        activity: Activity | None = None,
        original: Activity | None = None,
        initial=None,
    ):
        super().__init__(data, initial=initial)
        self.activity_type = activity_type
        self.activity = activity
        self.fields["agreement"].queryset = agreements
        self.fields["participants"].queryset = people
        self.rows = list(activity_type.type_measures.select_related("measure").order_by("order", "pk"))
        for row in self.rows:
            self.fields[self.name_of(row)] = self._measure_field(row)
        self._leave_out(activity, original)

    def _leave_out(self, activity: Activity | None, original: Activity | None) -> None:
        """Only what the type asks, and what an older record already says."""
        shown = {name for code in self.activity_type.asks for name in self.FIELDS_OF.get(code, (code,))}
        known = activity or original
        corrects = original is not None or bool(activity and activity.replaces_id)
        if known is not None:
            shown |= {name for name in (*self.MAIN, *self.MORE) if self.initial.get(name)}
        if known is None:
            shown.add("days")
        if corrects:
            shown.add("replace_reason")
            self.fields["replace_reason"].required = True
        for name in ("replace_reason", *self.MAIN, *self.MORE):
            if name not in shown:
                del self.fields[name]

    @staticmethod
    def name_of(row) -> str:
        return f"measure_{row.measure_id}"

    @staticmethod
    def _measure_field(row) -> forms.DecimalField:
        whole = row.measure.is_whole
        return forms.DecimalField(
            label=f"{row.measure.name}（{row.measure.unit}）",
            required=row.is_required,
            min_value=0,
            max_digits=12,
            decimal_places=0 if whole else 2,
            initial=row.initial.normalize() if row.initial is not None else None,
            help_text=row.measure.definition,
            widget=forms.NumberInput(
                attrs={"inputmode": "numeric" if whole else "decimal", "step": "1" if whole else "0.01"}
            ),
        )

    @classmethod
    def initial_of(cls, activity: Activity) -> dict:
        """What the form shows of a record: measures by field name."""
        names = (
            "agreement",
            "start_on",
            "topic",
            "place",
            "department",
            "content",
            "speciality",
            "hours",
            "filing_number",
            "filed_on",
            "note",
            "client_key",
            "replace_reason",
        )
        values = {name: getattr(activity, name) for name in names}
        if activity.end_on != activity.start_on:
            values["end_on"] = activity.end_on
        values["participants"] = [person.pk for person in activity.participants.all()]
        for found in activity.measures.all():
            values[f"measure_{found.measure_id}"] = found.value.normalize()
        return values

    @staticmethod
    def initial_new(
        *, agreement: Agreement | None, people: list, client_key: uuid.UUID | None = None
    ) -> dict:
        return {
            "client_key": client_key or uuid.uuid4(),
            "start_on": timezone.localdate(),
            "agreement": agreement,
            "participants": people,
        }

    def clean(self):
        values = super().clean()
        if values.get("days") and values.get("end_on"):
            self.add_error("end_on", "分天登记时不填结束日期：每天各成一条。")
        return values

    # ---- the page
    def _chosen(self, names) -> list[forms.BoundField]:
        return [self[name] for name in names if name in self.fields]

    def measure_fields(self) -> list[forms.BoundField]:
        return [self[self.name_of(row)] for row in self.rows]

    @property
    def _needed(self) -> set[str]:
        return {name for code in self.activity_type.requires for name in self.FIELDS_OF.get(code, (code,))}

    def main_fields(self) -> list[forms.BoundField]:
        return self._chosen([*self.MAIN, *(name for name in self.MORE if name in self._needed)])

    def more_fields(self) -> list[forms.BoundField]:
        return self._chosen(name for name in self.MORE if name not in self._needed)

    @property
    def more_is_used(self) -> bool:
        return any(field.value() or field.errors for field in self.more_fields())

    @property
    def more_words(self) -> str:
        return "、".join(str(field.label) for field in self.more_fields())

    # ---- for the service
    def quantities(self) -> dict:
        """Measures that were filled in. A number kept from an import keeps its wording."""
        known = {row.measure_id: row for row in self.activity.measures.all()} if self.activity else {}
        found = {}
        for row in self.rows:
            value: Decimal | None = self.cleaned_data.get(self.name_of(row))
            if value is None:
                continue
            before = known.get(row.measure_id)
            same = before is not None and before.value == value
            found[row.measure] = Quantity(value, before.qualifier, before.quoted) if same else Quantity(value)
        return found

    def chosen_days(self) -> list[date]:
        """All days of the entry, the first included."""
        return sorted({self.cleaned_data["start_on"], *self.cleaned_data.get("days", ())})

    def values(self) -> dict:
        """Keyword arguments for ``activity_save`` without day, key, named results and findings."""
        names = ("agreement", *self.MAIN, *self.MORE)
        values = {
            name: self.cleaned_data[name]
            for name in names
            if name in self.cleaned_data and name not in ("days", "participants")
        }
        return values | {
            "participants": list(self.cleaned_data.get("participants", ())),
            "measures": self.quantities(),
        }


class OutcomeForm(forms.Form):
    kind = forms.ChoiceField(label="种类", choices=ActivityOutcome.Kind.choices)
    name = forms.CharField(label="名称", max_length=80)
    department = forms.CharField(label="科室", max_length=50, required=False)
    first_on = forms.DateField(label="首次开展日期", required=False, widget=DateInput)

    def __init__(self, *args, activity_type: ActivityType, **kwargs):
        super().__init__(*args, **kwargs)
        self.only_kind = OUTCOME_KINDS.get(activity_type.code)
        if self.only_kind:
            del self.fields["kind"]

    def clean(self):
        values = super().clean()
        if self.only_kind:
            values["kind"] = self.only_kind.value
        return values


OutcomeForms = forms.formset_factory(
    OutcomeForm, extra=1, max_num=60, absolute_max=60, can_delete=True, can_delete_extra=False
)


class FindingForm(forms.Form):
    disease = forms.CharField(
        label="病种",
        max_length=ActivityFinding._meta.get_field("disease").max_length,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "例如 高血压"}),
    )
    patients = forms.IntegerField(
        label="人数", min_value=0, widget=forms.NumberInput(attrs={"inputmode": "numeric"})
    )


FindingForms = forms.formset_factory(
    FindingForm, extra=1, max_num=60, absolute_max=60, can_delete=True, can_delete_extra=False
)


def outcomes_of(rows: list[dict], activity: Activity | None) -> list[Outcome]:
    """Rows of the formset for the service; the teacher named in an import stays with the name."""
    teachers = (
        {row.name: row.person for row in activity.outcomes.select_related("person")} if activity else {}
    )
    return [Outcome(person=teachers.get(row["name"]), **row) for row in rows]


def findings_of(rows: Sequence[dict]) -> list[Finding]:
    return [Finding(row["disease"], row["patients"]) for row in rows]
