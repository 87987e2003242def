"""Many agreements and stays at once, written as rows: what the services would leave behind.

For tests of counting, where hypothesis makes up hundreds of small ledgers and who pressed which button
does not matter. The database's own constraints and triggers hold.
"""

from datetime import date, datetime, timedelta

from django.utils import timezone

from accounts.models import Organisation, User
from staffing.models import Batch, Clinician, Posting
from support.models import Agreement, AgreementVersion, Cycle, Speciality
from testing.builders.places import unique


def filed_agreement(
    sender: Organisation,
    recipient: Organisation,
    within: Cycle,
    start: date,
    end: date,
    specialities: list[Speciality] = (),
) -> Agreement:
    now = timezone.now()
    made = Agreement.objects.create(cycle=within, number=unique("ZB-"), sender=sender, recipient=recipient)
    version = AgreementVersion.objects.create(agreement=made, start_on=start, end_on=end)
    version.specialities.set(specialities)
    AgreementVersion.objects.filter(pk=version.pk).update(
        status=AgreementVersion.Status.FILED,
        sender_confirmed_at=now,
        recipient_confirmed_at=now,
        filed_at=now,
    )
    made.current_version, made.effective_from, made.effective_to = version, start, end
    made.save()
    return made


def ledger_posting(
    agreement: Agreement,
    start: date,
    end: date,
    *,
    confirmed_by: User,
    arrived: date | None = None,
    status: str = "",
    kind: str = "resident",
    role: str = "member",
    department: str = "",
    speciality: Speciality | None = None,
    batch: Batch | None = None,
) -> Posting:
    """A stay of a person of its own. ``arrived``: the confirmed day; ``status`` defaults to what fits it."""
    batch = batch or ledger_batch(agreement, kind)
    person = Clinician.objects.create(
        organisation_id=agreement.sender_id, staff_no=unique("Z"), name=unique("梁试"), speciality=speciality
    )
    return Posting.objects.create(
        batch=batch,
        agreement=agreement,
        clinician=person,
        kind=kind,
        role=role,
        department=department,
        start_on=start,
        end_on=end,
        planned_end_on=end,
        status=status or (Posting.Status.ON_POST if arrived else Posting.Status.PLANNED),
        arrived_on=arrived,
        arrival_confirmed_by=confirmed_by if arrived else None,
        arrival_confirmed_at=_noon(arrived) if arrived else None,
    )


def ledger_batch(agreement: Agreement, kind: str = "resident") -> Batch:
    return Batch.objects.create(
        cycle_id=agreement.cycle_id,
        sender_id=agreement.sender_id,
        code=unique("ZP-"),
        kind=kind,
        departed_on=date(2000, 1, 1),
        status=Batch.Status.FILED,
        filed_at=timezone.now(),
    )


def _noon(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, datetime.min.time())) + timedelta(hours=12)
