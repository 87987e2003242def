"""Donations and outcome figures on the pages."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from core.errors import RuleBroken
from support.models import Donation, DonationItem
from support.selectors.outcomes import outcome_table
from support.services.donations import donation_save
from testing import builders as build
from testing.scene import scene

pytestmark = pytest.mark.django_db
HC, RC, HL = (
    Role.HOSPITAL_COORDINATOR.value,
    Role.RECIPIENT_COORDINATOR.value,
    Role.HOSPITAL_LEADER.value,
)
BO, CL, SA = Role.BUREAU_OFFICER.value, Role.CLINICIAN.value, Role.SYSTEM_ADMIN.value


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """Built once; each test's changes are rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield scene()
        transaction.set_rollback(True)


def typed(world, *items: tuple, **changes) -> dict:
    values = {
        "agreement": world.agreement.pk,
        "kind": "goods",
        "given_on": "2026-05-06",
        "title": "超声诊断仪",
        "amount": "180000.00",
        "qualifier": "about",
        "valuation": "invoice",
        "items-TOTAL_FORMS": len(items),
        "items-INITIAL_FORMS": 0,
    }
    for number, (name, quantity, unit) in enumerate(items):
        values |= {
            f"items-{number}-name": name,
            f"items-{number}-quantity": quantity,
            f"items-{number}-unit": unit,
        }
    return values | changes


def answers(client, people, url, method, roles) -> dict[str, int]:
    found = {}
    for role in roles:
        client.force_login(people[role])
        found[role] = getattr(client, method)(url).status_code
    return found


def test_who_gets_in(client, world):
    draft = build.donation(world.agreement, status="draft")
    asked = build.donation(world.agreement, confirmed=False)
    roles = (HC, RC, HL, BO, CL, SA)

    def route(name, row=None):
        return reverse(name, args=[row.pk] if row else [])

    readers = {HC: 200, RC: 200, HL: 200, BO: 200, CL: 200, SA: 403}
    detail, edit = route("donation-detail", draft), route("donation-edit", draft)
    assert answers(client, world.people, route("donation-list"), "get", roles) == readers
    assert answers(client, world.people, detail, "get", roles) == readers | {CL: 404}
    only_sender = dict.fromkeys(roles, 403) | {HC: 200}
    assert answers(client, world.people, route("donation-new"), "get", roles) == only_sender
    assert answers(client, world.people, edit, "get", roles) == only_sender
    for name in ("donation-submit", "donation-delete"):
        url = route(name, draft)
        assert answers(client, world.people, url, "post", roles[1:]) == dict.fromkeys(roles[1:], 403)
        assert answers(client, world.strangers, url, "post", (HC,)) == {HC: 404}
        assert answers(client, world.people, url, "get", (HC,)) == {HC: 405}
    for name in ("donation-confirm", "donation-return"):
        url = route(name, asked)
        assert answers(client, world.people, url, "post", (HC, HL, BO, SA)) == dict.fromkeys(
            (HC, HL, BO, SA), 403
        )
        assert answers(client, world.strangers, url, "post", (HC, RC)) == {HC: 404, RC: 404}
        assert answers(client, world.people, url, "get", (RC,)) == {RC: 405}
    assert answers(client, world.strangers, detail, "get", (HC, RC)) == {HC: 404, RC: 404}
    client.force_login(world.people[HC])
    assert client.get(reverse("donation-detail", args=[987654])).status_code == 404
    draft.refresh_from_db(), asked.refresh_from_db()
    assert (draft.status, asked.status) == ("draft", "submitted")


def test_goods_with_items_are_saved_mended_and_confirmed(client, world):
    client.force_login(world.people[HC])
    values = typed(world, ("探头", "2", "个"), ("耦合剂", "12.5", "升"), ("", "", ""))
    answer = client.post(reverse("donation-new"), values)
    made = Donation.objects.get(title="超声诊断仪")
    assert answer.headers["Location"] == reverse("donation-detail", args=[made.pk])
    assert [str(item) for item in made.items.all()] == ["探头2个", "耦合剂12.5升"]
    assert (made.status, made.amount, made.qualifier) == ("draft", Decimal(180000), "about")
    # the same thing again is told, not stored
    again = client.post(reverse("donation-new"), values)
    assert "已经登记过" in again.context["form"].errors["title"][0]
    # one item goes, and it is sent
    mend = typed(world, ("探头", "3", "个"), ("耦合剂", "12.5", "升"))
    mend |= {"items-INITIAL_FORMS": 2, "items-1-DELETE": "on", "send": "1"}
    client.post(reverse("donation-edit", args=[made.pk]), mend)
    made.refresh_from_db()
    assert made.status == "submitted" and [str(item) for item in made.items.all()] == ["探头3个"]
    client.force_login(world.people[RC])
    client.post(reverse("donation-confirm", args=[made.pk]))
    made.refresh_from_db()
    assert made.status == "confirmed"
    client.force_login(world.people[HC])
    assert client.get(reverse("donation-edit", args=[made.pk])).status_code == 302


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"kind": "cash", "amount": ""}, "amount", "必须填写金额"),
        ({"amount": ""}, "amount", "至少填写一项物品"),
        ({"amount": "-5"}, "amount", "大于"),
        ({"given_on": "2031-01-01"}, "given_on", "不能晚于今天"),
        ({"accepted_on": "2026-05-01"}, "accepted_on", "早于捐赠日期"),
    ],
)
def test_problems_stand_beside_their_field(client, world, changes, field, words):
    client.force_login(world.people[HC])
    answer = client.post(reverse("donation-new"), typed(world, **changes, purpose="急诊使用"))
    assert words in "".join(answer.context["form"].errors[field])
    assert 'value="急诊使用"' in answer.content.decode() and not Donation.objects.exists()


def test_an_item_without_quantity_is_told_and_kept(client, world):
    client.force_login(world.people[HC])
    answer = client.post(reverse("donation-new"), typed(world, ("探头", "", "个")))
    assert answer.context["items"].forms[0].errors["quantity"]
    assert 'value="探头"' in answer.content.decode() and not Donation.objects.exists()


def test_items_belong_to_goods_alone(world):
    with pytest.raises(RuleBroken, match="只有物资设备"):
        donation_save(
            agreement=world.agreement,
            kind="cash",
            given_on=date(2026, 5, 6),
            title="资金",
            amount=Decimal(1),
            items=[DonationItem(name="床", quantity=1, unit="张")],
            by=world.people[HC],
        )


def test_a_third_hospital_cannot_give_under_our_agreement(client, world):
    client.force_login(world.strangers[HC])
    answer = client.post(reverse("donation-new"), typed(world))
    assert not Donation.objects.exists() and answer.context["form"].errors["agreement"]
    with pytest.raises(RuleBroken, match="只能登记本单位"):
        donation_save(
            agreement=world.agreement,
            kind="cash",
            given_on=timezone.localdate() - timedelta(1),
            title="资金",
            amount=Decimal(1),
            by=world.strangers[HC],
        )


def test_three_kinds_three_subtotals(client, world):
    build.donation(world.agreement, "cash", 100)
    build.donation(world.agreement, "cash", 50, confirmed=False)
    build.donation(world.agreement, "waived", 7)
    build.donation(world.agreement, "goods", None, items=[("床", 2, "张")])
    client.force_login(world.people[RC])
    totals = client.get(reverse("donation-list")).context["totals"]
    assert [(row.label, row.value, row.unit) for row in totals] == [
        ("资金", 2, "笔，150.00 元，其中已确认 100.00 元"),
        ("物资设备", 1, "笔，未计价"),
        ("减免费用", 1, "笔，7.00 元，其中已确认 7.00 元"),
    ]
    only = client.get(reverse("donation-list"), {"kind": "cash", "status": "confirmed"})
    assert [row.label for row in only.context["totals"]] == ["资金"]
    waiting = client.get(reverse("donation-list"), {"waiting": "on"}).context["page"]
    assert [row.amount for row in waiting] == [Decimal(50)]


def test_outcomes_compare_with_the_baseline_and_the_year_before(client, world):
    for year, value, baseline in ((2024, "1000", True), (2025, "1200", False), (2026, "1308", False)):
        build.outcome_value(world.clinic, value, year, baseline=baseline, confirmed=year != 2026)
    years, rows = outcome_table(world.people[RC])
    assert years == [2025, 2026] and len(rows) == 1
    assert (rows[0].since_support, rows[0].year_on_year) == (Decimal("30.8"), Decimal("9.0"))
    assert (rows[0].support_trend, rows[0].baseline.year) == ("good", 2024)
    client.force_login(world.people[RC])
    text = client.get(reverse("outcome-list")).content.decode()
    assert "30.8%" in text and "未确认" in text
    client.force_login(world.strangers[RC])
    assert "还没有成效数据" in client.get(reverse("outcome-list")).content.decode()


def test_without_a_base_there_is_no_percentage(world):
    build.outcome_value(world.clinic, "5", 2026)
    _, (row,) = outcome_table(world.people[RC])
    assert (row.since_support, row.year_on_year) == (None, None)
