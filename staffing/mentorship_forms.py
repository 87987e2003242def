"""Forms of the mentorship pages. They read what was typed; services judge it."""

from django import forms
from django.db.models import Q
from django.utils import timezone

from core.forms import DateInput
from core.pages import SearchField
from staffing.forms import ALL, ByAgreement, MonthField, PersonChoice
from staffing.models import Clinician, MentorDeed, MentorPlanItem, Mentorship
from support.forms import AgreementChoice, ReplaceReason
from support.models import Agreement
from support.models.confirmation import RecordStatus
from support.selectors.agreements import agreements_as_party


class MentorshipFilter(ByAgreement):
    q = SearchField("查找", "师傅或徒弟姓名、拼音")
    status = forms.ChoiceField(label="状态", choices=[ALL, *RecordStatus.choices])
    waiting = forms.BooleanField(label="只看等我确认的")
    field_order = ["q", "agreement", "status", "waiting"]


class MentorshipForm(ReplaceReason, forms.ModelForm):
    agreement = AgreementChoice(label="协议", queryset=Agreement.objects.none())
    mentor = PersonChoice(label="师傅", queryset=Clinician.objects.none(), help_text="支援单位的人员。")
    apprentice = PersonChoice(
        label="徒弟",
        queryset=Clinician.objects.none(),
        help_text="受援单位的人员，名单中没有的请先在“人员”中添加。",
    )

    class Meta:
        model = Mentorship
        fields = [
            "agreement",
            "mentor",
            "apprentice",
            "speciality",
            "direction",
            "start_on",
            "end_on",
            "signed_on",
            "ceremony_on",
            "monthly_visits",
            "monthly_days",
        ]
        widgets = dict.fromkeys(("start_on", "end_on", "signed_on", "ceremony_on"), DateInput)

    def __init__(self, *args, user, corrects: Mentorship | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.correct(corrects)
        self.fields["speciality"].empty_label = "未填"
        agreements = agreements_as_party(user)
        visible = Clinician.objects.visible_to(user).filter(left_on__isnull=True)
        self.fields["agreement"].queryset = agreements
        for name, party in (("mentor", "sender"), ("apprentice", "recipient")):
            self.fields[name].queryset = visible.filter(
                organisation__in=agreements.order_by().values(party)
            ).order_by("name_key", "staff_no")

    def _post_clean(self):
        """The service asks everything, with better sentences."""


class ContactForm(forms.Form):
    month = MonthField(label="月份")
    number = forms.IntegerField(min_value=0, max_value=31)
    note = forms.CharField(label="说明", max_length=200, required=False)

    def __init__(self, *args, side: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["number"].label = "徒弟来院天数" if side == "mentor" else "师傅来访次数"
        self.fields["month"].initial = timezone.localdate().replace(day=1)


class DatesForm(forms.Form):
    """The dates that are still open."""

    signed_on = forms.DateField(label="师徒协议签订日期", widget=DateInput, required=False)
    ceremony_on = forms.DateField(label="拜师日期", widget=DateInput, required=False)

    def __init__(self, *args, mentorship: Mentorship, **kwargs):
        super().__init__(*args, **kwargs)
        for name in list(self.fields):
            if getattr(mentorship, name):
                del self.fields[name]


class DeedForm(forms.Form):
    kind = forms.ChoiceField(label="项目", choices=MentorDeed.Kind.choices)
    done_on = forms.DateField(label="完成日期", widget=DateInput)
    note = forms.CharField(label="内容", max_length=200)


class TechniqueForm(forms.Form):
    name = forms.CharField(label="技术名称", max_length=100)
    mastered_on = forms.DateField(label="掌握日期", widget=DateInput)
    assessor = PersonChoice(label="考核人", queryset=Clinician.objects.none())

    def __init__(self, *args, mentorship: Mentorship, user, **kwargs):
        super().__init__(*args, **kwargs)
        agreement = mentorship.agreement
        self.fields["assessor"].queryset = (
            Clinician.objects.visible_to(user)
            .filter(Q(organisation=agreement.sender_id) | Q(organisation=agreement.recipient_id))
            .exclude(pk=mentorship.apprentice_id)
            .order_by("name_key", "staff_no")
        )


class SummaryForm(forms.Form):
    year = forms.TypedChoiceField(label="年度", coerce=int)
    text = forms.CharField(label="总结", max_length=5000, widget=forms.Textarea(attrs={"rows": 6}))

    def __init__(self, *args, mentorship: Mentorship, **kwargs):
        super().__init__(*args, **kwargs)
        last = min(mentorship.end_on.year, timezone.localdate().year)
        years = range(mentorship.start_on.year, last + 1)
        self.fields["year"].choices = [(year, f"{year} 年") for year in reversed(years)]


class PlanLineForm(forms.ModelForm):
    class Meta:
        model = MentorPlanItem
        fields = ["what", "unit", "target", "actual", "done_on"]
        number = {"step": "any", "min": "0", "inputmode": "decimal"}
        widgets = {
            "done_on": DateInput,
            "target": forms.NumberInput(attrs=number),
            "actual": forms.NumberInput(attrs=number),
        }


PlanLines = forms.formset_factory(
    PlanLineForm, extra=2, max_num=40, absolute_max=40, can_delete=True, can_delete_extra=False
)
