"""Advanced study (进修): recording a trainee's stay at the support hospital, its months and its end."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import Role, User
from core.errors import Problems, RuleBroken, checked
from core.models import AuditEvent
from core.services.audit import audit_record
from staffing.models import AdvancedStudy, Clinician, StudyLog
from staffing.selectors.studies import months_of
from support.models import Agreement
from support.services.records import on_replacement, record_submit
from support.services.replacements import replacement_of


def study_problems(
    *,
    agreement: Agreement,
    trainee: Clinician,
    start_on: date,
    end_on: date,
    teacher: Clinician | None = None,
    exclude: Collection[int | None] = (),
) -> Problems:
    """Everything that speaks against this stay, by field. ``exclude``: itself and what it corrects."""
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
        ).exclude(pk__in=[pk for pk in exclude if pk])
        for other in _live(overlapping):
            problems.add(f"{trainee.name}与 {other.period} 的进修重叠。", field="trainee")
    return problems


def _live(studies):
    """A correction under way holds its days as its original does; a withdrawal holds none."""
    return studies.exclude(Q(status=AdvancedStudy.Status.SUPERSEDED) | Q(is_withdrawal=True))


@transaction.atomic
def study_create(
    *,
    agreement: Agreement,
    trainee: Clinician,
    start_on: date,
    end_on: date,
    by: User,
    submit: bool = False,
    replaces: AdvancedStudy | None = None,
    replace_reason: str = "",
    **fields,
) -> AdvancedStudy:
    """``fields``: speciality, department, teacher, qualification_*, planned_*, the waivers and amounts, result.

    A plan that is not stated is the days entered. With ``replaces`` it corrects a confirmed study.
    """
    if replaces is not None:
        fields |= replacement_of(original=replaces, by=by, reason=replace_reason)
        fields.setdefault("result", fields["replaces"].result)
    # two submits at once queue on the person; the second then meets the first as an overlap
    Clinician.objects.select_for_update(of=("self",), no_key=True).get(pk=trainee.pk)
    study_problems(
        agreement=agreement,
        trainee=trainee,
        start_on=start_on,
        end_on=end_on,
        teacher=fields.get("teacher"),
        exclude=[replaces and replaces.pk],
    ).raise_if_any()
    fields["planned_start_on"] = fields.get("planned_start_on") or start_on
    fields["planned_end_on"] = fields.get("planned_end_on") or end_on
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
    current.planned_start_on = current.planned_start_on or current.start_on
    current.planned_end_on = current.planned_end_on or current.end_on
    Clinician.objects.select_for_update(of=("self",), no_key=True).get(pk=current.trainee_id)
    study_problems(
        agreement=current.agreement,
        trainee=current.trainee,
        start_on=current.start_on,
        end_on=current.end_on,
        teacher=current.teacher,
        exclude=[current.pk, current.replaces_id],
    ).raise_if_any()
    checked(current)
    current.save()
    if submit:
        record_submit(record=current, by=by)
    return current


@on_replacement(AdvancedStudy)
def study_take_over(original: AdvancedStudy, successor: AdvancedStudy) -> None:
    """The months written so far, and the closing if there was one, go on with the corrected study."""
    original.logs.update(study=successor)
    if original.is_closed:
        AdvancedStudy.objects.filter(pk=successor.pk).update(
            result=original.result,
            exam_score=original.exam_score,
            certificate_no=original.certificate_no,
            closed_by=original.closed_by,
            closed_at=original.closed_at,
        )


def may_close(*, study: AdvancedStudy, by: User) -> bool:
    """The hospital that teaches, of a confirmed study that nobody closed yet."""
    return (
        study.status == AdvancedStudy.Status.CONFIRMED
        and not study.is_closed
        and by.has_role(Role.HOSPITAL_COORDINATOR)
        and by.organisation_id == study.agreement.sender_id
    )


@transaction.atomic
def study_close(
    *,
    study: AdvancedStudy,
    by: User,
    ended_on: date,
    result: str,
    exam_score: Decimal | None = None,
    certificate_no: str = "",
) -> AdvancedStudy:
    """The end of a confirmed study: the actual last day, the result, score and certificate. Once."""
    current = (
        AdvancedStudy.objects.select_for_update(of=("self",)).select_related("agreement").get(pk=study.pk)
    )
    if not may_close(study=current, by=by):
        told = (
            "已经登记过结业，不能再改" if current.is_closed else "只有支援医院可以为双方已确认的进修登记结业"
        )
        raise RuleBroken(f"{told}。")
    problems = Problems()
    if ended_on < current.start_on:
        problems.add(
            f"实际结束 {ended_on:%Y-%m-%d} 早于开始日期 {current.start_on:%Y-%m-%d}。", field="ended_on"
        )
    elif ended_on > timezone.localdate():
        problems.add(f"实际结束 {ended_on:%Y-%m-%d} 在今天之后，结束后再登记。", field="ended_on")
    elif ended_on > current.end_on:
        Clinician.objects.select_for_update(of=("self",), no_key=True).get(pk=current.trainee_id)
        others = AdvancedStudy.objects.filter(
            trainee=current.trainee_id, start_on__lte=ended_on, end_on__gte=current.start_on
        ).exclude(Q(pk=current.pk) | Q(replaces=current))
        for other in _live(others):
            problems.add(f"延长后与 {other.period} 的进修重叠。", field="ended_on")
    if exam_score is not None and not 0 <= exam_score <= 100:
        problems.add(f"考核成绩应在 0 到 100 分之间，现在是 {exam_score}。", field="exam_score")
    if not result.strip():
        problems.add("请填写结业情况，例如 合格、提前结束及原因。", field="result")
    problems.raise_if_any()
    current.end_on, current.result = ended_on, result.strip()
    current.exam_score, current.certificate_no = exam_score, certificate_no.strip()
    current.closed_by, current.closed_at = by, timezone.now()
    checked(current)
    current.save()
    audit_record(
        verb=AuditEvent.Verb.TRANSITION, user=by, subject=current, note=f"登记结业：{current.result}"
    )
    return current


def may_write_log(*, study: AdvancedStudy, by: User) -> bool:
    """Coordinators of both sides, of a confirmed study until it is closed."""
    return (
        study.status == AdvancedStudy.Status.CONFIRMED
        and not study.is_closed
        and by.has_role(Role.HOSPITAL_COORDINATOR, Role.RECIPIENT_COORDINATOR)
        and by.organisation_id in (study.agreement.sender_id, study.agreement.recipient_id)
    )


@transaction.atomic
def study_log_write(*, study: AdvancedStudy, month: date, text: str, by: User) -> StudyLog:
    """What was learned in a month; written again it is replaced."""
    current = (
        AdvancedStudy.objects.select_for_update(of=("self",)).select_related("agreement").get(pk=study.pk)
    )
    if not may_write_log(study=current, by=by):
        raise RuleBroken("双方单位的联络员可以为已确认、未结业的进修填写月志。")
    month = month.replace(day=1)
    problems = Problems()
    if month not in months_of(current):
        problems.add(f"{month:%Y-%m} 不在进修期间 {current.period} 已到的月份之内。", field="month")
    if not text.strip():
        problems.add("请填写这个月的学习内容。", field="text")
    problems.raise_if_any()
    row = current.logs.filter(month=month).first() or StudyLog(study=current, month=month)
    row.text, row.entered_by = text.strip(), by
    checked(row)
    row.save()
    return row
