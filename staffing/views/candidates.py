"""The December list: who applies next year and still lacks service; adding, removing, exporting."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header, url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Organisation
from core.access import access
from core.excel.formats import XlsxFormat
from core.models import AuditEvent
from core.pages import attempt, offer_sizes, page_of, size_of
from core.services.audit import audit_record
from core.web import run_verb
from staffing.models import PromotionCandidate
from staffing.promotion_forms import CandidateFilter, CandidatesForm
from staffing.resources.promotion import candidate_workbook
from staffing.selectors.promotion_candidates import (
    DEFAULT_SORT,
    candidate_lines,
    candidates,
    people_to_list,
    verdict_counts,
)
from staffing.services.promotion import candidates_add, candidates_remove

ENTER = "staffing.enter_promotion"
VIEW = "staffing.view_promotioncandidate"
HEADINGS = (
    ("name", "姓名"),
    ("hospital", "单位"),
    ("year", "年度"),
    ("target", "申报级别"),
    ("proved", "已证实"),
    ("shortfall", "尚差"),
    ("verdict", "结论"),
)
FALLING_FIRST = ("shortfall", "year", "target")


def _asked(request):
    """(the filters, the lines they leave)."""
    visible = PromotionCandidate.objects.visible_to(request.user)
    filters = CandidateFilter(
        request.GET,
        years=visible.order_by().values_list("application_year", flat=True).distinct(),
        units=Organisation.objects.visible_to(request.user)
        .filter(pk__in=visible.values("clinician__organisation"))
        .order_by("name_key"),
    )
    if not request.user.sees_region:
        filters.drop("organisation")
    offer_sizes(filters)
    chosen = filters.chosen
    rows = candidates(
        request.user,
        q=chosen.get("q", ""),
        year=filters.chosen_year,
        target=chosen.get("target", ""),
        organisation=chosen["organisation"].pk if "organisation" in chosen else None,
    )
    lines = candidate_lines(
        rows, sort=filters.cleaned_data.get("sort") or "", only_lacking="lacking" in chosen
    )
    return filters, lines


def _headings(sort: str, shows_units: bool) -> list[dict]:
    """Each with the order that a click asks for."""
    found = []
    for name, label in HEADINGS:
        if name == "hospital" and not shows_units:
            continue
        first = f"-{name}" if name in FALLING_FIRST else name
        other = name if first.startswith("-") else f"-{name}"
        found.append(
            {
                "label": label,
                "sort": other if sort == first else first,
                "order": {name: "ascending", f"-{name}": "descending"}.get(sort, ""),
            }
        )
    return found


@require_GET
@access(VIEW)
def candidate_list(request):
    filters, lines = _asked(request)
    shows_units = request.user.sees_region
    return render(
        request,
        "staffing/candidate_list.html",
        {
            "filter": filters,
            "page": page_of(request, lines, size_of(filters)),
            "counts": verdict_counts(lines),
            "headings": _headings(filters.cleaned_data.get("sort") or DEFAULT_SORT, shows_units),
            "shows_units": shows_units,
            "manages": request.user.has_perm(ENTER),
            "query": request.GET.urlencode(),
        },
    )


@require_GET
@access(VIEW)
def candidate_export(request):
    """The same lines as the list with the same address, all pages of it."""
    filters, lines = _asked(request)
    chosen = "、".join(f"{name}={value}" for name, value in filters.chosen.items())
    audit_record(
        verb=AuditEvent.Verb.EXPORT,
        user=request.user,
        request=request,
        note=f"导出拟申报人员 {len(lines)} 行（xlsx）；筛选 {chosen}",
    )
    made = XlsxFormat()
    response = HttpResponse(candidate_workbook(lines), content_type=made.get_content_type())
    name = f"拟申报人员-{timezone.localdate():%Y-%m-%d}.{made.get_extension()}"
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "POST"])
@access(ENTER)
def candidate_add(request):
    form = CandidatesForm(request.POST or None, people=people_to_list(request.user))
    if request.method == "POST" and form.is_valid():
        added = attempt(form, lambda: candidates_add(by=request.user, **form.cleaned_data))
        if added:
            messages.success(request, f"已把 {len(added)} 人列入 {form.cleaned_data['year']} 年名单。")
            return redirect(f"{reverse('candidate-list')}?year={form.cleaned_data['year']}")
    return render(request, "staffing/candidate_form.html", {"form": form})


@require_POST
@access(ENTER)
def candidate_remove(request):
    wanted = [pk for pk in request.POST.getlist("candidate") if pk.isdecimal() and len(pk) < 19][:500]
    rows = PromotionCandidate.objects.visible_to(request.user).filter(pk__in=wanted)
    run_verb(request, lambda: candidates_remove(candidates=rows, by=request.user), done="已从名单中移出。")
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return redirect(back if safe else reverse("candidate-list"))
