"""Whether the lists and the search stay as quick with 100,000 activities as with 1,000, and ask as often.

    APP_ENV=local DATABASE_URL=… .venv/bin/python benchmarks/lists.py [--rows 100000] [--rounds 5]

Builds a database of its own beside the configured one and drops it at the end. First a small county: 8
hospitals and 40 clinics with an agreement each and 1,000 activities, so that the first pages are full (a page
of five rows against one of 25 would measure drawing). Then the ledger grows to a city's: the activities are
copied to five times the units and ten times the people, each of whom has more of them than before. The same
accounts, the same machine, one run. All names are made up.
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
LARGE, LITTLE = "lists_benchmark", "lists_benchmark_little"
settings.DATABASES["default"]["TEST"]["NAME"] = LARGE

from django.db import connection, transaction  # noqa: E402
from django.db.models import Max  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import (  # noqa: E402
    CaptureQueriesContext,
    setup_databases,
    setup_test_environment,
    teardown_databases,
)
from django.urls import reverse  # noqa: E402

from accounts.models import Organisation, Role, User  # noqa: E402
from core.dates import Period  # noqa: E402
from staffing.models import Activity, ActivityMeasure, Clinician  # noqa: E402
from staffing.reference import load_reference as load_types  # noqa: E402
from support.models import Agreement  # noqa: E402
from support.reference import load_reference as load_lists  # noqa: E402
from testing import builders as build  # noqa: E402
from testing.many_activities import DAYS, RARE, fill_activities  # noqa: E402

SMALL, HOSPITALS, CLINICS = 1_000, 40, 200
AREAS, TEAMS = 5, 2  # the small county is one of five areas, and half of its people take part
YEAR = Period.year(2026)
ALLOWED = 1.5
TURNS = 3
LAST = date(2026, 11, 20)


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


@dataclass
class Places:
    """``agreements``: number n joins hospital n % HOSPITALS; ``people``: by hospital, in its order."""

    hospitals: list[Organisation]
    agreements: list[Agreement]
    people: list[list[Clinician]]

    @property
    def few(self) -> list[Agreement]:
        """Those of the small county."""
        return [row for number, row in enumerate(self.agreements) if number % HOSPITALS < HOSPITALS // AREAS]

    @property
    def few_people(self) -> dict[int, list[Clinician]]:
        area = zip(self.hospitals, self.people, strict=True)
        return {hospital.pk: team[: len(team) // TEAMS] for hospital, team in area}


def build_places() -> tuple[Places, dict[str, User]]:
    bureau = build.bureau(build.COUNTY)
    cycle = build.cycle(build.programme(bureau), YEAR.start, YEAR.end)
    hospitals = [build.organisation("hospital") for _ in range(HOSPITALS)]
    people = [[build.clinician(hospital) for _ in range(5 * TEAMS)] for hospital in hospitals]
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
    Clinician.objects.filter(pk=people[0][0].pk).update(user=doctor)
    who = {
        "卫健局": build.user(Role.BUREAU_OFFICER, bureau),
        "支援医院": build.user(Role.HOSPITAL_COORDINATOR, first),
        "受援单位": build.user(Role.RECIPIENT_COORDINATOR, agreements[0].recipient),
        "派驻医师": doctor,
    }
    return Places(hospitals, agreements, people), who


def copy_activities(places: Places, times: int) -> None:
    """Every activity ``times`` more, on other days and of other units, with measures and people.

    Triggers are off: no page reads the history of the copies. The index of the search is built once.
    """
    led = Activity.participants.through
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'activity_grams_idx'")
        (index,) = cursor.fetchone()
        cursor.execute("SET LOCAL session_replication_role = replica; DROP INDEX activity_grams_idx")
        _note_where_copies_go(cursor, places)
        step = Activity.objects.aggregate(most=Max("pk"))["most"]
        shift = f"n * {step}"
        changed = {
            "id": f"id + {shift}",
            "client_key": "gen_random_uuid()",
            "agreement_id": "place.other",
            "entered_for_id": "place.sender",
            "confirmed_for_id": "CASE WHEN confirmed_for_id IS NOT NULL THEN place.recipient END",
            **{name: f"{name} - (n * 37 %% {DAYS})::int" for name in ("start_on", "end_on")},
        }
        _copy(cursor, Activity, times, changed, f"place ON agreement_id = place.one AND n %% {AREAS} = area")
        of_copy = {"activity_id": f"activity_id + {shift}"}
        most = ActivityMeasure.objects.aggregate(most=Max("pk"))["most"]
        _copy(cursor, ActivityMeasure, times, of_copy | {"id": f"id + n * {most}"})
        most = led.objects.aggregate(most=Max("pk"))["most"]
        changed = of_copy | {"id": f"id + n * {most}", "clinician_id": "person.other"}
        team = f"n %% {AREAS} = area AND n / {AREAS} %% {TEAMS} = team"
        _copy(cursor, led, times, changed, f"person ON clinician_id = person.one AND {team}")
        cursor.execute(index)


def _note_where_copies_go(cursor, places: Places) -> None:
    """Temporary tables: of which agreement and of which person the n-th copy is."""
    step, size = HOSPITALS // AREAS, 5
    there = [
        (row.pk, area, other.pk, other.sender_id, other.recipient_id)
        for number, row in enumerate(places.agreements)
        if number % HOSPITALS < step
        for area in range(AREAS)
        for other in [places.agreements[number + step * area]]
    ]
    them = [
        (one.pk, area, team, places.people[number + step * area][place + size * team].pk)
        for number in range(step)
        for place, one in enumerate(places.people[number][:size])
        for area in range(AREAS)
        for team in range(TEAMS)
    ]
    cursor.execute(
        "CREATE TEMP TABLE place (one int, area int, other int, sender int, recipient int) ON COMMIT DROP;"
        "CREATE TEMP TABLE person (one int, area int, team int, other int) ON COMMIT DROP"
    )
    cursor.executemany("INSERT INTO place VALUES (%s, %s, %s, %s, %s)", there)
    cursor.executemany("INSERT INTO person VALUES (%s, %s, %s, %s)", them)


def _copy(cursor, model, times: int, changed: dict[str, str], joined: str = "") -> None:
    table = model._meta.db_table
    names = [field.column for field in model._meta.concrete_fields]
    values = ", ".join(changed.get(name, f"{table}.{name}") for name in names)
    cursor.execute(
        f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM {table}"
        f" CROSS JOIN generate_series(1, %s) AS n {'JOIN ' + joined if joined else ''}",
        [times],
    )


def measured(who: dict[str, User], rounds: int) -> dict:
    """{(role, page): {database: (milliseconds, statements)}}, the quickest of the rounds.

    Both databases take turns, so that the moods of the machine meet both.
    """
    found = {}
    clients = {}
    for name in (LITTLE, LARGE):
        use(name)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        for role, user in who.items():
            clients[name, role] = Client()
            clients[name, role].force_login(user)
    for role in who:
        for page in pages():
            best = {}
            for _ in range(TURNS):
                for name in (LITTLE, LARGE):
                    use(name)
                    took, count = timed(clients[name, role], page.url, rounds)
                    best[name] = (min(took, best[name][0] if name in best else took), count)
            found[role, page.label] = best
    return found


def timed(client: Client, url: str, rounds: int) -> tuple[float, int]:
    client.get(url)
    with CaptureQueriesContext(connection) as seen:
        answer = client.get(url)
    count = len(seen)  # the next request empties the log
    assert answer.status_code == 200, url
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        client.get(url)
        times.append((time.perf_counter() - start) * 1000)
    return min(times), count


def use(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name


def set_aside() -> None:
    """A copy of the database as it is now, under the name of the little one."""
    connection.close()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {LITTLE}")
        cursor.execute(f"CREATE DATABASE {LITTLE} TEMPLATE {LARGE}")


def main() -> int:
    parser = argparse.ArgumentParser(description="列表和查找在大量活动下的用时和语句数")
    parser.add_argument("--rows", type=int, default=100_000, help="活动数（默认 100000）")
    parser.add_argument("--rounds", type=int, default=5, help="每页每轮测几次，三轮取最快的一次（默认 5）")
    options = parser.parse_args()
    setup_test_environment(debug=False)
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        load_lists()
        load_types()
        places, who = build_places()
        # somebody whose pages are not measured: what one entered oneself is one's own wherever it belongs
        clerks = [build.user(Role.HOSPITAL_COORDINATOR, places.hospitals[-1]) for _ in range(2)]
        fill_activities(
            places.few, places.few_people, SMALL, entered_by=clerks[0], confirmed_by=clerks[1], last=LAST
        )
        set_aside()
        start = time.perf_counter()
        copy_activities(places, options.rows // SMALL - 1)
        print(f"样本：{options.rows} 条活动，{CLINICS} 份协议，造数 {time.perf_counter() - start:.0f} 秒")
        found = measured(who, options.rounds)
    finally:
        use(LARGE)
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {LITTLE}")
        teardown_databases(databases, verbosity=0)
    return told(found, options.rows)


def told(found: dict, rows: int) -> int:
    parts = {page.label: page.part for page in pages()}
    print(f"{'角色':<6}{'页面':<18}{SMALL:>10} 条{rows:>10} 条{'比值':>8}  语句")
    late = 0
    for key, both in found.items():
        (before, asked), (after, asked_now) = both[LITTLE], both[LARGE]
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
