"""One's own notices: list, open, mark read."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from accounts.lists.notices import NoticeList
from accounts.models import Notice
from accounts.selectors.notices import notices_of
from accounts.services.notices import notice_read, notices_read_all
from core.access import SIGNED_IN, access
from core.lists import show_list
from core.scope import visible_or_404


@require_GET
@access(SIGNED_IN)
def notice_list(request):
    return show_list(request, NoticeList)


def _notice(request, pk) -> Notice:
    """One's own; those of others do not exist, whatever one's reach."""
    return visible_or_404(notices_of(request.user), request.user, pk=pk)


@require_POST
@access(SIGNED_IN)
def notice_open(request, pk):
    """Read, and on to what it is about."""
    notice = _notice(request, pk)
    if not url_has_allowed_host_and_scheme(notice.url, allowed_hosts=None):
        raise Http404
    notice_read(notice=notice)
    return redirect(notice.url)


@require_POST
@access(SIGNED_IN)
def notice_mark_read(request, pk):
    notice_read(notice=_notice(request, pk))
    return redirect("notice-list")


@require_POST
@access(SIGNED_IN)
def notice_mark_all(request):
    count = notices_read_all(user=request.user)
    messages.success(request, f"已把 {count} 条通知标为已读。" if count else "没有未读的通知。")
    return redirect("notice-list")
