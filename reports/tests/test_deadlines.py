"""Deadlines as they stand: met, late, open; for whom; on their page, in 待办."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from core.waiting import OVERDUE, SOON, work_waiting
from reports.demo.clock import as_of
from reports.models import Summary
from reports.selectors.deadline_facts import Item, facts_of
from reports.selectors.deadlines import Standing, calendar_of, deadline_state, deadlines_near
from reports.services.summaries import summary_freeze
from staffing.selectors.readiness import not_on_post
from support.models import CycleDeadline
from support.services.deadlines import deadline_rules_load, deadlines_make
from testing import builders as build
from testing.scene import scene

pytestmark = pytest.mark.django_db
OFFICER, LEADER, READER = Role.BUREAU_OFFICER, Role.BUREAU_LEADER, Role.LEADERSHIP
HC, RC, HL = Role.HOSPITAL_COORDINATOR, Role.RECIPIENT_COORDINATOR, Role.HOSPITAL_LEADER


# ---- the case of 2012: seven hospitals, ten clinics, the tenth filed late, three arrive late
PAIRS = ((1, 28), (1, 28), (2, 28), (2, 29), (3, 29), (3, 30), (4, 30), (5, 31), (6, 34), (7, 34))


@pytest.fixture
def c02():
    """Arrivals are days of July 2012 (31 and later: too late); the tenth agreement is filed on 2 July."""
    bureau = build.bureau("451000")
    officer = build.officer(bureau)
    cycle = build.cycle(build.programme(bureau), date(2012, 6, 1), date(2013, 5, 31))
    deadline_rules_load(bureau=bureau, example="city-2012", by=officer)
    deadlines_make(cycle=cycle, by=officer)
    hospitals = {number: build.organisation("hospital") for number in range(1, 8)}
    pairs = []
    for number, (hospital, july) in enumerate(PAIRS, 1):
        with as_of(date(2012, 7, 2) if number == 10 else date(2012, 6, 28)):
            agreement = build.agreement_in_force(
                hospitals[hospital],
                build.organisation("township_clinic"),
                date(2012, 7, 1),
                date(2013, 5, 31),
                within=cycle,
            )
        arrived = date(2012, 6, 30) + timedelta(july)
        build.posting(agreement, start=date(2012, 7, 15), end=date(2013, 5, 31), arrived=arrived)
        pairs.append(agreement)
    return cycle, officer, pairs


def state(cycle, kind: str, day: date):
    row = cycle.deadlines.get(kind=kind)
    return deadline_state(row, day=day, items=facts_of([row]).get(row.pk))


def test_c02_the_agreements(c02):
    cycle, _, pairs = c02
    on_the_day = state(cycle, "agreement", date(2012, 6, 30))
    assert (on_the_day.standing, on_the_day.done) == (Standing.DUE_TODAY, 9)
    assert [item.agreement for item in on_the_day.missing] == [pairs[9].pk]
    later = state(cycle, "agreement", date(2012, 7, 10))
    assert (later.standing, later.on, later.days) == (Standing.LATE, date(2012, 7, 2), 2)
    assert [(item.agreement, days) for item, days in later.late] == [(pairs[9].pk, 2)]
    assert later.told == "2012-07-02 完成，晚 2 天"


@pytest.mark.parametrize(
    ("day", "missing", "standing"), [(29, 5, "open"), (30, 7, "due_today"), (31, 8, "overdue")]
)
def test_c02_pairs_without_a_confirmed_arrival(c02, day, missing, standing):
    cycle, _, pairs = c02
    on = date(2012, 7, day)
    found = state(cycle, "arrival", on)
    assert {item.agreement for item in found.missing} == {row.pk for row in pairs[missing:]}
    assert found.standing == standing
    # the readiness page says the same
    assert {row.agreement.pk for row in not_on_post(cycle=cycle, on=on)} == {
        row.pk for row in pairs[missing:]
    }


def test_c02_everybody_came_late_by_four_days(c02):
    cycle, *_ = c02
    found = state(cycle, "arrival", date(2012, 9, 1))
    assert (found.standing, found.on, found.days) == (Standing.LATE, date(2012, 8, 3), 4)
    assert sorted(days for _, days in found.late) == [1, 4, 4]


def test_c02_what_nobody_records_is_known_by_the_calendar_or_by_hand(c02):
    cycle, *_ = c02
    plan = cycle.deadlines.get(kind="plan")
    assert deadline_state(plan, day=date(2012, 6, 10)).told == "还有 5 天"
    assert deadline_state(plan, day=date(2012, 6, 16)).standing == Standing.PASSED
    for done, standing, days in ((15, "met", 0), (18, "late", 3)):
        plan.done_on = date(2012, 6, done)
        found = deadline_state(plan, day=date(2012, 8, 1))
        assert (found.standing, found.days) == (standing, days)


def test_late_is_recorded_and_stops_nobody(c02):
    """The tenth agreement was filed after its day, and people arrived after theirs."""
    cycle, _, pairs = c02
    assert pairs[9].current_version.status == "filed" and pairs[9].postings.get().status == "on_post"


@pytest.mark.parametrize("offset", range(-3, 4))
def test_state_against_its_definition(offset):
    due, day = date(2026, 6, 10), date(2026, 6, 10) + timedelta(offset)
    row = CycleDeadline(due_on=due, kind="agreement")
    for done in (None, *(due + timedelta(n) for n in range(-3, 4))):
        known = done if done and done <= day else None
        found = deadline_state(row, day=day, items=[Item((1,), "甲", done)])
        if known:
            assert found.standing == ("late" if known > due else "met") and found.on == known
            assert found.days == max(0, (known - due).days)
        else:
            assert found.standing == {True: "open", False: "overdue"}.get(
                offset < 0 if offset else None, "due_today"
            )
            assert found.days == abs(offset)


def test_summaries(c02):
    cycle, officer, pairs = c02
    hospital = pairs[9].sender
    summary = Summary.objects.create(
        organisation=hospital, edition="hospital", cycle=cycle, issued_on=date(2012, 12, 28)
    )
    with as_of(date(2012, 12, 28)):
        summary_freeze(summary=summary, by=None)
    found = state(cycle, "summary", date(2012, 12, 30))
    assert len(found.items) == 7 and found.done == 1
    assert {item.organisations[0] for item in found.missing} == {row.sender_id for row in pairs[:9]}


def test_windows_divide_the_arrivals():
    bureau = build.bureau(build.COUNTY)
    cycle = build.cycle(build.programme(bureau))
    agreement = build.agreement_in_force(
        build.organisation("hospital"), build.organisation("township_clinic"), within=cycle
    )
    rows = [
        CycleDeadline.objects.create(cycle=cycle, kind="arrival", period=period, due_on=due)
        for period, due in (("上", date(2026, 4, 10)), ("下", date(2026, 10, 10)))
    ]
    build.posting(agreement, start=date(2026, 3, 20), end=date(2026, 8, 31))

    def told() -> list[str]:
        facts = facts_of(rows)
        return [deadline_state(row, day=date(2026, 11, 1), items=facts[row.pk]).told for row in rows]

    assert told() == ["2026-03-20 完成", "已逾期 22 天"]
    build.posting(agreement, start=date(2026, 10, 12), end=date(2026, 12, 31))
    assert told() == ["2026-03-20 完成", "2026-10-12 完成，晚 2 天"]


# ---- who sees what
@pytest.fixture
def world():
    return scene()


def near(world, kind: str, days: int, **fields) -> CycleDeadline:
    due = timezone.localdate() + timedelta(days)
    return CycleDeadline.objects.create(cycle=world.cycle, kind=kind, due_on=due, **fields)


def lines(world, role: str) -> dict[str, str]:
    found = work_waiting(world.people[role], day=timezone.localdate())
    return {line.what: line.tone for line in found if reverse("deadlines") in line.url}


def test_each_role_gets_what_it_has_to_do_or_to_know(world):
    build.agreement_draft(world.hospital, build.organisation("township_clinic"), within=world.cycle)
    near(world, "agreement", -3, side="hospital")
    near(world, "self_assessment", 5, side="clinic")
    near(world, "evaluation", 6, side="bureau")
    near(world, "training", 100, side="all")
    missed, clinic, bureau = (
        f"{words}（{world.cycle.name}）"
        for words in ("项未完成：签订并备案协议", "项：自查自评", "项：考核评估")
    )
    everything = {missed: OVERDUE, clinic: SOON, bureau: SOON}
    assert lines(world, OFFICER) == lines(world, LEADER) == everything
    assert lines(world, READER) == {missed: OVERDUE}
    assert lines(world, HC) == lines(world, HL) == {missed: OVERDUE}
    assert lines(world, RC) == {clinic: SOON}
    assert lines(world, Role.CLINICIAN) == {}
    assert work_waiting(world.strangers[HC], day=timezone.localdate()) == []


def test_a_unit_counts_its_own_pairs_only(world):
    other = build.agreement_draft(
        build.organisation("hospital"), build.organisation("township_clinic"), within=world.cycle
    )
    near(world, "agreement", -3, side="hospital")
    missing = {
        role: [len(row.missing) for row in deadlines_near(world.people[role], day=timezone.localdate())]
        for role in (OFFICER, HC)
    }
    assert missing == {OFFICER: [1], HC: []}, "its own agreement was filed in time"
    labels = [
        item.label
        for row in calendar_of(world.people[HC], world.cycle, day=timezone.localdate())
        for item in row.items
    ]
    assert len(labels) == 1 and other.sender.display_name not in labels[0]


def test_a_deadline_of_one_agreement_is_its_parties_affair(world):
    partner = build.organisation("hospital")
    other = build.agreement_in_force(partner, build.organisation("township_clinic"), within=world.cycle)
    row = near(world, "arrival", 3, period=other.number, agreement=other)
    for user, sees in (
        (world.people[HC], False),
        (world.people[RC], False),
        (build.user(HC, partner), True),
        (world.people[OFFICER], True),
        (world.strangers[OFFICER], False),
    ):
        assert CycleDeadline.objects.visible_to(user).filter(pk=row.pk).exists() == sees, user.roles


def test_done_by_hand_and_long_gone_is_no_work(world):
    near(world, "training", 3, done_on=timezone.localdate() - timedelta(2))
    near(world, "arrival", -90)
    near(world, "self_assessment", -1)
    assert lines(world, OFFICER) == {}


def test_the_calendar_page(client, world):
    near(world, "arrival", -100, note="培训以后", basis="某办法")
    late = near(world, "agreement", -400, side="hospital")
    client.force_login(world.people[HC])
    page = client.get(reverse("deadlines"))
    assert [row.deadline.kind for row in page.context["page"]] == ["agreement", "arrival"]
    text = page.content.decode()
    for words in ("培训以后", "依据：某办法", "签订并备案协议", f'id="deadline-{late.pk}"', "逾期完成"):
        assert words in text
    only = client.get(reverse("deadlines"), {"cycle": world.cycle.pk, "show": "late", "side": "hospital"})
    assert [row.deadline for row in only.context["page"]] == [late]
    for nonsense in ({"cycle": "x"}, {"cycle": 0}, {"side": "nobody"}):
        assert client.get(reverse("deadlines"), nonsense).status_code == 200
    client.force_login(world.strangers[HC])
    assert "还没有周期" in client.get(reverse("deadlines")).content.decode()


def test_the_bureau_sees_the_preview_and_writes_it(client, world):
    officer = world.people[OFFICER]
    client.force_login(officer)
    load = reverse("admin:support_programme_verb", args=[world.cycle.programme_id, "load-deadlines"])
    assert client.post(load, {"example": "city-2012"}).status_code == 302
    own = build.deadline(world.cycle, "training", date(2026, 3, 1))
    make = reverse("admin:support_cycle_verb", args=[world.cycle.pk, "make-deadlines"])
    text = client.get(make).content.decode()
    for words in ("2026-06-15", "培训后人员到岗", "新增", "人工设定，保留"):
        assert words in text
    assert list(world.cycle.deadlines.all()) == [own]
    assert client.post(make).status_code == 302 and world.cycle.deadlines.count() == 5
    assert "不变" in client.get(make).content.decode()
    listed = client.get(reverse("admin:support_deadlinerule_changelist")).content.decode()
    assert "每年 6 月 15 日" in listed and "之后 153 天" in listed


def test_statements_do_not_grow(client, world):
    def count(user, url) -> int:
        client.force_login(user)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        return len(captured)

    def more(number: int) -> None:
        clinic = build.organisation("township_clinic")
        agreement = build.agreement_in_force(world.hospital, clinic, within=world.cycle)
        build.posting(agreement)
        for kind in ("agreement", "arrival", "summary", "training"):
            near(world, kind, number - 2, period=str(number))
        near(world, "arrival", 3, period=agreement.number, agreement=agreement)

    more(1)
    users = [world.people[role] for role in (OFFICER, HC, READER)]
    urls = (reverse("deadlines"), reverse("todo"))
    before = [count(user, url) for user in users for url in urls]
    for number in range(2, 6):
        more(number)
    assert [count(user, url) for user in users for url in urls] == before
    assert max(before) <= 60, before
