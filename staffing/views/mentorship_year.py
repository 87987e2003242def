"""What happens in a mentorship during the year: contacts, plan, five ones, techniques, summaries."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from core.access import access
from core.errors import RuleBroken
from core.pages import attempt, filled
from core.scope import visible_or_404
from core.web import run_verb
from staffing.mentorship_forms import ContactForm, DatesForm, DeedForm, PlanLines, SummaryForm, TechniqueForm
from staffing.models import MentorTechnique
from staffing.services import mentorships as services
from staffing.views.mentorships import ENTER, detail_page, visible_pair

PLAN_FIELDS = ("what", "unit", "target", "actual", "done_on")


def _writable(request, pk):
    """The pair and the side on which the user writes; 403 for everybody else."""
    pair = visible_pair(request, pk)
    side = services.writing_side(pair, request.user)
    if not side:
        raise PermissionDenied
    return pair, side


def _write(request, pair, name: str, form, verb, done: str):
    if form.is_valid() and attempt(form, lambda: verb(mentorship=pair, by=request.user, **form.cleaned_data)):
        messages.success(request, done)
        return redirect("mentorship-detail", pk=pair.pk)
    return detail_page(request, pair, **{name: form})


@require_POST
@access(ENTER)
def mentorship_contact(request, pk):
    pair, side = _writable(request, pk)
    form = ContactForm(request.POST, side=side, auto_id="contact_%s")
    return _write(request, pair, "contact", form, services.contact_write, "已记下这个月的往来。")


@require_POST
@access(ENTER)
def mentorship_dates(request, pk):
    pair, _ = _writable(request, pk)
    form = DatesForm(request.POST, mentorship=pair, auto_id="dates_%s")
    return _write(request, pair, "dates", form, services.mentorship_date, "日期已记下。")


@require_POST
@access(ENTER)
def mentorship_deed(request, pk):
    pair, _ = _writable(request, pk)
    form = DeedForm(request.POST, auto_id="deed_%s")
    return _write(request, pair, "deed", form, services.deed_write, "已记下。")


@require_POST
@access(ENTER)
def mentorship_technique(request, pk):
    pair, _ = _writable(request, pk)
    form = TechniqueForm(request.POST, mentorship=pair, user=request.user, auto_id="technique_%s")
    return _write(request, pair, "technique", form, services.technique_add, "已登记这项技术。")


@require_POST
@access(ENTER)
def technique_remove(request, pk):
    technique = visible_or_404(
        MentorTechnique.objects.select_related("mentorship__agreement", "entered_by"), request.user, pk=pk
    )
    if not services.writing_side(technique.mentorship, request.user):
        raise PermissionDenied
    run_verb(
        request, lambda: services.technique_remove(technique=technique, by=request.user), done="已删除。"
    )
    return redirect("mentorship-detail", pk=technique.mentorship_id)


@require_POST
@access(ENTER)
def mentorship_summary(request, pk):
    pair, _ = _writable(request, pk)
    form = SummaryForm(request.POST, mentorship=pair, auto_id="summary_%s")
    return _write(request, pair, "summary", form, services.summary_write, "总结已提交。")


@require_http_methods(["GET", "POST"])
@access(ENTER)
def mentorship_plan(request, pk):
    """All lines of the plan on one page; written by the mentor's side."""
    pair, side = _writable(request, pk)
    if side != services.Side.MENTOR:
        raise PermissionDenied
    known = [{name: getattr(item, name) for name in PLAN_FIELDS} for item in pair.plan.all()]
    lines = PlanLines(request.POST or None, prefix="lines", initial=known)
    problems = []
    if request.method == "POST" and lines.is_valid():
        wanted = [services.PlannedItem(**row) for row in filled(lines)]
        try:
            services.plan_write(mentorship=pair, lines=wanted, by=request.user)
        except RuleBroken as error:
            problems = error.messages
        else:
            messages.success(request, "带教计划已保存。")
            return redirect("mentorship-detail", pk=pair.pk)
    return render(
        request, "staffing/mentorship_plan.html", {"record": pair, "lines": lines, "problems": problems}
    )
