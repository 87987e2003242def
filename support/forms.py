"""Forms of the agreement and donation pages. They read what was typed; services judge it."""

from decimal import Decimal

from django import forms
from django.core.validators import MinValueValidator

from core.forms import DateInput
from core.pages import FilterForm, SearchField
from support.models import Agreement, Donation, DonationItem, TwoSidedRecord
from support.models.confirmation import RecordStatus
from support.selectors.desk import ENDING_WITHIN_DAYS


class AgreementChoice(forms.ModelChoiceField):
    """An agreement as people know it: who supports whom."""

    def __init__(self, queryset, *, empty_label="请选择", **kwargs):
        super().__init__(queryset, empty_label=empty_label, **kwargs)

    def label_from_instance(self, agreement):
        return f"{agreement.sender.display_name} → {agreement.recipient.display_name}（{agreement.number}）"


class AgreementFilter(FilterForm):
    q = SearchField("查找", "编号或单位名称、拼音首字母")
    state = forms.ChoiceField(label="状态", choices=[("", "全部"), *Agreement.State.choices])
    side = forms.ChoiceField(
        label="本单位是", choices=[("", "不限"), ("sender", "支援方"), ("recipient", "受援方")]
    )
    ending = forms.BooleanField(label=f"{ENDING_WITHIN_DAYS} 天内到期")
    waiting = forms.BooleanField(label="只看等我确认的")


class DonationFilter(FilterForm):
    q = SearchField("查找", "内容或编号")
    kind = forms.ChoiceField(label="种类", choices=[("", "全部"), *Donation.Kind.choices])
    status = forms.ChoiceField(label="状态", choices=[("", "全部"), *RecordStatus.choices])
    waiting = forms.BooleanField(label="只看等我确认的")


class DisputeFilter(FilterForm):
    q = SearchField("查找", "争议内容、单位名称或拼音")
    kind = forms.ChoiceField(label="种类")
    waiting = forms.BooleanField(label="只看等我处理的")

    def __init__(self, data, *, kinds, **kwargs):
        super().__init__(data, **kwargs)
        self.fields["kind"].choices = [("", "全部"), *kinds]


class ReplaceReason:
    """For the form of a record: filled in from the record it corrects, it asks why."""

    def correct(self, original: TwoSidedRecord | None) -> None:
        """In a ModelForm: ``original`` is what a new record is to correct, None for any other."""
        if original is not None:
            self.initial |= forms.model_to_dict(original, fields=self._meta.fields)
        self.ask_reason(
            asked=original is not None or self.instance.replaces_id is not None,
            initial=self.instance.replace_reason,
        )

    def ask_reason(self, *, asked: bool, initial: str = "") -> None:
        if asked:
            self.fields["replace_reason"] = forms.CharField(
                label="更正原因",
                max_length=300,
                initial=initial,
                widget=forms.Textarea(attrs={"rows": 2}),
                help_text="对方据此确认；确认以前原记录仍然有效。",
            )


class DonationForm(ReplaceReason, forms.ModelForm):
    agreement = AgreementChoice(label="协议", queryset=Agreement.objects.none())

    class Meta:
        model = Donation
        fields = [
            "agreement",
            "kind",
            "given_on",
            "title",
            "amount",
            "qualifier",
            "valuation",
            "purpose",
            "receipt",
            "accepted_on",
            "accepted_by",
        ]
        widgets = {
            "given_on": DateInput,
            "accepted_on": DateInput,
            "purpose": forms.TextInput(attrs={"placeholder": "例如 产房改造，没有指定可不填"}),
            "amount": forms.NumberInput(attrs={"step": "0.01", "min": "0.01", "inputmode": "decimal"}),
        }

    def __init__(self, *args, agreements, corrects: Donation | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["agreement"].queryset = agreements
        self.correct(corrects)
        self.fields[
            "kind"
        ].help_text = (
            "减免费用不是捐赠物资，单独小计。进修费、住宿费、伙食费的减免填在进修记录里，不在这里重复登记。"
        )
        self.fields["amount"].validators.append(
            MinValueValidator(Decimal("0.01"), "金额必须大于 0；没有金额请留空。")
        )
        self.fields["kind"].choices = [("", "请选择"), *Donation.Kind.choices]


class DonationItemForm(forms.ModelForm):
    class Meta:
        model = DonationItem
        fields = [
            "category",
            "name",
            "specification",
            "quantity",
            "unit",
            "unit_value",
            "asset_number",
            "is_used",
        ]
        widgets = {
            "quantity": forms.NumberInput(attrs={"step": "any", "min": "0", "inputmode": "decimal"}),
            "unit_value": forms.NumberInput(attrs={"step": "0.01", "min": "0", "inputmode": "decimal"}),
        }


DonationItems = forms.formset_factory(
    DonationItemForm, extra=2, max_num=60, absolute_max=60, can_delete=True, can_delete_extra=False
)
ITEM_FIELDS = DonationItemForm.Meta.fields


class PublishForm(forms.Form):
    published_on = forms.DateField(label="公示日期", widget=DateInput)


class UseForm(forms.Form):
    noted_on = forms.DateField(label="日期", widget=DateInput)
    text = forms.CharField(label="使用情况", max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
