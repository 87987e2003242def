"""Donations in figures: three kinds, three subtotals, never one sum; exact and approximate values apart.

Fees waived for advanced study are stated person by person on the studies and belong to those; the kind
“减免费用” here holds what the donor waived besides, so that no yuan is counted twice.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum

from support.models import Donation, DonationItem
from support.models.confirmation import RecordStatus
from support.models.donation import Qualifier

ZERO = Decimal(0)


@dataclass(frozen=True)
class Amounts:
    """Yuan of exact values, yuan of approximate ones, how many without a price, how many in all."""

    exact: Decimal = ZERO
    about: Decimal = ZERO
    unpriced: int = 0
    count: int = 0

    @property
    def total(self) -> Decimal:
        """Exact and approximate of one kind together, as the statutory form wants it."""
        return self.exact + self.about


@dataclass(frozen=True)
class Subtotal:
    kind: str
    label: str
    confirmed: Amounts = field(default_factory=Amounts)
    pending: Amounts = field(default_factory=Amounts)


def donation_subtotals(donations: QuerySet[Donation]) -> list[Subtotal]:
    """A subtotal for each kind that occurs, in their order; one grouped statement.

    ``pending``: what waits for the other side; corrections under way are not added to their originals.
    """
    sure = Q(status=RecordStatus.CONFIRMED)
    exact, priced = Q(qualifier=Qualifier.EXACT), Q(amount__isnull=False)
    wanted = {
        f"{name}_{what}": aggregate
        for name, which in (("confirmed", sure), ("pending", ~sure))
        for what, aggregate in {
            "exact": Sum("amount", filter=which & exact, default=ZERO),
            "about": Sum("amount", filter=which & ~exact, default=ZERO),
            "unpriced": Count("pk", filter=which & ~priced),
            "count": Count("pk", filter=which),
        }.items()
    }
    standing = Donation.objects.filter(pk__in=donations.order_by().values("pk")).standing()
    found = {row["kind"]: row for row in standing.order_by().values("kind").annotate(**wanted)}
    return [
        Subtotal(kind, label, _amounts(found[kind], "confirmed"), _amounts(found[kind], "pending"))
        for kind, label in Donation.Kind.choices
        if kind in found
    ]


def _amounts(row: dict, name: str) -> Amounts:
    return Amounts(*(row[f"{name}_{what}"] for what in ("exact", "about", "unpriced", "count")))


@dataclass(frozen=True)
class ItemsTotal:
    """Sum of the priced items (None when none has a price) and how many have none."""

    amount: Decimal | None
    unpriced: int


def items_total(items: Iterable[DonationItem]) -> ItemsTotal:
    totals = [item.total for item in items]
    priced = [total for total in totals if total is not None]
    return ItemsTotal(sum(priced, ZERO) if priced else None, len(totals) - len(priced))
