"""Nearly identical texts across units and years: the bureau reads them side by side and decides."""

from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from core.access import access
from core.lists import show_list
from core.scope import visible_or_404
from core.web import run_verb
from staffing.lists.similar_texts import SimilarList
from staffing.models import SimilarPair
from staffing.services.text_prints import similarity_judge

JUDGE = "staffing.judge_similar_texts"


@require_GET
@access("staffing.view_similar_texts")
def similar_texts(request):
    return show_list(request, SimilarList)


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
