"""Coverage (覆盖率): which of the planned recipients have an agreement in force."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from accounts.models import Organisation
from core.numbers import ratio_percent
from support.models import Agreement, Cycle


@dataclass(frozen=True)
class Coverage:
    covered: list[Organisation]
    uncovered: list[Organisation]

    @property
    def planned(self) -> int:
        return len(self.covered) + len(self.uncovered)

    @property
    def percent(self) -> Decimal | None:
        return ratio_percent(len(self.covered), self.planned)


def coverage(*, cycle: Cycle, on: date, within: QuerySet[Organisation] | None = None) -> Coverage:
    """Planned recipients of the cycle with and without an agreement in force on the day.

    ``within`` limits the recipients, e.g. to those a user may see. Without a plan every recipient of an agreement of the cycle, filed or not, is the denominator.
    """
    units = Organisation.objects.all() if within is None else within
    plan = set(cycle.recipients_planned.values_list("pk", flat=True))
    if not plan:
        plan = set(Agreement.objects.filter(cycle=cycle).values_list("recipient", flat=True))
    planned = units.filter(pk__in=plan).order_by("region__code", "code")
    in_force = set(Agreement.objects.filter(cycle=cycle).in_force_on(on).values_list("recipient", flat=True))
    return Coverage(
        covered=[unit for unit in planned if unit.pk in in_force],
        uncovered=[unit for unit in planned if unit.pk not in in_force],
    )
