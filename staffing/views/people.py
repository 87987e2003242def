"""People: the list of one's own organisation, and one person's stays and activities."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from core.access import access
from core.lists import show_list
from core.pages import attempt, page_of
from core.scope import visible_or_404
from staffing.forms import ClinicianForm
from staffing.lists.people import ClinicianList
from staffing.models import Activity, AdvancedStudy, Clinician, ClinicianIdentity, Posting
from staffing.selectors.discipline import chains_of
from staffing.selectors.inspections import findings_shown
from staffing.selectors.post_history import neighbours
from staffing.selectors.stay_verdicts import person_verdicts
from staffing.selectors.stays import stay_totals
from staffing.services.clinicians import clinician_save
from staffing.services.identities import may_reveal

ENTER = "staffing.enter_clinician"


@require_GET
@access("staffing.view_clinician")
def person_detail(request, pk):
    person = visible_or_404(
        Clinician.objects.select_related("organisation", "speciality"), request.user, pk=pk
    )
    stays = list(
        Posting.objects.visible_to(request.user)
        .filter(clinician=person)
        .select_related("agreement__recipient", "batch")
        .order_by("-start_on", "-pk")
    )
    held = neighbours(stays, user=request.user, today=timezone.localdate())
    for stay in stays:
        stay.tenure = held.get(stay.pk)
    arrived = [stay for stay in stays if stay.arrived_on and stay.status != Posting.Status.CANCELLED]
    activities = (
        Activity.objects.visible_to(request.user)
        .filter(participants=person)
        .select_related("activity_type", "agreement__recipient")
        .prefetch_related("measures__measure")
    )
    studies = (
        AdvancedStudy.objects.visible_to(request.user)
        .filter(trainee=person)
        .select_related("agreement__sender")
    )
    return render(
        request,
        "staffing/person_detail.html",
        {
            "person": person,
            "stays": stays,
            "totals": stay_totals(arrived),
            "verdict_groups": person_verdicts(person, user=request.user),
            "page": page_of(request, activities, 15),
            "studies": studies,
            "identity": ClinicianIdentity.objects.visible_to(request.user).filter(clinician=person).first(),
            "may_reveal": request.user.has_perm("staffing.reveal_identity")
            and may_reveal(clinician=person, by=request.user),
            "findings": findings_shown(request.user).filter(posting__clinician=person),
            "consequences": chains_of(clinician=person, user=request.user),
            "may_edit": request.user.has_perm(ENTER)
            and person.organisation_id == request.user.organisation_id,
        },
    )


@require_GET
@access("staffing.view_clinician")
def clinician_list(request):
    return show_list(request, ClinicianList)


@require_http_methods(["GET", "POST"])
@access(ENTER)
def clinician_new(request):
    return _form_page(request, None)


@require_http_methods(["GET", "POST"])
@access(ENTER)
def clinician_edit(request, pk):
    person = visible_or_404(Clinician.objects.select_related("organisation"), request.user, pk=pk)
    if person.organisation_id != request.user.organisation_id:
        raise PermissionDenied
    return _form_page(request, person)


def _form_page(request, person):
    form = ClinicianForm(request.POST or None, instance=person)
    if request.method == "POST" and form.is_valid():
        saved = attempt(
            form,
            lambda: clinician_save(
                organisation=request.user.organisation,
                clinician=person,
                by=request.user,
                **form.cleaned_data,
            ),
        )
        if saved:
            messages.success(request, f"已保存{saved.name}的资料。")
            return redirect("person-detail", pk=saved.pk)
    return render(request, "staffing/clinician_form.html", {"form": form, "person": person})
