"""The landing page: what waits stands on top, leads to exactly those rows, and goes when it is done."""

from datetime import date, timedelta
from urllib.parse import urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from core.waiting import DRAFT, RETURNED, work_waiting
from testing import builders as build
from testing.scene import people_for

pytestmark = pytest.mark.django_db
HC, RC, HL = Role.HOSPITAL_COORDINATOR, Role.RECIPIENT_COORDINATOR, Role.HOSPITAL_LEADER


@pytest.fixture
def pair():
    """A hospital and a clinic with an agreement around today."""
    today = timezone.localdate()
    hospital, clinic = build.organisation("hospital"), build.organisation("township_clinic")
    people = people_for(build.bureau(build.COUNTY), hospital, clinic)
    agreement = build.agreement_in_force(hospital, clinic, today - timedelta(60), today + timedelta(39))
    return hospital, clinic, agreement, people, today


def lines(user) -> dict[str, int]:
    return {line.what: line.count for line in work_waiting(user, day=timezone.localdate())}


def test_every_line_leads_to_a_list_of_exactly_that_many_rows(client, pair):
    hospital, clinic, agreement, people, today = pair
    on = today - timedelta(3)
    for status in ("draft", "submitted", "submitted", "returned"):
        build.activity(agreement, on=on, status=status)
        build.activity(agreement, on=on, status=status, by_sender=False)
    build.study(agreement, start=on, end=today, confirmed=False)
    build.donation(agreement, on=on, confirmed=False)
    build.donation(agreement, on=on, status="returned")
    build.posting(agreement, start=on, end=today, arrived=False)
    build.posting(agreement, start=today + timedelta(5), end=today + timedelta(9), arrived=False)
    build.agreement_draft(hospital, build.organisation("township_clinic"))
    found = {HC: {}, RC: {}}
    for role in found:
        client.force_login(people[role])
        for line in work_waiting(people[role], day=today):
            if "月报" in line.what:  # nothing is stored of what is still to be submitted
                continue
            assert urlsplit(line.url).query
            rows = client.get(line.url).context["page"].paginator.count
            # drafts and returned rows of both sides stand in one list; the line counts one's own
            mixed = line.tone in (RETURNED, DRAFT)
            assert rows == line.count or (mixed and rows > line.count), line
            found[role][line.what] = line.count
    assert found[HC] == {
        "条活动被对方退回": 1,
        "条捐赠被对方退回": 1,
        "份协议等待本单位确认": 1,
        "条活动等待本单位确认": 2,
        "条活动草稿没有提交": 1,
        "家受援单位有人快到期，还没有人接替": 1,
        "份协议即将到期": 1,
    }
    assert found[RC] == {
        "条活动被对方退回": 1,
        "人等待确认到岗": 1,
        "条活动等待本单位确认": 2,
        "条进修等待本单位确认": 1,
        "条捐赠等待本单位确认": 1,
        "条活动草稿没有提交": 1,
        "家受援单位有人快到期，还没有人接替": 1,
        "份协议即将到期": 1,
    }


def test_the_next_step_is_the_first_line_and_changes_when_it_is_done(client, pair):
    _, _, agreement, people, today = pair
    # no monthly return is due yet
    build.returns_begin(agreement.cycle.programme.bureau, date(today.year + 1, 1, 1))
    asked = build.activity(agreement, on=today - timedelta(3), status="submitted")
    client.force_login(people[RC])
    page = client.get(reverse("workspace"))
    assert page.context["next"]["what"] == "有 1 条活动等待本单位确认"
    client.post(reverse("activity-confirm", args=[asked.pk]))
    page = client.get(reverse("workspace"))
    assert [line.what for line in page.context["waiting"]] == ["份协议即将到期"]
    assert page.context["next"]["url"] == reverse("activity-new"), "more than a month is left for that"


def test_a_leader_reads_what_waits_but_gets_nothing_to_do(client, pair):
    _, _, agreement, people, today = pair
    build.activity(agreement, on=today - timedelta(3), status="submitted", by_sender=False)
    client.force_login(people[HL])
    page = client.get(reverse("workspace"))
    assert [line.what for line in page.context["waiting"]] == ["条活动等待本单位确认", "份协议即将到期"]
    assert page.context["next"] == {}
    text = page.content.decode()
    assert reverse("activity-new") not in text and reverse("batch-new") not in text


def test_agreements_tell_their_days_and_both_sides_of_a_hospital_show(client, pair):
    hospital, _, agreement, people, today = pair
    above = build.organisation("hospital", at=build.FAR_AWAY)
    received = build.agreement_in_force(above, hospital, today - timedelta(9), today)
    build.posting(agreement, start=today, end=today, department="外科")
    build.posting(received, start=today, end=today)
    client.force_login(people[HC])
    page = client.get(reverse("workspace"))
    sides = {side["part"]: side for side in page.context["sides"]}
    assert [row.days_left for row in sides["sender"]["agreements"]] == [40]
    assert [row.days_left for row in sides["recipient"]["agreements"]] == [1]
    assert (sides["sender"]["count"], sides["recipient"]["count"]) == (1, 1)
    text = page.content.decode()
    assert "还有 40 天" in text and above.name in text


def test_on_post_today_counts_only_who_arrived(client, pair):
    _, _, agreement, people, today = pair
    build.posting(agreement, start=today, end=today)
    build.posting(agreement, start=today, end=today, arrived=False)
    build.posting(agreement, start=today - timedelta(9), end=today - timedelta(1))
    client.force_login(people[HC])
    assert client.get(reverse("workspace")).context["sides"][0]["count"] == 1


def test_a_clinician_sees_own_stays_and_own_work(client, pair):
    hospital, _, agreement, people, today = pair
    doctor = build.clinician(hospital, user=people[Role.CLINICIAN])
    mine = build.posting(agreement, doctor, today, today)
    build.posting(agreement, start=today, end=today)
    own = build.activity(agreement, on=today, participants=[doctor])
    build.activity(agreement, on=today)
    client.force_login(people[Role.CLINICIAN])
    page = client.get(reverse("workspace"))
    assert list(page.context["postings"]) == [mine] and list(page.context["activities"]) == [own]
    assert page.context["next"]["url"] == reverse("activity-new")


def test_an_empty_unit_is_told_why_nothing_is_there(client):
    client.force_login(build.user(HC, build.organisation("hospital")))
    text = client.get(reverse("workspace")).content.decode()
    for words in ("没有等待办理的事", "没有有效的协议", "今天没有人在岗", "还没有登记活动"):
        assert words in text


def test_navigation_fits_the_role(client, pair):
    *_, people, _ = pair
    shown = {}
    for role in (HC, Role.CLINICIAN):
        client.force_login(people[role])
        shown[role] = client.get(reverse("workspace")).content.decode()
    assert reverse("agreement-list") in shown[HC] and reverse("clinician-list") in shown[HC]
    for route in ("agreement-list", "clinician-list", "donation-list", "study-list"):
        assert f'href="{reverse(route)}"' not in shown[Role.CLINICIAN]
    assert 'aria-current="page"' in shown[HC] and reverse("admin:index") not in shown[HC]
