"""With what the form of an activity starts: nothing, a draft, the record before, a template, a confirmed record."""

import uuid

from django.http import Http404

from core.scope import visible_or_404
from staffing.activity_forms import ActivityForm
from staffing.entry_state import initial_of
from staffing.models import Activity, ActivityTemplate, ActivityType
from staffing.selectors.entry import last_agreement, sees_only_own_rows
from staffing.selectors.entry_drafts import draft_of, last_activity, templates_for
from staffing.views.activities import visible_activity

# what a repeated entry takes over from the one before
COPIED = ("topic", "place", "department", "speciality", "hours", "content", "agreement", "participants")


def record_named(request, name: str) -> Activity | None:
    """The visible record that the address names; of ``again=last`` the person's own last one of the type."""
    wanted = request.GET.get(name, "")
    if not wanted:
        return None
    if name == "again" and wanted == "last":
        kind = ActivityType.objects.filter(code=request.GET.get("type", "")).first()
        return last_activity(request.user, kind) if kind else None
    if not wanted.isdecimal() or len(wanted) > 18:
        raise Http404
    return visible_activity(request, int(wanted))


def template_named(request) -> ActivityTemplate | None:
    wanted = request.GET.get("template", "")
    return visible_or_404(templates_for(request.user), request.user, pk=wanted) if wanted else None


def key_named(text: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return None


def _blank(request, agreements) -> dict:
    user = request.user
    own = user.clinician.pk if hasattr(user, "clinician") else None
    people = [own] if sees_only_own_rows(user) and own else []
    return ActivityForm.initial_new(
        agreement=last_agreement(user, agreements), people=people, client_key=_free_key(request)
    )


def _free_key(request) -> uuid.UUID | None:
    """The key that the browser already keeps its copy under, unless a record has it."""
    key = key_named(request.GET.get("draft"))
    return key if key and not Activity.objects.filter(client_key=key).exists() else None


def _copied(record: Activity) -> dict:
    """Of another record: everything but its day, its key and what happened only there."""
    values = ActivityForm.initial_of(record)
    return {name: value for name, value in values.items() if name in COPIED or name.startswith("measure_")}


def start_of(request, agreements, *, activity, original, again, template) -> tuple[dict, dict | None, dict]:
    """(first values of the form, state of a draft or template for the rows, rows of a record by formset)."""
    user, state, rows = request.user, None, {}
    if activity is not None:
        initial = ActivityForm.initial_of(activity)
    else:
        initial = _blank(request, agreements)
    if original is not None:
        initial = ActivityForm.initial_of(original) | {
            "client_key": initial["client_key"],
            "replace_reason": "",
        }
    elif again is not None:
        initial |= _copied(again)
    elif template is not None:
        state = template.data
    source = activity or original
    if source is not None:
        rows = {
            "outcomes": list(source.outcomes.values("kind", "name", "department", "first_on")),
            "findings": list(source.findings.values("disease", "patients")),
        }
    draft = draft_of(user, initial["client_key"])
    if draft is not None:
        state = draft.data
        initial = {"client_key": initial["client_key"]}
    if state is not None:
        initial |= initial_of(state) | {"client_key": initial["client_key"]}
    return initial, state, rows | {"draft": draft}
