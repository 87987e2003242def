"""Organisations in the search over everything: by name, former name, code, pinyin or its initials."""

from django.db.models import Q
from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode

from accounts.models import FormerName, Organisation
from accounts.selectors.named import organisations_named
from core.search import Hit, Kind, register


def organisations_found(user, text: str):
    former = FormerName.objects.filter(name__icontains=text).values("organisation")
    return (
        Organisation.objects.visible_to(user)
        .filter(organisations_named(text) | Q(code__istartswith=text) | Q(pk__in=former))
        .select_related("region")
        .prefetch_related("former_names")
        .order_by("name_key", "pk")
    )


def _shown(row: Organisation, user, text: str) -> Hit:
    former = [old.name for old in row.former_names.all() if text.lower() in old.name.lower()]
    sub = f"{row.get_kind_display()}　{row.region}　{row.code}"
    if former:
        sub += f"　曾用名 {former[0]}"
    return Hit(row.name, sub, _address(row, user))


def _address(row: Organisation, user) -> str:
    """Its page at the desk for those who work there, else its agreements."""
    if user.is_staff and user.has_perm("accounts.view_organisation"):
        return reverse("admin:accounts_organisation_change", args=[row.pk])
    try:
        agreements = reverse("agreement-list")
    except NoReverseMatch:
        return ""
    return (
        f"{agreements}?{urlencode({'q': row.name[:60]})}" if user.has_perm("support.view_agreement") else ""
    )


register(Kind("organisations", "单位", 10, "accounts.view_organisation", organisations_found, _shown))
