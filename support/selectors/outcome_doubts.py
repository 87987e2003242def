"""Outcome values that can hardly be right (异常): asked once, never refused. The thresholds are data of the
indicator: a ratio to the value before, a least and a greatest, another indicator that it does not exceed."""

from collections.abc import Mapping
from decimal import Decimal

from accounts.models import Organisation
from core.numbers import plain, rounded
from support.models import OutcomeIndicator, OutcomeValue


def outcome_doubts(
    *,
    recipient: Organisation,
    year: int,
    quarter: int | None,
    values: Mapping[OutcomeIndicator, Decimal],
) -> dict[int, list[str]]:
    """{indicator: sentences naming what was found and what is expected}; those without doubt left out.

    Values entered in the same form are held against each other, and against those on file.
    """
    on_file = _on_file(recipient)
    together = {
        indicator: value.value
        for (indicator, stood_year, stood_quarter), value in on_file.items()
        if (stood_year, stood_quarter) == (year, quarter)
    }
    together |= {indicator.pk: value for indicator, value in values.items()}
    others = {row.pk: row for row in OutcomeIndicator.objects.all()}
    found = {}
    for indicator, value in values.items():
        before = _before(on_file, indicator, year, quarter)
        told = [
            *_range(indicator, value),
            *_jump(indicator, value, before),
            *_above(indicator, value, others.get(indicator.not_above_id), together),
        ]
        if told:
            found[indicator.pk] = told
    return found


Stood = dict[tuple[int, int, int | None], OutcomeValue]


def _on_file(recipient: Organisation) -> Stood:
    rows = OutcomeValue.objects.filter(recipient=recipient).standing()
    return {(row.indicator_id, row.year, row.quarter): row for row in rows}


def _before(
    on_file: Stood, indicator: OutcomeIndicator, year: int, quarter: int | None
) -> OutcomeValue | None:
    """The same period of last year; else the quarter before, or the last year on file."""
    same = on_file.get((indicator.pk, year - 1, quarter))
    if same is not None:
        return same
    if quarter is not None:
        last = (year, quarter - 1) if quarter > 1 else (year - 1, 4)
        return on_file.get((indicator.pk, *last))
    earlier = [
        row
        for (of, stood_year, stood_quarter), row in on_file.items()
        if of == indicator.pk and stood_quarter is None and stood_year < year
    ]
    return max(earlier, key=lambda row: row.year, default=None)


def _range(indicator: OutcomeIndicator, value: Decimal) -> list[str]:
    name, unit = indicator.name, indicator.unit
    told = []
    if indicator.minimum is not None and value < indicator.minimum:
        told.append(f"{name}填了 {plain(value)} {unit}，一般不少于 {plain(indicator.minimum)} {unit}。")
    if indicator.maximum is not None and value > indicator.maximum:
        told.append(f"{name}填了 {plain(value)} {unit}，一般不超过 {plain(indicator.maximum)} {unit}。")
    return told


def _jump(indicator: OutcomeIndicator, value: Decimal, before: OutcomeValue | None) -> list[str]:
    ratio = indicator.jump_ratio
    if ratio is None or before is None or before.value <= 0 or value < 0:
        return []
    times = value / before.value
    stood = f"{before.period_text}的 {plain(before.value)} {indicator.unit}"
    told = f"{indicator.name}填了 {plain(value)} {indicator.unit}，是 {stood}的 {plain(rounded(times, 2))} 倍"
    if times > ratio:
        return [f"{told}，一般不超过 {plain(ratio)} 倍。"]
    if times < 1 / ratio:
        return [f"{told}，一般不少于 {plain(rounded(1 / ratio, 2))} 倍。"]
    return []


def _above(
    indicator: OutcomeIndicator,
    value: Decimal,
    other: OutcomeIndicator | None,
    together: Mapping[int, Decimal],
) -> list[str]:
    limit = together.get(other.pk) if other else None
    if limit is None or value <= limit:
        return []
    return [
        f"{indicator.name}填了 {plain(value)} {indicator.unit}，超过同期{other.name} {plain(limit)} {other.unit}，"
        "一般不超过。"
    ]
