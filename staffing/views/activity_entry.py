"""Logging an activity: choose its type, fill in what the type needs, submit to the other side."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from core.access import access
from core.advice import Unconfirmed
from core.pages import filled
from core.web import add_errors
from staffing.activity_forms import ActivityForm, FindingForms, OutcomeForms, findings_of, outcomes_of
from staffing.entry_state import rows_of
from staffing.models import Activity, ActivityType, Asked
from staffing.selectors.activity_warnings import PERSONAL
from staffing.selectors.entry import (
    agreements_for_activity,
    participants_for,
)
from staffing.selectors.entry_drafts import drafts_of, last_activity, templates_for
from staffing.services import activities as services
from staffing.services.activity_days import activity_save_days
from staffing.services.entry_drafts import draft_discard
from staffing.views.activities import ENTER, RECORDS, visible_activity
from staffing.views.entry_drafts import MANAGE
from staffing.views.entry_start import key_named, record_named, start_of, template_named
from support.models.confirmation import RecordStatus
from support.views.evidence import evidence_from_request


@require_http_methods(["GET", "POST"])
@access(ENTER)
def activity_new(request):
    """``type`` and from what to start: ``draft``, ``again``, ``template``; ``replaces`` for a correction."""
    source = record_named(request, "replaces") or record_named(request, "again")
    template = template_named(request)
    kind = source.activity_type if source else template.activity_type if template else None
    code = request.GET.get("type", "")
    if kind is None and not code:
        return _choose_type(request)
    kind = kind or ActivityType.objects.filter(code=code, is_active=True).first()
    if kind is None:
        raise Http404
    if "replaces" in request.GET:
        RECORDS.require_entering(source, request.user)
        if source.status != RecordStatus.CONFIRMED:
            messages.info(request, f"记录现在是“{source.get_status_display()}”，只有已确认的记录需要更正。")
            return redirect("activity-detail", pk=source.pk)
        return _form_page(request, kind, original=source)
    key = key_named(request.GET.get("draft"))
    known = Activity.objects.filter(client_key=key, entered_by=request.user).first() if key else None
    if known is not None and request.method == "GET":
        messages.info(request, "这份内容已经登记。")
        return redirect("activity-detail", pk=known.pk)
    return _form_page(request, kind, again=source, template=template)


def _choose_type(request):
    """Tiles of all types, those this person used lately first; what was left unfinished; templates."""
    user = request.user
    used = dict(
        Activity.objects.filter(entered_by=user)
        .order_by()
        .values("activity_type")
        .annotate(last=Max("entered_at"))
        .values_list("activity_type", "last")
    )
    types = list(ActivityType.objects.filter(is_active=True))
    lately = sorted((row for row in types if row.pk in used), key=lambda row: used[row.pk], reverse=True)[:4]
    return render(
        request,
        "staffing/activity_type.html",
        {
            "lately": lately,
            "types": types,
            "drafts": drafts_of(user),
            "templates": templates_for(user),
            "has_agreement": agreements_for_activity(user).exists(),
        },
    )


@require_http_methods(["GET", "POST"])
@access(ENTER)
def activity_edit(request, pk):
    activity = visible_activity(request, pk)
    RECORDS.require_entering(activity, request.user)
    if not activity.is_editable:
        messages.info(request, f"记录现在是“{activity.status_label}”，不能修改。")
        return redirect("activity-detail", pk=activity.pk)
    return _form_page(request, activity.activity_type, activity)


def _formset(request, factory, prefix, state, rows, **options):
    found = rows.get(prefix, []) if state is None else rows_of(state, prefix)
    return factory(request.POST or None, prefix=prefix, initial=found, **options)


def _form_page(request, kind, activity=None, *, original=None, again=None, template=None):
    agreements = agreements_for_activity(request.user)
    initial, state, rows = start_of(
        request, agreements, activity=activity, original=original, again=again, template=template
    )
    form = ActivityForm(
        request.POST or None,
        activity_type=kind,
        agreements=agreements,
        people=participants_for(request.user, agreements, keep=activity or original or again),
        activity=activity,
        original=original,
        initial=initial,
    )
    outcomes = _formset(request, OutcomeForms, "outcomes", state, rows, form_kwargs={"activity_type": kind})
    findings = _formset(request, FindingForms, "findings", state, rows)
    asks_findings = Asked.FINDINGS.value in kind.asks or bool(rows.get("findings"))
    advice = []
    if request.method == "POST" and _all_valid(
        form, kind.names_outcomes and outcomes, asks_findings and findings
    ):
        known = activity or original
        evidence_from_request(
            request, kind="activity", entry_key=form.cleaned_data["client_key"], record=activity
        )
        try:
            saved = _save(
                request,
                form,
                kind,
                activity=activity,
                original=original,
                outcomes=outcomes_of(filled(outcomes), known) if kind.names_outcomes else (),
                findings=findings_of(filled(findings)) if asks_findings else (),
            )
            return _after(request, saved)
        except Unconfirmed as error:
            advice = error.advice
        except ValidationError as error:
            add_errors(form, error)
    return render(
        request,
        "staffing/activity_form.html",
        {
            "form": form,
            "outcomes": outcomes,
            "findings": findings if asks_findings else None,
            "kind": kind,
            "record": activity,
            "original": original or (activity.replaces if activity else None),
            "advice": advice,
            "acknowledgement": _acknowledgement(advice),
            "draft": rows["draft"] if request.method == "GET" else None,
            "entry_key": form["client_key"].value(),
            "evidence_rule": kind.evidence,
            "may_repeat": not (activity or original or again)
            and last_activity(request.user, kind) is not None,
            "may_keep_template": request.user.has_perm(MANAGE),
        },
    )


def _all_valid(*forms) -> bool:
    """All of them are asked, so that every problem is shown at once; what is not on the page is skipped."""
    judged = [one.is_valid() for one in forms if one is not False]
    return all(judged)


@transaction.atomic
def _save(request, form, kind, *, activity, original, **rows) -> list[Activity]:
    """The records; with them the autosaved copy goes."""
    key = form.cleaned_data["client_key"]
    submit = "send" in request.POST
    entry = {
        "activity_type": kind,
        "by": request.user,
        "submit": submit,
        "acknowledged": request.POST.getlist("advice") if "acknowledged" in request.POST else (),
        **form.values(),
        **rows,
    }
    days = form.chosen_days()
    if len(days) > 1:
        saved = activity_save_days(days=days, client_key=key, **entry)
    else:
        saved = [
            services.activity_save(
                start_on=days[0],
                client_key=key,
                activity=activity,
                replaces=original,
                replace_reason=form.cleaned_data.get("replace_reason", ""),
                **entry,
            )
        ]
    for used in {key, activity.client_key if activity else key}:
        draft_discard(user=request.user, client_key=used)
    return saved


def _acknowledgement(advice) -> str:
    """What whoever goes on declares."""
    kinds = {one.kind for one in advice}
    words = ["已核对"]
    if kinds - {PERSONAL}:
        words.append("情况属实")
    if PERSONAL in kinds:
        words.append("不含个人信息")
    return "，".join(words)


def _after(request, saved: list[Activity]):
    activity = saved[0]
    many = f" {len(saved)} 条，每天一条" if len(saved) > 1 else ""
    if activity.is_editable:
        messages.info(request, f"已存为草稿{many}，提交后由对方确认。")
    else:
        messages.success(request, f"已提交{many}，等待{activity.confirming_organisation()}确认。")
    return redirect("activity-list") if many else redirect("activity-detail", pk=activity.pk)
