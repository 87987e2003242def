"""Planning, arrival, end and cancelling on the pages; a person's page; the people of a unit."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from staffing.models import AdvancedStudy, Clinician, Posting
from testing import builders as build
from testing.scene import scene

pytestmark = pytest.mark.django_db
HC, RC = Role.HOSPITAL_COORDINATOR.value, Role.RECIPIENT_COORDINATOR.value


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """Built once; each test's changes are rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield scene()
        transaction.set_rollback(True)


@pytest.fixture
def sender(client, world):
    client.force_login(world.people[HC])
    return client


@pytest.fixture
def recipient(client, world):
    client.force_login(world.people[RC])
    return client


def test_the_department_of_an_approved_posting_is_set_right_and_it_is_called_off(sender, world):
    planned = build.posting(world.agreement, arrived=False)
    edit = reverse("posting-edit", args=[planned.pk])
    sender.post(edit, {"department": "儿科", "end_on": "2026-07-31"})
    planned.refresh_from_db()
    assert (planned.department, planned.end_on) == ("儿科", date(2026, 8, 31))
    cancel = reverse("posting-cancel", args=[planned.pk])
    assert sender.post(cancel, {"reason": " "}).context["cancel"].errors["reason"]
    sender.post(cancel, {"reason": "本人病假"})
    planned.refresh_from_db()
    assert (planned.status, planned.end_reason) == ("cancelled", "本人病假")
    assert "不能再修改计划" in sender.post(edit, {"department": "外科"}, follow=True).content.decode()


def test_what_began_is_not_called_off(sender, world):
    answer = sender.post(reverse("posting-cancel", args=[world.posting.pk]), {"reason": "误报"})
    assert "已到岗的派驻请办理结束" in answer.content.decode()
    world.posting.refresh_from_db()
    assert world.posting.status == "on_post"


def test_arrival(recipient, world):
    planned = build.posting(world.agreement, arrived=False)
    url = reverse("posting-arrive", args=[planned.pk])
    refused = recipient.post(url, {"arrived_on": "2026-09-02"})
    assert "到岗日期应在派驻" in refused.context["arrival"].errors["arrived_on"][0]
    assert 'value="2026-09-02"' in refused.content.decode()
    assert recipient.post(url, {"arrived_on": "昨天"}).context["arrival"].errors["arrived_on"]
    planned.refresh_from_db()
    assert planned.arrived_on is None
    recipient.post(url, {"arrived_on": "2026-03-03", "from": "list"})
    planned.refresh_from_db()
    assert (planned.status, planned.arrived_on, planned.arrival_confirmed_by) == (
        "on_post",
        date(2026, 3, 3),
        world.people[RC],
    )


def test_a_stay_ends_on_its_last_day(sender, world):
    posting = build.posting(world.agreement, end=date(2026, 5, 31))
    url = reverse("posting-end", args=[posting.pk])
    answer = sender.post(url, {"ended_on": "2026-05-30"})
    assert "提前结束须先申请" in answer.context["end"].errors["ended_on"][0]
    sender.post(url, {"ended_on": "2026-05-31"})
    posting.refresh_from_db()
    assert (posting.status, posting.end_on) == ("ended", date(2026, 5, 31))


def test_an_extension_is_asked_for_withdrawn_and_asked_again(sender, world):
    posting = build.posting(world.agreement)
    url = reverse("posting-extend", args=[posting.pk])
    answer = sender.post(url, {"new_end_on": "2027-03-31", "reason": "带教", "unfinished_task": "胃镜"})
    assert "不能覆盖派驻" in answer.context["extend"].errors["new_end_on"][0]
    assert 'value="2027-03-31"' in answer.content.decode()
    values = {"new_end_on": "2026-11-30", "reason": "带教", "unfinished_task": "胃镜"}
    page = sender.post(url, values, follow=True)
    asked = page.context["asked"]
    assert (asked.status, asked.new_end_on, page.context["extend"]) == ("requested", date(2026, 11, 30), None)
    assert "胃镜" in page.content.decode()
    early = reverse("posting-end-early", args=[posting.pk])
    assert "已有一个待批准的申请" in str(
        sender.post(early, {"new_end_on": "2026-06-30", "reason": "调任"}).context["early"].errors
    )
    sender.post(reverse("posting-change-withdraw", args=[asked.pk]))
    sender.post(early, {"new_end_on": "2026-06-30", "reason": "调任"})
    assert sorted(posting.change_requests.values_list("kind", "status")) == [
        ("end_early", "requested"),
        ("extend", "withdrawn"),
    ]


def test_verdicts_on_the_pages(sender, world):
    build.stay_rule(world.cycle.programme, "continuous", 6, "months", basis="方案第五条")
    build.stay_rule(world.cycle.programme, "cumulative", 12, "months", basis="方案第六条")
    short = build.posting(world.agreement, end=date(2026, 6, 30), ended=True)
    page = sender.get(reverse("posting-detail", args=[short.pk])).content.decode()
    assert "方案第五条" in page and "要求6个月，实际4个月（计 122 天）。" in page and ">不足</span>" in page
    page = sender.get(reverse("person-detail", args=[short.clinician_id])).content.decode()
    assert "要求6个月，实际4个月（计 122 天）。" in page and "要求12个月，实际4个月（计 122 天）。" in page


def test_a_recipient_is_not_told_a_total_it_cannot_see(recipient, world):
    build.stay_rule(world.cycle.programme, "cumulative", 12, "months", basis="方案第六条")
    other = build.agreement_in_force(
        world.hospital, build.organisation("township_clinic"), within=world.cycle
    )
    person = build.clinician(world.hospital)
    build.posting(world.agreement, person, date(2026, 3, 1), date(2026, 4, 30))
    url = reverse("person-detail", args=[person.pk])
    assert "方案第六条" in recipient.get(url).content.decode()
    build.posting(other, person, date(2026, 5, 1), date(2026, 5, 31))
    assert "方案第六条" not in recipient.get(url).content.decode()


def listed(client, **query) -> set[int]:
    return {row.pk for row in client.get(reverse("posting-list"), query).context["page"]}


def test_filters(sender, world):
    today = timezone.localdate()
    year = build.agreement_in_force(
        world.hospital,
        build.organisation("township_clinic"),
        today - timedelta(30),
        today + timedelta(30),
    )
    here = build.posting(year, start=today - timedelta(5), end=today + timedelta(5), kind="short_term")
    unconfirmed = build.posting(year, start=today - timedelta(5), end=today + timedelta(5), arrived=False)
    everything = {world.posting.pk, here.pk, unconfirmed.pk}
    assert listed(sender) == everything
    assert listed(sender, today="on") == {here.pk} | (
        {world.posting.pk} if world.posting.period.contains(today) else set()
    )
    assert listed(sender, kind="short_term") == {here.pk}
    assert listed(sender, status="approved") == {unconfirmed.pk}
    assert listed(sender, q=here.clinician.name) == {here.pk}
    assert listed(sender, q=here.clinician.name_key) >= {here.pk}
    assert listed(sender, agreement=year.pk) == {here.pk, unconfirmed.pk}
    assert listed(sender, waiting="on") == set()
    sender.force_login(build.coordinator(year.recipient, sending=False))
    assert listed(sender, waiting="on") == {unconfirmed.pk}
    # a far agreement is no choice: it filters nothing and reveals nothing
    assert listed(sender, agreement=world.agreement.pk) == {here.pk, unconfirmed.pk}


@pytest.mark.parametrize(
    ("start", "end", "days", "months"),
    [
        (date(2026, 4, 1), date(2026, 9, 30), "183", "6 个月"),
        (date(2026, 4, 1), date(2026, 10, 3), "186", "6 个月 3 天"),
        (date(2026, 5, 4), date(2026, 5, 4), "1", "1 天"),
    ],
)
def test_a_persons_page_counts_both_ends(sender, world, start, end, days, months):
    person = build.clinician(world.hospital, title="")
    build.posting(world.agreement, person, start, end)
    page = sender.get(reverse("person-detail", args=[person.pk])).content.decode()
    assert f">{days}</td>" in page and f">{months}</td>" in page
    assert "首尾两天都计" in page and "未填" in page


def test_the_clinic_sees_only_the_stays_with_itself(recipient, world):
    other = build.agreement_in_force(world.hospital, build.organisation("township_clinic"))
    build.posting(other, world.clinician, date(2026, 10, 1), date(2026, 10, 31))
    page = recipient.get(reverse("person-detail", args=[world.clinician.pk]))
    assert {stay.agreement_id for stay in page.context["stays"]} == {world.agreement.pk}
    assert other.recipient.name not in page.content.decode()


def test_a_person_is_added_and_changed(sender, world):
    values = {"name": "曾立", "staff_no": "A-77", "sex": "2", "birth_month": "1985-03", "title": "232"}
    sender.post(reverse("clinician-new"), values)
    made = Clinician.objects.get(staff_no="A-77")
    assert (made.organisation, made.birth_month, made.name_key) == (
        world.hospital,
        date(1985, 3, 1),
        "zengli",
    )
    url = reverse("clinician-edit", args=[made.pk])
    assert 'value="1985-03"' in sender.get(url).content.decode()
    taken = sender.post(url, values | {"staff_no": world.clinician.staff_no})
    assert f"已由{world.clinician.name}使用" in taken.context["form"].errors["staff_no"][0]
    for wrong in (
        {"birth_month": "2020-13"},
        {"birth_month": "2025-01"},
        {"title": "999"},
        {"staff_no": "工号"},
    ):
        assert set(sender.post(url, values | wrong).context["form"].errors) == set(wrong)
    made.refresh_from_db()
    assert (made.staff_no, made.title) == ("A-77", "232")


def test_a_study_from_entry_to_confirmation(client, world):
    trainee = build.clinician(world.clinic)
    values = {
        "agreement": world.agreement.pk,
        "trainee": trainee.pk,
        "start_on": "2026-03-01",
        "end_on": "2026-05-31",
        "tuition_waived": "on",
    }
    client.force_login(world.people[RC])
    assert (
        client.post(reverse("study-new"), values | {"end_on": "2026-02-01"}).context["form"].errors["end_on"]
    )
    client.post(reverse("study-new"), values | {"send": "1"})
    study = AdvancedStudy.objects.get(trainee=trainee)
    assert (study.status, study.entered_for) == ("submitted", world.clinic)
    # sent a second time: the overlap is told, no second record
    again = client.post(reverse("study-new"), values | {"send": "1"})
    assert "进修重叠" in again.context["form"].errors["trainee"][0]
    client.force_login(world.people[HC])
    client.post(reverse("study-return", args=[study.pk]), {"reason": "日期不符"})
    client.force_login(world.people[RC])
    client.post(reverse("study-edit", args=[study.pk]), values | {"end_on": "2026-04-30", "send": "1"})
    client.force_login(world.people[HC])
    client.post(reverse("study-confirm", args=[study.pk]))
    study.refresh_from_db()
    assert (study.status, study.end_on, Posting.objects.count()) == ("confirmed", date(2026, 4, 30), 1)
