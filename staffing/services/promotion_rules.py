"""Which rule a bureau applies, and rules of its own made from shipped ones."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from accounts.models import Organisation, User
from core.errors import Problems, checked
from core.models import AuditEvent
from core.services.audit import audit_record
from staffing.models import PromotionPolicy, PromotionRule
from staffing.titles import LEVEL_ORDER


def rule_is_changeable(*, rule: PromotionRule, by: User) -> bool:
    """Not the statute, and not a rule that another bureau applies: they may be copied."""
    if rule.is_national:
        return False
    return not rule.policies.exclude(bureau=by.organisation_id).exists()


@transaction.atomic
def rule_copy(*, rule: PromotionRule, code: str, name: str, by: User) -> PromotionRule:
    """A new rule with everything below it, to be changed freely."""
    made = PromotionRule.objects.get(pk=rule.pk)
    made.pk, made._state.adding = None, True
    made.code, made.name, made.is_active = code.strip(), name.strip(), True
    checked(made)
    made.save()
    for rows in (rule.needs, rule.equivalents, rule.exemptions):
        for row in rows.all():
            row.pk, row._state.adding, row.rule = None, True, made
            row.save()
    audit_record(verb=AuditEvent.Verb.TRANSITION, user=by, subject=made, note=f"由“{rule.name}”复制")
    return made


@transaction.atomic
def policy_save(
    *,
    rule: PromotionRule,
    effective_from: date,
    by: User,
    effective_to: date | None = None,
    remote_places: Iterable[Organisation] = (),
    policy: PromotionPolicy | None = None,
) -> PromotionPolicy:
    """The bureau applies a rule from a day on. Two rules never cover the same applicants on one day."""
    # two officers at once queue on their bureau; the second then meets the first's rule
    bureau = Organisation.objects.select_for_update(of=("self",), no_key=True).get(pk=by.organisation_id)
    policy = policy or PromotionPolicy(bureau=bureau, entered_by=by)
    problems = Problems()
    if policy.bureau_id != bureau.pk:
        problems.add("只能修改本局采用的规定。")
    if not rule.is_active:
        problems.add(f"“{rule.name}”已停用，不能采用。", field="rule")
    if effective_to and effective_to < effective_from:
        problems.add(
            f"停用日期 {effective_to:%Y-%m-%d} 早于采用日期 {effective_from:%Y-%m-%d}。", field="effective_to"
        )
    for other in bureau.promotion_policies.exclude(pk=policy.pk).select_related("rule"):
        shared = _shared_levels(rule, other.rule)
        together = (effective_to is None or other.effective_from <= effective_to) and (
            other.effective_to is None or effective_from <= other.effective_to
        )
        if shared and together:
            until = f"{other.effective_to:%Y-%m-%d}" if other.effective_to else "长期"
            problems.add(
                f"本局 {other.effective_from:%Y-%m-%d} 至{until}已采用“{other.rule.name}”，它也适用于申报{shared}。"
                "请先给它填停用日期。",
                field="rule",
            )
    problems.raise_if_any()
    policy.rule, policy.effective_from, policy.effective_to = rule, effective_from, effective_to
    checked(policy)
    policy.save()
    policy.remote_places.set(remote_places)
    return policy


def _shared_levels(one: PromotionRule, other: PromotionRule) -> str:
    """Levels that both cover for a common series, in words."""
    if one.series and other.series and not set(one.series) & set(other.series):
        return ""
    both = set(one.target_levels) & set(other.target_levels)
    return "、".join(level.label for level in LEVEL_ORDER if level.value in both)
