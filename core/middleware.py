"""Ends a session nobody used for a while; polling for progress does not count as use."""

import time

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.shortcuts import redirect

LAST_USE = "last_use"
POLLING = ("/jobs/",)


class IdleTimeoutMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.user.is_authenticated:
            now = int(time.time())
            last = request.session.get(LAST_USE, now)
            if now - last > settings.SESSION_IDLE_MINUTES * 60:
                logout(request)
                messages.info(request, "您较长时间没有操作，为了安全已退出，请重新登录。")
                return redirect("sign-in")
            # written at most once a minute: a session row per request would be a needless write
            if not request.path.startswith(POLLING) and (now - last > 60 or LAST_USE not in request.session):
                request.session[LAST_USE] = now
        return self.get_response(request)
