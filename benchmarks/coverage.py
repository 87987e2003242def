"""What the coverage calendar costs at the size of a province, and how it compares with SQL typed by hand.

    APP_ENV=local DATABASE_URL=… .venv/bin/python benchmarks/coverage.py [--clinics 3000] [--rounds 15]

Builds a database of its own beside the configured one and drops it at the end: 3,000 clinics in 100
counties, 20,000 postings a year over five years, an agreement a clinic and year. All names are made up.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django  # noqa: E402
from django.conf import settings  # noqa: E402

django.setup()
settings.DATABASES["default"]["TEST"]["NAME"] = "coverage_benchmark"

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
from core.dates import Period  # noqa: E402
from staffing.models import StayRule  # noqa: E402
from staffing.selectors import coverage, coverage_sql  # noqa: E402
from staffing.selectors.coverage_list import agreements_by  # noqa: E402
from support.models import Cycle, Programme  # noqa: E402
from support.reference import load_reference  # noqa: E402

COUNTIES, YEARS, POSTINGS_PER_CLINIC = 100, 5, 20 / 3
TRIGGERED = (
    "support_agreement",
    "support_agreementversion",
    "support_agreementversion_specialities",
    "staffing_clinician",
    "staffing_batch",
    "staffing_posting",
)

FILL = """
INSERT INTO support_agreement (cycle_id, number, sender_id, recipient_id, termination_reason)
SELECT c.id, 'XY-' || c.code || '-' || r.id, s.id, r.id, ''
FROM support_cycle c, accounts_organisation r JOIN accounts_organisation s ON s.region_id = r.region_id AND s.kind = 'hospital'
WHERE r.kind = 'township_clinic';

INSERT INTO support_agreementversion (agreement_id, number, reason, status, title, start_on, end_on, survey_findings,
    long_goal, year_goal, duties, sender_confirmed_at, recipient_confirmed_at, filed_at, return_reason)
SELECT a.id, 1, '', 'filed', '对口支援协议书', c.start_on, c.end_on, '', '', '', '', now(), now(), now(), ''
FROM support_agreement a JOIN support_cycle c ON c.id = a.cycle_id;
UPDATE support_agreement a SET current_version_id = v.id, effective_from = v.start_on, effective_to = v.end_on
FROM support_agreementversion v WHERE v.agreement_id = a.id;
INSERT INTO support_agreementversion_specialities (agreementversion_id, speciality_id)
SELECT v.id, s.id FROM support_agreementversion v, support_speciality s WHERE s.code IN ('03', '04', '05');

INSERT INTO staffing_clinician (organisation_id, staff_no, name, name_key, sex, title, post, department, licence_no,
                                speciality_id)
SELECT h.id, 'G' || n, '演示' || n, 'ys' || n, '0', '233', '', '', '', s.id
FROM (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM accounts_organisation WHERE kind = 'hospital') h
JOIN generate_series(0, %(postings)s - 1) n ON n %% %(counties)s = h.place
LEFT JOIN (SELECT id, row_number() OVER (ORDER BY code) - 1 AS place FROM support_speciality) s ON s.place = n %% 50;

INSERT INTO staffing_batch (cycle_id, sender_id, code, kind, departed_on, task)
SELECT c.id, h.id, 'PC-' || c.code || '-' || h.id, 'resident', c.start_on, ''
FROM support_cycle c, accounts_organisation h WHERE h.kind = 'hospital';

-- everybody goes out once a year, to a clinic of the own county, for one to six months
INSERT INTO staffing_posting (batch_id, agreement_id, clinician_id, kind, role, department, title, start_on, end_on,
    planned_end_on, status, arrived_on, arrival_confirmed_by_id, arrival_confirmed_at, end_reason)
SELECT b.id, a.id, p.clinician, 'resident', CASE WHEN p.n %% 40 = 0 THEN 'liaison' ELSE 'member' END,
       (ARRAY['内科', '外科', '妇产科', '儿科', '中医科'])[1 + p.n %% 5], '233', days.first, days.last, days.last,
       CASE WHEN NOT here THEN 'planned' WHEN days.last < %(today)s THEN 'ended' ELSE 'on_post' END,
       CASE WHEN here THEN days.first + (p.n %% 4) END, CASE WHEN here THEN %(user)s END,
       CASE WHEN here THEN now() END, ''
FROM (SELECT id AS clinician, organisation_id, substr(staff_no, 2)::int AS n FROM staffing_clinician) p
JOIN (SELECT id, organisation_id, row_number() OVER (PARTITION BY region_id ORDER BY id) - 1 AS place,
             count(*) OVER (PARTITION BY region_id) AS many
      FROM (SELECT r.id, s.id AS organisation_id, r.region_id FROM accounts_organisation r
            JOIN accounts_organisation s ON s.region_id = r.region_id AND s.kind = 'hospital'
            WHERE r.kind = 'township_clinic') pairs) r
  ON r.organisation_id = p.organisation_id AND r.place = (p.n / %(counties)s) %% r.many
JOIN support_agreement a ON a.recipient_id = r.id
JOIN support_cycle c ON c.id = a.cycle_id
JOIN staffing_batch b ON b.cycle_id = c.id AND b.sender_id = p.organisation_id
CROSS JOIN LATERAL (SELECT c.start_on + ((p.n * 53 + c.id * 17) %% 330)::int AS first) started
CROSS JOIN LATERAL (SELECT first, least(first + 30 + (p.n * 31) %% 150, c.end_on) AS last) days
CROSS JOIN LATERAL (SELECT days.first + (p.n %% 4) <= least(%(today)s, days.last) AS here) arrived;
"""

# the agreements of one county as somebody at a console would type them; the rest is the same text
BY_HAND = """
SELECT a.id, a.sender_id, a.recipient_id, c.programme_id, a.current_version_id, a.effective_from, a.effective_to
FROM support_agreement a JOIN support_cycle c ON c.id = a.cycle_id
JOIN accounts_organisation o ON o.id = a.recipient_id JOIN accounts_region g ON g.id = o.region_id
WHERE g.path LIKE %(path)s AND a.effective_from IS NOT NULL
"""


def build(clinics: int, today: date) -> tuple[User, User]:
    """Officers of one county and of the province."""
    load_reference()
    regions = _regions()
    counties = [row for row in regions if row.level == "county"]
    units = [_unit("bureau", row) for row in (regions[0], counties[0])]
    units += [_unit("hospital", row) for row in counties]
    units += [_unit("township_clinic", counties[number % COUNTIES], number) for number in range(clinics)]
    Organisation.objects.bulk_create(units)
    province, county = (
        User.objects.create(username=name, name="演示员", organisation=at, roles=[Role.BUREAU_OFFICER])
        for name, at in (("province", units[0]), ("county", units[1]))
    )
    programme = Programme.objects.create(name="演示项目", bureau=units[0])
    for year in range(today.year - YEARS + 1, today.year + 1):
        Cycle.objects.create(
            programme=programme,
            code=str(year),
            name=f"{year}年度",
            start_on=date(year, 1, 1),
            end_on=date(year, 12, 31),
        )
    rule = dict(
        programme=programme,
        measure="floor",
        unit="persons",
        basis="演示文件",
        tolerance_days=7,
        is_active=True,
    )
    StayRule.objects.create(minimum=1, **rule)
    special = [row for row in units if row.kind == "township_clinic"][::50]
    StayRule.objects.bulk_create(StayRule(minimum=2, recipient=row, **rule) for row in special)
    values = {
        "postings": round(clinics * POSTINGS_PER_CLINIC),
        "counties": COUNTIES,
        "today": today,
        "user": county.pk,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        for table in TRIGGERED:  # rows for history and checks one by one would take an hour
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(FILL, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in TRIGGERED:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return county, province


def _regions() -> list[Region]:
    made = [Region(code="990000", name="演示省", level="province", path="/990000/")]
    for number in range(COUNTIES):
        code = f"99{number // 10 + 1:02d}{number % 10 + 21}"
        made.append(Region(code=code, name=f"演示{code}县", level="county", path=f"/990000/{code}/"))
    Region.objects.bulk_create(made)
    Region.objects.exclude(pk=made[0].pk).update(parent=made[0])
    return made


def _unit(kind: str, region: Region, number: int = 0) -> Organisation:
    label = {"bureau": "卫生健康局", "hospital": "人民医院"}.get(kind, f"第{number}卫生院")
    return Organisation(
        code=f"{kind[:3].upper()}-{region.code}-{number}",
        name=f"{region.name}{label}",
        kind=kind,
        region=region,
    )


def milliseconds(work: Callable[[], Any], rounds: int) -> float:
    """Median by the clock, after one warm-up."""
    work()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def statements(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        response = client.get(url)
    assert response.status_code == 200, url
    return len(seen)


def compare(county: User, period: Period, today: date, rounds: int) -> None:
    """The county's year through the selector, and as typed by hand; both give the same rows."""
    agreements = agreements_by(county, "recipient")
    tail, tolerance = coverage_sql.SEGMENTS + coverage_sql.SHOWN, "tolerance_days"
    text, values = coverage_sql.statement(
        tail, agreements=agreements, by="recipient", period=period, today=today, wider=tolerance
    )
    span = coverage_sql.WIDER.format(field=tolerance, default=coverage_sql.DEFAULTS[tolerance])
    typed = coverage_sql.whole(tail, agreements=BY_HAND, by="recipient", span=span)
    values |= {"path": county.organisation.region.path + "%"}

    def run(sql: str) -> list:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall()

    assert run(text) == run(typed)

    def selected() -> dict:
        return coverage.coverage_calendars(agreements, by="recipient", period=period, today=today)

    with CaptureQueriesContext(connection) as seen:
        found = selected()
    pairs = [(milliseconds(selected, 1), milliseconds(lambda: run(typed), 1)) for _ in range(rounds)]
    ours, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(
        f"一个县全部受援单位：{len(found)} 家、{sum(len(row.segments) for row in found.values())} 段，"
        f"{len(seen)} 条分组语句"
    )
    print(f"  选择器 {ours:.1f} 毫秒；手写同一 SQL {theirs:.1f} 毫秒；比值 {ours / theirs:.2f}")


def main() -> int:
    parser = argparse.ArgumentParser(description="在岗日历在全省规模下的用时和语句数")
    parser.add_argument("--clinics", type=int, default=3000, help="受援单位数（默认 3000）")
    parser.add_argument("--rounds", type=int, default=15, help="每项测几次取中位数（默认 15）")
    options = parser.parse_args()
    today = timezone.localdate()
    period = Period.year(today.year)
    setup_test_environment(debug=False)
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        start = time.perf_counter()
        county, province = build(options.clinics, today)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM staffing_posting")
            count = cursor.fetchone()[0]
        print(
            f"样本：{options.clinics} 家受援单位，{YEARS} 年 {count} 人次派驻，造数 {time.perf_counter() - start:.0f} 秒"
        )
        compare(county, period, today, options.rounds)
        whole = agreements_by(province, "recipient")
        took = milliseconds(
            lambda: coverage.coverage_totals(whole, by="recipient", period=period, today=today), 3
        )
        print(f"全省各单位全年天数：一条分组语句 {took:.0f} 毫秒")
        pages(county, province, options.rounds)
    finally:
        teardown_databases(databases, verbosity=0)
    return 0


def pages(county: User, province: User, rounds: int) -> None:
    client = Client()
    client.force_login(county)
    clinics = list(
        Organisation.objects.owned_by(county).filter(kind="township_clinic").values_list("pk", flat=True)
    )
    urls = [reverse("coverage-recipient", args=[pk]) for pk in clinics]
    statements(client, urls[0])
    counts = {statements(client, url) for url in urls}
    took = milliseconds(lambda: client.get(urls[0]), rounds)
    # a clinic without a warning has nobody to name: one statement less
    print(f"一家受援单位的全年页面：{len(urls)} 家 {min(counts)}–{max(counts)} 条语句，{took:.0f} 毫秒")
    assert max(counts) - min(counts) <= 2
    for user, label in ((county, "县"), (province, "省")):
        client.force_login(user)
        url = reverse("coverage-list")
        statements(client, url)
        count = statements(client, url)
        took = milliseconds(partial(client.get, url), 5)
        print(f"{label}级列表页：{count} 条语句，{took:.0f} 毫秒")


if __name__ == "__main__":
    sys.exit(main())
