"""Agreements in the search over everything: by number or by a party."""

from django.urls import reverse
from django.utils.http import urlencode

from core.search import Hit, Kind, register
from support.models import Agreement
from support.selectors.agreements import agreement_list, agreements_found


def _found(user, text: str):
    return agreements_found(agreement_list(user), text).order_by("-cycle__start_on", "number", "pk")


def _shown(row: Agreement, user, text: str) -> Hit:
    parties = f"{row.sender.name} → {row.recipient.name}"
    return Hit(
        parties,
        f"{row.number}　{row.cycle.name}　{row.state_label}",
        reverse("agreement-detail", args=[row.pk]),
    )


register(
    Kind(
        "agreements",
        "协议",
        30,
        "support.view_agreement",
        _found,
        _shown,
        lambda user, text: f"{reverse('agreement-list')}?{urlencode({'q': text})}",
    )
)
