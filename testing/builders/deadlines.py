"""Builders: deadline rules of a bureau."""

from accounts.models import Organisation
from support.models import DeadlineRule
from testing.builders.places import unique


def deadline_rule(bureau: Organisation, anchor: str = "cycle_end", **fields) -> DeadlineRule:
    """A rule in use; a summary due on the cycle's last day unless told otherwise."""
    rule = DeadlineRule(
        bureau=bureau,
        name=fields.pop("name", unique("时限")),
        kind=fields.pop("kind", "summary"),
        anchor=anchor,
        **fields,
    )
    rule.full_clean()
    rule.save()
    return rule
