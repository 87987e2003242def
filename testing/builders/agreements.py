"""Builders: programmes, cycles, agreements on their way to the file."""

from datetime import date
from decimal import Decimal

from accounts.models import Organisation
from support.models import Agreement, AgreementTarget, AgreementVersion, Cycle, CycleDeadline, Programme
from support.services.agreements import agreement_create, version_confirm, version_file
from testing.builders.places import YEAR_END, YEAR_START, bureau, coordinator, officer, unique


def programme(of: Organisation | None = None, **fields) -> Programme:
    return Programme.objects.create(
        name=fields.pop("name", unique("对口支援项目")), bureau=of or bureau(), **fields
    )


def cycle(of: Programme | None = None, start: date = YEAR_START, end: date = YEAR_END, **fields) -> Cycle:
    return Cycle.objects.create(
        programme=of or programme(),
        code=fields.pop("code", unique("C-")),
        name=fields.pop("name", unique("周期")),
        start_on=start,
        end_on=end,
        **fields,
    )


def deadline(of: Cycle, kind: str = "arrival", due: date = date(2026, 7, 30)) -> CycleDeadline:
    return CycleDeadline.objects.create(cycle=of, kind=kind, due_on=due)


def agreement_draft(
    sender: Organisation,
    recipient: Organisation,
    start: date = YEAR_START,
    end: date = YEAR_END,
    *,
    within: Cycle | None = None,
    third_party: Organisation | None = None,
    number: str = "",
    **texts,
) -> Agreement:
    """A draft drawn up by the officer of the programme's bureau; ``texts`` are version fields."""
    within = within or cycle(start=start, end=end)
    return agreement_create(
        cycle=within,
        number=number or unique("XY-"),
        sender=sender,
        recipient=recipient,
        third_party=third_party,
        start_on=start,
        end_on=end,
        by=officer(within.programme.bureau),
        **texts,
    )


def target(agreement: Agreement, kind: str = "lectures", minimum=12, *, unit: str = "次", **fields):
    """A measurable promise on the agreement's open version."""
    return AgreementTarget.objects.create(
        version=open_version(agreement), kind=kind, unit=unit, minimum=Decimal(minimum), **fields
    )


def open_version(agreement: Agreement) -> AgreementVersion:
    return agreement.versions.get(status__in=AgreementVersion.OPEN)


def confirm_and_file(agreement: Agreement) -> Agreement:
    """Both sides confirm the open version and the bureau files it; the agreement comes back fresh."""
    version = open_version(agreement)
    version = version_confirm(version=version, by=coordinator(agreement.sender, sending=True))
    version = version_confirm(version=version, by=coordinator(agreement.recipient, sending=False))
    version_file(version=version, by=officer(agreement.cycle.programme.bureau))
    return Agreement.objects.get(pk=agreement.pk)


def agreement_in_force(
    sender: Organisation, recipient: Organisation, start: date = YEAR_START, end: date = YEAR_END, **kwargs
) -> Agreement:
    """Drafted, confirmed by both sides and filed; keyword arguments as for agreement_draft."""
    return confirm_and_file(agreement_draft(sender, recipient, start, end, **kwargs))
