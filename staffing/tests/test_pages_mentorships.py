"""The mentorship pages: a pair from entry to year-end, each side on its own lines; the list costs the same for more."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from staffing.models import Mentorship
from testing import builders as build

pytestmark = pytest.mark.django_db


@pytest.fixture
def agreement():
    return build.agreement_in_force(build.organisation("hospital"), build.organisation("township_clinic"))


@pytest.fixture
def sides(agreement):
    return build.side(agreement, True), build.side(agreement, False)


def page(name: str, pair) -> str:
    return reverse(f"mentorship-{name}", args=[pair.pk])


def test_entered_by_one_side_confirmed_by_the_other(agreement, sides, client):
    sender, recipient = sides
    mentor, apprentice = build.clinician(agreement.sender), build.clinician(agreement.recipient)
    build.study(agreement, apprentice)  # so that the hospital knows the apprentice
    data = {
        "agreement": agreement.pk,
        "mentor": mentor.pk,
        "apprentice": apprentice.pk,
        "start_on": "2026-01-01",
        "end_on": "2026-12-31",
        "monthly_visits": 3,
        "monthly_days": 3,
        "send": "1",
    }
    client.force_login(sender)
    refused = client.post(reverse("mentorship-new"), data | {"end_on": "2025-12-31"})
    assert refused.context["form"].errors["end_on"] == ["结束日期早于开始日期。"]
    assert client.post(reverse("mentorship-new"), data).status_code == 302
    pair = Mentorship.objects.get()
    assert client.post(page("confirm", pair)).status_code == 403
    client.force_login(recipient)
    assert "等我确认" in client.get(reverse("mentorship-list")).content.decode()
    waiting = client.get(reverse("mentorship-list"), {"waiting": "on"}).context["page"].object_list
    assert list(waiting) == [pair]
    assert "1</span>" in client.get(reverse("workspace")).content.decode()
    client.post(page("confirm", pair))
    pair.refresh_from_db()
    assert pair.status == "confirmed"


def test_each_side_gets_its_own_question_and_refusals_come_back_filled(agreement, sides, client):
    pair = build.mentorship(agreement)
    sender, recipient = sides
    for user, label, column in (
        (sender, "徒弟来院天数", "apprentice_days"),
        (recipient, "师傅来访次数", "mentor_visits"),
    ):
        client.force_login(user)
        assert label in client.get(page("detail", pair)).content.decode()
        refused = client.post(page("contact", pair), {"month": "2026-02", "number": 30})
        assert refused.context["forms"]["contact"].errors["number"] == [
            "2026-02 应在 0 到 28 之间，现在是 30。"
        ]
        client.post(page("contact", pair), {"month": "2026-02", "number": 2})
        assert getattr(pair.contacts.get(), column) == 2
    told = client.get(page("detail", pair)).content.decode()
    assert "师傅到访不足：2026-02" in told and "徒弟到院不足：2026-02" in told


def test_plan_technique_deed_and_summary(agreement, sides, client):
    pair = build.mentorship(agreement)
    client.force_login(sides[0])
    lines = {
        "lines-TOTAL_FORMS": 2,
        "lines-INITIAL_FORMS": 0,
        "lines-0-what": "查房",
        "lines-0-unit": "次",
        "lines-0-target": 24,
        "lines-1-what": "查房",
        "lines-1-unit": "次",
        "lines-1-target": 12,
    }
    assert "重复的内容" in client.post(page("plan", pair), lines).content.decode()
    assert client.post(page("plan", pair), lines | {"lines-1-what": "讲课"}).status_code == 302
    assert [item.what for item in pair.plan.all()] == ["查房", "讲课"]
    technique = {"name": "针刺", "mastered_on": "2026-03-01", "assessor": pair.apprentice_id}
    refused = client.post(page("technique", pair), technique)
    assert refused.context["forms"]["technique"].errors  # the apprentice is not even offered
    client.post(page("technique", pair), technique | {"assessor": pair.mentor_id})
    client.post(page("deed", pair), {"kind": "paper", "done_on": "2026-03-01", "note": "论文一篇"})
    client.post(page("summary", pair), {"year": 2026, "text": "带教一年"})
    client.post(page("dates", pair), {"signed_on": "2026-01-02", "ceremony_on": "2026-01-03"})
    told = client.get(page("detail", pair)).content.decode()
    for text in ("讲课", "针刺", "论文一篇", "带教一年", "2026-01-03"):
        assert text in told
    client.post(reverse("mentorship-technique-remove", args=[pair.techniques.get().pk]))
    assert not pair.techniques.exists()


def test_the_mentor_reads_the_own_pair_and_no_other(agreement, client):
    user = build.user("clinician", agreement.sender)
    mine = build.mentorship(agreement, build.clinician(agreement.sender, user=user))
    other = build.mentorship(agreement)
    client.force_login(user)
    assert client.get(page("detail", mine)).status_code == 200
    assert client.get(page("detail", other)).status_code == 404
    assert client.post(page("contact", mine), {"month": "2026-02", "number": 3}).status_code == 403


def test_the_list_costs_the_same_for_more_pairs(agreement, sides, client, django_assert_max_num_queries):
    build.mentorship(agreement, start=date(2026, 1, 1), end=date(2026, 6, 30))
    client.force_login(sides[0])
    client.get(reverse("mentorship-list"))
    with CaptureQueriesContext(connection) as before:
        client.get(reverse("mentorship-list"))
    for _ in range(4):
        build.mentorship(agreement)
    with django_assert_max_num_queries(len(before)):
        assert len(client.get(reverse("mentorship-list")).context["page"].object_list) == 5
