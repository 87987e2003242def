"""Keeping the fingerprints of free texts, and the pairs that are nearly the same, as texts are saved."""

import hashlib
from collections.abc import Iterable
from datetime import timedelta

from django.db import connection, models, transaction
from django.utils import timezone

from accounts.models import User
from core.errors import RuleBroken
from core.models import AuditEvent
from core.services.audit import audit_record
from staffing.models import SimilarityVerdict, SimilarPair, TextPrint
from staffing.selectors.near_texts import near_texts, rows_of, visible_keys
from staffing.text_sources import TextSource, all_sources, read_text, source_of

# a stretch in so many prints of so many units is a turn of phrase; one unit's own template is none
TOO_COMMON, IN_UNITS = 300, 20
BATCH = 500


@transaction.atomic
def text_print_write(*, row: models.Model) -> TextPrint | None:
    """Take the fingerprint of a row's text and note the texts it nearly repeats.

    Called by every service that saves a text of a registered source. None when the text is too short to
    tell anything. An unchanged text keeps its pairs and what the bureau decided about them.
    """
    source = source_of(row)
    words = source.text(row)
    read = read_text(words)
    known = TextPrint.objects.filter(source=source.code, source_id=row.pk)
    if not read.hashes:
        known.delete()
        return None
    values = {"unit_id": source.unit(row), "year": source.year(row), "digest": _digest(words)}
    print_ = known.first()
    if print_ is not None and all(getattr(print_, name) == value for name, value in values.items()):
        return print_
    print_, _ = TextPrint.objects.update_or_create(
        source=source.code, source_id=row.pk, defaults=values | {"hashes": read.hashes}
    )
    SimilarPair.objects.filter(models.Q(first=print_) | models.Q(second=print_)).delete()
    _note_pairs(print_, words)
    return print_


def _digest(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()


def _note_pairs(print_: TextPrint, words: str) -> None:
    pairs = []
    for near in near_texts(text=words, unit=print_.unit_id, year=print_.year, without=(print_.pk,)):
        first, second = sorted((print_.pk, near.print.pk))
        pairs.append(SimilarPair(first_id=first, second_id=second, percent=near.likeness.percent))
    SimilarPair.objects.bulk_create(pairs, ignore_conflicts=True)


def text_prints_fill(*, source: TextSource) -> int:
    """Prints of rows that have none yet, as when this came or texts were imported; how many were written."""
    done = TextPrint.objects.filter(source=source.code, source_id=models.OuterRef("pk"))
    missing = source.model._base_manager.filter(~models.Exists(done)).order_by("pk")
    last, written = 0, 0
    while rows := list(missing.filter(pk__gt=last).select_related(*source.related)[:BATCH]):
        last = rows[-1].pk
        for row in rows:
            if read_text(source.text(row)).hashes:
                written += text_print_write(row=row) is not None
    return written


def text_prints_tidy() -> None:
    """Every night: forget prints of removed rows, make those that are missing, look again at what was written
    at the same moment as another text, and learn which stretches are on everybody's lips."""
    for source in all_sources():
        text_prints_fill(source=source)
        alive = source.model._base_manager.filter(pk=models.OuterRef("source_id"))
        TextPrint.objects.filter(~models.Exists(alive), source=source.code).delete()
    recent = list(TextPrint.objects.filter(written_at__gte=timezone.now() - timedelta(days=2)))
    for start in range(0, len(recent), BATCH):
        _look_again(recent[start : start + BATCH])
    common_stretches_learn()


def _look_again(prints: Iterable[TextPrint]) -> None:
    prints = list(prints)
    rows = rows_of(prints)
    for print_ in prints:
        row = rows.get(print_.pk)
        if row is not None:
            _note_pairs(print_, source_of(row).text(row))


@transaction.atomic
def common_stretches_learn() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM staffing_commonstretch")
        cursor.execute(
            "INSERT INTO staffing_commonstretch (hash, prints)"
            " SELECT hash, count(*) FROM staffing_textprint, unnest(hashes) AS hash"
            " GROUP BY hash HAVING count(*) >= %s AND count(DISTINCT unit_id) >= %s",
            [TOO_COMMON, IN_UNITS],
        )


@transaction.atomic
def similarity_judge(*, pair: SimilarPair, result: str, reason: str, by: User) -> SimilarityVerdict:
    """A bureau that sees both texts decides. What is no copy alarms no more, as long as both texts stay."""
    pair = (
        SimilarPair.objects.select_for_update(of=("self",)).select_related("first", "second").get(pk=pair.pk)
    )
    if len(visible_keys([pair.first, pair.second], by)) < 2:
        raise RuleBroken("两条记录都在本级管辖范围内时才能下结论；请由上级卫生健康部门核查。")
    if result not in SimilarityVerdict.Result.values:
        raise RuleBroken({"result": "请选择结论。"})
    if not reason.strip():
        raise RuleBroken({"reason": "请写明理由。"})
    verdict, _ = SimilarityVerdict.objects.update_or_create(
        pair=pair,
        defaults={
            "result": result,
            "reason": reason.strip()[:300],
            "decided_by": by,
            "decided_for": by.organisation,
        },
    )
    note = f"雷同核查：{verdict.get_result_display()}，{verdict.reason}"
    audit_record(verb=AuditEvent.Verb.TRANSITION, user=by, subject=pair, note=note)
    return verdict
