"""Showing a person's identity and telephone number in full: asked for with a reason, shown once."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.access import access
from core.pages import attempt
from core.scope import visible_or_404
from staffing.forms import RevealForm
from staffing.models import Clinician
from staffing.services import identities as services


@never_cache
@require_http_methods(["GET", "POST"])
@access("staffing.reveal_identity")
def identity_reveal(request, pk):
    person = visible_or_404(Clinician.objects.select_related("organisation"), request.user, pk=pk)
    if not services.may_reveal(clinician=person, by=request.user):
        raise PermissionDenied
    form = RevealForm(request.POST or None)
    numbers = None
    if request.method == "POST" and form.is_valid():
        numbers = attempt(
            form,
            lambda: services.identity_reveal(
                clinician=person, by=request.user, request=request, **form.cleaned_data
            ),
        )
    return render(
        request, "staffing/identity_reveal.html", {"person": person, "form": form, "numbers": numbers}
    )
