"""Keeping the month sheets (考勤): open, mark, fill, copy a week, submit.

The recipient's coordinator keeps them; submitting locks the sheet for good, and what was wrong is then
put right by a correction (services/corrections.py). Days to come cannot be marked.

Pre-filled: rest days of the calendar are R from the start; working days stay '.' until somebody marks
them. Filling proposes L on every day that approved leave covers, rest days included: the person is away.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Organisation, User
from core.dates import Period
from core.errors import Problems, RuleBroken
from core.models import AuditEvent
from core.selectors.workdays import days_of, working_days
from core.services.audit import audit_record
from staffing.marks import (
    ALL_DAY,
    HALVES,
    Cell,
    fitted,
    half_days,
    in_words,
    mark_at,
    mark_label,
    stay_in,
    unfilled,
    with_mark,
)
from staffing.models import AttendanceRow, Half, Mark, MonthSheet, Posting
from staffing.models.attendance import OUTSIDE, UNFILLED
from staffing.selectors.sheets import leave_of, may_fill, postings_of_month

COPIED = {
    Mark.PRESENT,
    Mark.BUSINESS,
    Mark.REST,
    Mark.COMPENSATED,
}  # leave and absence are facts of their day


def _require_keeper(recipient_id: int, by: User) -> None:
    if not may_fill(recipient_id, by):
        raise RuleBroken("考勤由受援单位的联络员填报。")


@transaction.atomic
def sheet_open(*, recipient: Organisation, month: date, by: User) -> MonthSheet:
    """The sheet of the month with a row for everybody who was there; made when missing, safe to repeat."""
    _require_keeper(recipient.pk, by)
    month = month.replace(day=1)
    if month > timezone.localdate():
        raise RuleBroken(f"{month:%Y-%m} 还没有到，不能填报。")
    sheet = MonthSheet.objects.filter(recipient=recipient, month=month).first()
    if sheet is None:
        if not postings_of_month(recipient.pk, month).exists():
            raise RuleBroken(
                f"{recipient.display_name}在 {month:%Y-%m} 没有已确认到岗的派驻人员，不需要考勤。"
            )
        try:
            with transaction.atomic():
                sheet = MonthSheet.objects.create(recipient=recipient, month=month)
        except IntegrityError:  # a colleague was faster
            sheet = MonthSheet.objects.get(recipient=recipient, month=month)
    sheet = MonthSheet.objects.select_for_update().get(pk=sheet.pk)
    if not sheet.is_locked:
        _rows(sheet)
    return sheet


def _held(sheet: MonthSheet, by: User) -> MonthSheet:
    """The open sheet, held against a colleague who marks or submits at the same moment."""
    sheet = MonthSheet.objects.select_for_update(of=("self",)).select_related("recipient").get(pk=sheet.pk)
    _require_keeper(sheet.recipient_id, by)
    if sheet.is_locked:
        raise RuleBroken(f"{sheet.month:%Y-%m} 的考勤已提交锁定，请用“申请更正”。")
    return sheet


def _rows(sheet: MonthSheet) -> dict[int, AttendanceRow]:
    """Rows by posting, fitted to the stays of today. Rows of people who are no longer there go."""
    known = {row.posting_id: row for row in AttendanceRow.objects.filter(sheet=sheet)}
    working = working_days(sheet.period)
    found, new, changed = {}, [], []
    for posting in postings_of_month(sheet.recipient_id, sheet.month):
        row = known.pop(posting.pk, None)
        stay = stay_in(sheet.month, posting.arrived_on, posting.end_on)
        marks = fitted(row.marks if row else "", sheet.month, stay, working)
        if row is None:
            row = AttendanceRow(sheet=sheet, posting=posting, marks=marks)
            new.append(row)
        elif row.marks != marks:
            row.marks = marks
            changed.append(row)
        row.posting = posting
        found[posting.pk] = row
    AttendanceRow.objects.bulk_create(new)
    AttendanceRow.objects.bulk_update(changed, ["marks"])
    AttendanceRow.objects.filter(pk__in=[row.pk for row in known.values()]).delete()
    return found


def _halves(cell: Cell) -> tuple[str, ...]:
    return HALVES if cell.half == ALL_DAY else (cell.half,)


class Conflict(RuleBroken):
    """Somebody else changed what the page showed. ``cells``: (posting, day, half) that were refused."""

    def __init__(self, messages, cells):
        super().__init__(messages)
        self.cells = cells


@transaction.atomic
def sheet_mark(*, sheet: MonthSheet, cells: Iterable[Cell], by: User) -> list[AttendanceRow]:
    """Put marks into half-days; '.' takes a mark away. All or nothing, every problem at once.

    A cell with ``seen`` is refused when the sheet shows something else by now (Conflict names the cells).
    """
    sheet = _held(sheet, by)
    rows, today = _rows(sheet), timezone.localdate()
    problems, refused, touched = [], [], {}
    for cell in cells:
        row = rows.get(cell.posting)
        for half in _halves(cell):
            problem = _cell_problem(cell, half, row, sheet, today)
            if problem:
                problems.append(problem)
                refused.append((cell.posting, cell.day, half))
            else:
                row.marks = with_mark(row.marks, cell.day, half, cell.mark)
                touched[row.pk] = row
    if problems:
        raise Conflict(list(dict.fromkeys(problems)), refused)
    AttendanceRow.objects.bulk_update(touched.values(), ["marks"])
    return list(touched.values())


def _cell_problem(cell: Cell, half: str, row: AttendanceRow | None, sheet: MonthSheet, today: date) -> str:
    if row is None:
        return "这张月表里没有这个人，请刷新页面。"
    if half not in HALVES or not sheet.period.contains(cell.day):
        return f"{cell.day:%Y-%m-%d} 不在 {sheet.month:%Y-%m} 内。"
    what = f"{row.posting.clinician.name} {cell.day:%Y-%m-%d} {Half(half).label}"
    if cell.mark not in (*Mark.values, UNFILLED):
        return f"{what}：标记“{cell.mark}”不认识，应为 {'、'.join(Mark.values)}。"
    found = mark_at(row.marks, cell.day, half)
    if found == OUTSIDE:
        return f"{what}不在岗期内，不能填写。"
    if cell.day > today:
        return f"{what}还没有到，不能提前填写。"
    if cell.seen is not None and found not in (cell.seen, cell.mark):
        return f"{what}已被改为“{mark_label(found)}”（本页显示“{mark_label(cell.seen)}”），请核对后再改。"
    return ""


@transaction.atomic
def sheet_fill_present(
    *, sheet: MonthSheet, by: User, posting: Posting | None = None, day: date | None = None
) -> int:
    """全勤: present on every unfilled working half-day up to today, leave where it was approved.

    For one person or for all, for the month or for one day. Marks already made stay, except that a
    pre-filled rest day inside approved leave becomes leave. Returns how many half-days were filled.
    """
    sheet = _held(sheet, by)
    rows, today = _rows(sheet), timezone.localdate()
    if posting is not None:
        rows = {pk: row for pk, row in rows.items() if pk == posting.pk}
        if not rows:
            raise RuleBroken("这张月表里没有这个人，请刷新页面。")
    if day is not None and (day > today or not sheet.period.contains(day)):
        raise RuleBroken(f"{day:%Y-%m-%d} 不能填写：应为 {sheet.month:%Y-%m} 内、不晚于今天的日子。")
    chosen = Period(day, day) if day else sheet.period
    working, leave = working_days(sheet.period), leave_of(rows)
    filled, touched = 0, []
    for pk, row in rows.items():
        approved, _proper = leave[pk]
        before = row.marks
        for key in half_days(chosen):
            if key[0] > today:
                continue
            found = mark_at(row.marks, *key)
            rests = found == Mark.REST and key[0] not in working
            if key in approved and (found == UNFILLED or rests):
                row.marks = with_mark(row.marks, *key, Mark.LEAVE.value)
            elif found == UNFILLED:
                row.marks = with_mark(row.marks, *key, Mark.PRESENT.value)
        if row.marks != before:
            touched.append(row)
            filled += sum(old != new for old, new in zip(before, row.marks, strict=True))
    AttendanceRow.objects.bulk_update(touched, ["marks"])
    return filled


@transaction.atomic
def sheet_copy_week(*, sheet: MonthSheet, by: User, day: date) -> int:
    """Copy the week before into the week (Monday to Sunday) of ``day``, weekday by weekday.

    Only into unfilled half-days of working days up to today and only from working days; leave and
    absence are not copied. The week before may lie in the last month's sheet.
    """
    sheet = _held(sheet, by)
    if not sheet.period.contains(day):
        raise RuleBroken(f"{day:%Y-%m-%d} 不在 {sheet.month:%Y-%m} 内。")
    rows, today = _rows(sheet), timezone.localdate()
    monday = day - timedelta(days=day.weekday())
    week = Period(monday, monday + timedelta(days=6)).clip(sheet.period)
    working = working_days(Period(monday - timedelta(days=7), monday + timedelta(days=6)))
    sources = _marks_before(rows, sheet, week)
    filled, touched = 0, []
    for pk, row in rows.items():
        before = row.marks
        for target, half in half_days(week):
            source = target - timedelta(days=7)
            known = sources[pk].get(source.replace(day=1))
            if target > today or target not in working or source not in working or known is None:
                continue
            mark = mark_at(known, source, half)
            if mark in COPIED and mark_at(row.marks, target, half) == UNFILLED:
                row.marks = with_mark(row.marks, target, half, mark)
                filled += 1
        if row.marks != before:
            touched.append(row)
    AttendanceRow.objects.bulk_update(touched, ["marks"])
    return filled


def _marks_before(rows: dict[int, AttendanceRow], sheet: MonthSheet, week: Period) -> dict[int, dict]:
    """Posting → month → marks, for this month and, where the week before reaches into it, the last."""
    found: dict[int, dict[date, str]] = defaultdict(dict)
    for pk, row in rows.items():
        found[pk][sheet.month] = row.marks
    earlier = (week.start - timedelta(days=7)).replace(day=1)
    if earlier != sheet.month:
        for row in AttendanceRow.objects.filter(posting__in=rows, sheet__month=earlier):
            found[row.posting_id][earlier] = row.marks
    return found


def submit_problems(*, sheet: MonthSheet, rows: Iterable[AttendanceRow], today: date) -> Problems:
    """Everything that is still missing, person by person."""
    problems = Problems()
    rows = list(rows)
    if not rows:
        problems.add(f"{sheet.month:%Y-%m} 没有派驻人员，不需要提交。")
        return problems
    last_days = [day for row in rows for day in days_of(sheet.period) if row.mark_on(day) != OUTSIDE * 2]
    if last_days and max(last_days) > today:
        problems.add(f"{sheet.month:%Y-%m} 的在岗日到 {max(last_days):%Y-%m-%d} 才结束，届时填完再提交。")
    for row in rows:
        open_halves = [key for key in unfilled(row.marks, sheet.month) if key[0] <= today]
        if open_halves:
            problems.add(f"{row.posting.clinician.name}：{in_words(open_halves)} 没有填。")
    return problems


@transaction.atomic
def sheet_submit(*, sheet: MonthSheet, by: User) -> MonthSheet:
    """Lock the month; from now on the sender and the bureau see it and nobody changes it."""
    sheet = _held(sheet, by)
    rows = _rows(sheet)
    submit_problems(sheet=sheet, rows=rows.values(), today=timezone.localdate()).raise_if_any()
    sheet.status, sheet.locked_by, sheet.locked_at = MonthSheet.Status.LOCKED, by, timezone.now()
    sheet.save()
    audit_record(
        verb=AuditEvent.Verb.TRANSITION,
        user=by,
        subject=sheet,
        note=f"提交 {sheet.month:%Y-%m} 考勤，{len(rows)} 人",
    )
    return sheet
