"""Corrections of locked attendance (考勤更正): asked for with a reason, decided by a second person.

The recipient's coordinator asks; another coordinator of the recipient or an officer of the bureau
decides. Only the approval changes the row, and the database lets exactly that change through.
"""

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Organisation, Role, User
from core.errors import Problems, RuleBroken, broken_constraint
from core.models import AuditEvent
from core.selectors.workdays import working_days
from core.services.audit import audit_record
from staffing.marks import Cell, changes, fitted, in_words, mark_at, mark_label, stay_in, unfilled, with_mark
from staffing.models import AttendanceCorrection, AttendanceRow, Half, Mark, MonthSheet, Posting
from staffing.models.attendance import OUTSIDE
from staffing.selectors.sheets import may_fill, postings_of_month

Status = AttendanceCorrection.Status


def correction_base(*, sheet: MonthSheet, posting: Posting) -> tuple[str, str]:
    """(the row as it is, the same fitted to the stay of today): where a correction starts from."""
    row = AttendanceRow.objects.filter(sheet=sheet, posting=posting).first()
    stay = stay_in(sheet.month, posting.arrived_on, posting.end_on)
    before = row.marks if row else ""
    return before, fitted(before, sheet.month, stay, working_days(sheet.period))


@transaction.atomic
def correction_request(
    *, sheet: MonthSheet, posting: Posting, cells: Iterable[Cell], reason: str, by: User
) -> AttendanceCorrection:
    """Ask for other marks in one person's row of a locked sheet."""
    sheet = MonthSheet.objects.select_for_update(of=("self",)).select_related("recipient").get(pk=sheet.pk)
    problems = Problems()
    if not may_fill(sheet.recipient_id, by):
        problems.add("考勤更正由受援单位的联络员提出。")
    if not sheet.is_locked:
        problems.add("月表还没有提交，请直接修改。")
    known = postings_of_month(sheet.recipient_id, sheet.month).filter(pk=posting.pk).exists()
    if not known and not AttendanceRow.objects.filter(sheet=sheet, posting=posting).exists():
        problems.add(f"{posting.clinician.name}在 {sheet.month:%Y-%m} 不在这家单位派驻。")
    if not reason.strip():
        problems.add("请写明更正原因。", field="reason")
    problems.raise_if_any()
    before, after = correction_base(sheet=sheet, posting=posting)
    today = timezone.localdate()
    for cell in cells:
        what = f"{cell.day:%Y-%m-%d} {Half(cell.half).label}"
        if cell.mark not in Mark.values:
            problems.add(f"{what}：标记“{cell.mark}”不认识，应为 {'、'.join(Mark.values)}。")
        elif not sheet.period.contains(cell.day) or mark_at(after, cell.day, cell.half) == OUTSIDE:
            problems.add(f"{what}不在岗期内，不能填写。")
        elif cell.day > today:
            problems.add(f"{what}还没有到，不能提前填写。")
        else:
            after = with_mark(after, cell.day, cell.half, cell.mark)
    if missing := unfilled(after, sheet.month):
        problems.add(f"{in_words(missing)} 没有填。")
    if after == before:
        problems.add("没有改动任何一格。")
    problems.raise_if_any()
    correction = AttendanceCorrection(
        sheet=sheet,
        posting=posting,
        marks_before=before,
        marks_after=after,
        reason=reason.strip()[:300],
        requested_by=by,
    )
    try:
        with transaction.atomic():
            correction.save()
    except IntegrityError as error:
        if broken_constraint(error) == "correction_one_open":
            raise RuleBroken(f"{posting.clinician.name}这个月已有一份更正等待审核。") from error
        raise
    _record(correction, by, f"申请更正：{told(correction)}。原因：{correction.reason}")
    return correction


def told(correction: AttendanceCorrection) -> str:
    """“03-05 上午 在岗→请假；…”."""
    found = changes(correction.marks_before, correction.marks_after, correction.sheet.month)
    return "；".join(
        f"{day:%m-%d} {Half(half).label} {mark_label(old)}→{mark_label(new)}" for day, half, old, new in found
    )


def may_decide(*, correction: AttendanceCorrection, by: User) -> bool:
    """A second person: another coordinator of the recipient, or an officer over the recipient's region."""
    if correction.status != Status.REQUESTED or correction.requested_by_id == by.pk:
        return False
    if may_fill(correction.sheet.recipient_id, by):
        return True
    if not by.has_role(Role.BUREAU_OFFICER):
        return False
    reached = by.reach().organisations
    return Organisation.objects.filter(pk=correction.sheet.recipient_id, pk__in=reached).exists()


def _to_decide(correction: AttendanceCorrection, by: User) -> AttendanceCorrection:
    held = (
        AttendanceCorrection.objects.select_for_update(of=("self",))
        .select_related("sheet__recipient", "posting__clinician")
        .get(pk=correction.pk)
    )
    if held.status != Status.REQUESTED:
        raise RuleBroken(f"这份更正现在是“{held.get_status_display()}”，不需要审核。")
    if not may_decide(correction=held, by=by):
        raise RuleBroken("更正由受援单位的另一位联络员或卫健局经办审核，提出人不能审核自己的更正。")
    return held


@transaction.atomic
def correction_approve(*, correction: AttendanceCorrection, by: User, note: str = "") -> AttendanceCorrection:
    """Agree: the row changes now, and both versions stay on record."""
    correction = _to_decide(correction, by)
    row = AttendanceRow.objects.filter(sheet=correction.sheet, posting=correction.posting).first()
    if (row.marks if row else "") != correction.marks_before:
        raise RuleBroken("提出更正以后这一行已经改变，请退回后重新提出。")
    _decide(correction, Status.APPROVED, by, note)
    if row is None:
        AttendanceRow.objects.create(
            sheet=correction.sheet, posting=correction.posting, marks=correction.marks_after
        )
    else:
        row.marks = correction.marks_after
        row.save()
    _record(correction, by, f"同意更正：{told(correction)}")
    return correction


@transaction.atomic
def correction_refuse(*, correction: AttendanceCorrection, by: User, note: str) -> AttendanceCorrection:
    correction = _to_decide(correction, by)
    if not note.strip():
        raise RuleBroken({"note": "不同意必须写明理由。"})
    _decide(correction, Status.REFUSED, by, note)
    _record(correction, by, f"不同意更正：{note.strip()}")
    return correction


def _decide(correction: AttendanceCorrection, status: str, by: User, note: str) -> None:
    correction.status, correction.decided_by, correction.decided_at = status, by, timezone.now()
    correction.note = note.strip()[:300]
    correction.save()


def _record(correction: AttendanceCorrection, by: User, note: str) -> None:
    audit_record(verb=AuditEvent.Verb.TRANSITION, user=by, subject=correction, note=note)
