"""A rotation plan seen from each recipient: who is there day by day, which titles, which departments."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from core.dates import Period, union
from staffing.models import Batch, PlanLine, Posting, StayRule
from staffing.selectors.rules import in_effect
from staffing.selectors.verdicts import Measure, Member, State, judge_team, member_of
from staffing.titles import level_of
from support.models import Agreement

DAY = timedelta(days=1)
HAND_OVER = timedelta(days=92)


def team_conflicts(batch: Batch, lines: Sequence[PlanLine], rules: Sequence[StayRule]) -> list[str]:
    """Floors not held, titles missing, departments uncovered; one sentence each, by recipient."""
    by_recipient: dict[int, list[PlanLine]] = defaultdict(list)
    for line in lines:
        if line.agreement_id and line.period and line.role in Posting.COUNTED_ROLES:
            by_recipient[line.agreement.recipient_id].append(line)
    there: dict[int, list[Posting]] = defaultdict(list)
    rows = (
        Posting.objects.staff()
        .filter(agreement__recipient__in=by_recipient, kind=batch.kind)
        .exclude(status=Posting.Status.CANCELLED)
        .exclude(batch=batch)
        .select_related("agreement", "clinician__speciality")
    )
    for row in rows:
        there[row.agreement.recipient_id].append(row)
    found = []
    for recipient, planned in by_recipient.items():
        name = planned[0].agreement.recipient.display_name
        found += [f"{name}：{text}" for text in below_floor(planned, there[recipient], rules, recipient)]
        found += [f"{name}：{text}" for text in _titles(planned, there[recipient], rules)]
        found += [f"{name}：{text}" for text in _departments(planned, there[recipient])]
    return found


def window(planned: Sequence[PlanLine], there: Sequence[Posting]) -> Period:
    """The days to look at: the hand-over and the plan itself.

    The hand-over begins the day after the first old stay that ended in the three months before; where
    nobody has been there for longer, the day after the last one. What was before is no plan's business.
    """
    start = min(line.start_on for line in planned)
    end = max(line.end_on for line in planned)
    ended = [row.end_on for row in there if row.end_on < start]
    recent = [day for day in ended if day >= start - HAND_OVER]
    if recent:
        return Period(min(recent) + DAY, end)
    held = any(row.period.contains(start - DAY) for row in there)
    return Period(max(ended) + DAY if ended and not held else start, end)


def head_counts(stays: Iterable[Period], whole: Period) -> list[tuple[Period, int]]:
    """How many stays hold each day of the period, as runs of equal number."""
    changes: dict[date, int] = defaultdict(int)
    for stay in stays:
        part = stay.clip(whole)
        if part is not None:
            changes[part.start] += 1
            changes[part.end + DAY] -= 1
    days = sorted({whole.start, whole.end + DAY, *changes})
    runs, present = [], 0
    for day, following in zip(days, days[1:], strict=False):
        present += changes[day]
        runs.append((Period(day, following - DAY), present))
    return runs


def below_floor(
    planned: Sequence[PlanLine], there: Sequence[Posting], rules: Sequence[StayRule], recipient: int
) -> list[str]:
    """Runs of days with fewer people than the floor, longer than it tolerates; without a rule: nobody at all."""
    whole = window(planned, there)
    floors = [
        rule
        for rule in rules
        if rule.measure == Measure.FLOOR
        and rule.recipient_id in (None, recipient)
        and in_effect(rule, whole.start)
    ]
    rule = next((rule for rule in floors if rule.recipient_id), floors[0] if floors else None)
    floor, tolerance = (rule.minimum, rule.tolerance_days) if rule else (1, 0)
    by_person: dict[object, list[Period]] = defaultdict(list)
    for row in there:
        by_person[row.clinician_id].append(row.period)
    for line in planned:
        by_person[line.clinician_id or f"第{line.number}行"].append(line.period)
    stays = [stay for periods in by_person.values() for stay in union(periods)]
    found = []
    for run, lowest in _joined(head_counts(stays, whole), floor):
        if run.days > tolerance:
            told = f"{run}共 {run.days} 天" + ("无人在岗" if lowest == 0 else f"最少 {lowest} 人在岗")
            found.append(
                f"{told}，{rule.requirement}（{rule.basis}，容许 {tolerance} 天）。" if rule else f"{told}。"
            )
    return found


def _joined(runs: Iterable[tuple[Period, int]], floor: int) -> list[tuple[Period, int]]:
    """Neighbouring runs below the floor as one, with the lowest number."""
    found: list[tuple[Period, int]] = []
    for run, present in runs:
        if present >= floor:
            continue
        if found and found[-1][0].end + DAY == run.start:
            last, lowest = found[-1]
            found[-1] = (Period(last.start, run.end), min(lowest, present))
        else:
            found.append((run, present))
    return found


def _staying(planned: Sequence[PlanLine], there: Sequence[Posting]) -> list[Posting]:
    """Those who are there on the day on which all of the plan have come: the team is judged on it."""
    day = max(line.start_on for line in planned)
    return [row for row in there if row.period.contains(day)]


def _titles(planned: Sequence[PlanLine], there: Sequence[Posting], rules: Sequence[StayRule]) -> list[str]:
    day = max(line.start_on for line in planned)
    # a line without a person is told as missing, not as somebody without a title
    team = [
        Member(line.clinician_id, line.role, level_of(line.clinician.title))
        for line in planned
        if line.clinician_id
    ]
    team += [member_of(row) for row in _staying(planned, there)]
    found = []
    for rule in rules:
        if rule.measure != Measure.TITLE_MIX or not in_effect(rule, day):
            continue
        verdict = judge_team(rule, team)
        if verdict.state == State.SHORT:
            found.append(f"{verdict.words.rstrip('。')}（{rule.basis}）。")
    return found


def _departments(planned: Sequence[PlanLine], there: Sequence[Posting]) -> list[str]:
    """Specialities that an agreement promises and nobody of the plan or still there covers."""
    agreements: dict[int, Agreement] = {line.agreement_id: line.agreement for line in planned}
    stay = _staying(planned, there)
    found = []
    for pk, agreement in agreements.items():
        version = agreement.current_version
        if version is None:
            continue
        team = [line for line in planned if line.agreement_id == pk and line.clinician_id]
        team += [row for row in stay if row.agreement_id == pk]
        missing = [
            row.name for row in version.specialities.all() if not any(_covers(one, row) for one in team)
        ]
        if missing:
            found.append(f"协议 {agreement.number} 约定的{'、'.join(missing)}没有人员。")
    return found


def _covers(one: PlanLine | Posting, promised) -> bool:
    """By the person's own speciality (or one below it), or by the department where they are put."""
    own = one.clinician.speciality
    return bool(own and own.code.startswith(promised.code)) or promised.name in one.department
