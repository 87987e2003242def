"""Planning, arrival, end and cancelling on the pages; a person's page; the people of a unit."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from staffing.models import AdvancedStudy, Batch, Clinician, Posting
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


def plan(world, **changes) -> dict:
    return {
        "clinician": build.clinician(world.hospital).pk,
        "agreement": world.agreement.pk,
        "start_on": "2026-03-02",
        "end_on": "2026-06-30",
        "department": "内科",
        "role": "member",
    } | changes


def test_a_batch_and_its_first_person(sender, world):
    suggested = sender.get(reverse("batch-new")).context["form"].initial["code"]
    values = {"cycle": world.cycle.pk, "code": suggested, "kind": "resident", "departed_on": "2026-03-01"}
    answer = sender.post(reverse("batch-new"), values)
    batch = Batch.objects.get(code=suggested)
    assert batch.sender == world.hospital and str(batch.pk) in answer.headers["Location"]
    sender.post(reverse("posting-add", args=[batch.pk]), plan(world))
    made = batch.postings.get()
    assert (made.status, made.kind, made.department, made.entered_by) == (
        "planned",
        "resident",
        "内科",
        world.people[HC],
    )
    # a code taken meanwhile is told beside its field
    again = sender.post(reverse("batch-new"), values)
    assert again.context["form"].errors["code"]
    assert sender.get(reverse("batch-new")).context["form"].initial["code"] != suggested


def test_another_hospitals_cycle_cannot_be_chosen(sender):
    far = build.agreement_in_force(build.organisation("hospital"), build.organisation("township_clinic"))
    values = {"cycle": far.cycle_id, "code": "X-1", "kind": "resident", "departed_on": "2026-03-01"}
    assert sender.post(reverse("batch-new"), values).context["form"].errors["cycle"]


def test_problems_of_a_posting_stand_beside_their_fields(sender, world):
    url = reverse("posting-add", args=[world.posting.batch_id])
    values = plan(world, clinician=world.clinician.pk, end_on="2027-02-01")
    answer = sender.post(url, values)
    errors = answer.context["form"].errors
    assert "的派驻重叠" in errors["clinician"][0] and world.clinic.display_name in errors["clinician"][0]
    assert "不能覆盖派驻 2026-03-02 至 2027-02-01" in errors["start_on"][0]
    page = answer.content.decode()
    assert 'value="2027-02-01"' in page and 'value="内科"' in page
    assert f'<option value="{world.clinician.pk}" selected>' in page
    assert world.posting.batch.postings.count() == 1


def test_only_own_people_and_own_agreements_can_be_chosen(sender, world):
    url = reverse("posting-add", args=[world.posting.batch_id])
    gone = build.clinician(world.hospital, left_on=date(2026, 1, 5))
    far = build.agreement_in_force(world.hospital, build.organisation("township_clinic"))
    for changes, field in (
        ({"clinician": build.clinician(world.clinic).pk}, "clinician"),
        ({"clinician": gone.pk}, "clinician"),
        ({"agreement": far.pk}, "agreement"),
    ):
        assert sender.post(url, plan(world, **changes)).context["form"].errors[field]


def test_a_planned_posting_is_changed_and_called_off(sender, world):
    planned = build.posting(world.agreement, arrived=False)
    edit = reverse("posting-edit", args=[planned.pk])
    assert sender.get(edit).context["form"].initial["end_on"] == planned.end_on
    values = plan(world, clinician=planned.clinician_id, start_on="2026-03-05", end_on="2026-07-31")
    sender.post(edit, values)
    planned.refresh_from_db()
    assert (planned.start_on, planned.planned_end_on) == (date(2026, 3, 5), date(2026, 7, 31))
    cancel = reverse("posting-cancel", args=[planned.pk])
    assert sender.post(cancel, {"reason": " "}).context["cancel"].errors["reason"]
    sender.post(cancel, {"reason": "本人病假"})
    planned.refresh_from_db()
    assert (planned.status, planned.end_reason) == ("cancelled", "本人病假")
    assert "不能再修改计划" in sender.post(edit, values, follow=True).content.decode()


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


def test_early_end_needs_a_reason(sender, world):
    url = reverse("posting-end", args=[world.posting.pk])
    answer = sender.post(url, {"ended_on": "2026-05-31", "reason": ""})
    assert "必须写明原因" in answer.context["end"].errors["reason"][0]
    sender.post(url, {"ended_on": "2026-05-31", "reason": "调任"})
    world.posting.refresh_from_db()
    assert (world.posting.status, world.posting.end_on) == ("ended_early", date(2026, 5, 31))


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
    assert listed(sender, status="planned") == {unconfirmed.pk}
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
