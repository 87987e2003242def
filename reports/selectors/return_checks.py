"""Whether a return may go: what the level below reported against the ledger, what is missing, what looks odd.

Parts equal totals: a unit below that has submitted is stated with what it submitted, any other with what
the ledger has. Where the two differ the return is held back until the unit corrects its own, because two
returns of one month would otherwise state two numbers. Missing units and odd numbers are only named.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Count

from core.numbers import plain
from reports.models import MonthlyReturn, ReturnForm, ReturnLevel
from reports.return_columns import COLUMNS, Column, added, read, zeros
from reports.selectors.return_lines import Live, PairLine, PersonLine
from reports.selectors.return_subjects import BELOW, Subject
from staffing.models import Activity, MonthSheet
from support.models.confirmation import RecordStatus

OPEN = (RecordStatus.DRAFT, RecordStatus.SUBMITTED, RecordStatus.RETURNED, RecordStatus.DISPUTED)
NAMED = 12


@dataclass(frozen=True)
class Difference:
    """``parts``: what was reported below; ``total``: what the ledger has."""

    column: Column
    where: str
    parts: Decimal
    total: Decimal
    advice: str

    @property
    def gap(self) -> Decimal:
        return self.parts - self.total

    @property
    def sentence(self) -> str:
        sign = "多" if self.gap > 0 else "少"
        return (
            f"{self.where}“{self.column.label}”上报 {plain(self.parts)} {self.column.unit}，"
            f"台账 {plain(self.total)} {self.column.unit}，上报{sign} {plain(abs(self.gap))} {self.column.unit}。"
            f"{self.advice}"
        )


@dataclass
class Checked:
    """``parts``: the values to state by line key; ``heads``: the newest returns below by unit or person."""

    subject: Subject
    heads: dict[int, MonthlyReturn]
    sources: dict[object, MonthlyReturn]
    parts: dict[object, dict[str, Decimal]]
    sums: dict[str, Decimal]
    differences: list[Difference] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def checked(found: Live) -> Checked:
    heads = heads_below(found.subject)
    result = Checked(found.subject, heads, {}, {}, {})
    if found.subject.level == ReturnLevel.CLINIC:
        _against_people(found, result)
    elif found.subject.level in (ReturnLevel.HOSPITAL, ReturnLevel.BUREAU):
        _against_units(found, result)
    for line in found.lines:
        result.parts.setdefault(line.agreement.pk, line.values)
    result.sums = added(found.subject.form, result.parts.values())
    _sums(found, result)
    result.missing = _missing_below(found, heads)
    result.gaps = _gaps(found, result)
    result.warnings = _warnings(found)
    return result


# ---- the level below
def heads_below(subject: Subject) -> dict[int, MonthlyReturn]:
    """The newest returns of the level below by organisation, or by person; one statement."""
    below = BELOW.get(subject.level)
    if below is None:
        return {}
    found = MonthlyReturn.objects.newest().filter(form=subject.form, level=below, month=subject.month)
    if below == ReturnLevel.PERSON:
        found = found.filter(organisation=subject.organisation).select_related("clinician")
    else:
        side = "recipient" if below == ReturnLevel.CLINIC else "sender"
        units = subject.frame.agreement_ids.values(side)
        found = found.filter(organisation__in=units).select_related("organisation")
    found = found.defer("people", "topics", "records", "versions")
    return {row.clinician_id or row.organisation_id: row for row in found}


def unit_below(subject: Subject, line: PairLine) -> int:
    """Who reports this line to the subject."""
    agreement = line.agreement
    return agreement.recipient_id if subject.level == ReturnLevel.HOSPITAL else agreement.sender_id


def _stored_lines(head: MonthlyReturn) -> dict[int, dict]:
    return {line["agreement"]: line for line in head.lines}


def _against_units(found: Live, result: Checked) -> None:
    subject, stored = found.subject, {}
    for key, head in result.heads.items():
        stored[key] = _stored_lines(head)
    for line in found.lines:
        key = unit_below(subject, line)
        if (head := result.heads.get(key)) is None:
            continue
        theirs = stored[key].pop(line.agreement.pk, None)
        reported = read(subject.form, theirs["values"] if theirs else {})
        result.parts[line.agreement.pk] = reported
        result.sources[line.agreement.pk] = head
        where = f"{line.agreement.sender.display_name}→{line.agreement.recipient.display_name}"
        result.differences += _compare(subject, where, reported, line.values, _ask(head))
    # reported for a pair in reach that the ledger no longer has in this month
    reach = set(subject.frame.agreement_ids.values_list("pk", flat=True)) if any(stored.values()) else set()
    for key, lines in stored.items():
        for pair in reach & set(lines):
            reported = read(subject.form, lines[pair]["values"])
            if any(reported.values()):
                head, where = result.heads[key], f"{lines[pair]['sender']}→{lines[pair]['recipient']}"
                result.parts[pair], result.sources[pair] = reported, head
                result.differences += _compare(subject, where, reported, zeros(subject.form), _ask(head))


def _ask(head: MonthlyReturn) -> str:
    return f"请{head.subject_name}核对台账后重新提交（更正为第 {head.version + 1} 版）。"


def _against_people(found: Live, result: Checked) -> None:
    subject = found.subject
    known: dict[tuple[int, int], PersonLine] = {line.key: line for line in found.people}
    for person, head in result.heads.items():
        theirs = _stored_lines(head)
        pairs = set(theirs) | {pair for who, pair in known if who == person}
        for pair in sorted(pairs):
            line = known.get((person, pair))
            now = line.values if line else zeros(subject.form)
            reported = read(subject.form, theirs[pair]["values"] if pair in theirs else {})
            if line:
                result.sources[line.key] = head
            result.differences += _compare(subject, head.clinician.name, reported, now, _ask(head))


def _compare(subject: Subject, where: str, reported, now, advice: str) -> list[Difference]:
    return [
        Difference(column, where, reported[column.code], now[column.code], advice)
        for column in COLUMNS[subject.form]
        if reported[column.code] != now[column.code]
    ]


def _sums(found: Live, result: Checked) -> None:
    """The sums themselves, where no single part explains a difference already."""
    subject, told = found.subject, {difference.column.code for difference in result.differences}
    advice = "请刷新后再试；仍有差额时请联系系统管理员。"
    for column in COLUMNS[subject.form]:
        parts, total = result.sums[column.code], found.totals[column.code]
        if parts != total and column.code not in told:
            result.differences.append(Difference(column, "各协议合计", parts, total, advice))
    if found.sharing is not None:
        people = added(subject.form, (line.values for line in found.people))
        for column in COLUMNS[subject.form]:
            code = column.code
            events = people[code] + found.sharing.unnamed[code] - found.sharing.shared[code]
            if events != found.totals[code]:
                result.differences.append(
                    Difference(column, "人员合计（扣除共同参与）", events, found.totals[code], advice)
                )


# ---- what is missing
def listed(names: Iterable[str]) -> str:
    names = list(names)
    more = f"等 {len(names)} 个" if len(names) > NAMED else ""
    return "、".join(names[:NAMED]) + more


def _missing_below(found: Live, heads: dict[int, MonthlyReturn]) -> list[str]:
    """Names of people or units below that have not submitted."""
    subject = found.subject
    if subject.level == ReturnLevel.PERSON:
        return []
    if subject.level == ReturnLevel.CLINIC:
        stays = subject.stays().order_by("clinician__name_key", "clinician")
        people = dict(stays.values_list("clinician", "clinician__name"))
        return [name for key, name in people.items() if key not in heads]
    units = {}
    for line in found.lines:
        agreement = line.agreement
        unit = agreement.recipient if subject.level == ReturnLevel.HOSPITAL else agreement.sender
        units[unit.pk] = unit.display_name
    return [name for key, name in units.items() if key not in heads]


def _gaps(found: Live, result: Checked) -> list[str]:
    subject, gaps = found.subject, []
    if result.missing:
        below = BELOW[subject.level].label
        gaps.append(
            f"{below}未提交本表：{listed(result.missing)}；其数字按台账中已确认（已锁定）的记录列入。"
        )
    if subject.form == ReturnForm.ATTENDANCE:
        unlocked = unlocked_units(subject)
        if unlocked:
            gaps.append(f"考勤月表没有提交锁定：{listed(unlocked)}；这些单位的人员未计入。")
        return gaps
    waiting = unconfirmed(subject)
    if waiting:
        total = sum(waiting.pairs.values())
        parts = [f"{name} {count} 条" for name, count in waiting.people.items()]
        gaps.append(f"尚未经对方确认的活动 {total} 条，未计入：{listed(parts)}。")
    return gaps


@dataclass
class Unconfirmed:
    """How many activities wait, by pair, and by person who took part."""

    pairs: Counter
    people: dict[str, int]

    def __bool__(self) -> bool:
        return bool(self.pairs)


def unconfirmed(subject: Subject) -> Unconfirmed:
    """Activities of the month that the other side has not confirmed; two statements."""
    rows = Activity.objects.filter(
        agreement__in=subject.frame.agreement_ids,
        start_on__range=(subject.period.start, subject.period.end),
        status__in=OPEN,
    ).order_by()
    if subject.clinician:
        rows = rows.filter(participants=subject.clinician)
    pairs = Counter(dict(rows.values_list("agreement").annotate(number=Count("pk", distinct=True))))
    if not pairs:
        return Unconfirmed(pairs, {})
    if subject.clinician:
        return Unconfirmed(pairs, {subject.clinician.name: sum(pairs.values())})
    names: dict[str, int] = defaultdict(int)
    counted = rows.values_list("participants", "participants__name").annotate(number=Count("pk"))
    for person, name, number in counted.order_by("-number", "participants__name"):
        names[name if person else "未列人员"] += number
    return Unconfirmed(pairs, names)


def unlocked_units(subject: Subject) -> list[str]:
    """Units where somebody was in the month and whose sheet of it is not locked."""
    locked = MonthSheet.objects.filter(month=subject.month, status=MonthSheet.Status.LOCKED)
    stays = subject.stays().exclude(agreement__recipient__in=locked.values("recipient"))
    units = (
        stays.order_by("agreement__recipient__name_key", "agreement__recipient")
        .values_list("agreement__recipient", "agreement__recipient__short_name", "agreement__recipient__name")
        .distinct()
    )
    return [short or name for _pk, short, name in units]


# ---- what looks odd, and may be right all the same
PAIRED = (
    ("lectures", "lecture_audience"),
    ("trainings", "training_audience"),
    ("outreach_sessions", "outreach_patients"),
)


def _warnings(found: Live) -> list[str]:
    if found.subject.form != ReturnForm.WORKLOAD:
        return [] if found.totals["due"] else ["本月应出勤为 0 天，请核对是否没有人在岗。"]
    return workload_warnings(found.totals)


def workload_warnings(totals: dict[str, Decimal]) -> list[str]:
    """They never hold a return back: 304 demonstrations beside 300 operations were really reported."""
    columns = {column.code: column for column in COLUMNS[ReturnForm.WORKLOAD]}
    if not any(totals.values()):
        return ["本月各项都是 0，按 0 上报；请核对是否漏登。"]
    warnings = []
    if totals["surgery_demos"] > totals["operations"]:
        warnings.append(
            f"手术示教 {plain(totals['surgery_demos'])} 次多于开展手术 {plain(totals['operations'])} 例，请核对。"
        )
    for sessions, persons in PAIRED:
        if totals[persons] < totals[sessions]:
            warnings.append(
                f"{columns[persons].label} {plain(totals[persons])} {columns[persons].unit}少于"
                f"{columns[sessions].label} {plain(totals[sessions])} {columns[sessions].unit}，请核对。"
            )
    return warnings
