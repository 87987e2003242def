"""Mentorship (师带徒): the pair is entered by one side and confirmed by the other; the year is then written.

Who states what: the sender (the mentor's hospital) the plan and the apprentice's days there, the
recipient the mentor's visits; each side its own year-end summary. Nobody states the own people's visits.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import Role, User
from core.errors import Problems, RuleBroken, checked
from staffing.models import (
    Clinician,
    MentorContact,
    MentorDeed,
    MentorPlanItem,
    Mentorship,
    MentorSummary,
    MentorTechnique,
)
from staffing.models.attendance import month_period
from staffing.services.text_prints import text_print_write
from support.models import Agreement
from support.services.records import on_replacement, record_submit
from support.services.replacements import replacement_of

Side = MentorSummary.Side


def mentorship_problems(
    *,
    agreement: Agreement,
    mentor: Clinician,
    apprentice: Clinician,
    start_on: date,
    end_on: date,
    signed_on: date | None = None,
    ceremony_on: date | None = None,
    exclude: Collection[int | None] = (),
) -> Problems:
    """Everything that speaks against this pair, by field. ``exclude``: itself and what it corrects."""
    problems = Problems()
    if mentor.organisation_id != agreement.sender_id:
        problems.add(f"师傅{mentor.name}不是支援单位的人员。", field="mentor")
    if apprentice.organisation_id != agreement.recipient_id:
        problems.add(f"徒弟{apprentice.name}不是受援单位的人员。", field="apprentice")
    effective = agreement.effective_period
    if effective is None or not effective.contains(start_on):
        told = f" {effective} " if effective else ""
        problems.add(f"开始日期 {start_on:%Y-%m-%d} 不在协议有效期{told}之内。", field="start_on")
    if end_on < start_on:
        problems.add("结束日期早于开始日期。", field="end_on")
    else:
        others = Mentorship.objects.filter(
            apprentice=apprentice, start_on__lte=end_on, end_on__gte=start_on
        ).exclude(pk__in=[pk for pk in exclude if pk])
        gone = Q(status=Mentorship.Status.SUPERSEDED) | Q(is_withdrawal=True)
        for other in others.exclude(gone).select_related("mentor"):
            problems.add(
                f"{apprentice.name}在 {other.period} 已由{other.mentor.name}带教，一人同时只跟一位师傅。",
                field="apprentice",
            )
    if signed_on is not None and signed_on > end_on:
        problems.add(f"签订日期 {signed_on:%Y-%m-%d} 晚于结束日期。", field="signed_on")
    if ceremony_on is not None and ceremony_on > timezone.localdate():
        problems.add("拜师日期在今天之后，请举行后再填。", field="ceremony_on")
    return problems


def _judge(record: Mentorship) -> None:
    # two submits at once queue on the apprentice; the second then meets the first as an overlap
    Clinician.objects.select_for_update(of=("self",), no_key=True).get(pk=record.apprentice_id)
    mentorship_problems(
        agreement=record.agreement,
        mentor=record.mentor,
        apprentice=record.apprentice,
        start_on=record.start_on,
        end_on=record.end_on,
        signed_on=record.signed_on,
        ceremony_on=record.ceremony_on,
        exclude=[record.pk, record.replaces_id],
    ).raise_if_any()
    checked(record)


@transaction.atomic
def mentorship_create(
    *,
    by: User,
    submit: bool = False,
    replaces: Mentorship | None = None,
    replace_reason: str = "",
    **fields,
) -> Mentorship:
    """``fields``: agreement, mentor, apprentice, start_on, end_on; speciality, direction, signed_on,
    ceremony_on, monthly_visits, monthly_days. With ``replaces`` it corrects a confirmed pair."""
    if replaces is not None:
        fields |= replacement_of(original=replaces, by=by, reason=replace_reason)
    record = Mentorship(entered_by=by, entered_for=by.organisation, **fields)
    _judge(record)
    record.save()
    if submit:
        record_submit(record=record, by=by)
    return record


def _editable(record: Mentorship, by: User) -> Mentorship:
    current = Mentorship.objects.select_for_update(of=("self",)).get(pk=record.pk)
    if not current.is_editable or current.entered_for_id != by.organisation_id:
        raise RuleBroken("只有本单位的草稿或被退回的记录可以修改或删除。")
    return current


@transaction.atomic
def mentorship_change(*, mentorship: Mentorship, by: User, submit: bool = False, **fields) -> Mentorship:
    """Rewrite a draft or returned record of one's own side; ``fields`` as for ``mentorship_create``."""
    current = _editable(mentorship, by)
    for name, value in fields.items():
        setattr(current, name, value)
    _judge(current)
    current.save()
    if submit:
        record_submit(record=current, by=by)
    return current


@on_replacement(Mentorship)
def mentorship_take_over(original: Mentorship, successor: Mentorship) -> None:
    """What was written during the year goes on with the corrected pair."""
    for below in (
        original.plan,
        original.contacts,
        original.deeds,
        original.techniques,
        original.summaries,
    ):
        below.update(mentorship=successor)


# ---- what happens during the year
def writing_side(mentorship: Mentorship, by: User) -> str:
    """ "mentor" for the sender's coordinator, "apprentice" for the recipient's, "" for anybody else."""
    if by.has_role(Role.HOSPITAL_COORDINATOR) and by.organisation_id == mentorship.agreement.sender_id:
        return Side.MENTOR.value
    if by.has_role(Role.RECIPIENT_COORDINATOR) and by.organisation_id == mentorship.agreement.recipient_id:
        return Side.APPRENTICE.value
    return ""


def _confirmed(mentorship: Mentorship, by: User) -> tuple[Mentorship, str]:
    """The locked row and the side on which the user writes."""
    current = (
        Mentorship.objects.select_for_update(of=("self",))
        .select_related("agreement", "apprentice")
        .get(pk=mentorship.pk)
    )
    if current.status != Mentorship.Status.CONFIRMED:
        raise RuleBroken(f"师带徒现在是“{current.get_status_display()}”，双方确认后才能填写进展。")
    side = writing_side(current, by)
    if not side:
        raise RuleBroken("只有师徒双方单位的联络员可以填写。")
    return current, side


def _past_day_problem(problems: Problems, mentorship: Mentorship, day: date, field: str, what: str) -> None:
    if day > timezone.localdate():
        problems.add(f"{what} {day:%Y-%m-%d} 在今天之后。", field=field)
    elif not mentorship.period.contains(day):
        problems.add(f"{what} {day:%Y-%m-%d} 不在师带徒期间 {mentorship.period} 之内。", field=field)


@transaction.atomic
def mentorship_date(
    *,
    mentorship: Mentorship,
    by: User,
    signed_on: date | None = None,
    ceremony_on: date | None = None,
) -> Mentorship:
    """Signing and ceremony that came after the confirmation; each is written once."""
    current, _ = _confirmed(mentorship, by)
    problems = Problems()
    for field, label, day in (("signed_on", "签订日期", signed_on), ("ceremony_on", "拜师日期", ceremony_on)):
        known = getattr(current, field)
        if day is None:
            continue
        if known is not None:
            problems.add(f"{label}已填为 {known:%Y-%m-%d}，不能再改。", field=field)
        elif day > timezone.localdate():
            problems.add(f"{label} {day:%Y-%m-%d} 在今天之后。", field=field)
        elif day > current.end_on:
            problems.add(
                f"{label} {day:%Y-%m-%d} 晚于师带徒结束日期 {current.end_on:%Y-%m-%d}。", field=field
            )
        else:
            setattr(current, field, day)
    if signed_on is None and ceremony_on is None:
        problems.add("请填写日期。")
    problems.raise_if_any()
    current.save(update_fields=["signed_on", "ceremony_on"])
    return current


@dataclass(frozen=True)
class PlannedItem:
    what: str
    unit: str
    target: Decimal
    actual: Decimal | None = None
    done_on: date | None = None


@transaction.atomic
def plan_write(*, mentorship: Mentorship, lines: Sequence[PlannedItem], by: User) -> list[MentorPlanItem]:
    """The whole plan, in this order; written by the mentor's side."""
    current, side = _confirmed(mentorship, by)
    problems = Problems()
    if side != Side.MENTOR:
        problems.add("带教计划由师傅所在的支援单位填写。")
    if len({line.what.strip() for line in lines}) < len(lines):
        problems.add("计划中有重复的内容，请合并。")
    for line in lines:
        if line.done_on is not None and line.actual is None:
            problems.add(f"“{line.what}”填了完成日期，没有填完成数。")
        if line.done_on is not None:
            _past_day_problem(problems, current, line.done_on, "__all__", f"“{line.what}”的完成日期")
    problems.raise_if_any()
    current.plan.all().delete()
    items = []
    for order, line in enumerate(lines, start=1):
        item = MentorPlanItem(
            mentorship=current,
            order=order,
            what=line.what.strip(),
            unit=line.unit.strip(),
            target=line.target,
            actual=line.actual,
            done_on=line.done_on,
        )
        checked(item)
        item.save()
        items.append(item)
    return items


@transaction.atomic
def contact_write(
    *, mentorship: Mentorship, month: date, number: int, by: User, note: str = ""
) -> MentorContact:
    """The month's contacts as seen from one's own side: days of the apprentice, or visits of the mentor."""
    current, side = _confirmed(mentorship, by)
    month = month.replace(day=1)
    problems = Problems()
    days = month_period(month)
    if not current.period.overlaps(days):
        problems.add(f"{month:%Y-%m} 不在师带徒期间 {current.period} 之内。", field="month")
    if month > timezone.localdate():
        problems.add(f"{month:%Y-%m} 还没有到。", field="month")
    if not 0 <= number <= days.days:
        problems.add(f"{month:%Y-%m} 应在 0 到 {days.days} 之间，现在是 {number}。", field="number")
    problems.raise_if_any()
    row, _ = MentorContact.objects.get_or_create(mentorship=current, month=month)
    if side == Side.MENTOR:
        row.apprentice_days, row.sender_note = number, note.strip()
    else:
        row.mentor_visits, row.recipient_note = number, note.strip()
    checked(row)
    row.save()
    return row


@transaction.atomic
def deed_write(*, mentorship: Mentorship, kind: str, done_on: date, note: str, by: User) -> MentorDeed:
    """One of the five ones is done; written again it is corrected."""
    current, _ = _confirmed(mentorship, by)
    problems = Problems()
    if kind not in MentorDeed.Kind.values:
        problems.add("请选择“五个一”中的一项。", field="kind")
    if not note.strip():
        problems.add("请写明内容，例如计划名称、论文题目。", field="note")
    _past_day_problem(problems, current, done_on, "done_on", "完成日期")
    problems.raise_if_any()
    row = current.deeds.filter(kind=kind).first() or MentorDeed(mentorship=current, kind=kind)
    row.done_on, row.note, row.entered_by = done_on, note.strip(), by
    checked(row)
    row.save()
    return row


@transaction.atomic
def technique_add(
    *, mentorship: Mentorship, name: str, mastered_on: date, assessor: Clinician, by: User
) -> MentorTechnique:
    """A technique that the apprentice masters; whoever assessed it is of either side and not the apprentice."""
    current, _ = _confirmed(mentorship, by)
    problems = Problems()
    if not name.strip():
        problems.add("请填写技术名称。", field="name")
    elif current.techniques.filter(name=name.strip()).exists():
        problems.add(f"“{name.strip()}”已经登记过。", field="name")
    _past_day_problem(problems, current, mastered_on, "mastered_on", "掌握日期")
    if assessor.pk == current.apprentice_id:
        problems.add("考核人不能是徒弟本人。", field="assessor")
    elif assessor.organisation_id not in (current.agreement.sender_id, current.agreement.recipient_id):
        problems.add(f"考核人{assessor.name}不是双方单位的人员。", field="assessor")
    problems.raise_if_any()
    row = MentorTechnique(
        mentorship=current, name=name.strip(), mastered_on=mastered_on, assessor=assessor, entered_by=by
    )
    checked(row)
    row.save()
    return row


@transaction.atomic
def technique_remove(*, technique: MentorTechnique, by: User) -> None:
    """Entered by mistake; only the side that entered it."""
    _confirmed(technique.mentorship, by)
    if technique.entered_by.organisation_id != by.organisation_id:
        raise RuleBroken("只有登记这项技术的单位可以删除。")
    technique.delete()


@transaction.atomic
def summary_write(*, mentorship: Mentorship, year: int, text: str, by: User) -> MentorSummary:
    """The year-end summary of one's own side; written again it is replaced."""
    current, side = _confirmed(mentorship, by)
    problems = Problems()
    if not current.start_on.year <= year <= current.end_on.year:
        problems.add(f"{year} 年不在师带徒期间 {current.period} 之内。", field="year")
    elif year > timezone.localdate().year:
        problems.add(f"{year} 年还没有到。", field="year")
    if not text.strip():
        problems.add("请填写总结。", field="text")
    problems.raise_if_any()
    row = current.summaries.filter(side=side, year=year).first() or MentorSummary(
        mentorship=current, side=side, year=year
    )
    row.text, row.submitted_by, row.submitted_for = text.strip(), by, by.organisation
    checked(row)
    row.save()
    text_print_write(row=row)
    return row
