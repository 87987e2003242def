"""Service outside the ledger of postings: entered by the hospital, confirmed by a bureau above."""

from collections.abc import Collection
from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import Role, User
from core.errors import Problems, RuleBroken, checked
from core.models import AuditEvent
from core.services.audit import audit_record
from staffing.models import Clinician, Posting, PostingKind, RecognisedService
from support.models.confirmation import RecordStatus
from support.services.records import record_submit
from support.services.replacements import replacement_of

EARLIEST = date(1950, 1, 1)


def recognised_problems(
    *, clinician: Clinician, by: User, start_on: date, end_on: date, exclude: Collection[int | None] = ()
) -> Problems:
    """Everything that speaks against this entry, by field. ``exclude``: itself and what it corrects."""
    problems = Problems()
    if clinician.organisation_id != by.organisation_id:
        problems.add(f"{clinician.name}不是本单位的人员。", field="clinician")
    today = timezone.localdate()
    if start_on < EARLIEST:
        problems.add(f"开始日期 {start_on:%Y-%m-%d} 早于 {EARLIEST:%Y-%m-%d}，请核对。", field="start_on")
    if end_on > today:
        problems.add(
            f"结束日期 {end_on:%Y-%m-%d} 晚于今天 {today:%Y-%m-%d}，只登记已经完成的服务。", field="end_on"
        )
    if end_on < start_on:
        problems.add(f"结束日期 {end_on:%Y-%m-%d} 早于开始日期 {start_on:%Y-%m-%d}。", field="end_on")
        return problems
    others = RecognisedService.objects.filter(
        clinician=clinician, start_on__lte=end_on, end_on__gte=start_on
    ).exclude(Q(status=RecordStatus.SUPERSEDED) | Q(is_withdrawal=True))
    for other in others.exclude(pk__in=[pk for pk in exclude if pk]):
        problems.add(f"与已登记的{other.get_kind_display()} {other.period} 重叠。", field="start_on")
    for stay in _posted(clinician, start_on, end_on):
        problems.add(
            f"与派驻{stay.agreement.recipient.display_name} {stay.period} 重叠，派驻已在本系统登记，不能再算一次。",
            field="start_on",
        )
    return problems


def _posted(clinician: Clinician, start_on: date, end_on: date):
    return (
        Posting.objects.filter(
            clinician=clinician, kind=PostingKind.RESIDENT, start_on__lte=end_on, end_on__gte=start_on
        )
        .exclude(status=Posting.Status.CANCELLED)
        .select_related("agreement__recipient")
        .order_by("start_on")
    )


@transaction.atomic
def recognised_save(
    *,
    clinician: Clinician,
    start_on: date,
    end_on: date,
    by: User,
    service: RecognisedService | None = None,
    submit: bool = False,
    replaces: RecognisedService | None = None,
    replace_reason: str = "",
    **fields,
) -> RecognisedService:
    """Enter (``service`` None) or rewrite a draft or returned record of one's own hospital.

    ``fields``: kind, place, location, key_county, remote, result, evidence, evidence_file. With
    ``replaces`` the new one corrects a confirmed record, whose scan it takes over if there is no other.
    """
    if service is None and replaces is not None:
        fields |= replacement_of(original=replaces, by=by, reason=replace_reason)
        fields["evidence_file"] = fields.get("evidence_file") or fields["replaces"].evidence_file.name
    elif replace_reason:
        fields["replace_reason"] = replace_reason
    # two entries at once queue on the person; the second then meets the first as an overlap
    Clinician.objects.select_for_update(of=("self",), no_key=True).get(pk=clinician.pk)
    if service is not None:
        service = _editable(service, by)
    else:
        service = RecognisedService(entered_by=by, entered_for=by.organisation)
    recognised_problems(
        clinician=clinician,
        by=by,
        start_on=start_on,
        end_on=end_on,
        exclude=[service.pk, replaces.pk if replaces else service.replaces_id],
    ).raise_if_any()
    service.clinician, service.start_on, service.end_on = clinician, start_on, end_on
    for name, value in fields.items():
        setattr(service, name, value)
    checked(service)
    service.save()
    if submit:
        record_submit(record=service, by=by)
    return service


def _editable(service: RecognisedService, by: User) -> RecognisedService:
    current = RecognisedService.objects.select_for_update(of=("self",)).get(pk=service.pk)
    if not current.is_editable or current.entered_for_id != by.organisation_id:
        raise RuleBroken("只有本单位的草稿或被退回的记录可以修改或删除。")
    return current


@transaction.atomic
def recognised_revoke(*, service: RecognisedService, by: User, reason: str) -> RecognisedService:
    """A confirmed record that turned out wrong stops counting; it stays on file with the reason."""
    service = RecognisedService.objects.select_for_update(of=("self",)).get(pk=service.pk)
    problems = Problems()
    if service.status != RecordStatus.CONFIRMED:
        problems.add(f"记录现在是“{service.get_status_display()}”，只有已确认的可以撤销认定。")
    if not by.has_role(Role.BUREAU_OFFICER) or not (
        RecognisedService.objects.owned_by(by).filter(pk=service.pk).exists()
    ):
        problems.add("只有主管部门的经办人可以撤销认定。")
    if not reason.strip():
        problems.add("请写明撤销原因。", field="reason")
    problems.raise_if_any()
    service.status = RecordStatus.SUPERSEDED
    service.save(update_fields=["status"])
    audit_record(
        verb=AuditEvent.Verb.TRANSITION, user=by, subject=service, note=f"撤销认定：{reason.strip()}"[:300]
    )
    return service
