"""Mentorship: the pair as a two-sided record."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from core.access import access
from core.lists import show_list
from core.pages import attempt
from staffing.lists.teaching import MentorshipList
from staffing.mentorship_forms import (
    ContactForm,
    DatesForm,
    DeedForm,
    MentorshipForm,
    SummaryForm,
    TechniqueForm,
)
from staffing.models import MentorDeed, Mentorship
from staffing.selectors.mentorships import completeness, month_table, months_reached
from staffing.services import mentorships as services
from support.selectors.agreements import agreements_as_party
from support.views.records import RecordViews

ENTER = "staffing.enter_mentorship"


def _rows():
    return Mentorship.objects.select_related(
        "agreement__sender",
        "agreement__recipient",
        "agreement__cycle__programme",
        "mentor",
        "apprentice",
        "speciality",
        "entered_for",
        "entered_by",
        "confirmed_for",
        "confirmed_by",
    ).prefetch_related(
        "contacts",
        "plan",
        "deeds",
        "techniques__assessor",
        "techniques__entered_by",
        "summaries__submitted_by",
    )


RECORDS = RecordViews(
    name="mentorship",
    label="师带徒",
    model=Mentorship,
    enter=ENTER,
    rows=_rows,
    correct=lambda pair: f"{reverse('mentorship-new')}?replaces={pair.pk}",
    home=lambda pair: reverse("mentorship-list"),
    confirmed="已确认，可以逐月填写进展。",
)


def visible_pair(request, pk) -> Mentorship:
    return RECORDS.visible(request, pk)


@require_GET
@access("staffing.view_mentorship")
def mentorship_list(request):
    return show_list(request, MentorshipList)


@require_GET
@access("staffing.view_mentorship")
def mentorship_detail(request, pk):
    return detail_page(request, visible_pair(request, pk))


def detail_page(request, pair, **refused):
    """The page with its forms; ``refused``: a form that comes back with what was typed."""
    is_confirmed = pair.status == Mentorship.Status.CONFIRMED
    side = services.writing_side(pair, request.user) if request.user.has_perm(ENTER) else ""
    forms = {}
    if is_confirmed and side:
        forms = {
            "contact": ContactForm(side=side, auto_id="contact_%s"),
            "dates": DatesForm(mentorship=pair, auto_id="dates_%s"),
            "deed": DeedForm(auto_id="deed_%s"),
            "technique": TechniqueForm(mentorship=pair, user=request.user, auto_id="technique_%s"),
            "summary": SummaryForm(mentorship=pair, auto_id="summary_%s"),
        } | refused
    deeds = {deed.kind: deed for deed in pair.deeds.all()}
    return render(
        request,
        "staffing/mentorship_detail.html",
        RECORDS.context(request, pair)
        | {
            "is_confirmed": is_confirmed,
            "side": side if is_confirmed else "",
            "forms": forms,
            "missing": completeness(pair) if is_confirmed else [],
            "months": month_table(pair) if is_confirmed else [],
            "months_reached": months_reached(pair),
            "deeds": [(label, deeds.get(kind)) for kind, label in MentorDeed.Kind.choices],
        },
    )


@require_http_methods(["GET", "POST"])
@access(ENTER)
def mentorship_new(request):
    return _form_page(request, None, RECORDS.original(request))


@require_http_methods(["GET", "POST"])
@access(ENTER)
def mentorship_edit(request, pk):
    pair = visible_pair(request, pk)
    RECORDS.require_entering(pair, request.user)
    if not pair.is_editable:
        messages.info(request, f"记录现在是“{pair.status_label}”，不能修改。")
        return redirect("mentorship-detail", pk=pair.pk)
    return _form_page(request, pair)


def _form_page(request, pair, original=None):
    form = MentorshipForm(request.POST or None, instance=pair, user=request.user, corrects=original)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data | {"by": request.user, "submit": "send" in request.POST}
        if pair is None:
            saved = attempt(form, lambda: services.mentorship_create(replaces=original, **values))
        else:
            saved = attempt(form, lambda: services.mentorship_change(mentorship=pair, **values))
        if saved:
            messages.success(
                request, "已存为草稿，提交后由对方确认。" if saved.is_editable else "已提交，等待对方确认。"
            )
            return redirect("mentorship-detail", pk=saved.pk)
    return render(
        request,
        "staffing/mentorship_form.html",
        {
            "form": form,
            "record": pair,
            "original": original,
            "has_agreement": agreements_as_party(request.user).exists(),
        },
    )
