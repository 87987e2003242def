"""Submitting a monthly return, and submitting it again as a corrected version.

What is frozen is computed here, in one look at the ledger: nothing that a browser sent enters the figures.
"""

from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from core.consistent import consistently
from core.errors import Problems, RuleBroken, broken_constraint, checked
from core.models import AuditEvent
from core.services.audit import audit_record
from reports.models import MonthlyReturn, ReturnForm, ReturnLevel
from reports.selectors import return_checks
from reports.selectors.return_checks import Checked
from reports.selectors.return_lines import Live, live
from reports.selectors.return_statement import statement
from reports.selectors.return_subjects import Subject, due_on, is_own_person, may_submit

# a second row of the same version, or two corrections of the same version
TAKEN = {"return_version_once", "reports_monthlyreturn_replaces_id_key"}
SHOWN = 12


def return_submit(
    *,
    subject: Subject,
    by: User,
    remark: str = "",
    line_remarks: Mapping[int, str] | None = None,
    reason: str = "",
) -> MonthlyReturn:
    """Freeze the return of a month that is over. ``line_remarks`` by agreement.

    With a return already submitted this is a correction: it needs a ``reason`` and something to correct.
    Of two submissions at once one succeeds; figures, checks and records come from one state of the ledger.
    """
    _refuse(subject, by)
    try:
        return consistently(lambda: _submit(subject, by, remark, line_remarks or {}, reason))
    except IntegrityError as error:
        if broken_constraint(error) in TAKEN:
            raise RuleBroken("这份月报刚刚已由别人提交，请刷新后查看。") from error
        raise


def returns_submit(*, subject: Subject, by: User, remark: str = "") -> list[MonthlyReturn]:
    """Both forms of a month with one click, or none; a form that is already submitted is left alone."""
    return consistently(lambda: _submit_both(subject, by, remark))


def _submit_both(subject: Subject, by: User, remark: str) -> list[MonthlyReturn]:
    made, problems = [], Problems()
    for form in ReturnForm.values:
        one = subject.other(form)
        if one.versions().exists():
            continue
        try:
            with transaction.atomic():
                made.append(return_submit(subject=one, by=by, remark=remark))
        except RuleBroken as error:
            for message in error.messages:
                problems.add(f"{one.form_label}：{message}")
    problems.raise_if_any()
    if not made:
        raise RuleBroken("两份月报都已提交；要更正请打开已提交的月报，写明原因。")
    return made


def _refuse(subject: Subject, by: User) -> None:
    if not may_submit(subject, by):
        who = {
            ReturnLevel.PERSON: "本人或所在受援单位的联络员",
            ReturnLevel.CLINIC: "受援单位的联络员",
            ReturnLevel.HOSPITAL: "支援医院的联络员",
            ReturnLevel.BUREAU: "本局经办人员",
        }
        raise RuleBroken(f"这份月报由{who[subject.level]}提交。")
    if subject.period.end >= timezone.localdate():
        raise RuleBroken(f"{subject.month:%Y-%m} 还没有结束，月报在 {subject.period.end:%Y-%m-%d} 之后提交。")


def _submit(
    subject: Subject, by: User, remark: str, line_remarks: Mapping[int, str], reason: str
) -> MonthlyReturn:
    before = subject.newest()
    found = live(subject)
    result = return_checks.checked(found)
    row = statement(found, result, remark=remark, line_remarks=line_remarks)
    _problems(found, result, row, before, reason.strip()).raise_if_any()
    row.submitted_by, row.submitted_at = by, timezone.now()
    row.is_on_behalf = subject.clinician is not None and not is_own_person(subject, by)
    row.due_on = before.due_on if before else due_on(subject)
    if before:
        row.version, row.replaces, row.reason = before.version + 1, before, reason.strip()
        row.is_late = before.is_late
    else:
        row.is_late = timezone.localdate(row.submitted_at) > row.due_on
    checked(row, constraints=False)
    row.save(force_insert=True)
    note = f"提交第 {row.version} 版" + (f"，更正原因：{row.reason}" if row.reason else "")
    audit_record(verb=AuditEvent.Verb.TRANSITION, user=by, subject=row, note=note)
    return row


def _problems(
    found: Live, result: Checked, row: MonthlyReturn, before: MonthlyReturn | None, reason: str
) -> Problems:
    problems, subject = Problems(), found.subject
    if not found.lines:
        problems.add(f"{subject.name}在 {subject.month:%Y-%m} 没有需要上报的协议或人员，不需要这份月报。")
    if subject.form == ReturnForm.ATTENDANCE and subject.level in (ReturnLevel.PERSON, ReturnLevel.CLINIC):
        unlocked = return_checks.unlocked_units(subject)
        if unlocked:
            problems.add(
                f"{'、'.join(unlocked)} {subject.month:%Y-%m} 的考勤月表还没有提交锁定，请先提交月表。"
            )
    for difference in result.differences[:SHOWN]:
        problems.add(difference.sentence)
    if len(result.differences) > SHOWN:
        problems.add(f"另有 {len(result.differences) - SHOWN} 处差额，见本页“与台账核对”。")
    if before is None:
        if reason:
            problems.add("这份月报还没有提交过，不需要更正原因。", field="reason")
    elif not reason:
        problems.add(
            f"{before.submitted_by.name}已在 {timezone.localtime(before.submitted_at):%Y-%m-%d %H:%M} 提交第 "
            f"{before.version} 版；要更正请写明更正原因。",
            field="reason",
        )
    elif not _differs(row, before):
        problems.add(f"与第 {before.version} 版完全相同，没有可更正的内容。")
    return problems


def _differs(row: MonthlyReturn, before: MonthlyReturn) -> bool:
    told = ("lines", "people", "totals", "sharing", "records", "versions", "remark", "gaps")
    return any(getattr(row, name) != getattr(before, name) for name in told)
