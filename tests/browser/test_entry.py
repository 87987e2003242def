"""Logging activities in a real browser: a ward round on a phone, and nothing typed is ever lost."""

import time
from datetime import date

import pytest
from playwright.sync_api import expect

from accounts.models import Role
from staffing.models import Activity, EntryDraft
from testing import builders as build

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NEW = "/activities/new/"


def status(page) -> str:
    return page.inner_text("[data-entry-status]")


def saved(page):
    page.wait_for_selector("[data-entry-status][data-state=ok]:has-text('已自动保存')")


def kept_here(page) -> list[str]:
    return page.evaluate("Object.keys(localStorage).filter((name) => name.startsWith('entry-'))")


def only_the_network(visitor) -> list[str]:
    return [text for text in visitor.complaints if "ERR_INTERNET_DISCONNECTED" not in text]


def test_a_ward_round_on_a_phone_takes_five_fields_and_half_a_minute(world, visit):
    phone = visit(390)
    page = phone.sign_in(world.people[Role.CLINICIAN])
    began = time.monotonic()
    phone.open("/workspace/")
    page.click("a[href='/activities/new/']")
    page.click("a.tile:has-text('查房') >> nth=0")
    page.wait_for_selector("form[data-entry]")
    if "教学" in page.inner_text("h1"):
        phone.open(f"{NEW}?type=ward_round")
    shown = page.locator(
        "form[data-entry] > .fields > div:visible, form[data-entry] > .fields > fieldset:visible"
    )
    assert shown.count() <= 5, [shown.nth(n).inner_text() for n in range(shown.count())]
    assert phone.overflow() <= 0
    page.fill("[name=department]", "内一科")
    page.click("button:has-text('保存并提交')")
    page.wait_for_selector(".message-success")
    assert time.monotonic() - began < 30
    made = Activity.objects.get(activity_type__code="ward_round")
    assert (made.status, made.department, made.entered_for) == ("submitted", "内一科", world.hospital)
    assert list(made.participants.all()) == [world.clinician]
    assert not EntryDraft.objects.exists() and kept_here(page) == []
    assert phone.complaints == []


def test_what_is_typed_survives_a_reload_and_a_lost_network(world, visit):
    visitor = visit(390)
    page = visitor.sign_in(world.people[Role.HOSPITAL_COORDINATOR])
    visitor.open(f"{NEW}?type=free_clinic")
    page.fill("[name=place]", "彭城镇")
    page.fill("[name='findings-0-disease']", "高血压")
    page.fill("[name='findings-0-patients']", "9")
    page.click("[data-add-row='findings-rows']")
    page.fill("[name='findings-1-disease']", "冠心病")
    saved(page)
    assert kept_here(page) == [], "the local copy lives only until the server has the same"
    page.reload()
    expect(page.locator("[name=place]")).to_have_value("彭城镇")
    assert [page.input_value(f"[name='findings-{n}-disease']") for n in (0, 1)] == ["高血压", "冠心病"]

    visitor.context.set_offline(True)
    page.fill("[name=topic]", "高血压日")
    page.fill("[name='findings-1-patients']", "6")
    page.wait_for_selector("[data-entry-status][data-state=kept]")
    assert status(page) == "网络已断开，已存在本机，恢复后自动保存"
    assert len(kept_here(page)) == 1
    page.click("button:has-text('保存并提交')")
    page.wait_for_selector("[data-entry-status]:has-text('还没有提交')")
    assert "不会重复登记" in status(page)
    expect(page.locator("[name=topic]")).to_have_value("高血压日")
    assert not Activity.objects.filter(activity_type__code="free_clinic").exists()

    # the tab is closed without a network and opened again later
    address = page.url
    page.goto("about:blank")
    visitor.context.set_offline(False)
    page.goto(address)
    expect(page.locator("[name=topic]")).to_have_value("高血压日")
    expect(page.locator("[name='findings-1-patients']")).to_have_value("6")
    saved(page)
    assert EntryDraft.objects.get().data["topic"] == ["高血压日"] and kept_here(page) == []

    page.click("button:has-text('保存并提交')")
    page.wait_for_selector(".advice")  # no photo
    page.check("[name=acknowledged]")
    page.click("button:has-text('保存并提交')")
    page.wait_for_selector(".message-success")
    made = Activity.objects.get(activity_type__code="free_clinic")
    assert (made.place, made.topic, made.status) == ("彭城镇", "高血压日", "submitted")
    assert [str(row) for row in made.findings.all()] == ["高血压9人", "冠心病6人"]
    assert not EntryDraft.objects.exists() and kept_here(page) == []
    # back in the browser and once more: still one record
    page.goto(address)
    assert page.locator("form[data-entry]").count() == 0
    assert Activity.objects.filter(activity_type__code="free_clinic").count() == 1
    assert only_the_network(visitor) == []


def test_what_only_this_browser_has_is_listed_and_goes_with_signing_out(world, visit):
    visitor = visit(1280)
    page = visitor.sign_in(world.people[Role.HOSPITAL_COORDINATOR])
    visitor.open(f"{NEW}?type=ward_round")
    visitor.context.set_offline(True)
    page.fill("[name=department]", "儿科")
    page.wait_for_selector("[data-entry-status][data-state=kept]")
    page.route("**/activities/drafts/save/**", lambda route: route.abort())
    visitor.context.set_offline(False)
    visitor.open(NEW)
    expect(page.locator("[data-entry-drafts]")).to_contain_text("存在本机，还没有上传")
    page.click("[data-entry-drafts] a:has-text('继续填写')")
    page.wait_for_selector("form[data-entry]")
    expect(page.locator("[name=department]")).to_have_value("儿科")
    assert len(kept_here(page)) == 1
    page.click(".user-menu summary")
    page.click("button:has-text('退出登录')")
    page.wait_for_selector("input[name=password]")
    assert kept_here(page) == []


def test_people_follow_the_day_and_the_agreement(world, visit):
    there = build.clinician(world.hospital, name="韦在岗")
    away = build.clinician(world.hospital, name="黄离岗")
    other = build.agreement_in_force(
        world.hospital, build.organisation("township_clinic"), within=world.cycle
    )
    elsewhere = build.clinician(world.hospital, name="覃他处")
    build.posting(world.agreement, there, date(2026, 5, 1), date(2026, 7, 31))
    build.posting(world.agreement, away, date(2026, 3, 1), date(2026, 4, 30))
    build.posting(other, elsewhere, date(2026, 5, 1), date(2026, 7, 31))
    visitor = visit(1280)
    page = visitor.sign_in(world.people[Role.HOSPITAL_COORDINATOR])
    visitor.open(f"{NEW}?type=ward_round")

    def shown() -> set[str]:
        labels = page.locator("[data-people] label[data-posts]:visible")
        return {name for name in ("韦在岗", "黄离岗", "覃他处") if labels.filter(has_text=name).count()}

    page.select_option("[name=agreement]", str(world.agreement.pk))
    page.fill("[name=start_on]", "2026-06-01")
    page.dispatch_event("[name=start_on]", "change")
    assert shown() == {"韦在岗"}
    page.check("[data-people-all]")
    assert shown() == {"韦在岗", "黄离岗"}
    page.uncheck("[data-people-all]")
    page.fill("[name=start_on]", "2026-04-01")
    page.dispatch_event("[name=start_on]", "change")
    assert shown() == {"黄离岗"}
    page.select_option("[name=agreement]", str(other.pk))
    page.fill("[name=start_on]", "2026-06-01")
    page.dispatch_event("[name=start_on]", "change")
    assert shown() == {"覃他处"}
    assert visitor.complaints == []
