"""Which promotion rule applies to whom: the nearest bureau's that covers the target, else the statute."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Prefetch, Q
from django.utils import timezone

from accounts.models import Organisation, User
from staffing.models import Clinician, PromotionPolicy, PromotionRule
from staffing.models.promotion_rule import NATIONAL
from staffing.titles import series_of


@dataclass(frozen=True)
class Applied:
    """A rule as it applies to somebody; ``policy`` None where the statute applies by itself."""

    rule: PromotionRule
    policy: PromotionPolicy | None = None
    remote: frozenset[int] = field(default_factory=frozenset)

    @property
    def by(self) -> str:
        """Who applies it."""
        return self.policy.bureau.display_name if self.policy else "国家规定"


@dataclass(frozen=True)
class RuleBook:
    """The policies in force on a day, from the nearest bureau to the furthest, and the statute."""

    policies: tuple[PromotionPolicy, ...]
    national: PromotionRule

    def applied(self, clinician: Clinician, target: str) -> Applied:
        """``clinician.organisation.region`` is joined by the caller."""
        path, series = clinician.organisation.region.path, series_of(clinician.title)
        for policy in self.policies:
            near = path.startswith(policy.bureau.region.path)
            if near and policy.rule.terms.covers(target, series):
                return self.of(policy)
        return Applied(self.national)

    def of(self, policy: PromotionPolicy) -> Applied:
        return Applied(policy.rule, policy, frozenset(place.pk for place in policy.remote_places.all()))

    def remote_for(self, clinician: Clinician) -> frozenset[int]:
        """Remote places named by any bureau above, for a rule chosen by hand."""
        path = clinician.organisation.region.path
        return frozenset(
            place.pk
            for policy in self.policies
            if path.startswith(policy.bureau.region.path)
            for place in policy.remote_places.all()
        )


def rule_book(on: date) -> RuleBook:
    """Every policy in force on the day, with its rule; six statements however many there are."""
    rules = PromotionRule.objects.complete()
    in_force = (
        PromotionPolicy.objects.filter(
            Q(effective_to__isnull=True) | Q(effective_to__gte=on), effective_from__lte=on
        )
        .select_related("bureau__region")
        .prefetch_related(
            Prefetch("rule", queryset=rules),
            Prefetch("remote_places", queryset=Organisation.objects.only("pk")),
        )
    )
    nearest_first = sorted(
        in_force, key=lambda policy: (-len(policy.bureau.region.path), -policy.effective_from.toordinal())
    )
    return RuleBook(tuple(nearest_first), rules.get(code=NATIONAL))


def rules_to_choose(keep: Iterable[int] = ()) -> list[PromotionRule]:
    """Rules that may be looked at for anybody, those switched off only when asked for by key."""
    return list(PromotionRule.objects.complete().filter(Q(is_active=True) | Q(pk__in=list(keep))))


def bureau_policies(user: User) -> list[PromotionPolicy]:
    """What the bureaus above the user's organisation apply today or will, the nearest first."""
    if user.organisation_id is None:
        return []
    path = user.organisation.region.path
    lasting = Q(effective_to__isnull=True) | Q(effective_to__gte=timezone.localdate())
    found = (
        PromotionPolicy.objects.filter(lasting)
        .select_related("bureau__region", "rule")
        .order_by("-effective_from")
    )
    near = [policy for policy in found if path.startswith(policy.bureau.region.path)]
    return sorted(near, key=lambda policy: -len(policy.bureau.region.path))
