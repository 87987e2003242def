"""Forms of certificates: what to ask for, and how to find one."""

from django import forms
from django.db.models import QuerySet

from core.forms import DateInput
from core.pages import FilterForm, SearchField
from staffing.models import CertificateKind, Clinician, Posting, ServiceCertificate


class CertificateFilter(FilterForm):
    q = SearchField("查找", "姓名、拼音、编号或单位")
    kind = forms.ChoiceField(label="种类", choices=[("", "全部"), *CertificateKind.choices])
    status = forms.ChoiceField(label="状态", choices=[("", "全部"), *ServiceCertificate.Status.choices])


class StayChoice(forms.ModelMultipleChoiceField):
    def label_from_instance(self, posting):
        return (
            f"{posting.agreement.recipient.display_name}　"
            f"{posting.start_on:%Y-%m-%d} 至 {posting.end_on:%Y-%m-%d}　{posting.get_status_display()}"
        )


class CertificateRequestForm(forms.Form):
    """All of the person's stays are ticked at first; the day is as far as attendance proves them."""

    kind = forms.ChoiceField(
        label="种类",
        choices=CertificateKind.choices,
        initial=CertificateKind.CERTIFICATE,
        widget=forms.RadioSelect,
    )
    postings = StayChoice(
        label="派驻",
        queryset=Posting.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请至少选择一段派驻。"},
    )
    until = forms.DateField(
        label="截至日期",
        required=False,
        widget=DateInput,
        help_text="留空为考勤已锁定的最后一天。鉴定表要包括整段派驻。",
    )

    def __init__(self, *args, stays: QuerySet[Posting], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["postings"].queryset = stays
        self.initial.setdefault("postings", [stay.pk for stay in stays])


class PersonField(forms.ModelChoiceField):
    def label_from_instance(self, person: Clinician):
        return f"{person.name}（{person.organisation.display_name}，工号 {person.staff_no}）"


class PersonForm(forms.Form):
    """Whose certificate, when the page was not reached from the person."""

    person = PersonField(label="人员", queryset=Clinician.objects.none())

    def __init__(self, *args, people: QuerySet[Clinician], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = people
