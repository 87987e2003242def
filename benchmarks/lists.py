"""Whether the lists and the search stay as quick with 100,000 activities as with 1,000, and ask as often.

    APP_ENV=local DATABASE_URL=… .venv/bin/python benchmarks/lists.py [--rows 100000] [--rounds 15]

Builds a database of its own beside the configured one and drops it at the end: 40 hospitals and 200 clinics
of one county, an agreement each. The pages are measured with 1,000 activities, then with all of them;
the same accounts, the same machine, one run. All names are made up.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django  # noqa: E402
from django.conf import settings  # noqa: E402

django.setup()
settings.DATABASES["default"]["TEST"]["NAME"] = "lists_benchmark"

from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import (  # noqa: E402
    CaptureQueriesContext,
    setup_databases,
    setup_test_environment,
    teardown_databases,
)
from django.urls import reverse  # noqa: E402

from accounts.models import Role, User  # noqa: E402
from core.dates import Period  # noqa: E402
from staffing.models import Clinician  # noqa: E402
from staffing.reference import load_reference as load_types  # noqa: E402
from support.reference import load_reference as load_lists  # noqa: E402
from testing import builders as build  # noqa: E402
from testing.many_activities import RARE, fill_activities  # noqa: E402

SMALL, HOSPITALS, CLINICS = 1_000, 40, 200
YEAR = Period.year(2026)
ALLOWED = 1.5


@dataclass
class Page:
    label: str
    url: str
    part: str = ""  # pages that are fetched after the first one


def pages() -> list[Page]:
    activities, search = reverse("activity-list"), reverse("search")
    return [
        Page("活动", activities),
        Page("活动，按类型排序", f"{activities}?sort=type", "整表排序"),
        Page("活动，待确认", f"{activities}?status=submitted"),
        Page("活动，从 2026-06 起", f"{activities}?since=2026-06-01"),
        Page("活动，查“义诊”", f"{activities}?q=义诊"),
        Page("活动，查“诊”", f"{activities}?q=诊"),
        Page(f"活动，查“{RARE}”", f"{activities}?q={RARE}"),
        Page("活动，查不到", f"{activities}?q=没有这个词"),
        Page("总查找“义诊”", f"{search}?q=义诊"),
        Page(f"总查找“{RARE}”", f"{search}?q={RARE}"),
        Page("总查找“lsy”", f"{search}?q=lsy"),
        Page("活动，总数和合计", f"{activities}?totals=1", "之后取"),
    ]


def build_places() -> tuple[list, dict, dict[str, User]]:
    bureau = build.bureau(build.COUNTY)
    cycle = build.cycle(build.programme(bureau), YEAR.start, YEAR.end)
    hospitals = [build.organisation("hospital") for _ in range(HOSPITALS)]
    people = {}
    for hospital in hospitals:
        people[hospital.pk] = [build.clinician(hospital) for _ in range(5)]
    agreements = [
        build.agreement_in_force(
            hospitals[n % HOSPITALS],
            build.organisation("township_clinic"),
            YEAR.start,
            YEAR.end,
            within=cycle,
        )
        for n in range(CLINICS)
    ]
    first = hospitals[0]
    doctor = build.user(Role.CLINICIAN, first)
    Clinician.objects.filter(pk=people[first.pk][0].pk).update(user=doctor)
    who = {
        "卫健局": build.user(Role.BUREAU_OFFICER, bureau),
        "支援医院": build.user(Role.HOSPITAL_COORDINATOR, first),
        "受援单位": build.user(Role.RECIPIENT_COORDINATOR, agreements[0].recipient),
        "派驻医师": doctor,
    }
    return agreements, people, who


def measured(who: dict[str, User], rounds: int) -> dict:
    """{(role, page): (milliseconds, statements)}, the quickest of the rounds: what the machine does besides is left out."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    found = {}
    for role, user in who.items():
        client = Client()
        client.force_login(user)
        for page in pages():
            client.get(page.url)
            with CaptureQueriesContext(connection) as seen:
                answer = client.get(page.url)
            count = len(seen)  # the next request empties the log
            assert answer.status_code == 200, page.url
            times = []
            for _ in range(rounds):
                start = time.perf_counter()
                client.get(page.url)
                times.append((time.perf_counter() - start) * 1000)
            found[role, page.label] = (min(times), count)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description="列表和查找在大量活动下的用时和语句数")
    parser.add_argument("--rows", type=int, default=100_000, help="活动数（默认 100000）")
    parser.add_argument("--rounds", type=int, default=15, help="每页测几次取最快的一次（默认 15）")
    options = parser.parse_args()
    setup_test_environment(debug=False)
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        load_lists()
        load_types()
        agreements, people, who = build_places()
        fill = {"entered_by": who["支援医院"], "confirmed_by": who["受援单位"], "last": date(2026, 11, 20)}
        fill_activities(agreements, people, SMALL, **fill)
        small = measured(who, options.rounds)
        start = time.perf_counter()
        fill_activities(agreements, people, options.rows - SMALL, first=SMALL, **fill)
        print(f"样本：{options.rows} 条活动，{CLINICS} 份协议，造数 {time.perf_counter() - start:.0f} 秒")
        large = measured(who, options.rounds)
    finally:
        teardown_databases(databases, verbosity=0)
    return told(small, large, options.rows)


def told(small: dict, large: dict, rows: int) -> int:
    parts = {page.label: page.part for page in pages()}
    print(f"{'角色':<6}{'页面':<18}{SMALL:>10} 条{rows:>10} 条{'比值':>8}  语句")
    late = 0
    for key, (before, asked) in small.items():
        after, asked_now = large[key]
        ratio, part = after / before, parts[key[1]]
        is_late = not part and ratio > ALLOWED
        late += is_late
        print(
            f"{key[0]:<6}{key[1]:<18}{before:>9.1f} ms{after:>9.1f} ms{ratio:>8.2f}  {asked} → {asked_now}"
            f"  {part}{'超过' if is_late else ''}"
        )
    print(f"首页用时比值上限 {ALLOWED}：{'全部符合' if not late else f'{late} 项超过'}")
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())
