"""Builders: rules of stay."""

from staffing.models import StayRule
from staffing.services.rules import rule_activate, rule_create
from support.models import Programme
from testing.builders.places import officer


def stay_rule(
    programme: Programme,
    measure: str = "continuous",
    minimum: int = 6,
    unit: str = "months",
    *,
    active: bool = True,
    basis: str = "实施方案第三条",
    **fields,
) -> StayRule:
    by = officer(programme.bureau)
    rule = rule_create(
        programme=programme, measure=measure, minimum=minimum, unit=unit, basis=basis, by=by, **fields
    )
    return rule_activate(rule=rule, by=by) if active else rule
