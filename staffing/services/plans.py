"""Rotation plans: drafted by the hospital, copied from the batch that is there, with whatever is typed.

A draft may contradict anything; selectors/planning.py tells what, services/plan_steps.py sends it on.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from django.db import transaction

from accounts.models import Organisation, Role, User
from core.dates import Period, add_months, whole_months
from core.errors import Problems, RuleBroken, checked
from staffing.models import Batch, PlanLine, Posting
from support.models import Agreement, Cycle

DAY = timedelta(days=1)
MAX_LINES = 100
HEADER = ("code", "departed_on", "task", "stated_people", "explanation")
LINE = ("agreement", "clinician", "replaces", "start_on", "end_on", "department", "role", "note")


def may_plan(*, batch: Batch, by: User) -> bool:
    """The coordinators of the hospital that sends."""
    return by.has_role(Role.HOSPITAL_COORDINATOR) and by.organisation_id == batch.sender_id


@transaction.atomic
def plan_start(
    *,
    cycle: Cycle,
    sender: Organisation,
    code: str,
    kind: str,
    departed_on: date,
    by: User,
    task: str = "",
    stated_people: int | None = None,
) -> Batch:
    """An empty draft."""
    batch = Batch(
        cycle=cycle,
        sender=sender,
        code=code,
        kind=kind,
        departed_on=departed_on,
        task=task,
        stated_people=stated_people,
        planned_by=by,
    )
    if not may_plan(batch=batch, by=by):
        raise RuleBroken("只有支援单位的联络员可以编制派驻计划。")
    checked(batch)
    batch.save()
    return batch


@transaction.atomic
def plan_from_batch(
    *, source: Batch, cycle: Cycle, code: str, by: User, overlap_days: int = 0, task: str = ""
) -> Batch:
    """The next batch: the same places and lengths, each to start the day after the present stay ends.

    ``overlap_days``: hand-over days on which old and new are there together. Successors are left to be
    chosen. Where the agreement ends before, the recipient's agreement of the new cycle takes its place.
    """
    places = list(
        source.postings.exclude(status=Posting.Status.CANCELLED)
        .select_related("agreement")
        .order_by("agreement__recipient__name_key", "start_on", "pk")
    )
    if not places:
        raise RuleBroken(f"批次 {source.code} 没有派驻人员，不能由它编制下一批。")
    periods = [shifted(posting.period, overlap_days) for posting in places]
    batch = plan_start(
        cycle=cycle,
        sender=source.sender,
        code=code,
        kind=source.kind,
        departed_on=min(period.start for period in periods),
        task=task or source.task,
        by=by,
    )
    known = _filed_agreements(batch, {posting.agreement.recipient_id for posting in places})
    PlanLine.objects.bulk_create(
        PlanLine(
            batch=batch,
            number=number,
            agreement=_agreement_for(posting.agreement, period, cycle, known),
            replaces=posting,
            start_on=period.start,
            end_on=period.end,
            department=posting.department,
            role=posting.role,
        )
        for number, (posting, period) in enumerate(zip(places, periods, strict=True), start=1)
    )
    return batch


def shifted(period: Period, overlap_days: int) -> Period:
    """The period that follows, as many calendar months and days long.

    From 1 March to 31 August follows 1 September to 28 February: six months, not 184 days.
    """
    start = period.end + DAY - timedelta(days=overlap_days)
    months, rest = whole_months(period)
    return Period(start, add_months(start, months) + timedelta(days=rest) - DAY)


def _filed_agreements(batch: Batch, recipients: set[int]) -> list[Agreement]:
    found = Agreement.objects.filter(
        sender=batch.sender, cycle=batch.cycle, recipient__in=recipients, effective_from__isnull=False
    )
    return list(found.order_by("-effective_to", "pk"))


def _agreement_for(
    old: Agreement, period: Period, cycle: Cycle, known: Sequence[Agreement]
) -> Agreement | None:
    """The old one where it still covers, else one that does; else any of the cycle: its conflict is told."""
    fitting = [row for row in known if row.recipient_id == old.recipient_id]
    covering = [row for row in fitting if row.covers(period)]
    for row in (*covering, *fitting):
        if row.pk == old.pk and (row in covering or not covering):
            return row
    return (covering or fitting or [None])[0]


@transaction.atomic
def plan_save(*, batch: Batch, header: dict, lines: Sequence[dict], by: User) -> Batch:
    """Keep the draft as typed, conflicts and all. ``lines``: values of LINE by name, in their order."""
    batch = locked_batch(batch)
    problems = Problems()
    if not may_plan(batch=batch, by=by):
        problems.add("只有支援单位的联络员可以编制派驻计划。")
    elif not batch.is_editable:
        problems.add(f"计划现在是“{batch.get_status_display()}”，不能修改；需要修改时先撤回。")
    if len(lines) > MAX_LINES:
        problems.add(f"一个批次不超过 {MAX_LINES} 行，现在有 {len(lines)} 行。")
    problems.raise_if_any()
    for name in HEADER:
        if name in header:
            setattr(batch, name, header[name])
    checked(batch)
    batch.save()
    batch.lines.all().delete()
    PlanLine.objects.bulk_create(
        PlanLine(batch=batch, number=number, **{name: line[name] for name in LINE if name in line})
        for number, line in enumerate(lines, start=1)
    )
    return batch


@transaction.atomic
def plan_choose(*, batch: Batch, number: int, clinician, by: User) -> PlanLine:
    """Put a person on a line of the draft."""
    batch = locked_batch(batch)
    if not may_plan(batch=batch, by=by) or not batch.is_editable:
        raise RuleBroken(f"计划现在是“{batch.get_status_display()}”，不能修改。")
    if clinician.organisation_id != batch.sender_id:
        raise RuleBroken(f"{clinician.name}不是本单位的在册人员。")
    line = batch.lines.filter(number=number).first()
    if line is None:
        raise RuleBroken(f"计划中没有第 {number} 行。")
    line.clinician = clinician
    line.save()
    return line


@transaction.atomic
def plan_discard(*, batch: Batch, by: User) -> None:
    """Give up a draft; nobody of it was ever posted."""
    batch = locked_batch(batch)
    if not may_plan(batch=batch, by=by) or not batch.is_editable:
        raise RuleBroken(f"计划现在是“{batch.get_status_display()}”，只有草稿和被退回的计划可以删除。")
    batch.delete()


def locked_batch(batch: Batch) -> Batch:
    return (
        Batch.objects.select_for_update(of=("self",))
        .select_related("cycle__programme__bureau", "sender")
        .get(pk=batch.pk)
    )
