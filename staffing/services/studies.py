"""Advanced study (进修): recording a trainee's stay at the support hospital."""

from datetime import date

from django.db import transaction

from accounts.models import User
from core.errors import Problems, RuleBroken, checked
from staffing.models import AdvancedStudy, Clinician
from support.models import Agreement
from support.services.records import record_submit


def study_problems(
    *,
    agreement: Agreement,
    trainee: Clinician,
    start_on: date,
    end_on: date,
    teacher: Clinician | None = None,
    exclude_pk: int | None = None,
) -> Problems:
    """Everything that speaks against this stay, by field."""
    problems = Problems()
    if trainee.organisation_id != agreement.recipient_id:
        problems.add(f"{trainee.name}不是受援单位的人员。", field="trainee")
    if teacher is not None and teacher.organisation_id != agreement.sender_id:
        problems.add(f"带教老师{teacher.name}不是支援单位的人员。", field="teacher")
    effective = agreement.effective_period
    if effective is None or not effective.contains(start_on):
        problems.add(
            f"进修开始日期不在协议有效期{f' {effective} ' if effective else ''}之内。", field="start_on"
        )
    if end_on < start_on:
        problems.add("结束日期早于开始日期。", field="end_on")
    else:
        overlapping = AdvancedStudy.objects.filter(
            trainee=trainee, start_on__lte=end_on, end_on__gte=start_on
        ).exclude(pk=exclude_pk)
        for other in overlapping.exclude(status=AdvancedStudy.Status.SUPERSEDED):
            problems.add(f"{trainee.name}与 {other.period} 的进修重叠。", field="trainee")
    return problems


@transaction.atomic
def study_create(
    *,
    agreement: Agreement,
    trainee: Clinician,
    start_on: date,
    end_on: date,
    by: User,
    submit: bool = False,
    **fields,
) -> AdvancedStudy:
    """``fields``: speciality, department, teacher, the three waivers, result."""
    # two submits at once queue on the person; the second then meets the first as an overlap
    Clinician.objects.select_for_update(of=("self",), no_key=True).get(pk=trainee.pk)
    study_problems(
        agreement=agreement, trainee=trainee, start_on=start_on, end_on=end_on, teacher=fields.get("teacher")
    ).raise_if_any()
    study = AdvancedStudy(
        agreement=agreement,
        trainee=trainee,
        start_on=start_on,
        end_on=end_on,
        entered_by=by,
        entered_for=by.organisation,
        **fields,
    )
    checked(study)
    study.save()
    if submit:
        record_submit(record=study, by=by)
    return study


def _editable(study: AdvancedStudy, by: User) -> AdvancedStudy:
    current = AdvancedStudy.objects.select_for_update(of=("self",)).get(pk=study.pk)
    if not current.is_editable or current.entered_for_id != by.organisation_id:
        raise RuleBroken("只有本单位的草稿或被退回的记录可以修改或删除。")
    return current


@transaction.atomic
def study_change(*, study: AdvancedStudy, by: User, submit: bool = False, **fields) -> AdvancedStudy:
    """Rewrite a draft or returned record of one's own side; ``fields`` as for ``study_create``."""
    current = _editable(study, by)
    for name, value in fields.items():
        setattr(current, name, value)
    Clinician.objects.select_for_update(of=("self",), no_key=True).get(pk=current.trainee_id)
    study_problems(
        agreement=current.agreement,
        trainee=current.trainee,
        start_on=current.start_on,
        end_on=current.end_on,
        teacher=current.teacher,
        exclude_pk=current.pk,
    ).raise_if_any()
    checked(current)
    current.save()
    if submit:
        record_submit(record=current, by=by)
    return current


@transaction.atomic
def study_delete(*, study: AdvancedStudy, by: User) -> None:
    """Remove a draft or returned record of one's own side."""
    _editable(study, by).delete()
