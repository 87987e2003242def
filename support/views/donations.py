"""Donations: entered by one party of the agreement, confirmed by the other, followed by the recipient."""

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.access import access
from core.lists import show_list
from core.pages import attempt, filled
from support.forms import ITEM_FIELDS, DonationForm, DonationItems, PublishForm, UseForm
from support.lists.donations import DonationList
from support.models import Donation, DonationItem
from support.selectors.agreements import agreements_as_party
from support.selectors.donations import items_total
from support.services import donations as services
from support.views.evidence import evidence_from_request
from support.views.records import RecordViews

ENTER = "support.enter_donation"


def _rows():
    return Donation.objects.select_related(
        "agreement__sender",
        "agreement__recipient",
        "agreement__cycle__programme",
        "entered_for",
        "entered_by",
        "confirmed_for",
        "confirmed_by",
    )


RECORDS = RecordViews(
    name="donation",
    label="捐赠",
    model=Donation,
    enter=ENTER,
    rows=_rows,
    below={"物品": lambda donation: [item.in_full for item in donation.items.all()]},
    correct=lambda donation: f"{reverse('donation-new')}?replaces={donation.pk}",
    home=lambda donation: reverse("donation-list"),
)


@require_GET
@access("support.view_donation")
def donation_list(request):
    return show_list(request, DonationList)


@require_GET
@access("support.view_donation")
def donation_detail(request, pk):
    return _detail(request, RECORDS.visible(request, pk))


def _detail(request, donation, publish=None, use=None):
    """The page with its forms; a form that was refused comes back with what was typed."""
    items = list(donation.items.all())
    follows = services.may_follow(donation=donation, by=request.user)
    if follows and publish is None and donation.published_on is None:
        publish = PublishForm(auto_id="publish_%s")
    if follows and use is None:
        use = UseForm(initial={"noted_on": timezone.localdate()}, auto_id="use_%s")
    return render(
        request,
        "support/donation_detail.html",
        RECORDS.context(request, donation)
        | {
            "items": items,
            "total": items_total(items),
            "warning": services.amount_warning(
                amount=donation.amount, qualifier=donation.qualifier, items=items
            ),
            "uses": donation.uses.select_related("entered_by"),
            "publish": publish,
            "use": use,
        },
    )


def _following(request, pk) -> Donation:
    donation = RECORDS.visible(request, pk)
    if donation.agreement.recipient_id != request.user.organisation_id:
        raise PermissionDenied
    return donation


@require_POST
@access("support.follow_donation")
def donation_publish(request, pk):
    donation = _following(request, pk)
    form = PublishForm(request.POST, auto_id="publish_%s")
    if form.is_valid() and attempt(
        form,
        lambda: services.donation_publish(donation=donation, by=request.user, **form.cleaned_data),
    ):
        messages.success(request, "已登记公示日期。")
        return redirect("donation-detail", pk=pk)
    return _detail(request, donation, publish=form)


@require_POST
@access("support.follow_donation")
def donation_use(request, pk):
    donation = _following(request, pk)
    form = UseForm(request.POST, auto_id="use_%s")
    if form.is_valid() and attempt(
        form,
        lambda: services.donation_use_add(donation=donation, by=request.user, **form.cleaned_data),
    ):
        messages.success(request, "已记下使用情况。")
        return redirect("donation-detail", pk=pk)
    return _detail(request, donation, use=form)


@require_http_methods(["GET", "POST"])
@access(ENTER)
def donation_new(request):
    return _form_page(request, None, RECORDS.original(request))


@require_http_methods(["GET", "POST"])
@access(ENTER)
def donation_edit(request, pk):
    donation = RECORDS.visible(request, pk)
    RECORDS.require_entering(donation, request.user)
    if not donation.is_editable:
        return redirect("donation-detail", pk=donation.pk)
    return _form_page(request, donation)


def _form_page(request, donation, original=None):
    shown = donation or original
    form = DonationForm(
        request.POST or None,
        instance=donation,
        agreements=agreements_as_party(request.user),
        corrects=original,
        initial=None if donation else {"agreement": request.GET.get("agreement")},
    )
    rows = [{name: getattr(item, name) for name in ITEM_FIELDS} for item in _items(shown)]
    items = DonationItems(request.POST or None, prefix="items", initial=rows)
    entry_key = _entry_key(request, donation)
    # both are asked, so that every problem shows at once
    if request.method == "POST" and all([form.is_valid(), items.is_valid()]):
        evidence_from_request(request, kind="donation", entry_key=entry_key, record=donation)
        wanted = [DonationItem(**values) for values in filled(items)]
        saved = attempt(
            form,
            lambda: services.donation_save(
                by=request.user,
                items=wanted,
                donation=donation,
                replaces=original,
                client_key=entry_key,
                submit="send" in request.POST,
                **form.cleaned_data,
            ),
        )
        if saved:
            return _after(request, saved)
    return render(
        request,
        "support/donation_form.html",
        {
            "form": form,
            "items": items,
            "record": donation,
            "original": original,
            "entry_key": entry_key,
            "evidence_rule": "optional",
        },
    )


def _entry_key(request, donation) -> uuid.UUID:
    """The form's own key: under it files come before the record, and a repeated submit is one donation."""
    if donation is not None and donation.client_key:
        return donation.client_key
    try:
        return uuid.UUID(request.POST.get("client_key", ""))
    except ValueError:
        return uuid.uuid4()


def _items(donation):
    return donation.items.all() if donation else []


def _after(request, donation):
    warning = services.amount_warning(
        amount=donation.amount, qualifier=donation.qualifier, items=donation.items.all()
    )
    if warning:
        messages.warning(request, warning)
    if donation.is_open:
        messages.info(request, "已存为草稿，提交后由对方确认。")
    else:
        messages.success(request, f"已提交，等待{donation.confirming_organisation()}确认。")
    return redirect("donation-detail", pk=donation.pk)
