"""Planning on the pages: the table keeps what was typed, tells everything at once, and goes its way."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.models import Role
from core.waiting import work_waiting
from staffing.models import Batch, Posting
from testing import builders as build
from testing.scene import scene

pytestmark = pytest.mark.django_db
HC, RC, BO = Role.HOSPITAL_COORDINATOR.value, Role.RECIPIENT_COORDINATOR.value, Role.BUREAU_OFFICER.value


@pytest.fixture
def world():
    return scene()


@pytest.fixture
def sender(client, world):
    client.force_login(world.people[HC])
    return client


def table(plan: Batch, *rows: dict, saved: int | None = None, **more) -> dict:
    """What a browser posts of the planning page: the saved lines first, then new ones."""
    total = len(rows)
    data = {
        "code": plan.code,
        "departed_on": plan.departed_on.isoformat(),
        "task": plan.task,
        "explanation": plan.explanation,
        "lines-TOTAL_FORMS": total,
        "lines-INITIAL_FORMS": plan.lines.count() if saved is None else saved,
    }
    for number, row in enumerate(rows):
        data |= {f"lines-{number}-{name}": value for name, value in ({"role": "member"} | row).items()}
    return data | more


def row(world, **changes) -> dict:
    return {
        "clinician": build.clinician(world.hospital).pk,
        "agreement": world.agreement.pk,
        "start_on": "2026-09-01",
        "end_on": "2026-11-30",
        "department": "内科",
    } | changes


def test_a_new_batch_is_a_draft_with_a_suggested_code(sender, world):
    suggested = sender.get(reverse("batch-new")).context["form"].initial["code"]
    values = {"cycle": world.cycle.pk, "code": suggested, "kind": "resident", "departed_on": "2026-09-01"}
    answer = sender.post(reverse("batch-new"), values)
    batch = Batch.objects.get(code=suggested)
    assert (batch.sender, batch.status, batch.planned_by) == (world.hospital, "draft", world.people[HC])
    assert answer.headers["Location"] == reverse("plan-edit", args=[batch.pk])
    assert sender.post(reverse("batch-new"), values).context["form"].errors["code"]
    assert sender.get(reverse("batch-new")).context["form"].initial["code"] != suggested


def test_another_hospitals_cycle_cannot_be_chosen(sender):
    far = build.agreement_in_force(build.organisation("hospital"), build.organisation("township_clinic"))
    values = {"cycle": far.cycle_id, "code": "X-1", "kind": "resident", "departed_on": "2026-03-01"}
    assert sender.post(reverse("batch-new"), values).context["form"].errors["cycle"]


def test_the_next_batch_comes_from_the_present_one(sender, world):
    source = world.posting.batch
    url = reverse("plan-next", args=[source.pk])
    values = {"cycle": world.cycle.pk, "code": "JH-9", "overlap_days": 3}
    assert sender.post(url, values | {"overlap_days": -1}).context["form"].errors["overlap_days"]
    answer = sender.post(url, values, follow=True)
    plan = Batch.objects.get(code="JH-9")
    line = plan.lines.get()
    assert (line.replaces, line.start_on, line.clinician) == (world.posting, date(2026, 8, 29), None)
    page = answer.content.decode()
    assert "没有选择派驻人员" in page and "接替" in page
    assert sender.post(url, values).context["form"].errors["code"]


def test_a_draft_keeps_everything_however_wrong(sender, world):
    plan = build.plan(world.agreement, {"clinician": None})
    url = reverse("plan-edit", args=[plan.pk])
    rows = [
        {"note": "待定"},
        row(world, clinician=world.clinician.pk, start_on="2026-08-01", end_on="2026-07-01"),
        row(world, end_on=""),
        {},
    ]
    answer = sender.post(url, table(plan, *rows, save="1"), follow=True)
    found = [
        (line.number, line.note, line.clinician_id, line.start_on, line.end_on) for line in plan.lines.all()
    ]
    assert found == [
        (1, "待定", None, None, None),
        (2, "", world.clinician.pk, date(2026, 8, 1), date(2026, 7, 1)),
        (3, "", rows[2]["clinician"], date(2026, 9, 1), None),
    ]
    page = answer.content.decode()
    assert "没有填结束日期" in page and "结束日期 2026-07-01 早于开始日期" in page and 'value="待定"' in page


def test_a_day_that_does_not_exist_is_refused_with_everything_typed_still_there(sender, world):
    plan = build.plan(world.agreement)
    url = reverse("plan-edit", args=[plan.pk])
    wrong = row(world, end_on="2026-02-31", note="留着")
    for nonsense in ("2026-02-31", "完全不是日期"):
        answer = sender.post(url, table(plan, wrong | {"end_on": nonsense}, save="1"))
        page = answer.content.decode()
        assert answer.context["formset"].forms[0].errors["end_on"]
        assert f'value="{nonsense}"' in page and 'value="留着"' in page and "还没有保存" in page
    assert plan.lines.get().end_on == date(2026, 11, 30)


def test_a_line_is_removed_and_one_added(sender, world):
    plan = build.plan(world.agreement, {}, {})
    first, second = plan.lines.all()
    rows = [
        row(world, clinician=first.clinician_id) | {"DELETE": "on"},
        row(world, clinician=second.clinician_id),
        row(world),
    ]
    sender.post(reverse("plan-edit", args=[plan.pk]), table(plan, *rows, save="1"))
    assert [line.clinician_id for line in plan.lines.all()] == [second.clinician_id, rows[2]["clinician"]]
    assert [line.number for line in plan.lines.all()] == [1, 2]


def test_submitting_tells_all_problems_of_all_lines_and_keeps_the_draft(sender, world):
    plan = build.plan(world.agreement)
    rows = [
        row(world, clinician=world.clinician.pk, start_on="2026-08-31"),
        row(world, clinician=""),
        row(world, end_on="2027-02-01"),
    ]
    answer = sender.post(
        reverse("plan-edit", args=[plan.pk]), table(plan, *rows, submit="1", departed_on="2026-08-31")
    )
    page = answer.content.decode()
    assert "草稿已保存，还不能提交" in page
    for text in ("第 1 行：", "的派驻重叠", "第 2 行：没有选择派驻人员", "第 3 行：", "不能覆盖派驻"):
        assert text in page
    plan.refresh_from_db()
    assert (plan.status, plan.lines.count(), plan.postings.count()) == ("draft", 3, 0)


def test_only_own_people_and_own_agreements_can_be_chosen(sender, world):
    plan = build.plan(world.agreement)
    gone = build.clinician(world.hospital, left_on=date(2026, 1, 5))
    far = build.agreement_in_force(world.hospital, build.organisation("township_clinic"))
    strange = build.posting(
        build.agreement_in_force(build.organisation("hospital"), build.organisation("township_clinic"))
    )
    for name, value in (
        ("clinician", build.clinician(world.clinic).pk),
        ("clinician", gone.pk),
        ("agreement", far.pk),
        ("replaces", strange.pk),
    ):
        answer = sender.post(
            reverse("plan-edit", args=[plan.pk]), table(plan, row(world, **{name: value}), save="1")
        )
        assert answer.context["formset"].forms[0].errors[name], name


def test_choosing_a_successor_by_who_is_free(sender, world):
    plan = build.plan(world.agreement, {"clinician": None})
    line = plan.lines.get()
    free = build.clinician(world.hospital, name="安宁")
    busy = build.posting(world.agreement, start=date(2026, 9, 1), end=date(2026, 9, 30)).clinician
    answer = sender.post(
        reverse("plan-edit", args=[plan.pk]),
        table(plan, row(world, clinician="", note="先存"), choose="1"),
        follow=True,
    )
    line = plan.lines.get()
    assert line.note == "先存" and answer.context["line"] == line
    states = {found.person: found.is_free for found in answer.context["candidates"]}
    assert states[free] and not states[busy]
    url = reverse("plan-candidates", args=[plan.pk])
    only = sender.get(url, {"line": 1, "free": "on"}).context["candidates"]
    assert busy not in [found.person for found in only] and free in [found.person for found in only]
    named = sender.get(url, {"line": 1, "q": "anning"}).context["candidates"]
    assert [found.person for found in named] == [free]
    choose = reverse("plan-choose", args=[plan.pk])
    assert sender.post(choose, {"line": 1, "clinician": build.clinician(world.clinic).pk}).status_code == 404
    sender.post(choose, {"line": 1, "clinician": free.pk})
    assert plan.lines.get().clinician == free


def test_from_the_hospital_over_the_clinic_to_the_bureau(client, world):
    people = world.people

    def waits(role) -> dict[str, int]:
        return {line.what: line.count for line in work_waiting(people[role], day=date(2026, 9, 1))}

    plan = build.plan(world.agreement, {"department": "儿科"})
    assert waits(HC)["份派驻计划没有提交"] == 1
    client.force_login(people[HC])
    line = plan.lines.get()
    values = row(world, clinician=line.clinician_id, department="儿科")
    client.post(reverse("plan-edit", args=[plan.pk]), table(plan, values, submit="1"))
    plan.refresh_from_db()
    assert plan.status == "submitted"
    assert "不能修改" in client.get(reverse("plan-edit", args=[plan.pk]), follow=True).content.decode()

    client.force_login(people[RC])
    assert waits(RC)["份派驻计划等待本单位接收"] == 1
    listed = client.get(reverse("batch-list"), {"waiting": "on"}).context["page"]
    assert [batch.pk for batch in listed] == [plan.pk]
    page = client.get(reverse("batch-detail", args=[plan.pk]))
    assert page.context["answers"] and "儿科" in page.content.decode()
    url = reverse("plan-return", args=[plan.pk])
    assert client.post(url, {"reason": ""}).context["refused"].errors["reason"]
    client.post(url, {"reason": "需要内科"})
    assert client.get(reverse("batch-detail", args=[plan.pk])).status_code == 404

    client.force_login(people[HC])
    assert waits(HC)["份派驻计划被退回"] == 1
    assert "需要内科" in client.get(reverse("plan-edit", args=[plan.pk])).content.decode()
    client.post(
        reverse("plan-edit", args=[plan.pk]),
        table(plan, values | {"department": "内科"}, submit="1", explanation="已改为内科"),
    )
    client.force_login(people[RC])
    client.post(reverse("plan-accept", args=[plan.pk]))
    plan.refresh_from_db()
    assert plan.status == "accepted" and "份派驻计划等待本单位接收" not in waits(RC)

    client.force_login(people[BO])
    desk = client.get(reverse("admin:index")).content.decode()
    assert "派驻计划待备案" in desk
    client.post(reverse("admin:staffing_batch_verb", args=[plan.pk, "file"]))
    plan.refresh_from_db()
    assert (plan.status, plan.filed_by, plan.postings.get().status) == ("filed", people[BO], "approved")


def test_a_plan_is_withdrawn_and_discarded(sender, world):
    plan = build.plan(world.agreement, upto="submitted")
    discard = reverse("plan-discard", args=[plan.pk])
    assert "只有草稿" in sender.post(discard, follow=True).content.decode()
    sender.post(reverse("plan-withdraw", args=[plan.pk]))
    plan.refresh_from_db()
    assert plan.status == "draft" and not Posting.objects.filter(batch=plan).exists()
    sender.post(discard)
    assert not Batch.objects.filter(pk=plan.pk).exists()


def test_the_stated_number_beside_the_roster(sender, world):
    batch = build.batch(world.agreement, stated_people=5)
    build.posting(world.agreement, within=batch)
    page = sender.get(reverse("batch-detail", args=[batch.pk])).content.decode()
    assert "方案写明 5 人，名册为 1 人，少 4 人，请核对。" in page
