"""Discipline rules of a programme: drawn up, filled from an example, put in use."""

from dataclasses import dataclass

from django.db import transaction

from accounts.models import Role, User
from core.errors import Problems, checked
from core.models import AuditEvent
from core.services.audit import audit_record
from staffing.discipline_examples import EXAMPLES
from staffing.models import DisciplineConsequence, DisciplineRule
from support.models import Programme


@dataclass(frozen=True)
class RuleFigures:
    """The figures of a rule; None means the programme sets none."""

    findings_for_veto: int | None = 2
    working_days_minimum: int | None = None
    promotion_bar_years: int | None = None


@transaction.atomic
def discipline_rule_create(
    *,
    programme: Programme,
    name: str,
    basis: str,
    by: User,
    figures: RuleFigures | None = None,
    example: str = "",
) -> DisciplineRule:
    """A rule not yet in use. ``example`` (a key of EXAMPLES) brings its figures and its measures."""
    problems = Problems()
    _may_write(programme, by, problems)
    if example and example not in EXAMPLES:
        problems.add(f"没有“{example}”这个示例。", field="example")
    problems.raise_if_any()
    known = EXAMPLES.get(example)
    figures = figures or (RuleFigures(**known.figures) if known else RuleFigures())
    rule = DisciplineRule(
        programme=programme,
        name=name.strip() or (known.name if known else ""),
        basis=basis.strip() or (known.basis if known else ""),
        findings_for_veto=figures.findings_for_veto,
        working_days_minimum=figures.working_days_minimum,
        promotion_bar_years=figures.promotion_bar_years,
    )
    checked(rule)
    rule.save()
    for order, (when, whom, kind, text) in enumerate(known.measures if known else (), start=1):
        DisciplineConsequence.objects.create(
            rule=rule, order=order * 10, when=when, whom=whom, kind=kind, text=text
        )
    return rule


@transaction.atomic
def discipline_rule_activate(*, rule: DisciplineRule, by: User) -> DisciplineRule:
    """Put the rule in use; the one in use until now is put aside."""
    rows = DisciplineRule.objects.select_for_update().filter(programme=rule.programme_id)
    current = next(row for row in rows if row.pk == rule.pk)
    problems = Problems()
    _may_write(rule.programme, by, problems)
    if not (current.findings_for_veto or current.working_days_minimum or current.consequences.exists()):
        problems.add("这套规定没有任何要求和处理措施，请先补充。")
    problems.raise_if_any()
    rows.exclude(pk=rule.pk).filter(is_active=True).update(is_active=False)
    current.is_active = True
    current.save(update_fields=["is_active"])
    audit_record(verb=AuditEvent.Verb.TRANSITION, user=by, subject=current, note="设为现行")
    return current


@transaction.atomic
def discipline_rule_deactivate(*, rule: DisciplineRule, by: User) -> DisciplineRule:
    """From now on the programme has no rule in use; decided grades keep the facts they cited."""
    current = DisciplineRule.objects.select_for_update().get(pk=rule.pk)
    problems = Problems()
    _may_write(rule.programme, by, problems)
    problems.raise_if_any()
    current.is_active = False
    current.save(update_fields=["is_active"])
    audit_record(verb=AuditEvent.Verb.TRANSITION, user=by, subject=current, note="停用")
    return current


def _may_write(programme: Programme, by: User, problems: Problems) -> None:
    reaches = Programme.objects.owned_by(by).filter(pk=programme.pk).exists()
    if not by.has_role(Role.BUREAU_OFFICER) or not reaches:
        problems.add("只有项目主管部门的经办人员可以改动纪律规定。")
