"""Activities on the pages: logged, shown, mended, confirmed; once, and with what was typed kept."""

import uuid
from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from staffing.models import Activity, ActivityType
from staffing.services.activity_rules import Outcome, Quantity
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


def new(kind: str) -> str:
    return f"{reverse('activity-new')}?type={kind}"


def typed(world, kind: str = "lecture", **changes) -> dict:
    rows = ActivityType.objects.get(code=kind).type_measures.all()
    values = {f"measure_{row.measure_id}": row.initial.normalize() if row.initial else "" for row in rows}
    return (
        values
        | {
            "client_key": str(uuid.uuid4()),
            "agreement": world.agreement.pk,
            "start_on": "2026-04-20",
            "topic": "新生儿复苏",
            "participants": [world.clinician.pk],
            "outcomes-TOTAL_FORMS": 0,
            "outcomes-INITIAL_FORMS": 0,
        }
        | changes
    )


def test_the_form_offers_only_the_measures_of_the_type(sender):
    names = set(sender.get(new("lecture")).context["form"].fields)
    rows = ActivityType.objects.get(code="lecture").type_measures.all()
    assert {name for name in names if name.startswith("measure_")} == {
        f"measure_{row.measure_id}" for row in rows
    }


def test_new_activity_knows_today_and_the_last_agreement(sender, world):
    other = build.agreement_in_force(
        world.hospital, build.organisation("township_clinic"), within=world.cycle
    )
    user = world.people[HC]
    build.activity(other, by=user, status="draft")
    initial = sender.get(new("ward_round")).context["form"].initial
    assert initial["agreement"] == other
    assert initial["start_on"] == timezone.localdate()


def test_saved_and_submitted(sender, world):
    values = typed(world, send="1")
    asked = sender.post(new("lecture"), values)
    assert [one.kind for one in asked.context["advice"]] == ["evidence"]
    assert not Activity.objects.filter(client_key=values["client_key"]).exists()
    seen = {"advice": [one.key for one in asked.context["advice"]], "acknowledged": "1"}
    answer = sender.post(new("lecture"), values | seen)
    made = Activity.objects.get(client_key=values["client_key"])
    assert answer.headers["Location"] == reverse("activity-detail", args=[made.pk])
    assert (made.status, made.topic, made.start_on) == ("submitted", "新生儿复苏", date(2026, 4, 20))
    assert made.entered_for == world.hospital and made.entered_by == world.people[HC]
    assert [(str(row.value.normalize()), row.measure.code) for row in made.measures.all()] == [
        ("1", "lectures")
    ]
    assert list(made.participants.all()) == [world.clinician]


def test_double_submit_makes_one_record(sender, world):
    values = typed(world)
    before = Activity.objects.count()
    places = {sender.post(new("lecture"), values).headers["Location"] for _ in range(3)}
    assert Activity.objects.count() == before + 1 and len(places) == 1


def test_somebody_elses_key_does_not_open_their_record(sender, world):
    theirs = build.activity(world.agreement, by=build.user(HC, world.hospital), status="draft")
    answer = sender.post(new("lecture"), typed(world, client_key=str(theirs.client_key), topic="换掉"))
    theirs.refresh_from_db()
    assert theirs.topic != "换掉"
    assert answer.status_code == 200 and answer.context["form"].errors


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"start_on": "2031-01-05"}, "start_on", "不在协议"),
        ({"topic": "张某 11010519491231002X 随访"}, "topic", "身份证号"),
        ({"end_on": "2026-04-01"}, "end_on", "早于"),
        ({"start_on": ""}, "start_on", "必填"),
    ],
)
def test_problems_stand_beside_their_field_and_nothing_typed_is_lost(sender, world, changes, field, words):
    before = Activity.objects.count()
    answer = sender.post(new("lecture"), typed(world, place="门诊楼", **changes))
    form = answer.context["form"]
    assert answer.status_code == 200 and Activity.objects.count() == before
    assert words in "".join(form.errors[field])
    page = answer.content.decode()
    assert 'value="门诊楼"' in page and str(form["client_key"].value()) in page
    assert form["participants"].value() == [str(world.clinician.pk)]
    # the message is tied to its field for screen readers
    assert f'id="id_{field}_error"' in page
    assert f"id_{field}_error" in form[field].build_widget_attrs({}).get("aria-describedby", "")


def test_a_required_measure_is_asked_for_by_name(sender, world):
    row = ActivityType.objects.get(code="lecture").type_measures.get(is_required=True)
    answer = sender.post(new("lecture"), typed(world, **{f"measure_{row.measure_id}": ""}))
    assert answer.context["form"].errors[f"measure_{row.measure_id}"]


def test_half_a_lecture_is_refused(sender, world):
    row = ActivityType.objects.get(code="lecture").type_measures.get(is_required=True)
    answer = sender.post(new("lecture"), typed(world, **{f"measure_{row.measure_id}": "1.5"}))
    assert answer.context["form"].errors[f"measure_{row.measure_id}"]


def test_named_outcomes(sender, world):
    rows = {
        "outcomes-TOTAL_FORMS": 2,
        "outcomes-0-name": "无痛胃镜检查",
        "outcomes-0-department": "内镜室",
        "outcomes-1-name": "",
    }
    sender.post(new("technique"), typed(world, "technique", **rows))
    made = Activity.objects.latest("pk")
    assert [(row.kind, row.name, row.first_on) for row in made.outcomes.all()] == [
        ("technique", "无痛胃镜检查", date(2026, 4, 20))
    ]
    # removing the only row while mending
    change = rows | {"outcomes-TOTAL_FORMS": 1, "outcomes-INITIAL_FORMS": 1, "outcomes-0-DELETE": "on"}
    url = reverse("activity-edit", args=[made.pk])
    assert (
        sender.post(url, typed(world, "technique", client_key=str(made.client_key), **change)).status_code
        == 302
    )
    assert not made.outcomes.exists()


def test_mending_keeps_the_wording_of_untouched_numbers(sender, world):
    quoted = {"lectures": 1, "lecture_audience": Quantity(Decimal(3000), "over", "3000多人次")}
    made = build.activity(world.agreement, measures=quoted, status="returned", by=world.people[HC])
    row = made.measures.get(measure__code="lecture_audience")
    values = typed(world, client_key=str(made.client_key), **{f"measure_{row.measure_id}": "3000"})
    sender.post(reverse("activity-edit", args=[made.pk]), values)
    kept = made.measures.get(measure__code="lecture_audience")
    assert (kept.qualifier, kept.quoted) == ("over", "3000多人次")


def test_clinician_logs_for_himself_and_mends_only_his_own(client, world):
    doctor = world.people[Role.CLINICIAN.value]
    client.force_login(doctor)
    page = client.get(new("ward_round")).context["form"]
    assert page.initial["participants"] == [world.clinician.pk]
    assert list(page.fields["participants"].queryset) == [world.clinician]
    assert list(page.fields["agreement"].queryset) == [world.agreement]
    stranger = build.clinician(world.hospital)
    bad = client.post(new("ward_round"), typed(world, "ward_round", participants=[stranger.pk]))
    assert bad.context["form"].errors["participants"]
    client.post(new("ward_round"), typed(world, "ward_round", send="1"))
    made = Activity.objects.get(entered_by=doctor)
    assert (made.status, made.entered_for) == ("submitted", world.hospital)
    colleagues = build.activity(
        world.agreement, participants=[world.clinician], status="draft", by=world.people[HC]
    )
    assert client.get(reverse("activity-detail", args=[colleagues.pk])).status_code == 200
    assert client.get(reverse("activity-edit", args=[colleagues.pk])).status_code == 403
    assert client.post(reverse("activity-delete", args=[colleagues.pk])).status_code == 403


def test_a_draft_is_not_handed_in_past_its_warnings(client, world):
    again = world.activity.start_on
    bare, twice, phone = (
        build.activity(world.agreement, status="draft", on=on, note=note, participants=[world.clinician])
        for on, note in ((date(2026, 3, 4), ""), (again, ""), (date(2026, 3, 3), "联系 13800138000"))
    )
    client.force_login(world.people[HC])
    told = {bare: "应当上传佐证材料", twice: "可能已经登记过", phone: "似乎有个人信息"}
    for draft, words in told.items():
        page = client.post(reverse("activity-submit", args=[draft.pk]), follow=True).content.decode()
        draft.refresh_from_db()
        assert draft.status == "draft" and words in page and "请点“修改”" in page


def test_submit_confirm_and_then_nothing_more(client, world):
    draft = build.activity(world.agreement, status="draft", on=date(2026, 3, 3))
    build.evidence(draft)
    client.force_login(world.people[HC])
    client.post(reverse("activity-submit", args=[draft.pk]))
    client.force_login(world.people[RC])
    client.post(reverse("activity-confirm", args=[draft.pk]))
    draft.refresh_from_db()
    assert (draft.status, draft.confirmed_for) == ("confirmed", world.clinic)
    client.force_login(world.people[HC])
    page = client.get(reverse("activity-edit", args=[draft.pk]), follow=True).content.decode()
    assert "不能修改" in page
    client.post(reverse("activity-delete", args=[draft.pk]))
    assert Activity.objects.filter(pk=draft.pk).exists()


def test_return_needs_a_reason_and_shows_it_to_the_side_that_entered(client, world):
    asked = build.activity(world.agreement, status="submitted")
    client.force_login(world.people[RC])
    url = reverse("activity-return", args=[asked.pk])
    assert "请写明退回原因" in client.post(url, {"reason": " "}, follow=True).content.decode()
    client.post(url, {"reason": "人次与签到表不符"})
    client.force_login(world.people[HC])
    assert "人次与签到表不符" in client.get(reverse("activity-detail", args=[asked.pk])).content.decode()


def test_confirm_many_leaves_out_what_is_not_ours(client, world):
    mine = [build.activity(world.agreement, status="submitted") for _ in range(2)]
    own_entry = build.activity(world.agreement, status="submitted", by_sender=False)
    far = build.activity(
        build.agreement_in_force(world.hospital, build.organisation("township_clinic")), status="submitted"
    )
    client.force_login(world.people[RC])
    wanted = [str(row.pk) for row in (*mine, own_entry, far)] + ["x", "9" * 30]
    page = client.post(reverse("activity-confirm-many"), {"record": wanted}, follow=True).content.decode()
    status = {row.pk: Activity.objects.get(pk=row.pk).status for row in (*mine, own_entry, far)}
    assert status == {
        mine[0].pk: "confirmed",
        mine[1].pk: "confirmed",
        own_entry.pk: "submitted",
        far.pk: "submitted",
    }
    assert "已确认 2 条" in page and "不能确认" in page


def test_confirm_many_never_sends_people_elsewhere(client, world):
    client.force_login(world.people[RC])
    answer = client.post(reverse("activity-confirm-many"), {"next": "https://example.org/"})
    assert answer.headers["Location"] == reverse("activity-list")


def listed(client, **query) -> set[int]:
    return {row.pk for row in client.get(reverse("activity-list"), query).context["page"]}


def test_filters(sender, world):
    round_ = build.activity(
        world.agreement, "ward_round", date(2026, 5, 6), measures={"ward_rounds": 1}, topic="晨间"
    )
    asked = build.activity(world.agreement, on=date(2026, 7, 1), status="submitted", by_sender=False)
    everything = {world.activity.pk, round_.pk, asked.pk}
    assert listed(sender) == everything
    assert listed(sender, type=round_.activity_type_id) == {round_.pk}
    assert listed(sender, status="submitted") == {asked.pk}
    assert listed(sender, q="晨间") == {round_.pk}
    assert listed(sender, q=world.clinician.name) == {world.activity.pk}
    assert listed(sender, since="2026-05-06", until="2026-05-06") == {round_.pk}
    assert listed(sender, waiting="on") == {asked.pk}
    assert listed(sender, agreement=world.agreement.pk) == everything
    # values that mean nothing filter nothing and break nothing
    assert listed(sender, type="x", status="x", since="x", agreement="999999", page="x") == everything


def test_totals_are_those_of_the_filtered_set(sender, world):
    build.activity(world.agreement, measures={"lectures": 2, "lecture_audience": 11}, status="submitted")
    shown = sender.get(reverse("activity-list")).context["totals"]
    assert {row.label: row.value for row in shown} == {"讲座": "1 / 3", "听课": "30 / 41"}
    only = sender.get(reverse("activity-list"), {"status": "submitted"}).context["totals"]
    assert [row.value for row in only] == ["0 / 2", "0 / 11"]


def test_own_draft_is_removed(sender, world):
    outcome = Outcome("technique", "床旁超声")
    draft = build.activity(
        world.agreement, "technique", measures={"techniques": 1}, outcomes=[outcome], status="draft"
    )
    sender.post(reverse("activity-delete", args=[draft.pk]))
    assert not Activity.objects.filter(pk=draft.pk).exists()


def test_hostile_text_is_shown_as_text(sender, world):
    sender.post(new("lecture"), typed(world, topic="<script>alert(1)</script>"))
    page = sender.get(reverse("activity-list")).content.decode()
    assert "<script>alert(1)" not in page and "&lt;script&gt;alert(1)" in page
