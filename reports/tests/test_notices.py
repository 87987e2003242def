"""Notices: each once whatever happens, to the right person only, read when opened, cleared when old."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice, Role
from accounts.notices import NoticeDraft, drafts
from accounts.services.notices import ROUND_LOCK, notices_round, notices_write
from core.tests.together import together
from staffing.models import Activity, Batch
from staffing.services.leave import leave_decide
from support.models import CycleDeadline
from support.models.confirmation import RecordStatus
from support.services.records import record_return, record_submit
from testing import builders as build
from testing.scene import scene

pytestmark = pytest.mark.django_db
HC, RC, OFFICER, CLINICIAN = (
    Role.HOSPITAL_COORDINATOR,
    Role.RECIPIENT_COORDINATOR,
    Role.BUREAU_OFFICER,
    Role.CLINICIAN,
)
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def world():
    made = scene()
    notices_round(now=timezone.now())  # what the scene itself tells
    Notice.objects.all().delete()
    return made


def told(user) -> list[tuple[str, str]]:
    return list(user.notices.order_by("pk").values_list("kind", "text"))


def returned(world, **fields):
    activity = build.activity(world.agreement, status="submitted", by=world.people[HC], **fields)
    record_return(record=activity, by=world.people[RC], reason="人数有误")
    return activity


# ---- what is told
def test_returned_twice_is_told_twice_and_never_three_times(world):
    activity = returned(world, topic="冬季防病")
    for _ in range(3):
        assert notices_round()
    ((kind, text),) = told(world.people[HC])
    assert kind == "returned" and "冬季防病" in text and "被退回：人数有误" in text
    assert world.people[HC].notices.get().url == reverse("activity-detail", args=[activity.pk])
    activity.refresh_from_db()
    record_submit(record=activity, by=world.people[HC])
    notices_round()
    assert len(told(world.people[HC])) == 1, "sent again is no news"
    record_return(record=activity, by=world.people[RC], reason="还是不对")
    notices_round()
    notices_round()
    assert [text.split("：")[-1] for _, text in told(world.people[HC])] == ["人数有误", "还是不对"]
    assert Notice.objects.exclude(user=world.people[HC]).count() == 0


def test_confirmed_is_told_the_next_day_in_one_sentence(world):
    for number in range(3):  # beside the one of the scene
        build.activity(world.agreement, on=date(2026, 4, 1 + number), by=world.people[HC])
    notices_round()
    assert told(world.people[HC]) == []
    tomorrow = timezone.now() + timedelta(days=1)
    notices_round(now=tomorrow)
    notices_round(now=tomorrow + timedelta(days=1))
    mine = [text for kind, text in told(world.people[HC]) if kind == "confirmed"]
    assert len(mine) == 1 and mine[0].endswith("确认了您填报的 4 条活动")


def test_disputed_is_told_to_who_entered(world):
    activity = build.activity(world.agreement, status="submitted", by=world.people[HC])
    Activity.objects.filter(pk=activity.pk).update(
        status=RecordStatus.DISPUTED, dispute_reason="人次不实", disputed_at=NOW
    )
    notices_round()
    notices_round()
    ((kind, text),) = told(world.people[HC])
    assert kind == "disputed" and "被提出争议：人次不实" in text


def test_plans_and_leave(world):
    plan = build.plan(world.agreement, {"department": "内科"}, upto="submitted")
    Batch.objects.filter(pk=plan.pk).update(
        status="returned", returned_at=NOW, returned_by=world.people[RC], return_reason="需要儿科"
    )
    leave = build.leave(world.posting, date(2026, 5, 6), by=world.people[CLINICIAN], approved=False)
    notices_round()
    assert told(world.people[CLINICIAN]) == []
    leave_decide(leave=leave, by=world.people[RC], approved=True)
    notices_round()
    notices_round()
    assert [kind for kind, _ in told(world.people[CLINICIAN])] == ["leave"]
    plan.refresh_from_db()
    assert told(plan.submitted_by) == [("plan", f"派驻计划 {plan.code} 被退回：需要儿科")]


# ---- deadlines
def deadline(world, kind="training", side="hospital", **fields) -> CycleDeadline:
    return CycleDeadline.objects.create(
        cycle=world.cycle, kind=kind, side=side, due_on=date(2026, 11, 30), **fields
    )


def rounds(*days: int) -> None:
    """A round on each of these days before (or after) 30 November."""
    for left in days:
        notices_round(now=NOW.replace(day=30) - timedelta(days=left))


def stages(user) -> list[str]:
    keys = user.notices.filter(kind="deadline").order_by("pk").values_list("key", flat=True)
    return [key.rsplit(":", 1)[1] for key in keys]


def test_reminders_come_once_each_and_a_missed_day_is_made_up(world):
    deadline(world)
    rounds(9, 8)
    assert stages(world.people[HC]) == []
    rounds(7, 7, 6, 5)
    assert stages(world.people[HC]) == ["7"]
    rounds(1, 0, -1, -5)
    assert stages(world.people[HC]) == ["7", "1"], "nobody records training, so nobody is called late"
    assert stages(world.people[RC]) == stages(world.people[OFFICER]) == stages(world.strangers[HC]) == []


def test_a_scheduler_that_slept_over_a_reminder_sends_it_late_but_not_two(world):
    deadline(world)
    rounds(4)
    assert stages(world.people[HC]) == ["7"]
    CycleDeadline.objects.all().delete()
    Notice.objects.all().delete()
    deadline(world)
    rounds(0)
    assert stages(world.people[HC]) == ["1"]


def test_missed_goes_to_those_who_are_late_and_to_the_bureau(world):
    other = build.user(HC, build.organisation("hospital"))
    build.agreement_draft(
        other.organisation, build.organisation("township_clinic"), within=world.cycle, number="XY-LATE"
    )
    deadline(world, "agreement")
    CycleDeadline.objects.update(due_on=date(2026, 11, 30))
    rounds(-1, -2)
    assert stages(other) == ["overdue"]
    assert stages(world.people[HC]) == [], "its own agreement was filed"
    assert stages(world.people[OFFICER]) == ["overdue"]
    assert stages(world.people[Role.BUREAU_LEADER]) == []


def test_a_moved_deadline_reminds_again(world):
    row = deadline(world)
    rounds(7)
    row.due_on = date(2026, 12, 10)
    row.save()
    rounds(-3)
    assert stages(world.people[HC]) == ["7", "7"]
    row.done_on = date(2026, 12, 4)
    row.save()
    rounds(-9)
    assert stages(world.people[HC]) == ["7", "7"]


def test_closed_accounts_get_nothing(world):
    returned(world)
    world.people[HC].is_active = False
    world.people[HC].save()
    notices_round()
    assert not Notice.objects.exists()


# ---- once, whatever happens
@pytest.mark.django_db(transaction=True)
def test_two_rounds_at_once_make_nothing_twice():
    world = scene()
    for day in range(1, 6):
        returned(world, on=date(2026, 4, day))
    outcomes = together(*[notices_round] * 4)
    assert all(outcome in (True, False) for outcome in outcomes) and any(outcomes), outcomes
    assert Notice.objects.filter(kind="returned").count() == 5


@pytest.mark.django_db(transaction=True)
def test_the_table_alone_keeps_each_key_once():
    """The same without the lock of a round: several writers, one row a person and key."""
    user = build.user(HC, build.organisation("hospital"))
    rows = [NoticeDraft(user.pk, "plan", "试", "/todo/", f"k{number}") for number in range(200)]
    outcomes = together(*[lambda: notices_write(drafts=rows, now=NOW)] * 4)
    assert outcomes == [None] * 4
    assert Notice.objects.count() == 200
    with pytest.raises(IntegrityError):
        Notice.objects.create(user=user, kind="plan", text="试", url="/todo/", key="k1")


@pytest.mark.django_db(transaction=True)
def test_a_round_steps_back_while_another_is_at_it():
    world = scene()
    returned(world)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ROUND_LOCK])
        assert together(notices_round) == [False]
    assert not Notice.objects.filter(kind="returned").exists()
    assert notices_round() and Notice.objects.filter(kind="returned").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_round_killed_half_way_is_made_up_by_the_next(monkeypatch):
    world = scene()
    returned(world)

    def broken(*args):
        raise ConnectionError("killed")

    with monkeypatch.context() as patch:
        patch.setattr("accounts.services.notices._sweep", broken)
        with pytest.raises(ConnectionError):
            notices_round()
    assert not Notice.objects.exists()
    notices_round()
    assert Notice.objects.filter(kind="returned").count() == 1


# ---- old ones
def test_old_read_notices_go_and_do_not_come_back(world, settings):
    still = returned(world)
    gone = returned(world, on=date(2026, 4, 2))
    notices_round()
    user = world.people[HC]
    user.notices.update(created_at=timezone.now() - timedelta(days=settings.NOTICE_KEEP_DAYS + 1))
    notices_round()
    assert user.notices.count() == 2, "unread ones stay"
    user.notices.update(read_at=timezone.now())
    gone.refresh_from_db()
    record_submit(record=gone, by=user)
    notices_round()
    notices_round()
    assert [f"activity:{still.pk}:" in row.key for row in user.notices.all()] == [True]


def test_what_was_confirmed_long_ago_is_no_news(world):
    build.activity(world.agreement, by=world.people[HC])
    later = timezone.now() + timedelta(days=32)
    assert not [draft for draft in drafts(later) if draft.kind == "confirmed"]


# ---- pages
def test_the_list_filters_and_opens(client, world):
    activity = returned(world, topic="甲题")
    deadline(world)
    notices_round(now=NOW.replace(day=29))
    Notice.objects.filter(kind="confirmed").delete()
    user = world.people[HC]
    client.force_login(user)
    page = client.get(reverse("notice-list"))
    assert len(page.context["page"]) == 2 and "2 条未读" in page.content.decode()
    for query, kinds in (
        ({"q": "甲题"}, ["returned"]),
        ({"kind": "deadline"}, ["deadline"]),
        ({"unread": "on", "kind": "returned"}, ["returned"]),
        ({"q": "没有的"}, []),
    ):
        assert [row.kind for row in client.get(reverse("notice-list"), query).context["page"]] == kinds
    notice = user.notices.get(kind="returned")
    response = client.post(reverse("notice-open", args=[notice.pk]))
    assert response.headers["Location"] == reverse("activity-detail", args=[activity.pk])
    notice.refresh_from_db()
    first = notice.read_at
    client.post(reverse("notice-open", args=[notice.pk]))
    notice.refresh_from_db()
    assert first and notice.read_at == first
    assert (
        "未读 1"
        not in client.get(reverse("notice-list"), {"unread": "on", "kind": "returned"}).content.decode()
    )
    client.post(reverse("notice-mark-all"))
    assert not user.notices.unread().exists()
    assert "没有未读的通知" in client.get(reverse("notice-list")).content.decode()


@pytest.mark.parametrize(
    "url", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil", ""]
)
def test_only_local_addresses_can_be_stored(world, url):
    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.create(user=world.people[HC], kind="plan", text="试", url=url, key="k")


def test_nobody_opens_those_of_others(client, world):
    returned(world)
    notices_round()
    notice = Notice.objects.get()
    for role in (RC, OFFICER, Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN):
        client.force_login(world.people[role])
        assert client.post(reverse("notice-open", args=[notice.pk])).status_code == 404
        assert client.post(reverse("notice-mark-read", args=[notice.pk])).status_code == 404
        assert client.post(reverse("notice-mark-all")).status_code == 302
        assert "人数有误" not in client.get(reverse("notice-list")).content.decode()
    notice.refresh_from_db()
    assert notice.read_at is None


def test_the_bell_counts_in_one_statement_on_page_and_desk(client, world):
    user = world.people[OFFICER]
    rows = [
        NoticeDraft(user.pk, "deadline", f"试{number}", "/deadlines/", f"k{number}") for number in range(120)
    ]
    client.force_login(user)
    for url in (reverse("notice-list"), reverse("admin:index")):
        notices_write(drafts=rows[:3], now=NOW)
        assert "3 条未读" in client.get(url).content.decode()
        with CaptureQueriesContext(connection) as few:
            client.get(reverse("todo"))
        notices_write(drafts=rows, now=NOW)
        with CaptureQueriesContext(connection) as many:
            client.get(reverse("todo"))
        assert len(few) == len(many)
        assert sum("accounts_notice" in query["sql"] for query in many) == 1
        assert "99+" in client.get(url).content.decode()
        Notice.objects.all().delete()
