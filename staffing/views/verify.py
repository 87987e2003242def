"""Verification of certificates by anybody (证明核验): five lines for the right code, one answer for all others.

No account, nothing indexed, nothing kept by browsers, and not too often.
"""

import hashlib
from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from core.access import PUBLIC, access
from core.services.limits import Limit, limit_count, visitor_of
from staffing.selectors.verification import lines_by_code, lines_by_file

LARGEST_FILE = 20 * 1024 * 1024
FORM_AROUND_IT = 64 * 1024


def quiet(view: Callable) -> Callable:
    """Headers that keep code and answer out of caches, search engines and other sites' logs."""

    @wraps(view)
    def answered(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        return response

    return answered


def limited(view: Callable) -> Callable:
    """Per visitor, then for all together; whoever is over gets the same page whatever was asked."""

    @wraps(view)
    def counted(request, *args, **kwargs):
        seconds = settings.VERIFY_LIMIT_SECONDS
        own = Limit("verify", settings.VERIFY_LIMIT_PER_ADDRESS, seconds)
        wait = limit_count(limit=own, who=visitor_of(request))
        if not wait:  # a flooder's refused requests do not use up what is meant for everybody
            total = Limit("verify-total", settings.VERIFY_LIMIT_TOTAL, seconds)
            wait = limit_count(limit=total, who="all")
        if wait:
            response = render(request, "429.html", {"seconds": wait}, status=429)
            response["Retry-After"] = str(wait)
            return response
        return view(request, *args, **kwargs)

    return counted


@require_GET
@access(PUBLIC)
@quiet
def verify(request):
    """The form; a typed code leads to the page that its QR code opens."""
    typed = "".join(char for char in request.GET.get("code", "")[:60] if char.isalnum())
    if typed:
        return redirect("verify-code", code=typed)
    return render(request, "staffing/verify.html", {"asked": "code" in request.GET})


@require_GET
@access(PUBLIC)
@quiet
@limited
def verify_code(request, code):
    lines = lines_by_code(code)
    if lines is None:
        return render(request, "staffing/verify_unknown.html", {"of": "code"}, status=404)
    return render(request, "staffing/verify_result.html", {"lines": lines})


@csrf_exempt  # it changes nothing and knows no account; a token check would read any body before the limits
@require_POST
@access(PUBLIC)
@quiet
@limited
def verify_file(request):
    """Whether a file is, byte for byte, one that was issued. The file is neither kept nor opened."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_FILE + FORM_AROUND_IT:
        return _unknown_file(request)
    file = request.FILES.get("file")
    if file is None:
        return render(request, "staffing/verify.html", {"no_file": True}, status=400)
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    lines = lines_by_file(digest.hexdigest())
    if lines is None:
        return _unknown_file(request)
    return render(request, "staffing/verify_result.html", {"lines": lines, "by_file": True})


def _unknown_file(request):
    return render(request, "staffing/verify_unknown.html", {"of": "file"}, status=404)
