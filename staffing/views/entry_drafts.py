"""What is being typed is kept while it is typed; templates are kept, renamed and removed."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from core.access import access
from core.scope import visible_or_404
from core.web import run_verb
from staffing.activity_forms import ActivityForm
from staffing.entry_state import for_template, says_something, state_of
from staffing.models import ActivityTemplate, ActivityType, EntryDraft
from staffing.selectors.entry_drafts import templates_for
from staffing.services import entry_drafts as services
from staffing.views.activities import ENTER
from staffing.views.entry_start import key_named

MANAGE = "staffing.manage_template"
REFUSED = 422


def _posted(request) -> tuple[ActivityType, dict]:
    """The type that the address names and the posted values of its form."""
    kind = ActivityType.objects.filter(code=request.GET.get("type", "")).first()
    if kind is None:
        raise Http404
    names = set(ActivityForm.base_fields) - {"client_key"}
    names |= {ActivityForm.name_of(row) for row in kind.type_measures.all()}
    state = state_of(request.POST, names)
    if replaces := request.GET.get("replaces", ""):
        state["replaces"] = [replaces[:18]]
    return kind, state


@require_POST
@access(ENTER)
@never_cache
def draft_save(request):
    """Called by the page every few seconds; JSON with the time, or the reason why nothing was kept."""
    kind, state = _posted(request)
    key = key_named(request.POST.get("client_key"))
    if key is None:
        return JsonResponse({"problems": ["填报凭据不完整，请重新打开本页。"]}, status=REFUSED)
    if not says_something(state):
        services.draft_discard(user=request.user, client_key=key)
        return JsonResponse({"saved": ""})
    try:
        draft = services.draft_save(user=request.user, client_key=key, activity_type=kind, data=state)
    except ValidationError as error:
        return JsonResponse({"problems": error.messages}, status=REFUSED)
    return JsonResponse({"saved": f"{timezone.localtime(draft.updated_at):%H:%M}"})


@require_POST
@access(ENTER)
def draft_discard(request, key):
    """One's own only: what somebody else is typing does not exist."""
    visible_or_404(EntryDraft.objects.filter(user=request.user), request.user, client_key=key)
    run_verb(
        request,
        lambda: services.draft_discard(user=request.user, client_key=key),
        done="已丢弃未完成的内容。",
    )
    return redirect("activity-new")


# ---- templates
@require_GET
@access(ENTER)
def template_list(request):
    manages = request.user.has_perm(MANAGE)
    return render(
        request,
        "staffing/activity_templates.html",
        {"templates": templates_for(request.user), "manages": manages},
    )


@require_POST
@access(MANAGE)
def template_save(request):
    """From the form itself: its values become a template, and the form goes on where it was."""
    kind, state = _posted(request)
    name = request.POST.get("template_name", "")
    run_verb(
        request,
        lambda: services.template_save(
            by=request.user, name=name, activity_type=kind, data=for_template(state)
        ),
        done=f"已存为模板“{' '.join(name.split())}”，登记活动时可以选用。",
    )
    key = key_named(request.POST.get("client_key"))
    query = {"type": kind.code}
    if key is not None and says_something(state):
        try:
            services.draft_save(user=request.user, client_key=key, activity_type=kind, data=state)
            query["draft"] = key
        except ValidationError:  # already told by the first refusal
            pass
    return redirect(f"{reverse('activity-new')}?{urlencode(query)}")


def _own_template(request, pk) -> ActivityTemplate:
    template = visible_or_404(ActivityTemplate, request.user, pk=pk)
    if not services.may_manage(template=template, by=request.user):
        raise PermissionDenied
    return template


@require_POST
@access(MANAGE)
def template_rename(request, pk):
    template = _own_template(request, pk)
    name = request.POST.get("name", "")
    run_verb(
        request,
        lambda: services.template_rename(template=template, name=name, by=request.user),
        done="名称已修改。",
    )
    return redirect("activity-template-list")


@require_POST
@access(MANAGE)
def template_delete(request, pk):
    template = _own_template(request, pk)
    run_verb(
        request, lambda: services.template_delete(template=template, by=request.user), done="模板已删除。"
    )
    return redirect("activity-template-list")
