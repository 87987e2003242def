"""The pages of a two-sided record: dispute, ruling, correction and withdrawal as people click them."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role
from support.models import Donation
from support.selectors.waiting import (
    record_counts,
    records_disputed,
    records_to_answer,
    records_to_confirm,
    records_to_rule,
)
from support.services.disputes import may_rule, record_answer, record_dispute
from testing import builders as build
from testing.scene import scene

pytestmark = pytest.mark.django_db
HC, RC, BO, BL, HL = (
    Role.HOSPITAL_COORDINATOR.value,
    Role.RECIPIENT_COORDINATOR.value,
    Role.BUREAU_OFFICER.value,
    Role.BUREAU_LEADER.value,
    Role.HOSPITAL_LEADER.value,
)


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        yield scene()
        transaction.set_rollback(True)


def press(client, world, role, record, button, **data):
    client.force_login(world.people[role])
    answer = client.post(reverse(f"donation-{button}", args=[record.pk]), data, follow=True)
    record.refresh_from_db()
    return answer


def page(client, world, role, record) -> str:
    client.force_login(world.people[role])
    return client.get(reverse("donation-detail", args=[record.pk])).content.decode()


def buttons(text: str) -> set[str]:
    """The verbs that a page offers."""
    known = ("confirm", "return", "dispute", "drop", "answer", "concede", "rule", "submit", "retract")
    return {name for name in (*known, "withdraw", "delete") if f'/{name}/"' in text}


def test_a_dispute_from_both_sides_to_the_ruling(client, world):
    gift = build.donation(world.agreement, status="submitted")
    assert buttons(page(client, world, RC, gift)) == {"confirm", "return", "dispute"}
    assert buttons(page(client, world, HC, gift)) == {"retract"}
    press(client, world, RC, gift, "dispute", reason="病床实收 10 张")
    assert gift.status == "disputed" and not Donation.objects.confirmed().exists()
    assert buttons(page(client, world, RC, gift)) == {"drop"}
    assert buttons(page(client, world, HC, gift)) == {"answer", "concede"}
    press(client, world, HC, gift, "answer", answer="第二批送达 2 张")
    for role in (HC, RC, BO, HL):
        text = page(client, world, role, gift)
        assert "病床实收 10 张" in text and "第二批送达 2 张" in text
    assert buttons(page(client, world, BO, gift)) == {"rule"} and not buttons(text)
    listed = page_of(client, world, BO, waiting="on")
    assert [line.record for line in listed] == [gift]
    answer = press(client, world, BO, gift, "rule", ruling="以验收单为准")
    assert "请选择争议成立还是不成立" in answer.content.decode() and gift.status == "disputed"
    press(client, world, BO, gift, "rule", ruling="以验收单为准", upheld="no")
    text = page(client, world, RC, gift)
    assert buttons(text) == {"confirm", "return"} and "争议不成立。" in text
    assert buttons(page(client, world, HC, gift)) == set()
    press(client, world, RC, gift, "confirm")
    text = page(client, world, HC, gift)
    assert gift.status == "confirmed" and "处理争议，争议不成立" in text
    assert buttons(text) == {"withdraw"} and f"?replaces={gift.pk}" in text


def page_of(client, world, role, **filters) -> list[dict]:
    client.force_login(world.people[role])
    return list(client.get(reverse("dispute-list"), filters).context["page"])


def test_an_upheld_dispute_goes_back_with_the_ruling(client, world):
    gift = build.donation(world.agreement, status="submitted")
    press(client, world, RC, gift, "dispute", reason="金额不符")
    press(client, world, BO, gift, "rule", ruling="按收据改为 500 元", upheld="yes")
    text = page(client, world, HC, gift)
    assert "争议成立。" in text and "按收据改为 500 元" in text
    assert buttons(text) == {"submit", "delete"}


def test_a_correction_is_shown_with_old_and_new(client, world):
    gift = build.donation(world.agreement, "goods", 500, items=[("病床", 2, "张")])
    client.force_login(world.people[HC])
    url = reverse("donation-new") + f"?replaces={gift.pk}"
    form = client.get(url)
    assert form.context["form"]["amount"].value() == gift.amount
    assert [row["name"].value() for row in form.context["items"].forms][0] == "病床"
    values = {
        "agreement": gift.agreement_id,
        "kind": "goods",
        "given_on": f"{gift.given_on}",
        "title": gift.title,
        "amount": "400",
        "qualifier": "about",
        "valuation": "stated",
        "items-TOTAL_FORMS": 1,
        "items-INITIAL_FORMS": 0,
        "items-0-category": "furniture",
        "items-0-name": "病床",
        "items-0-quantity": "1",
        "items-0-unit": "张",
        "items-0-unit_value": "300",
        "send": "1",
    }
    refused = client.post(url, values)
    assert refused.context["form"].errors["replace_reason"] and Donation.objects.count() == 1
    answer = client.post(url, values | {"replace_reason": "收到 1 张"}, follow=True)
    assert "物品明细合计 300.00 元，比所填金额 400.00 元（约数）少 100.00 元" in answer.content.decode()
    new = Donation.objects.get(replaces=gift)
    text = page(client, world, RC, new)
    for words in ("收到 1 张", "<del>500</del>", "<strong>400</strong>", "<del>准确</del>", "设备 病床2张"):
        assert words in text
    assert "更正正在办理" in page(client, world, HC, gift) and not buttons(page(client, world, HC, gift))
    press(client, world, RC, new, "confirm")
    assert "这条记录已被更正" in page(client, world, HC, gift)
    for wrong, status in (("abc", 404), ("999999", 404)):
        assert client.get(reverse("donation-new") + f"?replaces={wrong}").status_code == status


def test_a_withdrawal_is_agreed_to_by_the_other_side(client, world):
    gift = build.donation(world.agreement, title="重复的一笔")
    answer = press(client, world, HC, gift, "withdraw", reason="登记了两次")
    made = Donation.objects.get(replaces=gift)
    assert answer.redirect_chain[-1][0] == reverse("donation-detail", args=[made.pk])
    text = page(client, world, RC, made)
    assert "同意作废" in text and "不同意作废" in text and buttons(text) == {"confirm", "return"}
    client.force_login(world.people[HC])
    assert client.get(reverse("donation-edit", args=[made.pk])).status_code == 302
    press(client, world, RC, made, "confirm")
    assert "作废已确认" in page(client, world, HC, made)
    assert "这条记录已作废" in page(client, world, HC, gift)


def test_waiting_selectors_ask_what_the_verbs_ask(world):
    """One donation in each state: the queries name the people whom the rules let act."""
    officer, other = world.people[BO], build.officer(build.bureau(build.OTHER_COUNTY))
    gift = build.donation(world.agreement, status="submitted")
    everything = Donation.objects.all()
    assert list(records_to_confirm(everything, world.people[RC])) == [gift]
    record_dispute(record=gift, by=world.people[RC], reason="不符")
    gift.refresh_from_db()
    assert list(records_disputed(everything)) == [gift]
    for by in (officer, other, world.people[BL], world.people[HC]):
        assert records_to_rule(everything, by).exists() == may_rule(record=gift, by=by)
    assert may_rule(record=gift, by=officer)
    hospital = world.people[HC]
    assert list(records_to_answer(everything, hospital)) == [gift]
    assert record_counts(everything, hospital, answers=True)["to_answer"] == 1
    assert not records_to_answer(everything, world.people[RC]).exists()
    record_answer(record=gift, by=hospital, answer="见收据")
    # said what there is to say: from now on it waits for the bureau only
    assert not records_to_answer(everything, hospital).exists()
    assert record_counts(everything, hospital, answers=True)["to_answer"] == 0
    assert records_to_rule(everything, officer).exists()


def test_the_page_of_disputes_costs_the_same_for_more(client, world):
    def asked() -> int:
        client.force_login(world.people[BO])
        with CaptureQueriesContext(connection) as found:
            client.get(reverse("dispute-list"))
        return len(found)

    def disputes() -> None:
        for make in (build.donation, build.activity):
            row = make(world.agreement, status="submitted")
            record_dispute(record=row, by=world.people[RC], reason="不符")

    disputes()
    asked()
    before = asked()
    disputes()
    assert asked() == before
    assert len(page_of(client, world, BO)) == 4
    assert len(page_of(client, world, BO, kind="activity")) == 2
    assert page_of(client, world, BO, q="没有这样的话") == []
    assert len(page_of(client, world, BO, q=world.hospital.name)) == 4
    assert len(page_of(client, world, HC, waiting="on")) == 4
    assert page_of(client, world, RC, waiting="on") == []
    client.force_login(world.strangers[HC])
    assert list(client.get(reverse("dispute-list")).context["page"]) == []
