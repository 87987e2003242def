"""Nearly identical texts across units and years: the bureau reads them side by side and decides."""

from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from core.access import access
from core.pages import page_of
from core.scope import visible_or_404
from core.web import run_verb
from staffing.models import SimilarityVerdict, SimilarPair
from staffing.selectors.similar_pairs import shown_pairs, similar_pairs
from staffing.services.text_prints import similarity_judge
from staffing.similar_forms import SimilarFilter

JUDGE = "staffing.judge_similar_texts"
PAGE_SIZE = 10


@require_GET
@access("staffing.view_similar_texts")
def similar_texts(request):
    filters = SimilarFilter(request.GET)
    chosen = filters.chosen
    rows = similar_pairs(
        request.user,
        year=chosen.get("year"),
        text=chosen.get("q", ""),
        result=chosen.get("result", ""),
    )
    page = page_of(request, rows, PAGE_SIZE)
    return render(
        request,
        "staffing/similar_texts.html",
        {
            "filter": filters,
            "page": page,
            "pairs": shown_pairs(list(page.object_list), request.user),
            "results": SimilarityVerdict.Result.choices,
        },
    )


@require_POST
@access(JUDGE)
def similar_text_judge(request, pk):
    pair = visible_or_404(SimilarPair, request.user, pk=pk)
    run_verb(
        request,
        lambda: similarity_judge(
            pair=pair,
            result=request.POST.get("result", ""),
            reason=request.POST.get("reason", ""),
            by=request.user,
        ),
        done="结论已保存。",
    )
    return redirect(f"{reverse('similar-texts')}#pair-{pair.pk}")
