"""The year's notice of holidays and make-up days, pasted as text: all lines judged before any is kept."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction

from core.errors import Problems, RuleBroken
from core.models import AuditEvent, CalendarDay
from core.services.audit import audit_record

DAY = r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
LINE = re.compile(rf"^{DAY}(?:\s*(?:至|到|~|～|—+)\s*{DAY})?[\s,，、:：]*(.*)$")
WORKS, RESTS = ("上班", "调休上班", "补班"), ("放假", "休息", "休")
LONGEST = 30  # days of one holiday; more is a slip of the pen


@dataclass(frozen=True)
class NoticeLine:
    first: date
    last: date
    is_working: bool
    name: str


def _date(parts) -> date | None:
    try:
        return date(*(int(part) for part in parts))
    except ValueError:
        return None


def _read(text: str) -> NoticeLine:
    """One line such as “2027-10-01 至 2027-10-07 国庆节 放假”; ValueError says what is wrong."""
    found = LINE.match(text)
    if not found:
        raise ValueError("没有读出日期，应写成“2027-10-01 至 2027-10-07 国庆节 放假”")
    first = _date(found.groups()[:3])
    last = _date(found.groups()[3:6]) if found.group(4) else first
    if first is None or last is None:
        raise ValueError("日期不存在")
    if last < first:
        raise ValueError(f"结束日期 {last:%Y-%m-%d} 早于开始日期 {first:%Y-%m-%d}")
    if (last - first).days >= LONGEST:
        raise ValueError(f"有 {(last - first).days + 1} 天，超过 {LONGEST} 天，请检查年份和月份")
    words = re.split(r"[\s,，、]+", found.group(7).strip(" 。；;"))
    name, kind = words[:-1], words[-1]
    for ending in sorted(WORKS + RESTS, key=len, reverse=True):
        if kind.endswith(ending):
            rest = kind[: -len(ending)]
            name = "".join([*name, *([rest] if rest else [])])
            is_working = ending in WORKS
            return NoticeLine(first, last, is_working, (name or ("调休上班" if is_working else "放假"))[:40])
    raise ValueError("没有写明是“放假”还是“上班”")


def notice_read(text: str) -> dict[date, NoticeLine]:
    """Every day of the notice; RuleBroken names every line that cannot be read or contradicts another."""
    problems, days = Problems(), {}
    for number, raw in enumerate(text.splitlines(), 1):
        if not (line := raw.strip()):
            continue
        try:
            read = _read(line)
        except ValueError as error:
            problems.add(f"第 {number} 行“{line[:40]}”：{error}。", field="text")
            continue
        for offset in range((read.last - read.first).days + 1):
            day = read.first + timedelta(days=offset)
            if day in days and days[day].is_working != read.is_working:
                problems.add(
                    f"第 {number} 行“{line[:40]}”：{day:%Y-%m-%d} 前面写的是"
                    f"{'上班' if days[day].is_working else '放假'}，这里相反。",
                    field="text",
                )
            days[day] = read
    if not days and not problems:
        problems.add("没有一行内容。", field="text")
    problems.raise_if_any()
    return days


@transaction.atomic
def calendar_notice(*, text: str, basis: str, by) -> int:
    """Enter a notice; days already in the table are replaced. Returns the number of days."""
    if not basis.strip():
        raise RuleBroken({"basis": "请写明依据的通知，例如 国办发明电〔2026〕×号。"})
    days = notice_read(text)
    for day, line in days.items():
        CalendarDay.objects.update_or_create(
            day=day,
            defaults={"is_working": line.is_working, "name": line.name, "basis": basis.strip()[:200]},
        )
    years = "、".join(str(year) for year in sorted({day.year for day in days}))
    audit_record(
        verb=AuditEvent.Verb.TRANSITION,
        user=by,
        subject=CalendarDay.objects.get(day=min(days)),
        note=f"录入 {years} 年节假日和调休 {len(days)} 天，依据：{basis.strip()}",
    )
    return len(days)
