"""Pages of promotion service: what they show, refuse, sort, export, and how often they ask the database."""

import io
from datetime import date, timedelta

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from core.models import AuditEvent
from staffing.models import PromotionCandidate, PromotionPolicy, PromotionRule, RecognisedService
from staffing.promotion_forms import RecognisedForm
from testing import builders as build

pytestmark = pytest.mark.django_db
NEXT = timezone.localdate().year + 1


@pytest.fixture
def place():
    bureau = build.bureau(build.COUNTY)
    hospital, clinic = build.organisation("hospital"), build.organisation("township_clinic")
    cycle = build.cycle(build.programme(bureau), date(2024, 1, 1), date(2026, 12, 31))
    agreement = build.agreement_in_force(hospital, clinic, date(2024, 1, 1), date(2026, 12, 31), within=cycle)
    return bureau, hospital, agreement


def served(agreement, months: int, name: str, **fields):
    """A candidate with so many proved months of 2025 at a clinic of one's own."""
    clinic, period = build.organisation("township_clinic"), (date(2024, 1, 1), date(2026, 12, 31))
    agreement = build.agreement_in_force(agreement.sender, clinic, *period, within=agreement.cycle)
    person = build.clinician(agreement.sender, name, **fields)
    if months:
        end = date(2025 + months // 12, months % 12 + 1, 1) - timedelta(days=1)
        build.attended(build.posting(agreement, person, date(2025, 1, 1), end, ended=True))
    return build.candidate(person)


def names(response) -> list[str]:
    return [line.candidate.clinician.name for line in response.context["page"]]


# ---- ledger
def test_the_ledger_says_it_big_and_why(client, place):
    bureau, hospital, agreement = place
    row = served(agreement, 9, "黄九月")
    client.force_login(build.officer(bureau))
    body = client.get(reverse("person-promotion", args=[row.clinician_id])).content.decode()
    assert '<p class="verdict-head">尚差 3 个月</p>' in body
    assert "2025 年 273 天" in body and "国家：医师法" in body and "首尾两天都计" in body
    assert "满月按对应日计算" in body


def test_the_ledger_is_asked_for_a_level_a_year_and_a_rule(client, place):
    _, hospital, agreement = place
    row = served(agreement, 9, "黄九月")
    client.force_login(build.coordinator(hospital))
    url = reverse("person-promotion", args=[row.clinician_id])
    asked = client.get(url, {"target": "senior", "year": 2026, "rule": "hunan-2016"})
    ledger = asked.context["ledger"]
    assert (ledger.rule.name, ledger.year, ledger.target) == ("湖南 2016", 2026, "senior")
    default = client.get(url).context["ledger"]
    assert (default.year, default.target) == (NEXT, "associate"), "as listed"
    for nonsense in ({"year": "abc"}, {"year": "99999"}, {"target": "boss"}, {"rule": "no-such-rule"}):
        assert client.get(url, nonsense).context["account"] is None


def test_somebody_not_listed_is_taken_one_level_up(client, place):
    _, hospital, _ = place
    client.force_login(build.coordinator(hospital))
    for title, level in (
        ("234", "intermediate"),
        ("233", "associate"),
        ("", "associate"),
        ("231", "associate"),
    ):
        url = reverse("person-promotion", args=[build.clinician(hospital, title=title).pk])
        ledger = client.get(url).context["ledger"]
        assert (ledger.target, ledger.year) == (level, timezone.localdate().year)


def test_the_person_sees_the_own_ledger_and_the_recipient_does_not(client, place):
    _, hospital, agreement = place
    user = build.user(Role.CLINICIAN, hospital)
    person = build.clinician(hospital, user=user)
    build.posting(agreement, person, date(2026, 1, 1), date(2026, 6, 30))
    url, page = reverse("person-promotion", args=[person.pk]), reverse("person-detail", args=[person.pk])
    client.force_login(user)
    assert client.get(url).status_code == 200 and url in client.get(page).content.decode()
    assert url in client.get(reverse("workspace")).content.decode()
    client.force_login(build.coordinator(agreement.recipient, sending=False))
    assert client.get(url).status_code == 404
    shown = client.get(page)
    assert shown.status_code == 200 and url not in shown.content.decode()


def test_facts_are_shown_with_their_source(client, place):
    _, hospital, _ = place
    person = build.clinician(hospital)
    client.force_login(build.coordinator(hospital))
    url = reverse("promotion-facts", args=[person.pk])
    assert client.post(url, {"cdc": "on", "source": " "}).context["form"].errors["source"]
    assert client.post(url, {"ex_military": "on", "source": "转业证 88 号"}).status_code == 302
    build.promotion_policy(place[0], "equivalents-sample")
    body = client.get(reverse("person-promotion", args=[person.pk])).content.decode()
    assert "转业证 88 号" in body and "免于要求" in body and "军队转业人员首次申报" in body


# ---- the December list
def test_next_year_is_shown_first_and_sorted_by_what_is_lacking(client, place):
    bureau, hospital, agreement = place
    for months, name in ((12, "甲够了"), (6, "乙半年"), (9, "丙九月"), (0, "丁没有")):
        served(agreement, months, name)
    build.candidate(build.clinician(hospital, "戊今年"), year=NEXT - 1)
    client.force_login(build.officer(bureau))
    shown = client.get(reverse("candidate-list"))
    assert names(shown) == ["丁没有", "乙半年", "丙九月", "甲够了"]
    assert dict(shown.context["counts"]) == {"尚差": 3, "可申报": 1}
    assert names(client.get(reverse("candidate-list"), {"sort": "shortfall"})) == [
        "甲够了",
        "丙九月",
        "乙半年",
        "丁没有",
    ]
    assert names(client.get(reverse("candidate-list"), {"lacking": "on", "sort": "name"})) == [
        "丙九月",
        "丁没有",
        "乙半年",
    ]
    assert len(names(client.get(reverse("candidate-list"), {"year": "all"}))) == 5
    assert names(client.get(reverse("candidate-list"), {"year": NEXT - 1})) == ["戊今年"]
    for nonsense in ("1999", "abc", ""):
        assert len(names(client.get(reverse("candidate-list"), {"year": nonsense}))) == 5, "filters nothing"


@pytest.mark.parametrize("sort", ["name", "hospital", "year", "target", "proved", "shortfall", "verdict"])
def test_every_column_sorts_both_ways(client, place, sort):
    bureau, _, agreement = place
    for months, name in ((12, "甲"), (6, "乙"), (0, "丙")):
        served(agreement, months, name)
    client.force_login(build.officer(bureau))
    rising = client.get(reverse("candidate-list"), {"sort": sort})
    falling = client.get(reverse("candidate-list"), {"sort": f"-{sort}"})
    assert sorted(names(rising)) == sorted(names(falling)) and len(names(rising)) == 3
    if sort in ("name", "proved", "shortfall"):
        assert names(rising) == names(falling)[::-1]
    order = {heading["order"] for heading in rising.context["headings"]}
    assert order == {"", "ascending"}


def test_searching_by_name_pinyin_and_staff_number(client, place):
    bureau, hospital, _ = place
    row = build.candidate(build.clinician(hospital, "覃连翘", staff_no="SY77"))
    build.candidate(build.clinician(hospital, "黄谷雨"))
    other = build.candidate(build.clinician(build.organisation("hospital"), "外院人"))
    client.force_login(build.officer(bureau))
    for text in ("覃连", row.clinician.name_key[:4].upper(), "SY77"):
        assert names(client.get(reverse("candidate-list"), {"q": text})) == ["覃连翘"]
    only = client.get(reverse("candidate-list"), {"organisation": other.clinician.organisation_id})
    assert names(only) == ["外院人"]
    assert names(client.get(reverse("candidate-list"), {"target": "senior"})) == []


def test_the_export_is_what_the_list_shows(client, place):
    bureau, _, agreement = place
    for months, name in ((12, "甲够了"), (9, "丙九月"), (0, "=丁没有")):
        served(agreement, months, name)
    client.force_login(build.officer(bureau))
    query = {"lacking": "on", "sort": "name"}
    shown = names(client.get(reverse("candidate-list"), query))
    response = client.get(reverse("candidate-export"), query)
    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
    rows = list(sheet.values)
    assert [row[0] for row in rows[1:]] == ["'=丁没有", "丙九月"] and shown == ["=丁没有", "丙九月"]
    head = {name: place for place, name in enumerate(rows[0])}
    first = rows[2]
    assert first[head["结论"]] == "尚差" and first[head["说明"]] == "尚差 3 个月"
    assert first[head["已证实"]] == "9 个月" and first[head["尚差（约合天数）"]] == 90
    assert "医师法" in first[head["政策依据"]]
    assert AuditEvent.objects.filter(verb="export", note__contains="2 行").exists()


def test_adding_and_removing_several(client, place):
    _, hospital, _ = place
    people = [build.clinician(hospital) for _ in range(3)]
    client.force_login(build.coordinator(hospital))
    form = {"people": [person.pk for person in people], "target": "associate", "year": NEXT}
    assert client.post(reverse("candidate-add"), form).status_code == 302
    again = client.post(reverse("candidate-add"), form)
    assert again.status_code == 200 and again.content.decode().count("年的名单中") == 3
    rows = list(PromotionCandidate.objects.values_list("pk", flat=True))
    away = {"candidate": [*rows[:2], "x", "9" * 30], "next": "https://evil.example/"}
    answer = client.post(reverse("candidate-remove"), away)
    assert answer.url == reverse("candidate-list") and PromotionCandidate.objects.count() == 1


def test_another_hospital_neither_sees_nor_removes(client, place):
    row = build.candidate(build.clinician(place[1], "覃本院"))
    client.force_login(build.coordinator(build.organisation("hospital")))
    shown = client.get(reverse("candidate-list"))
    assert "覃本院" not in shown.content.decode()
    client.post(reverse("candidate-remove"), {"candidate": [row.pk]})
    assert PromotionCandidate.objects.filter(pk=row.pk).exists()


# ---- recognised service
def typed(**fields):
    return {
        "kind": "grassroots",
        "start_on": "2024-01-01",
        "end_on": "2024-06-30",
        "place": "某乡",
        "location": "township",
        "evidence": "证明",
    } | fields


@pytest.mark.parametrize("text", ["2026-02-31", "完全不是日期", "", "2024-13-01"])
@pytest.mark.parametrize("name", ["start_on", "end_on"])
def test_what_is_no_date_is_refused_at_entry(client, place, name, text):
    person = build.clinician(place[1])
    client.force_login(build.coordinator(place[1]))
    response = client.post(reverse("recognised-new", args=[person.pk]), typed(**{name: text}))
    assert response.status_code == 200 and response.context["form"].errors[name]
    assert not RecognisedService.objects.exists()


def test_the_form_names_the_date_it_wants():
    form = RecognisedForm(typed(end_on="2026-02-31"))
    assert form.errors["end_on"] == ["不是一个真实的日期，应写成 2026-03-01 这样的年月日。"]


def test_from_entry_to_the_ledger(client, place):
    bureau, hospital, _ = place
    person = build.clinician(hospital)
    client.force_login(build.coordinator(hospital))
    new = reverse("recognised-new", args=[person.pk])
    assert client.post(new, typed(send="1", end_on="2024-12-31")).status_code == 302
    row = RecognisedService.objects.get()
    assert row.status == "submitted"
    page = reverse("recognised-detail", args=[row.pk])
    assert "确认属实" not in client.get(page).content.decode()
    assert client.post(reverse("recognised-confirm", args=[row.pk])).status_code == 403
    client.force_login(build.officer(bureau))
    assert "确认属实" in client.get(page).content.decode()
    assert client.post(reverse("recognised-confirm", args=[row.pk])).status_code == 302
    shown = client.get(reverse("person-promotion", args=[person.pk]))
    assert shown.context["ledger"].headline == "可申报"


def test_the_list_of_entered_service_narrows(client, place):
    bureau, hospital, _ = place
    rows = {
        status: build.recognised(
            build.clinician(hospital),
            status=status,
            kind=kind,
            place=f"{kind}地点",
            confirmed_by=build.officer(bureau),
        )
        for status, kind in (("submitted", "tibet"), ("confirmed", "hosting"), ("draft", "assigned"))
    }
    client.force_login(build.officer(bureau))
    for query, found in (
        ({}, {"submitted", "confirmed", "draft"}),
        ({"waiting": "on"}, {"submitted"}),
        ({"status": "draft"}, {"draft"}),
        ({"kind": "hosting"}, {"confirmed"}),
        ({"q": "tibet"}, {"submitted"}),
    ):
        shown = client.get(reverse("recognised-list"), query).context["page"]
        assert {row.pk for row in shown} == {rows[name].pk for name in found}, query


# ---- rules
def test_the_rules_page_tells_which_is_applied(client, place):
    bureau, hospital, _ = place
    client.force_login(build.user(Role.CLINICIAN, hospital))
    body = client.get(reverse("promotion-rules")).content.decode()
    assert "本地区没有采用其他规定" in body
    for name in PromotionRule.objects.values_list("name", flat=True):
        assert name in body
    build.promotion_policy(bureau, "hunan-2016")
    body = client.get(reverse("promotion-rules")).content.decode()
    assert bureau.name in body and "在县级及以下连续工作满 5 年" in body


def test_the_desk_applies_and_copies_rules(client, place):
    bureau, _, agreement = place
    client.force_login(build.officer(bureau))
    beijing = PromotionRule.objects.get(code="beijing-2003")
    form = {"rule": beijing.pk, "effective_from": "2026-01-01", "remote_places": [agreement.recipient_id]}
    assert client.post(reverse("admin:staffing_promotionpolicy_add"), form).status_code == 302
    policy = PromotionPolicy.objects.get()
    assert (policy.bureau, list(policy.remote_places.all())) == (bureau, [agreement.recipient])
    guangdong = PromotionRule.objects.get(code="guangdong")
    refused = client.post(reverse("admin:staffing_promotionpolicy_add"), form | {"rule": guangdong.pk})
    assert refused.status_code == 200 and "已采用“北京 2003”" in refused.content.decode()
    national = PromotionRule.objects.get(code="national")
    copy = reverse("admin:staffing_promotionrule_verb", args=[national.pk, "copy"])
    assert client.post(copy, {"code": "ours", "name": "本局规定"}).status_code == 302
    assert PromotionRule.objects.get(code="ours").required_total == 12


def test_the_desk_counts_what_waits_for_recognition(client, place):
    bureau, hospital, _ = place
    row = build.recognised(build.clinician(hospital), status="submitted")
    client.force_login(build.officer(bureau))
    assert "其他服务待认定" in client.get(reverse("admin:index")).content.decode()
    listed = client.get(reverse("admin:staffing_recognisedservice_changelist"), {"waiting": "to-recognise"})
    assert [found.pk for found in listed.context["cl"].queryset] == [row.pk]
    verb = reverse("admin:staffing_recognisedservice_verb", args=[row.pk, "confirm"])
    assert client.post(verb, {}).status_code == 302
    row.refresh_from_db()
    assert row.status == "confirmed"


# ---- statements
def test_pages_ask_the_database_as_often_for_twice_as_much(client, place):
    bureau, hospital, agreement = place
    build.promotion_policy(bureau, "hunan-2016")
    build.promotion_policy(build.bureau("450000"), "guangdong")
    person = build.candidate(build.clinician(hospital)).clinician

    def fill():
        start = date(2024, 1, 1) + timedelta(
            days=20 * RecognisedService.objects.filter(clinician=person).count()
        )
        for index in range(3):
            row = served(agreement, 5 + index, build.unique("陆"))
            build.recognised(row.clinician, date(2023, 1, 1), date(2023, 3, 1))
            build.promotion_facts(row.clinician)
            first = start + timedelta(days=20 * index)
            build.recognised(person, first, first + timedelta(days=10))

    def counted():
        found = {}
        for url in urls:
            client.get(url)
            with CaptureQueriesContext(connection) as seen:
                assert client.get(url).status_code == 200
            found[url] = len(seen)
        return found

    urls = [
        reverse("candidate-list"),
        reverse("candidate-list") + "?sort=hospital&lacking=on",
        reverse("person-promotion", args=[person.pk]),
        reverse("promotion-rules"),
        reverse("recognised-list"),
        reverse("candidate-export"),
    ]
    client.force_login(build.officer(bureau))
    fill()
    once = counted()
    fill()
    assert counted() == once and max(once.values()) <= 40
