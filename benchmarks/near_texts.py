"""What looking for nearly identical texts costs as the province's ledger grows.

    APP_ENV=local DATABASE_URL=… .venv/bin/python benchmarks/near_texts.py [--sizes 1000 10000 100000] [--rounds 40]

Builds a database of its own beside the configured one and drops it at the end. Prints are made from
invented texts: two hundred hospitals, each with its own wording that it varies, a tenth of them repeating
one template over and over. Measured is the one statement that finds the candidates, and the whole search with
the exact comparison of the few.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django  # noqa: E402
from django.conf import settings  # noqa: E402

django.setup()
settings.DATABASES["default"]["TEST"]["NAME"] = "near_texts_benchmark"

from django.db import connection  # noqa: E402
from django.test.utils import setup_databases, setup_test_environment, teardown_databases  # noqa: E402

from accounts.models import Organisation, Region  # noqa: E402
from staffing.models import TextPrint  # noqa: E402
from staffing.selectors.near_texts import candidate_keys, near_texts  # noqa: E402
from staffing.services.text_prints import common_stretches_learn  # noqa: E402
from staffing.text_sources import read_text  # noqa: E402

UNITS = 200
KEPT = 20
SIGNS = [chr(code) for code in range(0x4E00, 0x4E00 + 2500)]


def sentences(dice: random.Random, number: int) -> list[str]:
    return ["".join(dice.choices(SIGNS, k=dice.randint(12, 30))) + "，" for _ in range(number)]


def texts(size: int, seed: int = 7):
    """(unit, year, text): sentences of a common stock, of the unit's own and new ones; some units only a template."""
    dice = random.Random(seed)
    common = sentences(dice, 300)
    own = {unit: sentences(dice, 60) for unit in range(UNITS)}
    template = {unit: "".join(sentences(dice, 5)) for unit in range(0, UNITS, 10)}
    for number in range(size):
        unit, year = dice.randrange(UNITS), dice.randint(2019, 2026)
        if unit in template:
            yield unit, year, template[unit]
        else:
            parts = [dice.choice(common), *dice.sample(own[unit], 2), *sentences(dice, 3)]
            dice.shuffle(parts)
            yield unit, year, f"第{number}次。" + "".join(parts)


def fill(units: list[int], start: int, size: int, all_texts) -> list[str]:
    kept = []
    for number in range(start, size, 5000):
        batch = []
        for offset in range(number, min(size, number + 5000)):
            unit, year, text = next(all_texts)
            if size - offset <= KEPT:
                kept.append(text)
            batch.append(
                TextPrint(
                    source="activity",
                    source_id=offset + 1,
                    unit_id=units[unit],
                    year=year,
                    hashes=read_text(text).hashes,
                    digest="",
                )
            )
        TextPrint.objects.bulk_create(batch)
    return kept


def measured(call: Callable, asked: list) -> float:
    """Median milliseconds a search."""
    taken = []
    for one in asked:
        begun = time.perf_counter()
        call(one)
        taken.append((time.perf_counter() - begun) * 1000)
    return statistics.median(taken)


def candidates(read) -> list[int]:
    return candidate_keys(hashes=read.hashes, unit=0, year=0)


def search(read) -> list:
    return near_texts(text=read, unit=0, year=0)


def main() -> None:
    reader = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    reader.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    reader.add_argument("--rounds", type=int, default=40)
    chosen = reader.parse_args()
    setup_test_environment()
    before = setup_databases(verbosity=0, interactive=False)
    try:
        run(sorted(chosen.sizes), chosen.rounds)
    finally:
        teardown_databases(before, verbosity=0)


def run(sizes: list[int], rounds: int) -> None:
    region = Region.objects.create(code="450000", name="演示省", path="45", level="province")
    made = Organisation.objects.bulk_create(
        Organisation(name=f"演示医院{number}", kind="hospital", region=region, code=f"B{number}")
        for number in range(UNITS)
    )
    units = [row.pk for row in made]
    source, filled, first = texts(max(sizes)), 0, None
    fresh = [text for _, _, text in texts(rounds, seed=99)]
    for size in sizes:
        seen = fill(units, filled, size, source)
        filled = size
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE staffing_textprint")
        begun = time.perf_counter()
        common_stretches_learn()
        learned = time.perf_counter() - begun
        asked = [read_text(text) for text in (*fresh, *seen)]
        asked = [read for read in asked if read.hashes]
        for read in asked:
            candidates(read)  # warm
        finding, whole = measured(candidates, asked), measured(search, asked)
        copies = sum(bool(candidates(read_text(text))) for text in seen)
        first = first or finding
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_total_relation_size('staffing_textprint') / 1048576.0")
            (megabytes,) = cursor.fetchone()
        print(
            f"{size:>9} 条：候选 {finding:6.2f} ms（{finding / first:.2f} 倍），含逐字比较 {whole:6.2f} ms；"
            f"照抄的 {len(seen)} 条找到 {copies} 条；表和索引 {megabytes:.0f} MB；学习常见片段 {learned:.1f} s"
        )


if __name__ == "__main__":
    main()
