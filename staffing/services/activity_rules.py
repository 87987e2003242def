"""What speaks against an activity: judged in one place, whoever enters it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils import timezone

from accounts.models import User
from core.errors import Problems, RuleBroken
from core.id_numbers import mask_id_number
from core.personal_text import id_numbers_in
from staffing.models import Activity, ActivityFinding, ActivityType, Clinician, Measure
from staffing.selectors.activity_warnings import TEXT_LABELS
from support.models import Agreement
from support.models.donation import Qualifier
from support.services.replacements import replaceable

LONGEST_DISEASE = ActivityFinding._meta.get_field("disease").max_length


@dataclass(frozen=True)
class Quantity:
    """A number as handed in: 3000 余人次 is (3000, OVER, "3000多人次")."""

    value: Decimal
    qualifier: str = Qualifier.EXACT
    quoted: str = ""


@dataclass(frozen=True)
class Outcome:
    """A named result: kind of ActivityOutcome.Kind, its name, who taught it and when it was first done."""

    kind: str
    name: str
    person: Clinician | None = None
    department: str = ""
    first_on: date | None = None


@dataclass(frozen=True)
class Finding:
    """A disease found in so many of the patients: a subset of them, never summed up to a total."""

    disease: str
    patients: int


def entry_texts(
    *, outcomes: Sequence[Outcome] = (), findings: Sequence[Finding] = (), **single: str
) -> dict[str, tuple[str, ...]]:
    """Everything that was typed in words, by form field."""
    texts = {name: (text,) for name, text in single.items() if text}
    if findings:
        texts["findings"] = tuple(row.disease for row in findings)
    if outcomes:
        texts["outcomes"] = tuple(text for row in outcomes for text in (row.name, row.department))
    return texts


def activity_problems(
    *,
    agreement: Agreement,
    activity_type: ActivityType,
    start_on: date,
    end_on: date,
    participants: Sequence[Clinician],
    measures: Mapping[Measure, Quantity],
    texts: Mapping[str, Sequence[str]],
    findings: Sequence[Finding] = (),
    today: date | None = None,
) -> Problems:
    """Everything that speaks against this activity, by field."""
    problems = Problems()
    if end_on < start_on:
        problems.add(f"结束日期 {end_on:%Y-%m-%d} 早于日期 {start_on:%Y-%m-%d}。", field="end_on")
    effective = agreement.effective_period
    if effective is None:
        problems.add(f"协议 {agreement.number} 尚未备案，不能登记活动。", field="agreement")
    elif not (effective.contains(start_on) and effective.contains(max(start_on, end_on))):
        problems.add(f"活动日期不在协议 {agreement.number} 的有效期 {effective} 之内。", field="start_on")
    if end_on > (today or timezone.localdate()):
        problems.add("活动日期不能晚于今天，请在活动结束后登记。", field="start_on")
    parties = (agreement.sender_id, agreement.recipient_id)
    for person in participants:
        if person.organisation_id not in parties:
            problems.add(f"{person.name}不是协议双方的人员。", field="participants")
    _judge_measures(problems, activity_type, measures)
    _judge_findings(problems, findings)
    for field, values in texts.items():
        for number in dict.fromkeys(number for text in values for number in id_numbers_in(text)):
            problems.add(
                f"“{TEXT_LABELS[field]}”中有身份证号（{mask_id_number(number)}）。活动只登记数量，请删去个人信息。",
                field=field,
            )
    return problems


def _judge_measures(problems: Problems, activity_type: ActivityType, measures) -> None:
    allowed = {row.measure_id: row for row in activity_type.type_measures.select_related("measure")}
    for measure, quantity in measures.items():
        if measure.pk not in allowed:
            problems.add(f"“{activity_type}”不填“{measure.name}”。", field="measures")
        if quantity.value < 0:
            problems.add(f"“{measure.name}”不能为负数，现在是 {quantity.value}。", field="measures")
        if measure.is_whole and quantity.value != quantity.value.to_integral_value():
            problems.add(
                f"“{measure.name}”只能填整数（{measure.unit}），现在是 {quantity.value}。", field="measures"
            )
    given = {measure.pk for measure in measures}
    for row in allowed.values():
        if row.is_required and row.measure_id not in given:
            problems.add(f"请填写“{row.measure.name}”（{row.measure.unit}）。", field="measures")
    if not measures:
        problems.add("至少填写一项数量。", field="measures")


def _judge_findings(problems: Problems, findings: Sequence[Finding]) -> None:
    names = [row.disease.strip() for row in findings]
    for name in sorted({name for name in names if names.count(name) > 1}):
        problems.add(f"病种“{name}”写了两次，请合并成一行。", field="findings")
    for row, name in zip(findings, names, strict=True):
        if not name:
            problems.add("查出病种请写明病种名称。", field="findings")
        if len(name) > LONGEST_DISEASE:
            problems.add(
                f"病种“{name[:12]}…”有 {len(name)} 个字，最多 {LONGEST_DISEASE} 个字。", field="findings"
            )
        if row.patients < 0:
            problems.add(f"“{name}”的人数不能为负数，现在是 {row.patients}。", field="findings")


def judge_correction(
    problems: Problems,
    *,
    replaces: Activity,
    reason: str,
    agreement: Agreement,
    activity_type: ActivityType,
    of: Activity | None,
    by: User,
) -> None:
    """A correction keeps agreement and type; the rest is the rule of all corrections."""
    try:
        replaceable(replaces, by, but=of)
    except RuleBroken as error:
        problems.add("".join(error.messages))
    if (replaces.agreement_id, replaces.activity_type_id) != (agreement.pk, activity_type.pk):
        problems.add(
            "更正不能换协议或活动类型；这两项登记错了的，请作废原记录后重新登记。", field="agreement"
        )
    if not reason.strip():
        problems.add("请写明更正原因，对方据此核对。", field="replace_reason")
