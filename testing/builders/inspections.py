"""Builders: unannounced inspections and discipline rules."""

from collections.abc import Mapping
from datetime import date

from accounts.models import Organisation, Role, User
from staffing.models import DisciplineRule, Inspection, Posting
from staffing.services.discipline import discipline_rule_activate, discipline_rule_create
from staffing.services.inspections import Found, inspection_change, inspection_conclude, inspection_record
from support.models import Programme
from testing.builders.places import bureau, officer


def inspection(
    recipient: Organisation,
    on: date = date(2026, 4, 15),
    results: Mapping[Posting, str] | None = None,
    *,
    by: User | None = None,
    half: str = "am",
    concluded: bool = True,
    inspectors: str = "暗访组",
    notes: Mapping[Posting, str] | None = None,
    **fields,
) -> Inspection:
    """Everybody expected is met on post, except as ``results`` say; ``by``: an officer above."""
    by = by or _officer_above(recipient)
    made = inspection_record(
        recipient=recipient, inspected_on=on, half=half, inspectors=inspectors, by=by, **fields
    )
    wanted = {
        row.posting: row.result or "present" for row in made.findings.select_related("posting__clinician")
    }
    wanted |= results or {}
    notes = notes or {}
    inspection_change(
        inspection=made,
        by=by,
        inspectors=inspectors,
        note=made.note,
        findings=[
            Found(posting, result, notes.get(posting, "没有批准手续" if result == "irregular" else ""))
            for posting, result in wanted.items()
        ],
    )
    if concluded:
        inspection_conclude(inspection=made, by=by)
    return Inspection.objects.get(pk=made.pk)


def _officer_above(recipient: Organisation) -> User:
    codes = recipient.region.path.strip("/").split("/")
    found = User.objects.filter(
        roles__contains=[Role.BUREAU_OFFICER], organisation__region__code__in=codes
    ).order_by("pk")
    return found.first() or officer(bureau(codes[0]))


def discipline_rule(programme: Programme, *, active: bool = True, **fields) -> DisciplineRule:
    """The example rule of Gansu for the programme, in use."""
    by = officer(programme.bureau)
    rule = discipline_rule_create(
        programme=programme,
        name=fields.pop("name", ""),
        basis=fields.pop("basis", ""),
        example=fields.pop("example", "gansu-2014"),
        by=by,
        **fields,
    )
    return discipline_rule_activate(rule=rule, by=by) if active else rule
