"""Forms of the outcome pages: a period with all its indicators, and one value."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from django import forms
from django.utils import timezone

from core.pages import FilterForm, SearchField
from support.forms import ReplaceReason
from support.models import OutcomeIndicator, OutcomeValue
from support.models.confirmation import RecordStatus
from support.services.outcomes import Entry

YEAR, BASELINE = "year", "baseline"
QUARTERS = [(str(number), f"第 {number} 季度") for number in range(1, 5)]
PERIODS = [(YEAR, "全年"), *QUARTERS, (BASELINE, "支援前基数（全年）")]


class OutcomeFilter(FilterForm):
    q = SearchField("查找", "受援单位名称、拼音首字母")
    quarter = forms.ChoiceField(label="期间", choices=[("", "全年"), *QUARTERS])
    indicator = forms.ModelChoiceField(
        label="指标", queryset=OutcomeIndicator.objects.all(), empty_label="全部"
    )
    unconfirmed = forms.BooleanField(label="只看有未确认的")


class OutcomeValueFilter(FilterForm):
    q = SearchField("查找", "受援单位、指标或科室")
    year = forms.IntegerField(label="年度", min_value=1950, max_value=2100)
    status = forms.ChoiceField(label="状态", choices=[("", "全部"), *RecordStatus.choices])
    waiting = forms.BooleanField(label="只看等我确认的")


class PeriodForm(forms.Form):
    """Which period is to be entered; it stands in the address."""

    year = forms.IntegerField(label="年度", min_value=1950, max_value=2100)
    period = forms.ChoiceField(label="期间", choices=PERIODS)

    def __init__(self, data=None, **kwargs):
        super().__init__(data or self.usual(), auto_id="period_%s", **kwargs)

    @staticmethod
    def usual() -> dict:
        return {"year": timezone.localdate().year, "period": YEAR}

    @property
    def chosen(self) -> dict:
        """year, quarter and is_baseline as the service takes them; the usual ones for nonsense."""
        found = self.cleaned_data if self.is_valid() else self.usual()
        period = found["period"]
        return {
            "year": found["year"],
            "quarter": int(period) if period.isdecimal() else None,
            "is_baseline": period == BASELINE,
        }


def _value_field(indicator: OutcomeIndicator, **kwargs) -> forms.DecimalField:
    return forms.DecimalField(
        label=f"{indicator.name}（{indicator.unit}）",
        max_digits=16,
        decimal_places=4,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        **kwargs,
    )


def _sure_field(**kwargs) -> forms.BooleanField:
    return forms.BooleanField(label="已核对，属实", required=False, **kwargs)


class OutcomeEntryForm(forms.Form):
    """All indicators of one period; ``on_file`` are the values there are, ``before`` those of the same
    period a year earlier, both by indicator.

    ``source`` and ``department`` stand for every line that does not say otherwise.
    """

    source = forms.CharField(
        label="数据来源",
        max_length=100,
        required=False,
        help_text="例如 统计年报、财务报表。各行没有另写的，都用这一项。",
    )
    department = forms.CharField(
        label="提供科室", max_length=50, required=False, help_text="各行没有另写的，都用这一项。"
    )

    def __init__(
        self,
        data=None,
        *,
        indicators: Iterable[OutcomeIndicator],
        on_file: Mapping,
        before: Mapping,
        **kwargs,
    ):
        super().__init__(data, **kwargs)
        self.indicators, self.on_file, self.before = list(indicators), on_file, before
        for row in self.indicators:
            known = on_file.get(row.pk)
            locked = known is not None and not known.is_editable
            self.fields[f"value_{row.pk}"] = _value_field(
                row,
                required=False,
                disabled=locked,
                initial=None if known is None else known.value.normalize(),
            )
            for name, label, longest in (("source", "数据来源", 100), ("department", "提供科室", 50)):
                self.fields[f"{name}_{row.pk}"] = forms.CharField(
                    label=f"{row.name} {label}",
                    max_length=longest,
                    required=False,
                    disabled=locked,
                    initial=getattr(known, name, ""),
                    widget=forms.TextInput(attrs={"placeholder": label, "aria-label": f"{row.name} {label}"}),
                )
            self.fields[f"sure_{row.pk}"] = _sure_field()

    def lines(self) -> list[dict]:
        """What the page shows of each indicator: its fields and the value on file."""
        return [
            {
                "indicator": row,
                "known": self.on_file.get(row.pk),
                "before": self.before.get(row.pk),
                "value": self[f"value_{row.pk}"],
                "source": self[f"source_{row.pk}"],
                "department": self[f"department_{row.pk}"],
                "sure": self[f"sure_{row.pk}"],
                "doubts": self.errors.get(f"sure_{row.pk}") if self.is_bound else None,
                "is_sure": bool(self.is_bound and self.data.get(f"sure_{row.pk}")),
            }
            for row in self.indicators
        ]

    def entries(self) -> list[Entry]:
        """Lines that may be written; those with the bureau or confirmed are left alone."""
        given = self.cleaned_data
        return [
            Entry(
                row,
                given[f"value_{row.pk}"],
                source=given[f"source_{row.pk}"] or given["source"],
                department=given[f"department_{row.pk}"] or given["department"],
                sure=given[f"sure_{row.pk}"],
            )
            for row in self.indicators
            if not self.fields[f"value_{row.pk}"].disabled
        ]


class OutcomeCorrectForm(ReplaceReason, forms.Form):
    """One confirmed value corrected."""

    source = forms.CharField(label="数据来源", max_length=100, required=False)
    department = forms.CharField(label="提供科室", max_length=50, required=False)
    sure = _sure_field()

    def __init__(self, *args, shown: OutcomeValue, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields = {"value": _value_field(shown.indicator, initial=shown.value.normalize())} | self.fields
        for name in ("source", "department"):
            self.fields[name].initial = getattr(shown, name)
        self.ask_reason(asked=True, initial=shown.replace_reason if shown.is_open else "")
        if not (self.is_bound and (self.data.get("sure") or "sure" in self.errors)):
            self.fields["sure"].widget = forms.HiddenInput()

    def answers(self) -> dict:
        given = dict(self.cleaned_data)
        return {"reason": given.pop("replace_reason"), "value": Decimal(given.pop("value")), **given}

    def show_doubt(self) -> None:
        """The box to tick appears once there is something to be sure of."""
        self.fields["sure"].widget = forms.CheckboxInput()
