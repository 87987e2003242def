"""The entry form: what it asks, what it starts with, what it keeps, and that nobody reads another's draft."""

import uuid
from datetime import date, timedelta

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from staffing.models import Activity, ActivityTemplate, ActivityType, EntryDraft
from staffing.services.activity_rules import Finding
from staffing.services.entry_drafts import MOST_DRAFTS, draft_save, template_save
from testing import builders as build
from testing.scene import scene

pytestmark = pytest.mark.django_db
HC, RC, DOCTOR = Role.HOSPITAL_COORDINATOR.value, Role.RECIPIENT_COORDINATOR.value, Role.CLINICIAN.value
NEW = "/activities/new/"


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


def kind(code: str) -> ActivityType:
    return ActivityType.objects.get(code=code)


def typed(world, code="ward_round", **changes) -> dict:
    rows = kind(code).type_measures.all()
    return (
        {f"measure_{row.measure_id}": row.initial.normalize() if row.initial else "" for row in rows}
        | {
            "client_key": str(uuid.uuid4()),
            "agreement": world.agreement.pk,
            "start_on": "2026-04-20",
            "participants": [world.clinician.pk],
        }
        | {f"{name}-{total}_FORMS": 0 for name in ("outcomes", "findings") for total in ("TOTAL", "INITIAL")}
        | changes
    )


def measure(code: str) -> str:
    from staffing.models import Measure

    return f"measure_{Measure.objects.get(code=code).pk}"


def names(form) -> set[str]:
    return {name for name in form.fields if not name.startswith("measure_")}


# ---- only what the type asks
def test_a_ward_round_has_five_fields_on_the_phone(sender):
    form = sender.get(f"{NEW}?type=ward_round").context["form"]
    open_fields = [form["agreement"], form["start_on"], *form.measure_fields(), *form.main_fields()]
    assert [field.name for field in open_fields][:2] == ["agreement", "start_on"]
    assert len(open_fields) == 5
    assert [field.name for field in form.more_fields()] == ["days", "note"]


def test_a_free_clinic_asks_for_its_filing_and_what_was_found(sender):
    page = sender.get(f"{NEW}?type=free_clinic")
    assert {"filing_number", "filed_on", "place"} <= names(page.context["form"])
    assert page.context["findings"] is not None and "department" not in names(page.context["form"])
    assert sender.get(f"{NEW}?type=lecture").context["findings"] is None


def test_what_the_bureau_changes_shows_at_once(sender):
    row = kind("ward_round")
    row.asks, row.requires = ["topic", "content"], ["content"]
    row.save()
    form = sender.get(f"{NEW}?type=ward_round").context["form"]
    assert names(form) == {"client_key", "agreement", "start_on", "topic", "content", "days"}
    assert "content" in [field.name for field in form.main_fields()], "what is required is not folded away"


def test_an_old_record_keeps_fields_its_type_no_longer_asks_for(sender, world):
    old = build.activity(
        world.agreement,
        "ward_round",
        measures={"ward_rounds": 1},
        status="draft",
        place="三楼",
        by=world.people[HC],
    )
    url = reverse("activity-edit", args=[old.pk])
    assert sender.get(url).context["form"]["place"].value() == "三楼"
    sender.post(url, typed(world, client_key=str(old.client_key), place="四楼"))
    old.refresh_from_db()
    assert old.place == "四楼"


def test_findings_and_filing_are_saved_and_come_back(sender, world):
    values = typed(
        world,
        "free_clinic",
        place="彭城镇",
        filing_number="备〔2026〕3号",
        filed_on="2026-04-01",
        **{
            measure("free_clinic_patients"): 78,
            "findings-TOTAL_FORMS": 2,
            "findings-0-disease": "高血压",
            "findings-0-patients": 9,
            "findings-1-disease": "冠心病",
            "findings-1-patients": 6,
        },
    )
    sender.post(f"{NEW}?type=free_clinic", values)
    made = Activity.objects.get(client_key=values["client_key"])
    assert [str(row) for row in made.findings.all()] == ["高血压9人", "冠心病6人"]
    assert (made.filing_number, made.filed_on) == ("备〔2026〕3号", date(2026, 4, 1))
    page = sender.get(reverse("activity-edit", args=[made.pk]))
    assert [form["disease"].value() for form in page.context["findings"]] == ["高血压", "冠心病", None]


def test_people_of_the_day_come_first(sender, world):
    later = build.clinician(world.hospital, name="艾后来")
    build.posting(world.agreement, later, date(2026, 9, 1), date(2026, 12, 31), arrived=False)
    field = sender.get(f"{NEW}?type=ward_round").context["form"].fields["participants"]
    people = list(field.queryset)
    assert {world.clinician, later} <= set(people)
    today = timezone.localdate()
    there = [person for person in people if person.is_there]
    assert people[: len(there)] == there
    if date(2026, 9, 1) <= today <= date(2026, 12, 31):
        assert people[0] == later
    assert f"{world.agreement.pk}:2026-09-01:2026-12-31" in later_posts(people, later)


def later_posts(people, person) -> list[str]:
    return next(one for one in people if one == person).posts


# ---- warnings
def test_what_looks_odd_is_shown_with_the_other_record_and_then_passes(sender, world):
    first = build.activity(
        world.agreement,
        "ward_round",
        date(2026, 4, 20),
        measures={"ward_rounds": 1},
        participants=[world.clinician],
    )
    values = typed(world, send="1", note="家属电话 13800138000")
    page = sender.post(f"{NEW}?type=ward_round", values)
    text = page.content.decode()
    assert "“备注”中似乎有个人信息" in text and "138****8000" in text
    assert reverse("activity-detail", args=[first.pk]) in text
    assert page.context["acknowledgement"] == "已核对，情况属实，不含个人信息"
    seen = [one.key for one in page.context["advice"]]
    # the keys alone are no answer
    assert sender.post(f"{NEW}?type=ward_round", values | {"advice": seen}).status_code == 200
    done = sender.post(f"{NEW}?type=ward_round", values | {"advice": seen, "acknowledged": "1"})
    assert done.status_code == 302
    assert Activity.objects.get(client_key=values["client_key"]).status == "submitted"


def test_a_draft_is_saved_without_questions(sender, world):
    values = typed(world, note="家属电话 13800138000")
    assert sender.post(f"{NEW}?type=ward_round", values).status_code == 302
    assert Activity.objects.get(client_key=values["client_key"]).status == "draft"


# ---- several days
def test_several_days(sender, world):
    values = typed(world, days="2026-04-21、2026-04-23", send="1")
    for _ in range(2):
        assert sender.post(f"{NEW}?type=ward_round", values).headers["Location"] == reverse("activity-list")
    made = Activity.objects.filter(activity_type__code="ward_round")
    assert sorted(made.values_list("start_on", flat=True)) == [date(2026, 4, day) for day in (20, 21, 23)]
    bad = sender.post(f"{NEW}?type=ward_round", typed(world, days="2025-04-21，四月")).context["form"]
    assert "不是日期" in bad.errors["days"][0]
    bad = sender.post(f"{NEW}?type=ward_round", typed(world, days="2025-04-21")).context["form"]
    assert bad.errors["days"] == [
        f"2025-04-21：活动日期不在协议 {world.agreement.number} 的有效期 {world.agreement.effective_period} 之内。"
    ]


# ---- again, template, correction
@pytest.fixture
def yesterday(world):
    return build.activity(
        world.agreement,
        "free_clinic",
        date(2026, 5, 2),
        measures={"free_clinic_sessions": 1, "free_clinic_patients": 60},
        participants=[world.clinician],
        by=world.people[HC],
        place="界城镇",
        topic="高血压日",
        filing_number="3号",
        filed_on=date(2026, 4, 1),
        findings=[Finding("高血压", 3)],
        status="draft",
    )


def test_the_last_one_again_with_the_day_of_today(sender, world, yesterday):
    for query in ("type=free_clinic&again=last", f"again={yesterday.pk}"):
        page = sender.get(f"{NEW}?{query}")
        form = page.context["form"]
        assert form["place"].value() == "界城镇" and form["topic"].value() == "高血压日"
        assert form["start_on"].value() == timezone.localdate()
        assert str(form["client_key"].value()) != str(yesterday.client_key)
        assert form[measure("free_clinic_patients")].value() == 60
        assert list(form["participants"].value()) == [world.clinician.pk]
        # what happened only then is not copied
        assert not form["filing_number"].value() and page.context["findings"][0]["disease"].value() is None


def test_again_of_what_one_cannot_see_does_not_exist(client, world, yesterday):
    client.force_login(world.strangers[HC])
    assert client.get(f"{NEW}?again={yesterday.pk}").status_code == 404
    assert client.get(f"{NEW}?type=free_clinic&again=last").status_code == 200


def test_templates_of_ones_own_organisation(client, world):
    values = typed(world, department="内一科", template_name=" 内科  查房 ", note="晨间")
    client.force_login(world.people[HC])
    back = client.post(f"{reverse('activity-template-save')}?type=ward_round", values)
    template = ActivityTemplate.objects.get()
    assert (template.name, template.organisation) == ("内科 查房", world.hospital)
    assert "start_on" not in template.data and "client_key" not in template.data
    # the form goes on where it was
    form = client.get(back.headers["Location"]).context["form"]
    assert (form["department"].value(), form["start_on"].value()) == ("内一科", "2026-04-20")
    # used by the coordinator and by a doctor of the hospital
    for role in (HC, DOCTOR):
        client.force_login(world.people[role])
        assert template.name in client.get(NEW).content.decode()
        form = client.get(f"{NEW}?template={template.pk}").context["form"]
        assert form["department"].value() == "内一科"
        assert form["start_on"].value() == timezone.localdate()
    assert client.post(reverse("activity-template-delete", args=[template.pk])).status_code == 403
    for stranger in (world.people[RC], world.strangers[HC]):
        client.force_login(stranger)
        assert client.get(f"{NEW}?template={template.pk}").status_code == 404
        assert client.post(reverse("activity-template-delete", args=[template.pk])).status_code == 404
    client.force_login(world.people[HC])
    client.post(reverse("activity-template-rename", args=[template.pk]), {"name": "周三查房"})
    template.refresh_from_db()
    assert template.name == "周三查房"
    client.post(reverse("activity-template-delete", args=[template.pk]))
    assert not ActivityTemplate.objects.exists()


@pytest.mark.parametrize(
    ("name", "changes", "words"),
    [
        ("", {}, "请给模板起一个名称"),
        ("名" * 41, {}, "最多 40 个字"),
        ("查房", {}, "已有名为“查房”的模板"),
        ("另一个", {"note": "住院号 1234567"}, "不能存为模板"),
    ],
)
def test_templates_that_are_refused_say_why_and_lose_nothing(sender, world, name, changes, words):
    template_save(by=world.people[HC], name="查房", activity_type=kind("ward_round"), data={"note": ["一"]})
    values = typed(world, template_name=name, department="儿科", **changes)
    page = sender.post(f"{reverse('activity-template-save')}?type=ward_round", values, follow=True)
    assert words in page.content.decode()
    assert ActivityTemplate.objects.count() == 1
    assert page.context["form"]["department"].value() == "儿科"


def test_a_correction_starts_with_the_confirmed_record(sender, world):
    old = build.activity(
        world.agreement,
        "free_clinic",
        date(2026, 5, 2),
        measures={"free_clinic_sessions": 1, "free_clinic_patients": 60},
        by=world.people[HC],
        findings=[Finding("高血压", 3)],
    )
    page = sender.get(f"{NEW}?replaces={old.pk}")
    form = page.context["form"]
    assert (form["start_on"].value(), form[measure("free_clinic_patients")].value()) == (old.start_on, 60)
    assert page.context["findings"][0]["disease"].value() == "高血压"
    assert str(form["client_key"].value()) != str(old.client_key)
    values = typed(world, "free_clinic", start_on="2026-05-02", **{measure("free_clinic_patients"): 66})
    bare = sender.post(f"{NEW}?replaces={old.pk}", values)
    assert bare.context["form"].errors["replace_reason"]
    sender.post(f"{NEW}?replaces={old.pk}", values | {"replace_reason": "漏计六人"})
    made = Activity.objects.get(client_key=values["client_key"])
    assert (made.replaces, made.replace_reason, made.status) == (old, "漏计六人", "draft")


def test_only_ones_own_confirmed_records_are_corrected(client, world):
    confirmed = build.activity(world.agreement, by=world.people[HC])
    waiting = build.activity(world.agreement, by=world.people[HC], status="submitted")
    client.force_login(world.people[RC])
    assert client.get(f"{NEW}?replaces={confirmed.pk}").status_code == 403
    client.force_login(world.strangers[HC])
    assert client.get(f"{NEW}?replaces={confirmed.pk}").status_code == 404
    client.force_login(world.people[HC])
    assert client.get(f"{NEW}?replaces={waiting.pk}").headers["Location"] == reverse(
        "activity-detail", args=[waiting.pk]
    )


def test_the_detail_page_shows_findings_as_a_subset_and_averages_as_derived(sender, world):
    made = build.activity(
        world.agreement,
        "free_clinic",
        date(2026, 5, 2),
        measures={"free_clinic_sessions": 200, "free_clinic_patients": 6000},
        by=world.people[HC],
        findings=[Finding("高血压", 9), Finding("冠心病", 6), Finding("子宫肌瘤", 2)],
        filing_number="3号",
        filed_on=date(2026, 5, 3),
    )
    text = sender.get(reverse("activity-detail", args=[made.pk])).content.decode()
    for words in ("义诊患者平均每次 30.0 人次", "由次数和人次推算", "是患者的一部分", "活动日期早于备案日期"):
        assert words in text
    assert "17" not in text.split("查出病种")[1].split("</dd>")[0], "a subset is never added up"


# ---- drafts
def autosave(client, world, code="ward_round", **changes):
    values = typed(world, code, **changes)
    return values, client.post(f"{reverse('activity-draft-save')}?type={code}", values)


def test_a_draft_comes_back_as_it_was_typed(sender, world):
    outcome = {
        "outcomes-TOTAL_FORMS": 2,
        "outcomes-0-name": "钼靶摄影",
        "outcomes-1-name": "气管插管",
        "outcomes-1-DELETE": "on",
    }
    values, answer = autosave(sender, world, "technique", topic="半句", start_on="2026-04-", **outcome)
    assert answer.json()["saved"] and not Activity.objects.filter(client_key=values["client_key"]).exists()
    chooser = sender.get(NEW)
    (one,) = chooser.context["drafts"]
    assert "半句" in chooser.content.decode() and one.url in chooser.content.decode().replace("&amp;", "&")
    page = sender.get(one.url)
    form = page.context["form"]
    assert str(form["client_key"].value()) == values["client_key"]
    assert (form["topic"].value(), form["start_on"].value()) == ("半句", "2026-04-")
    assert [row["name"].value() for row in page.context["outcomes"]] == ["钼靶摄影", None]
    assert list(form["participants"].value()) == [str(world.clinician.pk)]


def test_saving_the_record_ends_the_draft_and_a_late_autosave_does_not_bring_it_back(sender, world):
    values, _ = autosave(sender, world, department="内科")
    assert EntryDraft.objects.count() == 1
    page = sender.post(f"{NEW}?type=ward_round", values | {"start_on": "2031-01-01"})
    assert page.status_code == 200 and EntryDraft.objects.count() == 1, "a refused form keeps its draft"
    sender.post(f"{NEW}?type=ward_round", values | {"send": "1"})
    assert not EntryDraft.objects.exists()
    late = sender.post(f"{reverse('activity-draft-save')}?type=ward_round", values)
    assert late.status_code == 422 and "已经提交" in late.json()["problems"][0]
    assert not EntryDraft.objects.exists()
    again = sender.get(f"{NEW}?type=ward_round&draft={values['client_key']}")
    assert again.headers["Location"] == reverse(
        "activity-detail", args=[Activity.objects.get(client_key=values["client_key"]).pk]
    )


def test_nobody_meets_the_draft_of_somebody_else(client, world, sender):
    values, _ = autosave(sender, world, department="内科秘密")
    key = values["client_key"]
    others = [world.people[RC], world.people[DOCTOR], world.strangers[HC], build.user(HC, world.hospital)]
    for other in others:
        client.force_login(other)
        assert "内科秘密" not in client.get(NEW).content.decode()
        assert "内科秘密" not in client.get(f"{NEW}?type=ward_round&draft={key}").content.decode()
        assert client.post(reverse("activity-draft-discard", args=[key])).status_code == 404
        client.post(f"{reverse('activity-draft-save')}?type=ward_round", values | {"department": "改掉"})
    draft = EntryDraft.objects.get(user=world.people[HC])
    assert draft.data["department"] == ["内科秘密"]


def test_a_draft_of_a_record_leads_to_the_record(sender, world):
    made = build.activity(world.agreement, status="draft", by=world.people[HC], topic="原题")
    autosave(sender, world, "lecture", client_key=str(made.client_key), topic="改题")
    (one,) = sender.get(NEW).context["drafts"]
    assert one.url.startswith(reverse("activity-edit", args=[made.pk]))
    assert sender.get(one.url).context["form"]["topic"].value() == "改题"
    made.refresh_from_db()
    assert made.topic == "原题"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"note": "长" * 30_000}, "超过自动保存的上限 64 KB"),
        ({"note": "患者 110105 19491231 002X"}, "身份证号"),
        ({"client_key": "x"}, "凭据"),
    ],
)
def test_drafts_that_are_not_kept(sender, world, changes, words):
    _, answer = autosave(sender, world, **changes)
    assert answer.status_code == 422 and words in answer.json()["problems"][0]
    assert not EntryDraft.objects.exists()


def test_unknown_fields_are_not_kept_and_an_untouched_form_is_no_draft(sender, world):
    values, _ = autosave(
        sender, world, note="一", surprise="x" * 100, csrfmiddlewaretoken="y", **{"a-0-b": "c"}
    )
    known = set(EntryDraft.objects.get().data)
    assert known == {"agreement", "start_on", "participants", "note", measure("ward_rounds")}
    empty = dict.fromkeys(values, "") | {"client_key": str(uuid.uuid4()), "start_on": "2026-04-20"}
    sender.post(f"{reverse('activity-draft-save')}?type=ward_round", empty)
    assert EntryDraft.objects.count() == 1


def test_old_drafts_make_room(world):
    user = world.people[HC]
    for number in range(MOST_DRAFTS + 3):
        draft_save(
            user=user, client_key=uuid.uuid4(), activity_type=kind("lecture"), data={"topic": [str(number)]}
        )
    kept = EntryDraft.objects.filter(user=user)
    assert kept.count() == MOST_DRAFTS
    assert not kept.filter(data__topic=["0"]).exists() and kept.filter(data__topic=["52"]).exists()


# ---- the number of statements
def statements(client, url, django_assert_max_num_queries) -> int:
    with django_assert_max_num_queries(80) as counted:
        client.get(url)
    return len(counted)


@pytest.mark.parametrize("url", [NEW, f"{NEW}?type=ward_round", "/activities/templates/"])
def test_twice_the_rows_cost_the_same_statements(sender, world, url, django_assert_max_num_queries):
    user = world.people[HC]

    def more(count):
        for number in range(count):
            data = {"topic": [f"{number}"]}
            draft_save(user=user, client_key=uuid.uuid4(), activity_type=kind("lecture"), data=data)
            name = f"模板{ActivityTemplate.objects.count()}"
            template_save(by=user, name=name, activity_type=kind("lecture"), data=data)
            build.posting(world.agreement, build.clinician(world.hospital), arrived=False)
            build.activity(
                world.agreement,
                "ward_round",
                date(2026, 4, 1) + timedelta(number),
                measures={"ward_rounds": 1},
                status="draft",
                by=user,
            )

    more(2)
    sender.get(url)  # the session writes itself once
    before = statements(sender, url, django_assert_max_num_queries)
    more(4)
    assert statements(sender, url, django_assert_max_num_queries) == before
