"""What speaks against a rotation plan: every conflict of every line and of the whole, all at once.

Hard conflicts forbid submitting; warnings ask for a written explanation. The same sentences as for a
single posting come from the same function. A constant number of statements for any number of lines.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from core.dates import Period, union
from core.selectors.workdays import working_days
from staffing.models import AdvancedStudy, Batch, Leave, PlanLine, Posting, PostingKind, StayRule
from staffing.selectors.headcount import batch_mismatch
from staffing.selectors.plan_teams import team_conflicts
from staffing.selectors.postings import posting_problems
from staffing.selectors.rules import active_rules, in_effect
from staffing.selectors.verdicts import Measure, Unit, amount_of
from support.models.confirmation import RecordStatus


@dataclass(frozen=True)
class Conflict:
    """``number``: the line, None for the whole plan."""

    text: str
    is_hard: bool
    number: int | None = None

    def __str__(self):
        return f"第 {self.number} 行：{self.text}" if self.number else self.text


@dataclass
class Review:
    conflicts: list[Conflict] = field(default_factory=list)

    @property
    def hard(self) -> list[Conflict]:
        return [found for found in self.conflicts if found.is_hard]

    @property
    def warnings(self) -> list[Conflict]:
        return [found for found in self.conflicts if not found.is_hard]

    @property
    def whole(self) -> list[Conflict]:
        return [found for found in self.conflicts if found.number is None]

    def of_line(self, number: int) -> list[Conflict]:
        return [found for found in self.conflicts if found.number == number]


@dataclass
class _Known:
    """Everything the lines are judged by, fetched once."""

    postings: dict[int, list[Posting]]
    studies: dict[int, list[AdvancedStudy]]
    leaves: dict[int, list[Leave]]
    drafts: dict[int, list[PlanLine]]
    rules: list[StayRule]
    working: set[date] | None


def plan_lines(batch: Batch) -> list[PlanLine]:
    """The lines in order, with what pages and conflicts look at."""
    rows = batch.lines.select_related(
        "batch__cycle__programme",
        "agreement__recipient",
        "agreement__sender",
        "agreement__cycle",
        "agreement__current_version",
        "clinician__speciality",
        "clinician__organisation",
        "replaces__clinician",
        "replaces__agreement__recipient",
    ).prefetch_related("agreement__current_version__specialities")
    return list(rows.order_by("number", "pk"))


def review_plan(batch: Batch, lines: Sequence[PlanLine] | None = None) -> Review:
    """Every conflict of the saved plan."""
    lines = plan_lines(batch) if lines is None else lines
    known = _known(batch, lines)
    review = Review()
    if not lines:
        review.conflicts.append(Conflict("计划中还没有人员。", True))
    for line in lines:
        for text in _missing(line):
            review.conflicts.append(Conflict(text, True, line.number))
        if line.clinician_id and line.agreement_id and line.start_on and line.end_on:
            found = posting_problems(
                batch=batch,
                agreement=line.agreement,
                clinician=line.clinician,
                start_on=line.start_on,
                end_on=line.end_on,
                others=known.postings[line.clinician_id],
            ).found
            for messages in found.values():
                review.conflicts += [Conflict(text, True, line.number) for text in messages]
        hard, warnings = _of_person(batch, line, lines, known)
        review.conflicts += [Conflict(text, True, line.number) for text in hard]
        review.conflicts += [Conflict(text, False, line.number) for text in warnings]
    review.conflicts += [Conflict(text, False) for text in team_conflicts(batch, lines, known.rules)]
    stated = batch_mismatch(batch, found=len({row.clinician_id or -row.number for row in _doctors(lines)}))
    if stated:
        review.conflicts.append(Conflict(stated, False))
    return review


def _doctors(lines: Iterable[PlanLine]) -> list[PlanLine]:
    return [line for line in lines if line.role in Posting.COUNTED_ROLES]


def _known(batch: Batch, lines: Sequence[PlanLine]) -> _Known:
    people = {line.clinician_id for line in lines if line.clinician_id}
    postings, studies, leaves, drafts = (defaultdict(list) for _ in range(4))
    for row in (
        Posting.objects.filter(clinician__in=people)
        .exclude(status=Posting.Status.CANCELLED)
        .exclude(batch=batch)
        .select_related("clinician", "agreement__recipient")
    ):
        postings[row.clinician_id].append(row)
    under_way = (RecordStatus.SUBMITTED, RecordStatus.CONFIRMED)
    for row in AdvancedStudy.objects.filter(trainee__in=people, status__in=under_way):
        studies[row.trainee_id].append(row)
    approved = Leave.objects.filter(posting__clinician__in=people, status=Leave.Status.APPROVED)
    for row in approved.select_related("posting"):
        leaves[row.posting.clinician_id].append(row)
    elsewhere = PlanLine.objects.filter(clinician__in=people, batch__status__in=Batch.EDITABLE)
    for row in elsewhere.exclude(batch=batch).select_related("batch"):
        drafts[row.clinician_id].append(row)
    rules = list(active_rules(programme=batch.cycle.programme_id, kind=batch.kind))
    periods = [line.period for line in lines if line.period]
    working = None
    if periods and any(rule.unit == Unit.WORKING_DAYS for rule in rules):
        working = working_days(Period(min(periods).start, max(period.end for period in periods)))
    return _Known(postings, studies, leaves, drafts, rules, working)


def _missing(line: PlanLine) -> list[str]:
    """What the line does not say yet; days in the wrong order are told where nothing else would."""
    asked = {
        "没有选择派驻人员": line.clinician_id,
        "没有选择协议": line.agreement_id,
        "没有填开始日期": line.start_on,
        "没有填结束日期": line.end_on,
    }
    found = [f"{text}。" for text, value in asked.items() if not value]
    judged = line.clinician_id and line.agreement_id
    if not judged and line.start_on and line.end_on and line.end_on < line.start_on:
        found.append(f"结束日期 {line.end_on:%Y-%m-%d} 早于开始日期 {line.start_on:%Y-%m-%d}。")
    return found


def _of_person(
    batch: Batch, line: PlanLine, lines: Sequence[PlanLine], known: _Known
) -> tuple[list[str], list[str]]:
    """(hard, warnings) of one line beyond those of a single posting."""
    period = line.period
    if period is None:
        return [], []
    hard, warnings = [], _too_short(line, period, known)
    if line.clinician_id is None:
        return hard, warnings
    name = line.clinician.name
    for other in lines:
        same_person = other.number != line.number and other.clinician_id == line.clinician_id
        if not same_person or other.period is None or not other.period.overlaps(period):
            continue
        if batch.kind == PostingKind.RESIDENT or other.agreement_id == line.agreement_id:
            hard.append(f"{name}与第 {other.number} 行的日期重叠。")
    for study in known.studies[line.clinician_id]:
        if study.period.overlaps(period):
            hard.append(f"{name}在 {study.period} 进修。")
    for leave in known.leaves[line.clinician_id]:
        if leave.period.overlaps(period):
            hard.append(f"{name}在 {leave.period} 已批准{leave.get_kind_display()}。")
    for draft in known.drafts[line.clinician_id]:
        if draft.period is not None and draft.period.overlaps(period):
            warnings.append(f"{name}同时列在计划 {draft.batch.code} 第 {draft.number} 行（{draft.period}）。")
    warnings += _speciality(line)
    return hard, warnings


def _too_short(line: PlanLine, period: Period, known: _Known) -> list[str]:
    """Against the continuous requirement; a stay that follows on from one there counts with it."""
    if line.role not in Posting.COUNTED_ROLES:
        return []
    before = [
        row.period
        for row in known.postings.get(line.clinician_id, ())
        if line.agreement_id
        and row.kind == line.batch.kind
        and row.agreement.recipient_id == line.agreement.recipient_id
    ]
    whole = next(stay for stay in union([period, *before]) if stay.contains(period.start))
    found = []
    for rule in known.rules:
        if rule.measure != Measure.CONTINUOUS or not in_effect(rule, period.start):
            continue
        # holidays before the plan's own days are not at hand: a longer stay is looked up by itself
        amount = amount_of(rule.unit, [whole], known.working if whole == period else None)
        if amount.value < rule.minimum:
            found.append(
                f"{rule.get_measure_display()}只有{amount}（{amount.days} 天），"
                f"要求不少于{rule.minimum}{rule.get_unit_display()}（{rule.basis}）。"
            )
    return found


def _speciality(line: PlanLine) -> list[str]:
    version = line.agreement.current_version if line.agreement_id else None
    promised = list(version.specialities.all()) if version else []
    if not promised or line.role not in Posting.COUNTED_ROLES:
        return []
    names = "、".join(row.name for row in promised)
    own = line.clinician.speciality
    if own is None:
        return [f"{line.clinician.name}的专业未填，无法对照协议约定的{names}。"]
    if not any(own.code.startswith(row.code) for row in promised):
        return [f"{line.clinician.name}的专业是{own.name}，协议约定的是{names}。"]
    return []
