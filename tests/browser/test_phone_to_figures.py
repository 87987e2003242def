"""A ward round from the phone to every place where its number stands: target, dashboard, monthly return."""

import re

import pytest
from playwright.sync_api import expect

from accounts.models import Role
from staffing.models import Activity, ActivityEvidence, Measure
from support.services.agreements import agreement_amend
from testing import builders as build
from testing.files import jpeg

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DAY, ROUNDS = "2026-04-20", 3


def photos(*numbers) -> list[dict]:
    return [
        {
            "name": f"IMG_{number:04}.jpg",
            "mimeType": "image/jpeg",
            "buffer": jpeg((1200 + number, 900), "teal", quality=90),
        }
        for number in numbers
    ]


def stand(page) -> tuple[int, float]:
    """(confirmed, length of the bar) of the only target."""
    told = re.search(r"已确认 (\d+)", page.inner_text("main"))
    return int(told[1]), float(page.locator(".target-bar .target-reached").get_attribute("width"))


@pytest.fixture
def promised(world):
    """The agreement promises guidance at the ward, twelve times in its term."""
    agreement_amend(
        agreement=world.agreement,
        reason="补充量化目标",
        by=build.officer(world.agreement.cycle.programme.bureau),
    )
    build.target(world.agreement, "guidance", 12)
    build.confirm_and_file(world.agreement)
    return world


def test_a_ward_round_with_three_photos_and_a_lost_network(promised, visit):
    world = promised
    hospital = visit(1280)
    hospital.sign_in(world.people[Role.HOSPITAL_COORDINATOR])
    target_page = f"/targets/agreements/{world.agreement.pk}/"
    before = stand(hospital.open(target_page))

    phone = visit(390)
    page = phone.sign_in(world.people[Role.CLINICIAN])
    phone.open("/activities/new/?type=ward_round")
    page.fill("[name=start_on]", DAY)
    page.fill(f"[name=measure_{Measure.objects.get(code='ward_rounds').pk}]", str(ROUNDS))
    page.fill("[name=department]", "内一科")
    page.set_input_files("#evidence-files", photos(1))
    expect(page.locator(".evidence-item")).to_have_count(1)
    # the network goes while two more are chosen and the form is handed in
    phone.context.set_offline(True)
    page.set_input_files("#evidence-files", photos(2, 3))
    expect(page.locator(".evidence-waiting")).to_have_count(2)
    page.click("button:has-text('保存并提交')")
    expect(page.locator("[data-entry-status]")).to_contain_text("还没有提交")
    assert not Activity.objects.filter(activity_type__code="ward_round").exists()
    # the phone is locked, the page is gone; later it is opened again
    address = page.url
    page.goto("about:blank")
    phone.context.set_offline(False)
    page.goto(address)
    expect(page.locator(".evidence-item")).to_have_count(3)
    expect(page.locator("[name=department]")).to_have_value("内一科")
    expect(page.locator("[name=start_on]")).to_have_value(DAY)
    page.dblclick("button:has-text('保存并提交')")
    page.wait_for_selector(".message-success")
    # once more: back in the browser, and the button again where the form still stands
    page.goto(address)
    if page.locator("form[data-entry]").count():
        page.click("button:has-text('保存并提交')")
        page.wait_for_load_state("networkidle")
    made = Activity.objects.get(activity_type__code="ward_round")
    assert made.status == "submitted" and str(made.start_on) == DAY
    assert ActivityEvidence.objects.filter(activity=made).count() == ActivityEvidence.objects.count() == 3
    assert phone.overflow() <= 0

    receiver = visit(390)
    page = receiver.sign_in(world.people[Role.RECIPIENT_COORDINATOR])
    receiver.open(f"/activities/{made.pk}/")
    expect(page.locator("[data-evidence-gallery] img")).to_have_count(3)
    page.click("button:has-text('确认属实')")
    page.click("#confirm-dialog [data-confirm-yes]")
    page.wait_for_selector(".message-success")
    page.wait_for_load_state("networkidle")
    made.refresh_from_db()
    assert made.status == "confirmed"

    after = stand(hospital.open(target_page))
    assert after[0] == before[0] + ROUNDS and after[1] > before[1]

    leader = visit(1280)
    leader.sign_in(world.people[Role.LEADERSHIP])
    board = leader.open(f"/dashboard/?cycle={world.cycle.pk}")
    shown = board.locator(".board-figures li", has_text="查房").filter(has_not_text="教学查房")
    assert shown.inner_text().split() == ["查房", str(ROUNDS), "次"]

    form = receiver.open(f"/returns/open/?form=workload&level=clinic&unit={world.clinic.pk}&month=2026-04")
    table = form.locator("table.statement").first
    headings, sums = (
        table.locator(f"{part} tr").first.locator("th, td").all_inner_texts() for part in ("thead", "tfoot")
    )
    columns = [n for n, text in enumerate(headings) if "查房" in text and "教学" not in text]
    assert [sums[n].strip() for n in columns] == [str(ROUNDS)]
    told = hospital.complaints + receiver.complaints + leader.complaints + phone.complaints
    assert [text for text in told if "ERR_INTERNET_DISCONNECTED" not in text] == []
