"""Writes the demonstration through the real services, each step on its own day and by the right side."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache

from accounts.models import Organisation, User
from core.errors import checked
from reports.demo.accounts import coordinator_of
from reports.demo.clock import as_of, days_after
from staffing.models import Activity, ActivityType, Batch, Clinician, Measure, Posting
from staffing.services.activities import Outcome, Quantity, activity_save
from staffing.services.batches import batch_create
from staffing.services.postings import posting_confirm_arrival, posting_create, posting_end
from staffing.services.studies import study_create
from support.models import (
    Agreement,
    AgreementTarget,
    AgreementVersion,
    Cycle,
    Donation,
    DonationItem,
    OutcomeIndicator,
    OutcomeValue,
    Speciality,
)
from support.models.donation import Qualifier
from support.services.agreements import agreement_create, version_confirm, version_file
from support.services.donations import donation_save
from support.services.records import record_confirm, record_submit

ABOUT, OVER, NEARLY = Qualifier.ABOUT, Qualifier.OVER, Qualifier.NEARLY


def about(value: int, quoted: str = "") -> Quantity:
    return Quantity(Decimal(value), ABOUT, quoted)


def over(value: int, quoted: str = "") -> Quantity:
    return Quantity(Decimal(value), OVER, quoted)


def nearly(value: int, quoted: str = "") -> Quantity:
    return Quantity(Decimal(value), NEARLY, quoted)


# ---- agreements
def draft(
    *,
    cycle: Cycle,
    number: str,
    sender: Organisation,
    recipient: Organisation,
    period: tuple[date, date],
    by: User,
    on: date,
    targets: Sequence[dict] = (),
    specialities: Sequence[str] = (),
    people: Sequence[str] = (),
    **texts,
) -> AgreementVersion:
    """A draft with its targets; ``people`` are the representatives of the parties in order."""
    with as_of(on):
        agreement = agreement_create(
            cycle=cycle,
            number=number,
            sender=sender,
            recipient=recipient,
            start_on=period[0],
            end_on=period[1],
            by=by,
            **texts,
        )
        version = agreement.versions.get()
        version.specialities.set(Speciality.objects.filter(code__in=specialities))
        for fields in targets:
            target = AgreementTarget(version=version, **fields)
            checked(target)
            target.save()
        for party, name in zip(version.parties.order_by("pk"), people, strict=False):
            party.representative = name
            party.save()
    return version


def settle(version: AgreementVersion, *, on: date, by: User, filed_on: date | None = None) -> Agreement:
    """Both sides confirm on the day, the bureau's officer files it."""
    agreement = version.agreement
    with as_of(on):
        version = version_confirm(version=version, by=coordinator_of(agreement.sender))
        version = version_confirm(version=version, by=coordinator_of(agreement.recipient))
    with as_of(filed_on or on):
        version_file(version=version, by=by)
    return Agreement.objects.select_related("cycle", "sender", "recipient", "current_version").get(
        pk=agreement.pk
    )


# ---- people sent out
def team(
    *,
    agreement: Agreement,
    code: str,
    kind: str,
    period: tuple[date, date],
    members: Sequence[tuple[Clinician, str]],
    arrived_on: date | None = None,
    arrives: bool = True,
    ends: bool = True,
    task: str = "",
    within: Batch | None = None,
) -> Batch:
    """One departure to one recipient: (person, department) each; the first is its leader.

    All arrive on the first day unless ``arrived_on`` says otherwise, and stay to the last.
    """
    start, end = period
    sending, receiving = coordinator_of(agreement.sender), coordinator_of(agreement.recipient)
    with as_of(days_after(start, -2)):
        batch = within or batch_create(
            cycle=agreement.cycle,
            sender=agreement.sender,
            code=code,
            kind=kind,
            departed_on=start,
            task=task,
        )
        postings = [
            posting_create(
                batch=batch,
                agreement=agreement,
                clinician=person,
                start_on=start,
                end_on=end,
                by=sending,
                department=department,
                role=Posting.Role.LEADER if number == 0 and len(members) > 1 else Posting.Role.MEMBER,
            )
            for number, (person, department) in enumerate(members)
        ]
    if arrives:
        arrived = arrived_on or start
        with as_of(arrived, 17):
            for posting in postings:
                posting_confirm_arrival(posting=posting, arrived_on=arrived, by=receiving)
        if ends:
            with as_of(end, 18):
                for posting in postings:
                    posting_end(posting=posting, ended_on=end, by=sending)
    return batch


# ---- what two sides answer for
@cache
def measure_of(code: str) -> Measure:
    return Measure.objects.get(code=code)


@cache
def type_of(code: str) -> ActivityType:
    return ActivityType.objects.get(code=code)


def forget() -> None:
    """Drop what was remembered of another loading, whose rows may be gone."""
    for remembered in (coordinator_of, measure_of, type_of):
        remembered.cache_clear()


def measures_of(numbers: Mapping[str, int | Quantity]) -> dict[Measure, Quantity]:
    return {
        measure_of(code): value if isinstance(value, Quantity) else Quantity(Decimal(value))
        for code, value in numbers.items()
    }


def activity(
    agreement: Agreement,
    kind: str,
    on: date,
    numbers: Mapping[str, int | Quantity],
    *,
    by: User | None = None,
    outcomes: Sequence[Outcome] = (),
    upto: str = "confirmed",
    entered_on: date | None = None,
    **fields,
) -> Activity:
    """Entered on its last day (or ``entered_on``) by the sender's coordinator or ``by``; confirmed two days later.

    ``upto`` stops earlier: "draft" or "submitted".
    """
    entered_by = by or coordinator_of(agreement.sender)
    entered_on = entered_on or fields.get("end_on") or on
    with as_of(entered_on, 16):
        made = activity_save(
            agreement=agreement,
            activity_type=type_of(kind),
            start_on=on,
            by=entered_by,
            measures=measures_of(numbers),
            outcomes=outcomes,
            submit=upto != "draft",
            **fields,
        )
    if upto == "confirmed":
        confirm(made, on=days_after(entered_on, 2))
    return made


def confirm(record, *, on: date, by: User | None = None) -> None:
    """By the other side's coordinator unless somebody is named."""
    with as_of(on, 9):
        record_confirm(record=record, by=by or coordinator_of(record.confirming_organisation()))


def study(agreement: Agreement, trainee: Clinician, period: tuple[date, date], *, upto="confirmed", **fields):
    """Entered by the sender when the trainee comes, confirmed by the recipient three days later."""
    with as_of(period[0]):
        made = study_create(
            agreement=agreement,
            trainee=trainee,
            start_on=period[0],
            end_on=period[1],
            by=coordinator_of(agreement.sender),
            submit=upto != "draft",
            **fields,
        )
    if upto == "confirmed":
        confirm(made, on=days_after(period[0], 3))
    return made


def donation(
    agreement: Agreement,
    kind: str,
    on: date,
    title: str,
    amount: str,
    *,
    items: Sequence[tuple[str, int, str]] = (),
    upto: str = "confirmed",
    **fields,
) -> Donation:
    """Entered by the sender, confirmed by the recipient a week later; ``items``: name, quantity, unit."""
    with as_of(on):
        made = donation_save(
            agreement=agreement,
            kind=kind,
            given_on=on,
            title=title,
            amount=Decimal(amount),
            items=[DonationItem(name=name, quantity=quantity, unit=unit) for name, quantity, unit in items],
            by=coordinator_of(agreement.sender),
            submit=True,
            **fields,
        )
    if upto == "confirmed":
        confirm(made, on=days_after(on, 7))
    return made


def outcome(
    recipient: Organisation,
    indicator: str,
    year: int,
    value: str,
    *,
    on: date,
    officer: User | None,
    baseline: bool = False,
    quarter: int | None = None,
) -> OutcomeValue:
    """Entered by the recipient, confirmed by the bureau's officer (None: still waiting)."""
    entered_by = coordinator_of(recipient)
    with as_of(on):
        made = OutcomeValue(
            recipient=recipient,
            indicator=OutcomeIndicator.objects.get(code=indicator),
            year=year,
            quarter=quarter,
            value=Decimal(value),
            is_baseline=baseline,
            source="受援单位财务、统计年报",
            entered_by=entered_by,
            entered_for=recipient,
        )
        checked(made)
        made.save()
        record_submit(record=made, by=entered_by)
    if officer:
        confirm(made, on=days_after(on, 5), by=officer)
    return made
