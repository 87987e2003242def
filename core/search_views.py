"""The page of the search over everything."""

from django import forms
from django.shortcuts import render
from django.views.decorators.http import require_GET

from core.access import SIGNED_IN, access
from core.paging import CappedPaginator
from core.search import LONGEST, kinds_for, search_all

PER_PAGE = 25


class SearchForm(forms.Form):
    q = forms.CharField(
        label="查找",
        max_length=LONGEST,
        required=False,
        widget=forms.TextInput(
            attrs={
                "type": "search",
                "autocomplete": "off",
                "placeholder": "单位、人员、协议、活动；可用拼音",
            }
        ),
    )


@require_GET
@access(SIGNED_IN)
def search(request):
    """``?q=`` first rows of everything; ``&kind=`` all of one kind, page by page."""
    form = SearchForm(request.GET or None)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    kinds = kinds_for(request.user)
    chosen = next((kind for kind in kinds if kind.code == request.GET.get("kind")), None)
    context = {"form": form, "text": text, "kinds": kinds, "chosen": chosen}
    if text and chosen:
        rows = chosen.find(request.user, text)
        page = CappedPaginator(rows, PER_PAGE).get_page(request.GET.get("page"))
        context |= {"page": page, "hits": [chosen.show(row, request.user, text) for row in page.object_list]}
    elif text:
        context["groups"] = search_all(request.user, text)
    return render(request, "core/search.html", context, status=200)
