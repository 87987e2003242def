"""The search over everything: found by what people type, within scope, marked safely, a bounded number of statements."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import FormerName, Organisation, Role
from core.grams import with_grams
from core.templatetags.lists import around, marked
from staffing.models import Activity
from staffing.selectors import activity_search
from staffing.selectors.activity_search import TEXTS, activities_found
from testing import builders as build
from testing.many_activities import RARE, fill_activities
from testing.scene import scene

pytestmark = pytest.mark.django_db
HC, OFFICER = Role.HOSPITAL_COORDINATOR.value, Role.BUREAU_OFFICER.value


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        made = scene()
        made.clinic.name = "青禾县重阳乡卫生院"
        made.clinic.save()
        FormerName.objects.create(organisation=made.clinic, name="青禾县红旗公社卫生所")
        made.clinician.name = "单于海"
        made.clinician.save()
        build.activity(made.agreement, on=timezone.localdate() - timedelta(2), participants=[made.clinician])
        yield made
        transaction.set_rollback(True)


def found(client, user, text: str, **more) -> dict[str, list[str]]:
    client.force_login(user)
    answer = client.get(reverse("search"), {"q": text, **more})
    return {group.kind.code: [hit.title for hit in group.hits] for group in answer.context["groups"]}


@pytest.mark.parametrize(
    "text", ["重阳乡", "红旗公社", "qhx", "qinghexian", "Qing He", "qinghexianchongyangxiang"]
)
def test_organisations_by_name_former_name_and_pinyin(client, world, text):
    assert found(client, world.people[OFFICER], text)["organisations"] == ["青禾县重阳乡卫生院"]


def test_organisations_by_code(client, world):
    code = world.clinic.code
    assert world.clinic.name in found(client, world.people[OFFICER], code.lower())["organisations"]


@pytest.mark.parametrize("text", ["单于", "chanyuhai", "cyh", "chan yu"])
def test_people_by_name_and_pinyin(client, world, text):
    assert found(client, world.people[HC], text)["people"] == ["单于海"]


def test_activities_also_by_the_person(client, world):
    assert len(found(client, world.people[HC], "单于海")["activities"]) == 2


def test_agreements_by_number_and_party(client, world):
    for text in (world.agreement.number, "重阳"):
        assert len(found(client, world.people[HC], text)["agreements"]) == 1


def test_nobody_finds_beyond_their_reach(client, world):
    for text in ("重阳", "单于海", world.agreement.number, "cyh"):
        for role in (HC, OFFICER, Role.CLINICIAN.value, Role.RECIPIENT_COORDINATOR.value):
            assert found(client, world.strangers[role], text) == {}


def test_all_of_one_kind_page_by_page(client, world):
    for number in range(30):
        row = build.clinician(world.hospital)
        row.name = f"梁{number}"
        row.save()
    client.force_login(world.people[HC])
    first = client.get(reverse("search"), {"q": "梁"}).context["groups"]
    people = next(group for group in first if group.kind.code == "people")
    assert (len(people.hits), people.has_more) == (5, True) and people.count >= 30
    page = client.get(reverse("search"), {"q": "梁", "kind": "people", "page": 2})
    assert page.context["hits"] and "全部种类" in page.content.decode()


def test_words_are_marked_and_everything_is_escaped():
    assert marked("<b>义诊</b>义诊", "义诊") == ("&lt;b&gt;<mark>义诊</mark>&lt;/b&gt;<mark>义诊</mark>")
    assert marked("a<script>", "<script>") == "a<mark>&lt;script&gt;</mark>"
    assert marked("A&b", "a&B") == "<mark>A&amp;b</mark>"
    assert around("一" * 100 + "词" + "二" * 100, "词").startswith("…") and "词" in around(
        "一" * 100 + "词" + "二" * 100, "词"
    )


@given(
    text=st.text(alphabet="义诊a<&>\"'.*()[]", max_size=12), words=st.text(alphabet="义诊a<&>.*(", max_size=3)
)
@settings(max_examples=200, deadline=None)
def test_marking_only_adds_marks(text, words):
    import html

    plain = marked(text, words).replace("<mark>", "").replace("</mark>", "")
    assert html.unescape(plain) == text and "<" not in plain and ">" not in plain


# ---- grams against plain LIKE
WORDS = st.text(alphabet="义诊查房Ab%_\\ 讲", min_size=1, max_size=4)


@given(
    topics=st.lists(st.text(alphabet="义诊查房Ab%_\\ 讲", max_size=10), min_size=1, max_size=6), word=WORDS
)
@settings(max_examples=60, deadline=None)
def test_the_index_finds_what_reading_every_row_finds(world, topics, word):
    with transaction.atomic():
        rows = Activity.objects.filter(agreement=world.agreement)
        base = rows.first()
        made = []
        for topic in topics:
            copy = build_copy(base, topic)
            made.append(copy.pk)
        mine = Activity.objects.filter(pk__in=made)
        right = {row.pk for row in mine if word.lower() in row.topic.lower()}
        assert set(activities_found(mine, word).values_list("pk", flat=True)) == right
        assert right <= set(with_grams(mine, word, *TEXTS).values_list("pk", flat=True))
        transaction.set_rollback(True)


def build_copy(base: Activity, topic: str) -> Activity:
    return Activity.objects.create(
        agreement_id=base.agreement_id,
        activity_type_id=base.activity_type_id,
        start_on=base.start_on,
        end_on=base.end_on,
        topic=topic,
        entered_by_id=base.entered_by_id,
        entered_for_id=base.entered_for_id,
    )


@pytest.mark.parametrize("text", ["诊", "义诊", RARE, "单于海", "zz没有"])
def test_few_and_many_find_the_same(world, monkeypatch, text):
    fill_activities(
        [world.agreement],
        {world.hospital.pk: [world.clinician]},
        60,
        entered_by=world.people[HC],
        confirmed_by=world.people[Role.RECIPIENT_COORDINATOR],
    )
    seen = Activity.objects.visible_to(world.people[HC])
    few = set(activities_found(seen, text).values_list("pk", flat=True))
    monkeypatch.setattr(activity_search, "FEW", 3)
    assert set(activities_found(seen, text).values_list("pk", flat=True)) == few
    assert bool(few) == (text != "zz没有")


# ---- statements
PLACES = (
    ("activity-list", ""),
    ("activity-list", "?q=义诊"),
    ("activity-list", "?q=诊&sort=type"),
    ("activity-list", "?status=submitted&since=2026-01-01"),
    ("activity-list", "?totals=1"),
    ("search", "?q=义诊"),
    ("search", "?q=诊&kind=activities"),
)


@pytest.mark.parametrize("role", [OFFICER, HC, Role.RECIPIENT_COORDINATOR.value, Role.CLINICIAN.value])
def test_twice_the_activities_ask_as_often(client, world, role):
    client.force_login(world.people[role])
    people = {world.hospital.pk: [world.clinician]}
    acts = {"entered_by": world.people[HC], "confirmed_by": world.people[Role.RECIPIENT_COORDINATOR]}

    def asked() -> dict:
        counts = {}
        for name, query in PLACES:
            client.get(reverse(name) + query)
            with CaptureQueriesContext(connection) as seen:
                assert client.get(reverse(name) + query).status_code == 200
            counts[name, query] = len(seen)
        return counts

    fill_activities([world.agreement], people, 120, **acts)
    before = asked()
    fill_activities([world.agreement], people, 120, first=120, **acts)
    assert asked() == before
    assert max(before.values()) <= 22


def test_full_pinyin_is_kept_on_saving():
    made = build.organisation("hospital")
    made.name = "长乐县人民医院"
    made.save()
    assert Organisation.objects.get(pk=made.pk).name_pinyin.startswith("changlexian")
