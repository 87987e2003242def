"""Planning a rotation with real hands: five different problems stand on the page at once."""

from datetime import date

import pytest

from staffing.models import Batch, Posting
from testing import builders as build

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("width", [1280, 390])
def test_a_plan_with_five_different_problems_shows_all_five(world, visit, width):
    hospital = world.hospital
    build.stay_rule(world.cycle.programme, "continuous", 6, "months", basis="实施方案第三条")
    busy = build.posting(world.agreement, start=date(2026, 8, 1), end=date(2026, 9, 15)).clinician
    studying, left = build.clinician(hospital), build.clinician(hospital)
    elsewhere = build.agreement_in_force(build.organisation("hospital"), hospital)
    build.study(elsewhere, studying, start=date(2026, 10, 1), end=date(2026, 10, 31))
    left.left_on = date(2026, 11, 30)
    plan = build.plan(world.agreement, {"clinician": left}, explanation="")
    left.save()

    visitor = visit(width)
    page = visitor.sign_in(world.people["hospital_coordinator"])
    visitor.open(f"/batches/{plan.pk}/plan/")

    def fill(number: int, person, start: str, end: str) -> None:
        row = f"[name=lines-{number}-%s]"
        if person:
            page.select_option(row % "clinician", str(person.pk))
        page.select_option(row % "agreement", str(world.agreement.pk))
        page.fill(row % "start_on", start)
        page.fill(row % "end_on", end)

    fill(1, busy, "2026-09-01", "2026-12-31")
    page.click("button:has-text('增加一行')")
    fill(2, studying, "2026-09-01", "2026-12-31")
    page.click("button:has-text('增加一行')")
    fill(3, None, "2026-09-01", "2026-12-31")
    page.click("button:has-text('保存并提交')")
    page.wait_for_load_state("networkidle")

    told = page.inner_text("main")
    for problem in (
        "还不能提交",
        f"第 1 行：{left.name}已于 2026-11-30 离职",
        "2026-08-01 至 2026-09-15 的派驻重叠",
        f"{studying.name}在 2026-10-01 至 2026-10-31 进修",
        "第 4 行：没有选择派驻人员",
        "要求不少于6个月（实施方案第三条）",
        "请写明原因后提交",
    ):
        assert problem in told, problem
    assert visitor.overflow() <= 0
    assert (plan.lines.count(), Posting.objects.filter(batch=plan).count()) == (4, 0)

    # put right: the four lines become one that fits, with a reason for what remains
    for number in (0, 1, 3):
        page.check(f"[name=lines-{number}-DELETE]")
    page.fill("[name=lines-2-start_on]", "2026-11-01")
    page.fill("[name=explanation]", "单一专科，时间较短，已与受援单位商定")
    page.click("button:has-text('保存并提交')")
    page.wait_for_load_state("networkidle")
    plan.refresh_from_db()
    assert plan.status == Batch.Status.SUBMITTED and plan.postings.count() == 1

    clinic = visit(width)
    page = clinic.sign_in(world.people["recipient_coordinator"])
    page.click("a.wait:has-text('份派驻计划等待本单位接收')")
    page.wait_for_load_state("networkidle")
    page.click(f"a:has-text('{plan.code}')")
    page.wait_for_load_state("networkidle")
    page.click("button:has-text('接收')")
    page.wait_for_load_state("networkidle")
    plan.refresh_from_db()
    assert plan.status == Batch.Status.ACCEPTED
    assert visitor.complaints + clinic.complaints == []
