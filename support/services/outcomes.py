"""Outcome figures (成效数据): the recipient enters a year or a quarter as one form, the bureau confirms."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from accounts.models import Organisation, User
from core.errors import Problems, RuleBroken, checked
from core.numbers import plain
from support.models import OutcomeIndicator, OutcomeValue
from support.selectors.outcome_doubts import outcome_doubts
from support.services.records import record_delete, record_submit, stated
from support.services.replacements import replacement_of


@dataclass(frozen=True)
class Entry:
    """One indicator of the form; ``value`` None: nothing was filled in. ``sure``: the doubts were read."""

    indicator: OutcomeIndicator
    value: Decimal | None
    source: str = ""
    department: str = ""
    sure: bool = False

    @property
    def field(self) -> str:
        return f"value_{self.indicator.pk}"

    @property
    def sure_field(self) -> str:
        return f"sure_{self.indicator.pk}"


def _first_day(year: int, quarter: int | None) -> date:
    return date(year, 3 * ((quarter or 1) - 1) + 1, 1)


def _period_problems(year: int, quarter: int | None, is_baseline: bool) -> Problems:
    problems = Problems()
    if is_baseline and quarter is not None:
        problems.add("支援前基数是全年的数据，不分季度。", field="period")
    if not 1950 <= year <= 2100:
        problems.add(f"年度应为 1950 到 2100 之间的四位年份，现在是 {year}。", field="year")
    elif _first_day(year, quarter) > timezone.localdate():
        named = f"{year} 年第 {quarter} 季度" if quarter else f"{year} 年"
        problems.add(f"{named}还没有开始，不能填报。", field="year")
    return problems


@transaction.atomic
def outcomes_save(
    *,
    recipient: Organisation,
    year: int,
    quarter: int | None,
    entries: Sequence[Entry],
    by: User,
    is_baseline: bool = False,
    submit: bool = False,
) -> list[OutcomeValue]:
    """Write what is filled in; a draft whose field was emptied goes. Returns the values written.

    What is already with the bureau or confirmed stays and is not entered again. All problems at once,
    by field ``value_<indicator>``; unread doubts at ``sure_<indicator>``.
    """
    if by.organisation_id != recipient.pk:
        raise RuleBroken("只能填报本单位的成效数据。")
    # two saves at once queue on the unit; the second then finds what the first wrote
    Organisation.objects.select_for_update(of=("self",), no_key=True).get(pk=recipient.pk)
    problems = _period_problems(year, quarter, is_baseline)
    problems.raise_if_any()
    standing = OutcomeValue.objects.filter(recipient=recipient).standing()
    on_file = {row.indicator_id: row for row in standing.filter(year=year, quarter=quarter)}
    baselines = {row.indicator_id: row for row in standing.filter(is_baseline=True)}
    wanted = [entry for entry in entries if _is_new(entry, on_file.get(entry.indicator.pk))]
    for entry in wanted:
        told = _conflict(
            entry, on_file.get(entry.indicator.pk), baselines.get(entry.indicator.pk), is_baseline, year
        )
        if told:
            problems.add(told, field=entry.field)
    doubts = outcome_doubts(
        recipient=recipient,
        year=year,
        quarter=quarter,
        values={entry.indicator: entry.value for entry in wanted if entry.value is not None},
    )
    for entry in wanted:
        if entry.indicator.pk in doubts and not entry.sure:
            problems.add("".join(doubts[entry.indicator.pk]), field=entry.sure_field)
    problems.raise_if_any()
    written = []
    for entry in wanted:
        row = on_file.get(entry.indicator.pk)
        if entry.value is None:
            if row is not None:
                record_delete(record=row, by=by)
            continue
        row = row or OutcomeValue(
            recipient=recipient,
            indicator=entry.indicator,
            year=year,
            quarter=quarter,
            entered_by=by,
            entered_for=recipient,
        )
        row.is_baseline, row.value = is_baseline, entry.value
        row.source, row.department = entry.source, entry.department
        row.doubts = "".join(doubts.get(entry.indicator.pk, ()))[:500]
        _checked_at(row, entry.field)
        row.save()
        written.append(row)
    if submit:
        for row in [*written, *_kept_drafts(on_file, wanted)]:
            record_submit(record=row, by=by)
    return written


def _is_new(entry: Entry, row: OutcomeValue | None) -> bool:
    """Something was typed, or emptied, that is not so on file."""
    if row is None:
        return entry.value is not None
    if not row.is_editable and entry.value is None:
        return False
    return (entry.value, entry.source, entry.department) != (row.value, row.source, row.department)


def _kept_drafts(on_file: dict[int, OutcomeValue], wanted: Sequence[Entry]) -> list[OutcomeValue]:
    touched = {entry.indicator.pk for entry in wanted}
    return [row for row in on_file.values() if row.is_editable and row.indicator_id not in touched]


def _conflict(
    entry: Entry, row: OutcomeValue | None, baseline: OutcomeValue | None, is_baseline: bool, year: int
) -> str:
    name = entry.indicator.name
    if row is not None and not row.is_editable:
        return (
            f"{name}这一期已有数据 {plain(row.value)}（{row.status_label}），不能在这里修改；"
            "已确认的请打开那条数据更正。"
        )
    if row is not None and row.is_baseline != is_baseline:
        kept = "支援前基数" if row.is_baseline else "年度数据"
        return f"{name}的 {year} 年数据已作为{kept}填报，不能再填一次。"
    if is_baseline and baseline is not None and baseline.pk != getattr(row, "pk", None):
        return f"{name}已有支援前基数（{baseline.year} 年），一个指标只有一个基数。"
    return ""


def _checked_at(row: OutcomeValue, field: str) -> None:
    try:
        checked(row)
    except RuleBroken as error:
        raise RuleBroken({field: error.messages}) from error


def outcome_ask(*, value: OutcomeValue, sure: bool) -> None:
    """Ask about a figure that can hardly be right; what was waved through stays with it. Saves nothing."""
    doubts = outcome_doubts(
        recipient=value.recipient,
        year=value.year,
        quarter=value.quarter,
        values={value.indicator: value.value},
    ).get(value.indicator_id, [])
    if doubts and not sure:
        raise RuleBroken({"sure": "".join(doubts)})
    value.doubts = "".join(doubts)[:500]


@transaction.atomic
def outcome_correct(
    *,
    by: User,
    value: Decimal,
    reason: str,
    source: str = "",
    department: str = "",
    original: OutcomeValue | None = None,
    correction: OutcomeValue | None = None,
    sure: bool = False,
    submit: bool = False,
) -> OutcomeValue:
    """Correct a confirmed value (``original``) or rewrite an open correction of it."""
    if correction is None:
        fields = replacement_of(original=original, by=by, reason=reason)
        original = fields["replaces"]
        correction = OutcomeValue(
            recipient=original.recipient,
            indicator=original.indicator,
            year=original.year,
            quarter=original.quarter,
            is_baseline=original.is_baseline,
            entered_by=by,
            entered_for=by.organisation,
            **fields,
        )
    else:
        correction = OutcomeValue.objects.select_for_update(of=("self",)).get(pk=correction.pk)
        if not correction.is_editable or correction.entered_for_id != by.organisation_id:
            raise RuleBroken("只有本单位的草稿或被退回的记录可以修改。")
        correction.replace_reason = stated(reason, field="replace_reason", missing="请写明更正原因。")
    correction.value, correction.source, correction.department = value, source, department
    outcome_ask(value=correction, sure=sure)
    checked(correction)
    correction.save()
    if submit:
        record_submit(record=correction, by=by)
    return correction
