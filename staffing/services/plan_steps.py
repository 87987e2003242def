"""The way of a plan: the hospital submits, every recipient concerned accepts, the bureau files.

Submitting makes all postings or none. A return with a reason (or a withdrawal) removes them again; the
lines stay and can be changed. Nobody accepts for the own side, nobody files what they submitted.
"""

from django.db import transaction
from django.utils import timezone

from accounts.models import Organisation, Role, User
from core.errors import Problems, RuleBroken
from core.models import AuditEvent
from core.services.audit import audit_record
from staffing.models import Batch, BatchAcceptance, Clinician, Posting
from staffing.selectors.planning import plan_lines, review_plan
from staffing.selectors.postings import posting_problems
from staffing.services.plans import locked_batch, may_plan
from staffing.services.postings import new_posting, save_posting
from support.models import Agreement

Status = Batch.Status


@transaction.atomic
def plan_submit(*, batch: Batch, by: User) -> Batch:
    """Send the plan to its recipients. Raises RuleBroken with every hard conflict of every line at once;

    with warnings the plan must carry a written explanation.
    """
    batch = locked_batch(batch)
    if not may_plan(batch=batch, by=by):
        raise RuleBroken("只有支援单位的联络员可以提交派驻计划。")
    if not batch.is_editable:
        raise RuleBroken(f"计划现在是“{batch.get_status_display()}”，不需要再提交。")
    _lock_for_all(batch)
    lines = plan_lines(batch)
    review = review_plan(batch, lines)
    problems = Problems()
    for conflict in review.hard:
        problems.add(str(conflict))
    if review.warnings and not batch.explanation.strip():
        problems.add(f"有 {len(review.warnings)} 处提醒，请写明原因后提交。", field="explanation")
    problems.raise_if_any()
    for line in lines:
        posting = new_posting(
            batch=batch,
            agreement=line.agreement,
            clinician=line.clinician,
            start_on=line.start_on,
            end_on=line.end_on,
            department=line.department,
            role=line.role,
            by=by,
        )
        save_posting(posting)
    batch.acceptances.all().delete()
    batch.status, batch.submitted_by, batch.submitted_at = Status.SUBMITTED, by, timezone.now()
    batch.returned_by = batch.returned_at = None
    batch.return_reason = ""
    batch.save()
    _say(batch, by, f"提交派驻计划，{len(lines)} 人次")
    return batch


def _lock_for_all(batch: Batch) -> None:
    """Agreements, then people, each in order: whoever else plans for one of them waits, nobody in a ring."""
    lines = batch.lines.all()
    agreements = Agreement.objects.filter(pk__in=lines.values("agreement")).order_by("pk")
    list(agreements.select_for_update(of=("self",), no_key=True))
    people = Clinician.objects.filter(pk__in=lines.values("clinician")).order_by("pk")
    list(people.select_for_update(of=("self",), no_key=True))


def recipients_of(batch: Batch):
    """The organisations that receive somebody of the submitted plan."""
    planned = batch.postings.filter(status=Posting.Status.PLANNED)
    return Organisation.objects.filter(pk__in=planned.values("agreement__recipient")).order_by(
        "name_key", "pk"
    )


def may_accept(*, batch: Batch, by: User) -> bool:
    """A coordinator of a recipient that has not answered yet, never whoever planned or submitted."""
    return (
        batch.status == Status.SUBMITTED
        and by.has_role(Role.RECIPIENT_COORDINATOR)
        and by.organisation_id != batch.sender_id
        and by.pk not in (batch.submitted_by_id, batch.planned_by_id)
        and recipients_of(batch).filter(pk=by.organisation_id).exists()
        and not batch.acceptances.filter(recipient=by.organisation_id).exists()
    )


def may_file(*, batch: Batch, by: User) -> bool:
    """An officer whose region holds the programme's bureau, never whoever submitted."""
    return (
        batch.status == Status.ACCEPTED
        and by.has_role(Role.BUREAU_OFFICER)
        and by.pk not in (batch.submitted_by_id, batch.planned_by_id)
        and _is_of_bureau(batch, by)
    )


def _is_of_bureau(batch: Batch, by: User) -> bool:
    return Organisation.objects.owned_by(by).filter(pk=batch.cycle.programme.bureau_id).exists()


def may_return(*, batch: Batch, by: User) -> bool:
    """A recipient that has not answered yet, or the bureau's officer while the plan is on its way."""
    if may_accept(batch=batch, by=by):
        return True
    return batch.status in Batch.PENDING and by.has_role(Role.BUREAU_OFFICER) and _is_of_bureau(batch, by)


@transaction.atomic
def plan_accept(*, batch: Batch, by: User) -> Batch:
    """One recipient accepts those who come to it; the last one sends the plan to the bureau."""
    batch = locked_batch(batch)
    if not may_accept(batch=batch, by=by):
        raise RuleBroken(
            f"计划现在是“{batch.get_status_display()}”，只有还没有接收的受援单位的联络员可以接收。"
        )
    BatchAcceptance.objects.create(
        batch=batch, recipient=by.organisation, accepted_by=by, accepted_at=timezone.now()
    )
    accepted = batch.acceptances.values("recipient")
    if not recipients_of(batch).exclude(pk__in=accepted).exists():
        batch.status = Status.ACCEPTED
        batch.save()
    _say(batch, by, f"{by.organisation}接收")
    return batch


@transaction.atomic
def plan_return(*, batch: Batch, by: User, reason: str) -> Batch:
    """Back to the hospital with a reason."""
    batch = locked_batch(batch)
    if not may_return(batch=batch, by=by):
        raise RuleBroken(
            f"计划现在是“{batch.get_status_display()}”，只有待接收的受援单位和主管卫健局可以退回待办的计划。"
        )
    if not reason.strip():
        raise RuleBroken({"reason": "请写明退回原因。"})
    batch.returned_by, batch.returned_at = by, timezone.now()
    batch.return_reason = reason.strip()[:300]
    _reopen(batch, Status.RETURNED)
    _say(batch, by, f"退回：{batch.return_reason}")
    return batch


@transaction.atomic
def plan_withdraw(*, batch: Batch, by: User) -> Batch:
    """The hospital takes a plan back that is not filed yet."""
    batch = locked_batch(batch)
    if not may_plan(batch=batch, by=by):
        raise RuleBroken("只有支援单位的联络员可以撤回派驻计划。")
    if batch.status not in Batch.PENDING:
        raise RuleBroken(f"计划现在是“{batch.get_status_display()}”，不能撤回。")
    _reopen(batch, Status.DRAFT)
    _say(batch, by, "撤回派驻计划")
    return batch


def _reopen(batch: Batch, status: str) -> None:
    """Editable again: its planned people are nobody's postings any more."""
    batch.postings.filter(status=Posting.Status.PLANNED).delete()
    batch.acceptances.all().delete()
    batch.status = status
    batch.submitted_by = batch.submitted_at = None
    batch.save()


@transaction.atomic
def plan_file(*, batch: Batch, by: User) -> Batch:
    """Filing (备案): from here on the people of the batch are approved and may arrive.

    What changed since the plan was submitted (somebody left) is told for all of them at once.
    """
    batch = locked_batch(batch)
    if batch.status != Status.ACCEPTED:
        raise RuleBroken(f"计划现在是“{batch.get_status_display()}”，各受援单位都接收后才能备案。")
    if not may_file(batch=batch, by=by):
        raise RuleBroken(f"只有{batch.cycle.programme.bureau}的经办人员可以备案，提交人不能备案。")
    planned = batch.postings.filter(status=Posting.Status.PLANNED)
    problems = Problems()
    for posting in planned.select_related("clinician", "agreement__recipient", "agreement__cycle"):
        found = posting_problems(
            batch=batch,
            agreement=posting.agreement,
            clinician=posting.clinician,
            start_on=posting.start_on,
            end_on=posting.end_on,
            exclude_pk=posting.pk,
        )
        for messages in found.found.values():
            for message in messages:
                problems.add(message)
    problems.raise_if_any()
    batch.status, batch.filed_by, batch.filed_at = Status.FILED, by, timezone.now()
    batch.save()
    planned.update(status=Posting.Status.APPROVED)
    _say(batch, by, "备案")
    return batch


def _say(batch: Batch, by: User, note: str) -> None:
    audit_record(verb=AuditEvent.Verb.TRANSITION, user=by, subject=batch, note=note)
