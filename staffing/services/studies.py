"""Advanced study (进修): recording a trainee's stay at the support hospital."""

from datetime import date

from django.db import transaction

from accounts.models import User
from core.errors import Problems, checked
from staffing.models import AdvancedStudy, Clinician
from support.models import Agreement
from support.services.records import record_submit


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
    problems = Problems()
    if trainee.organisation_id != agreement.recipient_id:
        problems.add(f"{trainee.name}不是受援单位的人员。", field="trainee")
    teacher = fields.get("teacher")
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
        )
        for other in overlapping.exclude(status=AdvancedStudy.Status.SUPERSEDED):
            problems.add(f"{trainee.name}与 {other.period} 的进修重叠。", field="trainee")
    problems.raise_if_any()
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
