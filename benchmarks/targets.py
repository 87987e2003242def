"""What target pages and the dashboard cost in a province, with few and with many activities.

    APP_ENV=local DATABASE_URL=… .venv/bin/python benchmarks/targets.py [--clinics 3000] [--activities 100000]

Builds a database of its own beside the configured one and drops it at the end: an agreement a clinic with
five targets, first 1,000 activities, then all of them. All names are made up. Prints, judges nothing.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django  # noqa: E402
from django.conf import settings  # noqa: E402

django.setup()
settings.DATABASES["default"]["TEST"]["NAME"] = "targets_benchmark"

from django.core.cache import cache  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import (  # noqa: E402
    CaptureQueriesContext,
    setup_databases,
    setup_test_environment,
    teardown_databases,
)
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import Organisation, Region, Role, User  # noqa: E402
from reports.selectors.standings import standings  # noqa: E402
from reports.selectors.targets import agreements_with_targets  # noqa: E402
from staffing.models import Activity, ActivityMeasure, ActivityType, Measure  # noqa: E402
from staffing.reference import load_reference as load_measures  # noqa: E402
from support.models import Agreement, AgreementTarget, AgreementVersion, Cycle, Programme  # noqa: E402
from support.reference import load_reference  # noqa: E402

COUNTIES, FEW = 100, 1000
TRIGGERED = (Agreement, AgreementVersion, AgreementTarget, Activity, ActivityMeasure)
PROMISED = (
    ("lectures", 1, "month", "期"),
    ("guidance", 1, "month", "次"),
    ("techniques", 3, "year", "项"),
    ("resident_staff", 2, "year", "人"),
    ("trainees", 2, "year", "人"),
)
DONE = (
    ("lecture", "lectures"),
    ("teaching_round", "teaching_rounds"),
    ("technique", "techniques"),
    ("consultation", "consultations"),
)


def _triggers(state: str) -> None:
    # rows for history and checks one by one would take an hour
    with connection.cursor() as cursor:
        for model in TRIGGERED:
            cursor.execute(f"ALTER TABLE {model._meta.db_table} {state} TRIGGER USER")


def build(clinics: int, today: date) -> User:
    """The officer of the province, with a filed agreement for every clinic."""
    load_reference()
    load_measures()
    regions = [Region(code="990000", name="演示省", level="province", path="/990000/")]
    for number in range(COUNTIES):
        code = f"99{number // 10 + 1:02d}{number % 10 + 21}"
        regions.append(Region(code=code, name=f"演示{code}县", level="county", path=f"/990000/{code}/"))
    Region.objects.bulk_create(regions)
    Region.objects.exclude(pk=regions[0].pk).update(parent=regions[0])
    bureau = _unit("bureau", "卫生健康局", regions[0])
    hospitals = [_unit("hospital", "人民医院", region) for region in regions[1:]]
    places = [
        _unit("township_clinic", f"第{number}卫生院", regions[1 + number % COUNTIES], number)
        for number in range(clinics)
    ]
    Organisation.objects.bulk_create([bureau, *hospitals, *places])
    officer = User.objects.create(
        username="province", name="演示员", organisation=bureau, roles=[Role.BUREAU_OFFICER]
    )
    programme = Programme.objects.create(name="演示项目", bureau=bureau)
    start, end = date(today.year, 1, 1), date(today.year, 12, 31)
    cycle = Cycle.objects.create(programme=programme, code="演示", name="演示", start_on=start, end_on=end)
    with transaction.atomic():
        _triggers("DISABLE")
        agreements = [
            Agreement(
                cycle=cycle, number=f"XY-{number}", sender=hospitals[number % COUNTIES], recipient=place
            )
            for number, place in enumerate(places)
        ]
        Agreement.objects.bulk_create(agreements, batch_size=2000)
        now = timezone.now()
        filed = dict(sender_confirmed_at=now, recipient_confirmed_at=now, filed_at=now, status="filed")
        versions = [
            AgreementVersion(agreement=row, start_on=start, end_on=end, **filed) for row in agreements
        ]
        AgreementVersion.objects.bulk_create(versions, batch_size=2000)
        for row, version in zip(agreements, versions, strict=True):
            row.current_version, row.effective_from, row.effective_to = version, start, end
        Agreement.objects.bulk_update(
            agreements, ["current_version", "effective_from", "effective_to"], batch_size=1000
        )
        targets = [
            AgreementTarget(version=version, kind=kind, minimum=least, per=per, unit=unit)
            for version in versions
            for kind, least, per, unit in PROMISED
        ]
        AgreementTarget.objects.bulk_create(targets, batch_size=2000)
        _settle()
    return officer


def _unit(kind: str, label: str, region: Region, number: int = 0) -> Organisation:
    return Organisation(
        code=f"{kind[:3].upper()}-{region.code}-{number}",
        name=f"{region.name}{label}",
        kind=kind,
        region=region,
    )


def _settle() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    _triggers("ENABLE")


def act(first: int, last: int, officer: User, today: date) -> None:
    """Activities number ``first`` to ``last``, nine of ten confirmed."""
    agreements = list(Agreement.objects.order_by("pk"))
    other = User.objects.exclude(pk=officer.pk).first() or User.objects.create(
        username="other",
        name="演示员二",
        organisation=agreements[0].recipient,
        roles=[Role.RECIPIENT_COORDINATOR],
    )
    types = {row.code: row for row in ActivityType.objects.all()}
    measures = {row.code: row for row in Measure.objects.all()}
    days = (today - date(today.year, 1, 1)).days + 1
    with transaction.atomic():
        _triggers("DISABLE")
        for begin in range(first, last, 5000):
            numbers = range(begin, min(begin + 5000, last))
            made = []
            for number in numbers:
                agreement = agreements[number * 7919 % len(agreements)]
                day = date(today.year, 1, 1) + timedelta(days=number * 31 % days)
                settled = number % 10 > 0
                made.append(
                    Activity(
                        agreement=agreement,
                        activity_type=types[DONE[number % len(DONE)][0]],
                        start_on=day,
                        end_on=day,
                        status="confirmed" if settled else "submitted",
                        entered_by=officer,
                        entered_for_id=agreement.sender_id,
                        submitted_at=timezone.now(),
                        confirmed_by=other if settled else None,
                        confirmed_for_id=agreement.recipient_id if settled else None,
                        confirmed_at=timezone.now() if settled else None,
                    )
                )
            Activity.objects.bulk_create(made)
            ActivityMeasure.objects.bulk_create(
                ActivityMeasure(activity=row, measure=measures[DONE[number % len(DONE)][1]], value=Decimal(1))
                for number, row in zip(numbers, made, strict=True)
            )
        _settle()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def milliseconds(work: Callable[[], Any], rounds: int) -> float:
    """Median by the clock, after one warm-up."""
    work()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def measure(officer: User, rounds: int, today: date) -> dict[str, tuple[int, float]]:
    """{what: (statements, milliseconds)}."""
    client = Client()
    client.force_login(officer)
    one = reverse("target-agreement", args=[Agreement.objects.order_by("pk").first().pk])
    pages = {
        "一份协议": one,
        "目标进度列表": reverse("target-list"),
        "目标进度列表（搜索）": f"{reverse('target-list')}?q=992&verdict=lagging",
        "总览": reverse("dashboard"),
    }

    def judged() -> None:
        cache.clear()
        standings(agreements_with_targets(officer), today=today)

    found = {"全部协议排队一次（不用缓存）": _counted(judged, rounds)}
    for label, url in pages.items():
        client.get(url)
        found[label] = _counted(lambda url=url: client.get(url), rounds)
    return found


def _counted(work: Callable[[], Any], rounds: int) -> tuple[int, float]:
    with CaptureQueriesContext(connection) as seen:
        work()
    return len(seen), milliseconds(work, rounds)


def main() -> int:
    parser = argparse.ArgumentParser(description="目标进度和总览页在全省规模下的用时和语句数")
    parser.add_argument("--clinics", type=int, default=3000, help="受援单位数（默认 3000）")
    parser.add_argument("--activities", type=int, default=100000, help="活动数（默认 100000）")
    parser.add_argument("--rounds", type=int, default=5, help="每项测几次取中位数（默认 5）")
    options = parser.parse_args()
    today = timezone.localdate()
    setup_test_environment(debug=False)
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        officer = build(options.clinics, today)
        act(0, FEW, officer, today)
        few = measure(officer, options.rounds, today)
        act(FEW, options.activities, officer, today)
        many = measure(officer, options.rounds, today)
        print(f"{options.clinics} 份协议、{options.clinics * len(PROMISED)} 项目标")
        for label, (count, took) in few.items():
            later, longer = many[label]
            print(
                f"{label}：{FEW} 条活动 {count} 条语句 {took:.0f} 毫秒；"
                f"{options.activities} 条活动 {later} 条语句 {longer:.0f} 毫秒；{longer / took:.2f} 倍"
            )
    finally:
        teardown_databases(databases, verbosity=0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
