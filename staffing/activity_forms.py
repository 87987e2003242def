"""The form of one activity: it shows only the measures of the chosen type."""

import uuid
from decimal import Decimal

from django import forms
from django.utils import timezone

from core.forms import DateInput
from staffing.filters import ActivityFilter  # noqa: F401
from staffing.models import Activity, ActivityOutcome, ActivityType, Clinician
from staffing.services.activities import Outcome, Quantity
from support.forms import AgreementChoice
from support.models import Agreement, Speciality

# types whose named results are all of one kind
OUTCOME_KINDS = {
    "technique": ActivityOutcome.Kind.TECHNIQUE,
    "rules": ActivityOutcome.Kind.RULE,
    "department": ActivityOutcome.Kind.DEPARTMENT,
}


class PeopleWidget(forms.CheckboxSelectMultiple):
    """Tick boxes in a box of their own; a script sifts them by name and by agreement."""

    template_name = "staffing/_people.html"
    option_template_name = "staffing/_person.html"


class PeopleField(forms.ModelMultipleChoiceField):
    widget = PeopleWidget

    def label_from_instance(self, person):
        return person


class ActivityForm(forms.Form):
    client_key = forms.UUIDField(widget=forms.HiddenInput)
    agreement = AgreementChoice(label="协议", queryset=Agreement.objects.none(), empty_label=None)
    start_on = forms.DateField(label="日期", widget=DateInput)
    topic = forms.CharField(
        label="主题",
        max_length=120,
        required=False,
        help_text="不要填写患者姓名、身份证号或电话。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    participants = PeopleField(label="参加人员", queryset=Clinician.objects.none(), required=False)
    end_on = forms.DateField(
        label="结束日期", required=False, widget=DateInput, help_text="一天的活动不用填。"
    )
    place = forms.CharField(label="地点", max_length=60, required=False)
    speciality = forms.ModelChoiceField(
        label="专业", queryset=Speciality.objects.all(), required=False, empty_label="未填"
    )
    hours = forms.DecimalField(label="课时/小时", required=False, min_value=0, max_digits=6, decimal_places=1)
    note = forms.CharField(label="备注", max_length=300, required=False)

    MORE = ("end_on", "place", "speciality", "hours", "note")

    def __init__(
        self, data=None, *, activity_type: ActivityType, agreements, people, activity=None, initial=None
    ):
        super().__init__(data, initial=initial)
        self.activity_type = activity_type
        self.activity = activity
        self.fields["agreement"].queryset = agreements
        self.fields["participants"].queryset = people
        self.rows = list(activity_type.type_measures.select_related("measure").order_by("order", "pk"))
        for row in self.rows:
            self.fields[self.name_of(row)] = self._measure_field(row)

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
        values = {
            name: getattr(activity, name)
            for name in (
                "agreement",
                "start_on",
                "topic",
                "place",
                "speciality",
                "hours",
                "note",
                "client_key",
            )
        }
        if activity.end_on != activity.start_on:
            values["end_on"] = activity.end_on
        values["participants"] = [person.pk for person in activity.participants.all()]
        for found in activity.measures.all():
            values[f"measure_{found.measure_id}"] = found.value.normalize()
        return values

    @staticmethod
    def initial_new(*, agreement: Agreement | None, people: list) -> dict:
        return {
            "client_key": uuid.uuid4(),
            "start_on": timezone.localdate(),
            "agreement": agreement,
            "participants": people,
        }

    def measure_fields(self) -> list[forms.BoundField]:
        return [self[self.name_of(row)] for row in self.rows]

    def more_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.MORE]

    @property
    def more_is_used(self) -> bool:
        return any(field.value() or field.errors for field in self.more_fields())

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

    def values(self) -> dict:
        """Keyword arguments for ``activity_save`` without measures and outcomes."""
        names = (
            "agreement",
            "start_on",
            "end_on",
            "topic",
            "place",
            "note",
            "speciality",
            "hours",
            "client_key",
        )
        values = {name: self.cleaned_data[name] for name in names}
        return values | {
            "participants": list(self.cleaned_data["participants"]),
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


def outcomes_of(rows: list[dict], activity: Activity | None) -> list[Outcome]:
    """Rows of the formset for the service; the teacher named in an import stays with the name."""
    teachers = (
        {row.name: row.person for row in activity.outcomes.select_related("person")} if activity else {}
    )
    return [Outcome(person=teachers.get(row["name"]), **row) for row in rows]
