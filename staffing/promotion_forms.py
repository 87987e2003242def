"""Forms of the promotion pages. They read what was typed; services judge it."""

from django import forms
from django.utils import timezone

from accounts.models import Organisation
from core.forms import DateInput
from core.pages import NO_FILTERS, FilterForm, SearchField
from staffing.entry_fields import PeopleField
from staffing.models import Clinician, PromotionFacts, RecognisedService
from staffing.promotion.terms import ENTERED_KINDS
from staffing.services.promotion import YEARS_AHEAD
from staffing.titles import LEVEL_ORDER
from support.forms import ReplaceReason
from support.models.confirmation import RecordStatus

EVERY_YEAR = "all"
LEVELS = [(level.value, level.label) for level in LEVEL_ORDER[::-1]]
SORT_CHOICES = [
    ("-shortfall", "尚差最多在前"),
    ("shortfall", "尚差最少在前"),
    ("verdict", "按结论"),
    ("-verdict", "按结论（倒序）"),
    ("name", "按姓名"),
    ("-name", "按姓名（倒序）"),
    ("hospital", "按单位"),
    ("-hospital", "按单位（倒序）"),
    ("year", "按年度"),
    ("-year", "按年度（倒序）"),
    ("target", "按申报级别"),
    ("-target", "按申报级别（倒序）"),
    ("proved", "已证实最少在前"),
    ("-proved", "已证实最多在前"),
]


class UnitChoice(forms.ModelChoiceField):
    def label_from_instance(self, organisation):
        return organisation.display_name


class CandidateFilter(FilterForm):
    q = SearchField("查找", "姓名、拼音或工号")
    year = forms.ChoiceField(label="申报年度")
    target = forms.ChoiceField(label="申报级别", choices=[("", "全部"), *LEVELS])
    organisation = UnitChoice(label="单位", queryset=Organisation.objects.none(), empty_label="全部")
    sort = forms.ChoiceField(label="排序", choices=SORT_CHOICES)
    lacking = forms.BooleanField(label="只看尚缺")

    def __init__(self, data, *, years, units):
        """Without a year in the address it is next year: that is what the list is kept for."""
        data = data.copy()
        self.next_year = timezone.localdate().year + 1
        data.setdefault("year", str(self.next_year))
        super().__init__(data)
        offered = sorted({*years, self.next_year}, reverse=True)
        self.fields["year"].choices = [
            (EVERY_YEAR, "全部年度"),
            *((str(year), f"{year} 年") for year in offered),
        ]
        self.fields["organisation"].queryset = units

    @property
    def chosen_year(self) -> int | None:
        chosen = self.chosen.get("year", EVERY_YEAR)
        return None if chosen == EVERY_YEAR else int(chosen)

    @property
    def is_used(self) -> bool:
        return any(
            self.data.get(name) for name in self.fields if name not in ("year", *NO_FILTERS)
        ) or self.data.get("year") != str(self.next_year)


class RecognisedFilter(FilterForm):
    q = SearchField("查找", "姓名、拼音或地点")
    kind = forms.ChoiceField(label="类别", choices=[("", "全部"), *ENTERED_KINDS])
    status = forms.ChoiceField(label="状态", choices=[("", "全部"), *RecordStatus.choices])
    waiting = forms.BooleanField(label="只看等我认定的")


class CandidatesForm(forms.Form):
    """Several people at once for one level and year."""

    people = PeopleField(label="人员", queryset=Clinician.objects.none())
    target = forms.ChoiceField(label="申报级别", choices=LEVELS)
    year = forms.TypedChoiceField(label="申报年度", coerce=int)

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        this_year = timezone.localdate().year
        self.fields["people"].queryset = people
        self.fields["year"].choices = [
            (year, f"{year} 年") for year in range(this_year, this_year + YEARS_AHEAD + 1)
        ]
        self.fields["year"].initial = this_year + 1
        self.fields["target"].initial = "associate"


class LedgerChoice(FilterForm):
    """What the ledger is asked for: level, year, rule. The rule is left to the bureau's policy by default."""

    target = forms.ChoiceField(label="申报级别", choices=LEVELS)
    year = forms.IntegerField(label="申报年度", min_value=2000, max_value=2100)
    rule = forms.ChoiceField(label="规定")

    def __init__(self, data, *, rules, target, year):
        data = data.copy()
        for name, value in (("target", target), ("year", str(year))):
            if not data.get(name):
                data[name] = value
        super().__init__(data)
        self.fields["rule"].choices = [
            ("", "按本地区采用的规定"),
            *((rule.code, rule.name) for rule in rules),
        ]


class FactsForm(forms.ModelForm):
    class Meta:
        model = PromotionFacts
        fields = ["grassroots_since", "ex_military", "private_sector", "cdc", "source"]
        widgets = {"grassroots_since": DateInput}

    def _post_clean(self):
        """The service asks everything, with better sentences."""


class RecognisedForm(ReplaceReason, forms.ModelForm):
    class Meta:
        model = RecognisedService
        fields = [
            "kind",
            "start_on",
            "end_on",
            "place",
            "location",
            "key_county",
            "remote",
            "result",
            "evidence",
            "evidence_file",
        ]
        widgets = {"start_on": DateInput, "end_on": DateInput}

    def __init__(self, *args, corrects: RecognisedService | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.correct(corrects)
        for name in ("start_on", "end_on"):
            self.fields[name].error_messages["invalid"] = (
                "不是一个真实的日期，应写成 2026-03-01 这样的年月日。"
            )
        for name in ("kind", "location"):
            self.fields[name].choices = [("", "请选择"), *self.fields[name].choices[1:]]
        self.fields["result"].help_text = "规定要求考核合格时填写。"

    def _post_clean(self):
        """The service asks everything, with better sentences; the file is judged when it is saved."""
