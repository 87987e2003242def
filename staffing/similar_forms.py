"""Forms of the page of nearly identical texts."""

from django import forms

from core.pages import FilterForm, SearchField
from staffing.models import SimilarityVerdict


class SimilarFilter(FilterForm):
    q = SearchField("单位", "单位名称或拼音")
    year = forms.IntegerField(label="年度", min_value=2000, max_value=2100)
    result = forms.ChoiceField(
        label="结论", choices=[("", "全部"), ("open", "待核查"), *SimilarityVerdict.Result.choices]
    )
