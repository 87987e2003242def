"""Attendance in a real browser: a month of twelve people by keyboard, today on a phone in two taps."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from core.dates import add_months
from staffing.models import AttendanceRow, MonthSheet
from testing import builders as build

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OCTOBER = date(2026, 10, 1)
PEOPLE = 12


@pytest.fixture
def team(world):
    for _ in range(PEOPLE):
        build.posting(world.agreement, start=OCTOBER, end=date(2026, 11, 30))
    return world


def marks_of(sheet) -> dict[str, str]:
    rows = AttendanceRow.objects.filter(sheet=sheet).select_related("posting__clinician")
    return {row.posting.clinician.name: row.marks for row in rows}


def saved(page):
    page.wait_for_selector("[data-save-state][data-state=ok]")


def cell(page, row: int, day: int, half="am"):
    return page.locator(f"tbody:nth-of-type({row}) td[data-day='2026-10-{day:02d}'][data-half={half}]")


def to_the_eighth(keys, lines: int):
    """Down by lines, then past the seven days of the holiday."""
    for key in ["Home", *["ArrowDown"] * lines, *["ArrowRight"] * 7]:
        keys.press(key)


def test_a_month_of_twelve_people_by_keyboard(team, visit):
    keeper = visit()
    page = keeper.sign_in(team.people["recipient_coordinator"])
    keeper.open("/attendance/")
    page.click("button:has-text('2026-10')")
    page.wait_for_selector("table[data-mark-url]")
    assert page.locator("tbody[data-posting]").count() == PEOPLE
    # from here on the keyboard alone: the first open half-day is reached by tabbing into the grid
    cell(page, 1, 8).focus()
    keys = page.keyboard
    working = [8, 9, 10, 12, 13, 14, 15, 16, 19, 20, 21, 22, 23, 26, 27, 28, 29, 30]
    for person in range(PEOPLE):
        if person == 0:  # one half-day after the other: leave, business, the rest present
            keys.press("l")
            keys.press("Digit4")
            for _day in working[2:]:
                keys.press("Space")
            to_the_eighth(keys, 1)
            for _day in working:
                keys.press("p")
        else:  # whole days
            for _day in working:
                keys.press("Shift+Space")
        if person + 1 < PEOPLE:
            to_the_eighth(keys, 1 if person == 0 else 2)
    saved(page)
    assert "还有 0 个半天" in page.inner_text("[data-total-missing]")
    sheet = MonthSheet.objects.get(month=OCTOBER)
    found = marks_of(sheet)
    assert not [name for name, marks in found.items() if "." in marks]
    first = page.locator("tbody[data-posting]").first.locator(".sheet-name a").inner_text()
    assert found.pop(first)[14:20] == "LPBPPP"
    assert {marks[14:20] for marks in found.values()} == {"PPPPPP"}
    assert page.locator("td.is-improper").count() == 1

    # a range with Shift and the arrows, then one key for all of it
    cell(page, 2, 8).focus()
    for key in ("Shift+ArrowRight", "Shift+ArrowDown", "b"):
        keys.press(key)
    saved(page)
    assert any(marks[14:18] == "BBBB" for marks in marks_of(sheet).values())

    sender = visit()
    theirs = sender.sign_in(team.people["hospital_coordinator"])
    sender.open(f"/attendance/{sheet.pk}/")
    assert theirs.locator("table.sheet").count() == 0, "the sender saw a sheet that is still being filled"

    page.click("button:has-text('提交本月考勤')")
    page.click("[data-confirm-yes]")
    page.wait_for_selector("text=已提交并锁定")
    sender.open("/attendance/")
    theirs.click("a:has-text('2026-10')")
    theirs.wait_for_selector("table.sheet")
    assert theirs.locator("tbody[data-posting]").count() == PEOPLE
    assert "97.22%" in theirs.inner_text("table.sheet"), "35 of 36 half-days: the leave was not approved"
    assert theirs.locator("button:has-text('全勤')").count() == 0
    assert keeper.complaints + sender.complaints == []


def test_what_could_not_be_saved_is_kept_and_sent_later(team, visit):
    keeper = visit()
    page = keeper.sign_in(team.people["recipient_coordinator"])
    keeper.open("/attendance/")
    page.click("button:has-text('2026-10')")
    page.wait_for_selector("table[data-mark-url]")
    sheet = MonthSheet.objects.get()
    keeper.context.set_offline(True)
    cell(page, 1, 8).focus()
    page.keyboard.press("Shift+a")
    page.wait_for_selector("[data-save-state][data-state=kept]")
    assert "改动已留在本机" in page.inner_text("[data-save-state]")
    assert not any("A" in marks for marks in marks_of(sheet).values())
    keeper.context.set_offline(False)
    saved(page)
    assert sum("AA" in marks for marks in marks_of(sheet).values()) == 1

    # a colleague marks the same half-day meanwhile: nothing is overwritten, the page says so
    row = AttendanceRow.objects.get(marks__contains="AA")
    row.marks = row.marks.replace("AA", "BB")
    row.save()
    cell(page, 1, 8).focus()
    page.keyboard.press("p")
    page.wait_for_selector("[data-save-problems] li")
    assert "已被改为“公出”" in page.inner_text("[data-save-problems]")
    assert cell(page, 1, 8).inner_text() == "B"
    row.refresh_from_db()
    assert "BB" in row.marks
    assert [text for text in keeper.complaints if "ERR_INTERNET_DISCONNECTED" not in text] == []


def test_today_in_two_taps_on_a_phone(world, visit):
    today = timezone.localdate()
    until = min(add_months(today, 1), date(2026, 12, 31))
    agreement = world.agreement
    if today > date(2026, 12, 1):  # the world's agreement is of 2026
        agreement = build.agreement_in_force(
            world.hospital, world.clinic, today - timedelta(9), add_months(today, 3)
        )
        until = add_months(today, 1)
    for _ in range(3):
        build.posting(agreement, start=today - timedelta(days=today.weekday() and 1), end=until)
    from core.models import CalendarDay

    CalendarDay.objects.create(day=today, is_working=True, name="上班")
    phone = visit(390)
    page = phone.sign_in(world.people["recipient_coordinator"])
    phone.open("/workspace/")
    page.click("a.wait:has-text('今天的考勤没有登记')")  # the first tap
    page.wait_for_selector("button:has-text('今天全部在岗')")
    assert phone.overflow() <= 0
    page.click("button:has-text('今天全部在岗')")  # the second
    page.wait_for_selector("text=全部已登记")
    place = (today.day - 1) * 2
    assert [row.marks[place : place + 2] for row in AttendanceRow.objects.all()] == ["PP"] * 3
    # one person half a day on business
    page.locator(".today-person summary").first.click()
    page.locator(".today-more").nth(1).locator("button:has-text('公出')").click()
    page.wait_for_load_state("networkidle")
    assert sorted(row.marks[place : place + 2] for row in AttendanceRow.objects.all()) == ["PB", "PP", "PP"]
    assert phone.complaints == []


def test_without_scripts_a_person_is_filled_by_form(team, chromium, live_server, client):
    from tests.browser.conftest import PASSWORD

    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(live_server.url + "/sign-in/")
    page.fill("input[name=username]", team.people["recipient_coordinator"].username)
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.goto(live_server.url + "/attendance/")
    page.click("button:has-text('2026-10')")
    page.locator(".sheet-name a").first.click()
    page.select_option("[name=d08am]", "B")
    page.select_option("[name=d08pm]", "A")
    page.click("button:has-text('保存')")
    assert "已保存" in page.inner_text(".messages")
    assert sum(marks[14:16] == "BA" for marks in marks_of(MonthSheet.objects.get()).values()) == 1
    context.close()
