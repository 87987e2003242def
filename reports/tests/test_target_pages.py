"""Pages of targets and the dashboard: what each shows, filters, export, 待办, statements."""

import io
from datetime import date

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from core.waiting import work_waiting
from reports.figures import FIGURES, Frame
from reports.figures.activities import together
from reports.selectors import standings
from reports.selectors import targets as selectors
from reports.selectors.dashboard import FORM, dashboard_home, narrowing, periods_of
from reports.tests.targets_world import World
from support.models import Agreement, OutcomeIndicator
from testing import builders as build

pytestmark = pytest.mark.django_db
LECTURES = dict(kind="lectures", minimum=1, per="month", unit="期")
TECHNIQUES = dict(kind="techniques", minimum=1, unit="项")


@pytest.fixture
def world():
    """Two agreements of a hospital: the first has done everything, the second nothing."""
    made = World()
    made.good = made.agreement(TECHNIQUES)
    build.activity(made.good, "technique", on=date(2026, 1, 5), measures={"techniques": 1})
    made.bad = made.agreement(LECTURES, TECHNIQUES)
    return made


@pytest.fixture
def officer(client, world):
    user = build.officer(world.bureau)
    client.force_login(user)
    return user


def listed(response) -> list[int]:
    return [card["agreement"].pk for card in response.context["cards"]]


def test_the_worst_agreement_comes_first(client, world, officer):
    response = client.get(reverse("target-list"))
    assert listed(response) == [world.bad.pk, world.good.pk]
    assert response.context["sums"] == {"targets": 3, "lagging": 1, "met": 1, "unknown": 0}
    page = response.content.decode()
    assert "落后 1 项" in page
    assert "应 12 个月，达到 0 个月，缺 2026-01" in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("verdict=lagging", ["bad"]),
        ("verdict=met", ["good"]),
        ("verdict=unknown", []),
        ("when=ended", []),
        ("when=all&sort=end", ["good", "bad"]),
    ],
)
def test_filters(client, world, officer, query, shown):
    response = client.get(f"{reverse('target-list')}?{query}")
    assert set(listed(response)) == {getattr(world, name).pk for name in shown}


def test_search_by_number_and_filter_by_hospital(client, world, officer):
    other = world.agreement(TECHNIQUES, hospital=build.organisation("hospital"))
    response = client.get(f"{reverse('target-list')}?q={world.good.number}")
    assert listed(response) == [world.good.pk]
    response = client.get(f"{reverse('target-list')}?sender={other.sender_id}")
    assert listed(response) == [other.pk]


def test_the_export_is_what_is_filtered(client, world, officer):
    response = client.get(f"{reverse('target-export')}?verdict=lagging")
    sheet = load_workbook(io.BytesIO(response.content)).active
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert {row[1] for row in rows} == {world.bad.number}
    assert [row[6] for row in rows] == ["讲座", "新技术新业务"]
    assert "缺 2026-01" in rows[0][15]


def test_the_number_of_a_target_opens_exactly_its_records(client, world, officer):
    page = client.get(reverse("target-agreement", args=[world.good.pk]))
    ((row, bar),) = page.context["rows"]
    opened = client.get(row.url)
    assert opened.status_code == 200
    assert [item.topic for item in opened.context["page"]] == [""]
    assert opened.context["opened"].value == "1"
    elsewhere = row.url.replace(f"agreement={world.good.pk}", f"agreement={world.bad.pk}")
    assert not list(client.get(elsewhere).context["page"])
    assert bar.reached == bar.plan


def test_a_stranger_finds_neither_page_nor_records(client, world):
    client.force_login(build.coordinator(build.organisation("hospital"), sending=True))
    assert client.get(reverse("target-agreement", args=[world.good.pk])).status_code == 404
    address = f"{reverse('figure-records', args=['techniques'])}?agreement={world.good.pk}"
    assert client.get(address).status_code == 404


def test_work_waiting_counts_what_the_page_lists(client, world, officer):
    for user in (officer, build.coordinator(world.hospital, sending=True)):
        (line,) = [line for line in work_waiting(user, day=timezone.localdate()) if "目标" in line.what]
        assert line.count == 1
        client.force_login(user)
        assert listed(client.get(line.url)) == [world.bad.pk]


@pytest.fixture
def kept(monkeypatch):
    monkeypatch.setattr(standings, "FEW", 0)
    cache.clear()
    yield
    cache.clear()


def stand_now(user):
    return standings.standings(selectors.agreements_with_targets(user), today=timezone.localdate())


def test_the_order_is_kept_until_the_ledger_changes(world, officer, kept):
    first = stand_now(officer)
    with CaptureQueriesContext(connection) as asked:
        assert stand_now(officer) == first
    assert len(asked) == 2
    for month in range(1, timezone.localdate().month + 1):
        build.activity(world.bad, on=date(2026, month, 1))
    assert first[world.bad.pk].lagging == 1
    assert stand_now(officer)[world.bad.pk].lagging == 0


CHANGES = {
    "activity": lambda row: build.activity(row, "technique", measures={"techniques": 1}),
    "posting": build.posting,
    "study": build.study,
    "donation": build.donation,
    "mentorship": build.mentorship,
    "outcome": lambda row: build.outcome_value(row.recipient, 1, 2026),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_changed_is_judged_again_and_nothing_else(world, officer, kept, monkeypatch, change):
    """Renewed standings are those that a judgement of everything gives; only the changed one was judged."""
    monkeypatch.setattr(standings, "LOOKED_AT_AGAIN", 0)
    revenue = OutcomeIndicator.objects.get(code="revenue")
    agreement = world.agreement(
        TECHNIQUES,
        dict(kind="resident_staff", minimum=1, unit="人"),
        dict(kind="trainees", minimum=1, unit="人"),
        dict(kind="donation_times", minimum=1, unit="次"),
        dict(kind="mentor_visits", minimum=1, per="month", unit="次"),
        dict(kind="outcome_level", minimum=1, unit="万元", indicator=revenue),
    )
    before = stand_now(officer)
    judged = []
    real = standings.progress_of

    def watched(rows, **asked):
        judged.extend(rows)
        return real(rows, **asked)

    monkeypatch.setattr(standings, "progress_of", watched)
    CHANGES[change](agreement)
    after = stand_now(officer)
    assert [row.pk for row in judged] == [agreement.pk]
    cache.clear()
    assert after == stand_now(officer)
    assert after[agreement.pk] != before[agreement.pk]


def test_a_new_rule_has_everything_judged_again(world, officer, kept, monkeypatch):
    agreement = world.agreement(dict(kind="resident_staff", minimum=2, unit="人"))
    build.posting(agreement, start=date(2026, 1, 11), end=date(2026, 12, 31))
    build.posting(agreement, start=date(2026, 1, 1), end=date(2026, 12, 31))
    assert stand_now(officer)[agreement.pk].lagging == 1
    build.stay_rule(world.cycle.programme, "floor", 1, "persons", tolerance_days=10)
    assert stand_now(officer)[agreement.pk].lagging == 0


def statements(client, address) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
    return len(found)


@pytest.mark.parametrize("name", ["target-list", "dashboard", "workspace"])
def test_pages_take_the_same_number_of_statements_when_data_double(client, world, name):
    client.force_login(build.user("bureau_leader", world.bureau))
    if name == "workspace":
        client.force_login(build.coordinator(world.hospital, sending=True))
    build.activity(world.bad, on=date(2026, 3, 2))
    build.posting(world.bad)
    before = statements(client, reverse(name))
    for _ in range(2):
        more = world.agreement(LECTURES, TECHNIQUES)
        build.activity(more, on=date(2026, 3, 2))
        build.posting(more)
    assert statements(client, reverse(name)) == before


def test_the_dashboard_shows_the_figures_and_opens_them(client, world):
    leader = build.user("leadership", world.bureau)
    client.force_login(leader)
    for month, times in ((1, 2), (3, 1)):
        for _ in range(times):
            build.activity(world.bad, on=date(2026, month, 9))
    build.activity(world.bad, on=date(2026, 3, 9), status="submitted")
    build.donation(world.bad, "goods", 300)
    response = client.get(reverse("dashboard"))
    board = response.context["board"]
    frame = Frame(world.bureau, "bureau", world.cycle, world.cycle.period)
    texts = {reading.code: reading.text for reading in board.readings}
    assert texts["lectures"] == "3" == str(int(FIGURES["lectures"].value(frame)))
    assert [reading.text for reading in board.donations] == ["0.00", "300.00", "0.00"]
    trend = next(trend for trend in board.trends if trend.figure.code == "lectures")
    assert {month: value for month, value, _ in trend.months if value} == FIGURES["lectures"].by_month(frame)
    assert (board.unconfirmed.waiting, board.unconfirmed.total) == (1, 5)
    for reading in (*board.readings, *board.donations):
        opened = client.get(reading.url)
        assert opened.context["opened"].value == reading.text, reading.code
    january = next(url for month, _, url in trend.months if month == date(2026, 1, 1))
    assert client.get(january).context["opened"].value == "2"


def test_the_dashboard_of_a_month_and_of_a_year(client, world):
    client.force_login(build.user("leadership", world.bureau))
    build.activity(world.bad, on=date(2026, 1, 9))
    build.activity(world.bad, on=date(2026, 3, 9))
    for period, lectures in (("2026-03", "1"), ("2026", "2"), ("2026-02", "0"), ("nonsense", "2")):
        board = client.get(f"{reverse('dashboard')}?period={period}").context["board"]
        (reading,) = [row for row in board.readings if row.code == "lectures"]
        assert reading.text == lectures
        assert client.get(reading.url).context["opened"].value == lectures


def test_a_hospital_leader_sees_the_own_hospital(client, world):
    other = world.agreement(TECHNIQUES, hospital=build.organisation("hospital"))
    build.activity(other, on=date(2026, 3, 9))
    build.activity(world.bad, on=date(2026, 3, 9))
    leader = build.user("hospital_leader", world.hospital)
    assert dashboard_home(leader) == (world.hospital, "hospital")
    client.force_login(leader)
    board = client.get(reverse("dashboard")).context["board"]
    assert [row.text for row in board.readings if row.code == "lectures"] == ["1"]
    assert board.coverage is None
    assert {row.agreement.pk for row in board.worst} == {world.bad.pk}


def test_a_leader_without_a_cycle_gets_an_explanation(client):
    client.force_login(build.user("leadership", build.bureau()))
    assert "还没有周期" in client.get(reverse("dashboard")).content.decode()


def test_many_figures_together_are_the_figures_one_by_one(world):
    for month in (1, 1, 4):
        build.activity(world.bad, on=date(2026, month, 9))
        build.activity(
            world.good, "operation", on=date(2026, month, 9), measures={"operations": 2, "operations_led": 1}
        )
    frame = Frame(world.bureau, "bureau", world.cycle, world.cycle.period)
    codes = [code for code, figure in FIGURES.items() if figure.measures]
    assert set(FORM) & set(codes)
    found = together(codes, frame)
    for code in codes:
        assert found[code] == FIGURES[code].by_month(frame), code
        assert sum(found[code].values()) == FIGURES[code].value(frame), code


def test_periods_to_choose_are_those_that_have_begun(world):
    values = [value for value, _ in periods_of(world.cycle, date(2026, 3, 5))]
    assert values == ["", "2026", "2026-03", "2026-02", "2026-01"]
    assert narrowing("2026-03") == {"month": "2026-03"}
    assert Agreement.objects.count() == 2
