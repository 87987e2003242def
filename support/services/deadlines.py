"""Deadlines of a cycle out of the bureau's rules."""

from django.db import transaction

from accounts.models import Organisation, User
from core.errors import RuleBroken, checked
from core.models import AuditEvent
from core.services.audit import audit_record
from support.deadline_examples import EXAMPLES
from support.models import Cycle, CycleDeadline, DeadlineRule
from support.selectors.deadline_plan import TAKEN_OVER, deadline_plan


@transaction.atomic
def deadlines_make(*, cycle: Cycle, by: User) -> int:
    """Write what the rules give: new rows, and moved ones; how many. A second call changes nothing.

    Rows that somebody entered or moved stay as they are, and so do rows that no rule gives any more: a
    deadline that people were told is not taken away behind their backs.
    """
    locked = Cycle.objects.select_for_update(of=("self",)).select_related("programme").get(pk=cycle.pk)
    plan = deadline_plan(locked)
    if plan.clashes:
        raise RuleBroken(plan.clashes)
    for line in plan.changes:
        row = line.known or CycleDeadline(
            cycle=locked,
            kind=line.planned.rule.kind,
            period=line.planned.period,
            agreement=line.planned.agreement,
        )
        row.rule, row.due_on, row.computed_on = line.planned.rule, line.planned.due_on, line.planned.due_on
        for name in TAKEN_OVER:
            setattr(row, name, getattr(line.planned.rule, name))
        row.save()
    if plan.changes:
        note = f"按规则生成时限 {len(plan.changes)} 项"
        audit_record(verb=AuditEvent.Verb.TRANSITION, user=by, subject=locked, note=note)
    return len(plan.changes)


@transaction.atomic
def deadline_rules_load(*, bureau: Organisation, example: str, by: User) -> list[DeadlineRule]:
    """A set of examples as rules of the bureau; rules of the same name that are already there stay."""
    if example not in EXAMPLES:
        raise RuleBroken(f"没有名为“{example}”的示例。")
    Organisation.objects.select_for_update(of=("self",)).get(pk=bureau.pk)
    named = {rule.name: rule for rule in DeadlineRule.objects.filter(bureau=bureau)}
    made = []
    for entry in EXAMPLES[example].rules:
        if entry.name in named:
            continue
        rule = DeadlineRule(
            bureau=bureau,
            name=entry.name,
            kind=entry.kind,
            part=entry.part,
            side=entry.side,
            anchor=entry.anchor,
            month=entry.month,
            day=entry.day,
            after=named[entry.after] if entry.after else None,
            offset_days=entry.offset_days,
            remind_days=list(entry.remind_days),
            basis=entry.basis,
        )
        checked(rule)
        rule.save()
        named[rule.name] = rule
        made.append(rule)
    if made:
        note = f"载入时限示例“{EXAMPLES[example].title}”，{len(made)} 条"
        audit_record(verb=AuditEvent.Verb.TRANSITION, user=by, subject=bureau, note=note)
    return made
