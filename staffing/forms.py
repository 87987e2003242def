"""Forms of the posting, study and people pages. They read what was typed; services judge it."""

from datetime import date

from django import forms
from django.utils import timezone

from accounts.models import Region
from core.forms import DateInput
from core.pages import FilterForm, SearchField
from staffing.models import AdvancedStudy, Clinician, ClinicianIdentity, Posting, PostingKind
from staffing.selectors.coverage_list import regions_below
from staffing.selectors.waiting import ENDING_WITHIN_DAYS
from staffing.titles import Title
from support.forms import AgreementChoice, ReplaceReason
from support.models import Agreement
from support.models.confirmation import RecordStatus
from support.selectors.agreements import agreements_as_party

ALL = ("", "全部")
TITLE_SERIES = {"23": "医师", "24": "药师", "25": "护理", "26": "技师"}


class PersonChoice(forms.ModelChoiceField):
    """A person as colleagues know them: name, title, staff number."""

    def __init__(self, queryset, *, empty_label="请选择", **kwargs):
        super().__init__(queryset, empty_label=empty_label, **kwargs)

    def label_from_instance(self, person):
        return f"{person.name}　{person.title_label}　{person.staff_no}"


class MonthField(forms.DateField):
    """A month; kept as its first day."""

    widget = forms.DateInput(format="%Y-%m", attrs={"type": "month"})

    def __init__(self, **kwargs):
        super().__init__(
            input_formats=["%Y-%m", "%Y-%m-%d"],
            error_messages={"invalid": "请填写年月，例如 1985-03。"},
            **kwargs,
        )

    def to_python(self, value) -> date | None:
        day = super().to_python(value)
        return day and day.replace(day=1)


def title_choices() -> list:
    """Empty first, then by series."""
    series: dict[str, list] = {}
    for code, label in Title.choices:
        series.setdefault(TITLE_SERIES[code[:2]], []).append((code, label))
    return [("", "未填"), *series.items()]


# ---- filters
class ByAgreement(FilterForm):
    """A list that can be narrowed to one agreement of the user's."""

    agreement = AgreementChoice(label="协议", queryset=Agreement.objects.none(), empty_label="全部")

    def __init__(self, data, *, agreements):
        super().__init__(data)
        self.fields["agreement"].queryset = agreements


class PostingFilter(ByAgreement):
    q = SearchField("查找", "姓名、拼音或批次")
    status = forms.ChoiceField(label="状态", choices=[ALL, *Posting.Status.choices])
    kind = forms.ChoiceField(label="类型", choices=[ALL, *PostingKind.choices])
    today = forms.BooleanField(label="今天在岗")
    ending = forms.BooleanField(label=f"{ENDING_WITHIN_DAYS} 天内期满")
    late = forms.BooleanField(label="应到岗未确认")
    waiting = forms.BooleanField(label="等我确认到岗")
    field_order = ["q", "agreement", "status", "kind", "today", "ending", "late", "waiting"]


class StudyFilter(ByAgreement):
    q = SearchField("查找", "姓名、拼音或科室")
    status = forms.ChoiceField(label="状态", choices=[ALL, *RecordStatus.choices])
    waiting = forms.BooleanField(label="只看等我确认的")
    field_order = ["q", "agreement", "status", "waiting"]


class ClinicianFilter(FilterForm):
    q = SearchField("查找", "姓名、拼音、工号或科室")
    title = forms.ChoiceField(label="职称", choices=[ALL, *Title.choices])
    here = forms.BooleanField(label="只看在职")


class CoverageFilter(FilterForm):
    """Whose year is shown, and which of them. ``choices``: what there is for this person."""

    ONLY = [ALL, ("gap", "有断档"), ("below", "人数不足"), ("warning", "近期将不足")]
    ORDER = [("", "断档优先"), ("place", "按地区")]

    q = SearchField("查找", "单位名称或拼音")
    by = forms.ChoiceField(label="按")
    year = forms.TypedChoiceField(label="年度", coerce=int, empty_value=None)
    region = forms.ModelChoiceField(Region.objects.none(), label="地区", empty_label="全部")
    only = forms.ChoiceField(label="只看", choices=ONLY)
    order = forms.ChoiceField(label="排序", choices=ORDER)

    def __init__(self, data, *, user, choices):
        super().__init__(data)
        self.fields["by"].choices = [(way.value, way.label) for way in choices.ways]
        # the first entry of a list is what an address without it means
        this_year = timezone.localdate().year
        others = [year for year in range(choices.last_year, choices.first_year - 1, -1) if year != this_year]
        self.fields["year"].choices = [("", f"{this_year} 年"), *((year, f"{year} 年") for year in others)]
        if user.sees_region:
            self.fields["region"].queryset = regions_below(user)
        else:
            self.drop("region")


class YearForm(FilterForm):
    year = forms.IntegerField(label="年度", min_value=1950, max_value=2100)


# ---- postings
class DepartmentForm(forms.Form):
    department = forms.CharField(label="派驻科室", max_length=50, required=False)


class RevealForm(forms.Form):
    reason = forms.CharField(
        label="用途",
        max_length=300,
        help_text="例如 核对职称申报材料。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class ArrivalForm(forms.Form):
    arrived_on = forms.DateField(label="到岗日期", widget=DateInput)


class EndForm(forms.Form):
    ended_on = forms.DateField(label="最后一天", widget=DateInput)


class EarlyForm(forms.Form):
    new_end_on = forms.DateField(label="新的最后一天", widget=DateInput)
    reason = forms.CharField(
        label="原因", max_length=300, widget=forms.Textarea(attrs={"rows": 2, "maxlength": 300})
    )


class ExtendForm(EarlyForm):
    unfinished_task = forms.CharField(
        label="没有完成的任务", max_length=300, widget=forms.Textarea(attrs={"rows": 2, "maxlength": 300})
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label="原因", max_length=300, widget=forms.Textarea(attrs={"rows": 2, "maxlength": 300})
    )


# ---- advanced study
class StudyForm(ReplaceReason, forms.ModelForm):
    agreement = AgreementChoice(label="协议", queryset=Agreement.objects.none())
    trainee = PersonChoice(
        label="进修人员",
        queryset=Clinician.objects.none(),
        help_text="受援单位的人员，名单中没有的请先在“人员”中添加。",
    )
    teacher = PersonChoice(
        label="带教老师", queryset=Clinician.objects.none(), required=False, empty_label="未填"
    )

    class Meta:
        model = AdvancedStudy
        fields = [
            "agreement",
            "trainee",
            "start_on",
            "end_on",
            "planned_start_on",
            "planned_end_on",
            "speciality",
            "department",
            "teacher",
            "qualification_checked_on",
            "qualification_checked_by",
            "qualification_note",
            "tuition_waived",
            "tuition_amount",
            "lodging_waived",
            "lodging_amount",
            "meals_waived",
            "meals_amount",
            "other_waiver",
            "other_amount",
        ]
        widgets = dict.fromkeys(
            ("start_on", "end_on", "planned_start_on", "planned_end_on", "qualification_checked_on"),
            DateInput,
        )
        help_texts = {"planned_start_on": "与实际相同可不填。", "tuition_amount": "不清楚请留空，不要填 0。"}

    def __init__(self, *args, user, corrects: AdvancedStudy | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["speciality"].empty_label = "未填"
        agreements = agreements_as_party(user)
        self.correct(corrects)
        visible = Clinician.objects.visible_to(user)
        self.fields["agreement"].queryset = agreements
        # the people of the other side are chosen by whoever sees them: each knows the own ones best
        self.fields["trainee"].queryset = visible.filter(
            organisation__in=agreements.order_by().values("recipient")
        ).order_by("name_key", "staff_no")
        self.fields["teacher"].queryset = visible.filter(
            organisation__in=agreements.order_by().values("sender")
        ).order_by("name_key", "staff_no")

    def _post_clean(self):
        """The service asks everything, with better sentences."""


class StudyCloseForm(forms.Form):
    ended_on = forms.DateField(label="实际结束日期", widget=DateInput)
    result = forms.CharField(label="结业情况", max_length=100, help_text="例如 合格；提前结束的写明原因。")
    exam_score = forms.DecimalField(label="考核成绩", max_digits=5, decimal_places=1, required=False)
    certificate_no = forms.CharField(label="结业证书编号", max_length=40, required=False)


class StudyLogForm(forms.Form):
    month = MonthField(label="月份")
    text = forms.CharField(
        label="学习内容", max_length=500, widget=forms.Textarea(attrs={"rows": 3, "maxlength": 500})
    )


# ---- people
def masked_numbers(person: Clinician) -> dict[str, str]:
    """First values of the two number fields: masked, so that saving them back changes nothing."""
    identity = ClinicianIdentity.objects.filter(clinician=person.pk).first() if person.pk else None
    return {
        "id_number": identity.id_number_masked if identity else "",
        "phone": identity.phone_masked if identity else "",
    }


class NumberField(forms.CharField):
    """An identity or telephone number; what it must look like is the service's to say."""

    def __init__(self, label: str, help_text: str):
        super().__init__(
            label=label,
            required=False,
            max_length=40,
            help_text=help_text,
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
        )


ID_NUMBER_HELP = "18 位，加密保存，只显示首 6 位和末 4 位。不改动带 * 的号码即保持不变，清空为删除。"
PHONE_HELP = "加密保存。不改动带 * 的号码即保持不变，清空为删除。"


class ClinicianForm(forms.ModelForm):
    id_number = NumberField("身份证号", ID_NUMBER_HELP)
    phone = NumberField("手机号", PHONE_HELP)
    birth_month = MonthField(label="出生年月", required=False)
    title = forms.ChoiceField(
        label="职称", required=False, help_text="从目录选择；不清楚请留空，按“未填”统计。"
    )

    class Meta:
        model = Clinician
        fields = [
            "name",
            "staff_no",
            "sex",
            "birth_month",
            "title",
            "title_since",
            "post",
            "department",
            "speciality",
            "licence_no",
            "left_on",
        ]
        widgets = {"title_since": DateInput, "left_on": DateInput}

    field_order = ["name", "staff_no", "sex", "birth_month", "id_number", "phone"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial |= masked_numbers(self.instance)
        self.fields["title"].choices = title_choices()
        self.fields["speciality"].empty_label = "未填"

    def clean_birth_month(self):
        month = self.cleaned_data["birth_month"]
        if month and not 1900 <= month.year <= timezone.localdate().year - 14:
            raise forms.ValidationError("出生年月不合常理，请核对。")
        return month

    def _post_clean(self):
        """The service asks everything; the instance stays as it was until then."""
