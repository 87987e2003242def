"""Rules of stay: which are active, and which contradict each other.

A document may say two things at once (“服务一年” beside “累计不得少于1个月”); both may be entered, and the
editor shows them side by side. Lengths in different units are compared only here, to find a cumulative
requirement weaker than the continuous one; no verdict rests on that conversion.
"""

from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet

from staffing.models import StayRule
from support.models import Programme

Measure, Unit = StayRule.Measure, StayRule.Unit
# a year of 365 days, 12 months and 250 working days
DAYS_OF = {Unit.DAYS: Decimal(1), Unit.MONTHS: Decimal(365) / 12, Unit.WORKING_DAYS: Decimal(365) / 250}
SUMS = (Measure.CUMULATIVE, Measure.ONE_UNIT)


def active_rules(
    *, programme: Programme | int, kind: str | None = None, on: date | None = None
) -> QuerySet[StayRule]:
    """Active rules of a programme, of one kind of posting, in effect on a day."""
    found = StayRule.objects.filter(programme=programme, is_active=True).select_related(
        "programme", "recipient"
    )
    if kind is not None:
        found = found.filter(kind=kind)
    if on is not None:
        found = found.filter(
            Q(effective_from__isnull=True) | Q(effective_from__lte=on),
            Q(effective_to__isnull=True) | Q(effective_to__gte=on),
        )
    return found


def in_effect(rule: StayRule, day: date) -> bool:
    return (rule.effective_from is None or rule.effective_from <= day) and (
        rule.effective_to is None or day <= rule.effective_to
    )


def ranges_meet(one: StayRule, other: StayRule) -> bool:
    """Whether some day lies in both ranges; an open end reaches for ever."""
    start = max(rule.effective_from or date.min for rule in (one, other))
    end = min(rule.effective_to or date.max for rule in (one, other))
    return start <= end


def contradict(one: StayRule, other: StayRule) -> bool:
    """Different figures for one measure (of one title level, one recipient), or a sum that is easier

    to reach than the unbroken stay of the other rule. The recipient's own floor beside the general one
    is an exception, not a contradiction.
    """
    if (one.programme_id, one.kind) != (other.programme_id, other.kind) or not ranges_meet(one, other):
        return False
    if one.measure == other.measure:
        same_thing = (one.title_level, one.recipient_id) == (other.title_level, other.recipient_id)
        return same_thing and (one.minimum, one.unit) != (other.minimum, other.unit)
    return _weaker_sum(one, other) or _weaker_sum(other, one)


def _weaker_sum(total: StayRule, unbroken: StayRule) -> bool:
    if total.measure not in SUMS or unbroken.measure != Measure.CONTINUOUS:
        return False
    return total.minimum * DAYS_OF[total.unit] < unbroken.minimum * DAYS_OF[unbroken.unit]


def contradictions(rule: StayRule) -> list[StayRule]:
    """The other rules that contradict this one, the active ones first."""
    if rule.programme_id is None:
        return []
    others = (
        StayRule.objects.filter(programme=rule.programme_id, kind=rule.kind)
        .exclude(pk=rule.pk)
        .select_related("programme", "recipient")
        .order_by("-is_active", "measure", "minimum", "pk")
    )
    return [other for other in others if contradict(rule, other)]
