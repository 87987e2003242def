"""Donations: entered by one party of the agreement, confirmed by the other."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.access import access
from core.lists import show_list
from core.pages import attempt, filled
from core.scope import visible_or_404
from core.web import run_verb
from support.forms import DonationForm, DonationItems
from support.lists.donations import DonationList
from support.models import Donation, DonationItem
from support.selectors.agreements import agreements_as_party
from support.selectors.rights import may_enter, record_rights
from support.services import donations as services
from support.services import records

ENTER = "support.enter_donation"


def _visible(request, pk) -> Donation:
    rows = Donation.objects.select_related(
        "agreement__sender", "agreement__recipient", "entered_for", "entered_by", "confirmed_by"
    )
    return visible_or_404(rows, request.user, pk=pk)


@require_GET
@access("support.view_donation")
def donation_list(request):
    return show_list(request, DonationList)


@require_GET
@access("support.view_donation")
def donation_detail(request, pk):
    donation = _visible(request, pk)
    return render(
        request,
        "support/donation_detail.html",
        {
            "record": donation,
            "items": donation.items.all(),
            "confirmer": donation.confirming_organisation(),
            "rights": record_rights(record=donation, by=request.user, permission=ENTER),
            "urls": {
                name: reverse(f"donation-{name}", args=[donation.pk])
                for name in ("edit", "submit", "delete", "confirm", "return")
            },
        },
    )


@require_http_methods(["GET", "POST"])
@access(ENTER)
def donation_new(request):
    return _form_page(request, None)


@require_http_methods(["GET", "POST"])
@access(ENTER)
def donation_edit(request, pk):
    donation = _visible(request, pk)
    _require_entering(donation, request.user)
    if not donation.is_editable:
        return redirect("donation-detail", pk=donation.pk)
    return _form_page(request, donation)


def _form_page(request, donation):
    form = DonationForm(
        request.POST or None,
        instance=donation,
        agreements=agreements_as_party(request.user),
        initial=None if donation else {"agreement": request.GET.get("agreement")},
    )
    rows = [
        {
            name: getattr(item, name)
            for name in ("name", "specification", "quantity", "unit", "unit_value", "is_used")
        }
        for item in (donation.items.all() if donation else [])
    ]
    items = DonationItems(request.POST or None, prefix="items", initial=rows)
    # both are asked, so that every problem shows at once
    if request.method == "POST" and all([form.is_valid(), items.is_valid()]):
        wanted = [DonationItem(**values) for values in filled(items)]
        submit = "send" in request.POST
        saved = attempt(
            form,
            lambda: services.donation_save(
                by=request.user, items=wanted, donation=donation, submit=submit, **form.cleaned_data
            ),
        )
        if saved:
            return redirect("donation-detail", pk=saved.pk)
    return render(request, "support/donation_form.html", {"form": form, "items": items, "record": donation})


def _require_entering(donation, user) -> None:
    if not may_enter(record=donation, by=user, permission=ENTER):
        raise PermissionDenied


def _require_confirming(donation, user) -> None:
    if not records.may_confirm(record=donation, by=user):
        raise PermissionDenied


@require_POST
@access(ENTER)
def donation_submit(request, pk):
    donation = _visible(request, pk)
    _require_entering(donation, request.user)
    run_verb(
        request,
        lambda: records.record_submit(record=donation, by=request.user),
        done="已提交，等待对方确认。",
    )
    return redirect("donation-detail", pk=donation.pk)


@require_POST
@access(ENTER)
def donation_delete(request, pk):
    donation = _visible(request, pk)
    _require_entering(donation, request.user)
    gone = run_verb(
        request, lambda: services.donation_delete(donation=donation, by=request.user), done="已删除。"
    )
    return redirect("donation-list") if gone else redirect("donation-detail", pk=donation.pk)


@require_POST
@access("support.confirm_record")
def donation_confirm(request, pk):
    donation = _visible(request, pk)
    _require_confirming(donation, request.user)
    run_verb(
        request, lambda: records.record_confirm(record=donation, by=request.user), done="已确认，计入统计。"
    )
    return redirect("donation-detail", pk=donation.pk)


@require_POST
@access("support.confirm_record")
def donation_return(request, pk):
    donation = _visible(request, pk)
    _require_confirming(donation, request.user)
    reason = request.POST.get("reason", "")
    run_verb(
        request,
        lambda: records.record_return(record=donation, by=request.user, reason=reason),
        done="已退回给填报人。",
    )
    return redirect("donation-detail", pk=donation.pk)
