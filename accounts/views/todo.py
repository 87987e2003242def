"""“待办”: everything that waits for the signed-in person, by urgency."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from core.access import access
from core.waiting import grouped, work_waiting


@require_GET
@access("accounts.view_todo")
def todo(request):
    today = timezone.localdate()
    lines = work_waiting(request.user, day=today)
    acts = request.user.has_perm("accounts.act_on_todo")
    context = {"groups": grouped(lines), "total": len(lines), "today": today, "user_acts": acts}
    return render(request, "accounts/todo.html", context)
