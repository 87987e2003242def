"""Pages of attendance and leave: what stands on them, what they refuse, what they cost."""

import io
import json
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import Role
from core.models import AuditEvent, CalendarDay
from core.waiting import work_waiting
from staffing.models import AttendanceCorrection, AttendanceRow, Leave, MonthSheet
from staffing.selectors.attendance_returns import attendance_return
from testing import builders as build
from testing.scene import scene

pytestmark = pytest.mark.django_db
MARCH = date(2026, 3, 1)


@pytest.fixture
def world(time_machine):
    time_machine.move_to("2026-04-10T10:00+08:00", tick=False)
    return scene()


@pytest.fixture
def enter(client, world):
    def as_role(role):
        client.force_login(world.people[role])
        return client

    return as_role


def post(client, name, *args, **data):
    return client.post(reverse(name, args=args), data, follow=True)


def told(response) -> str:
    return "\n".join(str(message) for message in response.context["messages"])


def test_from_opening_to_the_senders_return(world, enter):
    keeper = enter(Role.RECIPIENT_COORDINATOR)
    response = post(keeper, "sheet-open", month="2026-03")
    sheet = MonthSheet.objects.get()
    assert response.redirect_chain[-1][0] == reverse("sheet-detail", args=[sheet.pk])
    mark = [[world.posting.pk, "2026-03-09", "am", "A", "."], [world.posting.pk, "2026-03-10", "", "L", "."]]
    answer = keeper.post(reverse("sheet-mark", args=[sheet.pk]), {"cells": json.dumps(mark)})
    assert answer.status_code == 200 and answer.json()["problems"] == []
    assert answer.json()["improper"] == {str(world.posting.pk): [["2026-03-10", "am"], ["2026-03-10", "pm"]]}
    assert "没有填" in told(post(keeper, "sheet-submit", sheet.pk))
    post(keeper, "sheet-fill", sheet.pk)
    page = keeper.get(reverse("sheet-detail", args=[sheet.pk])).content.decode()
    assert "没有事先批准的请假，按脱岗计" in page and "国庆节" not in page
    assert "已提交并锁定" in told(post(keeper, "sheet-submit", sheet.pk))

    sender = enter(Role.HOSPITAL_COORDINATOR)
    assert sender.get(reverse("sheet-detail", args=[sheet.pk])).context["rows"][0].served.rate == Decimal(
        "93.18"
    )
    assert sender.get(reverse("attendance-list")).context["page"].object_list[0] == sheet
    # March 2026: 22 working days; half a day absent, one day of leave that nobody approved
    lines, total = attendance_return(world.people[Role.HOSPITAL_COORDINATOR], month=MARCH)
    [line] = lines
    assert (line.due, line.present, line.absent, line.off_post) == (22, Decimal("20.5"), Decimal("0.5"), 1)
    assert line.rate == total.rate == Decimal("93.18")  # 41 ÷ 44
    response = sender.get(reverse("attendance-return-excel"), {"month": "2026-03"})
    rows = list(load_workbook(io.BytesIO(response.content)).active.iter_rows(values_only=True))
    heading = rows[0].index
    assert rows[1][heading("应出勤（天）")] == 22 and rows[1][heading("脱岗（天）")] == 1
    assert rows[2][0] == "合计" and float(rows[2][heading("出勤率（%）")]) == 93.18
    assert rows[1][heading("起")].date() == MARCH
    assert AuditEvent.objects.filter(verb="export", note__contains="考勤月报").count() == 1


def test_the_return_adds_up(world, time_machine):
    keeper = world.people[Role.RECIPIENT_COORDINATOR]
    for start in (MARCH, date(2026, 3, 9), date(2026, 3, 23)):
        posting = build.posting(world.agreement, start=start)
        build.leave(posting, date(2026, 3, 24), date(2026, 3, 25), kind="sick", start_half="pm")
    build.month_sheet(world.clinic, MARCH, by=keeper)
    lines, total = attendance_return(keeper, month=MARCH)
    assert len(lines) == 4
    for line in [*lines, total]:
        assert line.due == line.present + sum(line.leave.values()) + line.absent + line.off_post + line.idle
    assert total.leave["sick"] == Decimal("4.5") and total.due == 22 + 22 + 17 + 7
    assert attendance_return(world.strangers[Role.HOSPITAL_COORDINATOR], month=MARCH)[0] == []


def test_what_the_grid_sends_is_not_trusted(world, enter):
    keeper = enter(Role.RECIPIENT_COORDINATOR)
    sheet = build.month_sheet(world.clinic, MARCH, locked=False)
    url = reverse("sheet-mark", args=[sheet.pk])
    for cells in (
        "",
        "{}",
        "[1]",
        '[["x","2026-03-09","am","P","."]]',
        '[[1,"2026-03-09","noon","P","."]]',
        "[[]]",
    ):
        assert keeper.post(url, {"cells": cells}).status_code == 400, cells
    other = build.posting(
        build.agreement_in_force(world.hospital, build.organisation("township_clinic"), within=world.cycle)
    )
    answer = keeper.post(url, {"cells": json.dumps([[other.pk, "2026-03-09", "am", "P", None]])})
    assert answer.status_code == 409 and answer.json()["refused"] == [[other.pk, "2026-03-09", "am"]]
    answer = keeper.post(url, {"cells": json.dumps([[world.posting.pk, "2026-03-09", "am", "P", "A"]])})
    assert answer.status_code == 409 and "已被改为" in answer.json()["problems"][0]
    assert "P" not in AttendanceRow.objects.get().marks


def test_a_correction_by_form_and_by_the_bureaus_desk(world, enter, client):
    sheet = build.month_sheet(world.clinic, MARCH, by=world.people[Role.RECIPIENT_COORDINATOR])
    keeper = enter(Role.RECIPIENT_COORDINATOR)
    url = reverse("sheet-person", args=[sheet.pk, world.posting.pk])
    form = keeper.get(url).context["form"]
    data = {name: field.initial for name, field in form.fields.items() if name != "reason"} | {"d09am": "A"}
    assert "reason" in keeper.post(url, data).context["form"].errors
    keeper.post(url, data | {"reason": "漏记一次旷工"})
    correction = AttendanceCorrection.objects.get()
    assert keeper.get(reverse("correction-detail", args=[correction.pk])).context["form"] is None
    assert post(keeper, "correction-decide", correction.pk, answer="approve").status_code == 403
    enter(Role.BUREAU_OFFICER)
    desk = reverse("admin:staffing_attendancecorrection_verb", args=[correction.pk, "approve"])
    assert client.post(desk, {"note": "属实"}).status_code == 302
    assert AttendanceRow.objects.get().marks[16:18] == "AP"


def test_today_and_what_waits(world, enter):
    keeper = world.people[Role.RECIPIENT_COORDINATOR]
    texts = {line.what: line.count for line in work_waiting(keeper, day=date(2026, 4, 10))}
    assert texts["人今天的考勤没有登记"] == 1 and texts["个月的考勤没有提交"] == 1
    client = enter(Role.RECIPIENT_COORDINATOR)
    assert "没有登记" in client.get(reverse("workspace")).content.decode()
    assert client.get(reverse("attendance-today")).status_code == 200 and not MonthSheet.objects.exists()
    post(client, "attendance-today", set=f"{world.posting.pk}:pm:B")
    post(client, "attendance-today", set="all")
    row = AttendanceRow.objects.get()
    assert (row.sheet.month, row.marks[18:20]) == (date(2026, 4, 1), "PB")
    for nonsense in ("1:noon:P", "x", ""):
        assert client.post(reverse("attendance-today"), {"set": nonsense}).status_code == 400
    build.month_sheet(world.clinic, MARCH)
    texts = {line.what for line in work_waiting(keeper, day=date(2026, 4, 10))}
    assert not texts & {"人今天的考勤没有登记", "个月的考勤没有提交"}


def test_leave_from_the_phone_to_the_approval(world, enter):
    person = enter(Role.CLINICIAN)
    page = person.get(reverse("leave-new"))
    assert page.context["form"].fields["posting"].initial == world.posting.pk
    days = {"start_on": "2026-04-14", "end_on": "2026-04-15", "start_half": "pm", "end_half": "pm"}
    response = post(person, "leave-new", posting=world.posting.pk, kind="personal", reason="家中有事", **days)
    leave = Leave.objects.get()
    assert "由受援单位审批" in told(response) and leave.days == Decimal("1.5")
    assert (
        post(person, "leave-new", posting=world.posting.pk, kind="sick", reason="病", **days)
        .context["form"]
        .errors
    )
    assert person.get(reverse("leave-detail", args=[leave.pk])).context["form"] is None
    recipient = world.people[Role.RECIPIENT_COORDINATOR]
    assert "份请假等待审批" in {line.what for line in work_waiting(recipient, day=date(2026, 4, 10))}
    client = enter(Role.RECIPIENT_COORDINATOR)
    assert client.get(reverse("leave-list"), {"waiting": "on"}).context["page"].paginator.count == 1
    refused = post(client, "leave-decide", leave.pk, answer="refuse", note="")
    assert refused.context["form"].errors and Leave.objects.get().status == "requested"
    post(client, "leave-decide", leave.pk, answer="approve", note="")
    assert Leave.objects.get().status == "approved"


def test_leave_approved_too_late_says_so(world, enter):
    leave = build.leave(world.posting, date(2026, 4, 9), approved=False)
    client = enter(Role.RECIPIENT_COORDINATOR)
    assert "现在批准也只是补批" in client.get(reverse("leave-detail", args=[leave.pk])).content.decode()
    page = post(client, "leave-decide", leave.pk, answer="approve").content.decode()
    assert "补批，不算事先批准" in page
    assert "补批" in client.get(reverse("leave-list")).content.decode()


def test_the_bureau_decides_long_leave_at_its_desk(world, enter, client):
    leave = build.leave(world.posting, date(2026, 4, 20), date(2026, 4, 30), approved=False)
    officer = enter(Role.BUREAU_OFFICER)
    assert "请假等待审批" in officer.get(reverse("admin:index")).content.decode()
    listed = officer.get(reverse("admin:staffing_leave_changelist") + "?waiting=to-decide")
    assert listed.context["cl"].result_count == 1
    url = reverse("admin:staffing_leave_verb", args=[leave.pk, "refuse"])
    assert client.post(url, {"reason": "人手不足"}).status_code == 302
    assert Leave.objects.get().status == "refused"


def test_the_calendar_page(world, enter):
    officer = enter(Role.BUREAU_OFFICER)
    page = officer.get(reverse("workday-calendar"), {"year": "2028"})
    assert page.context["unknown"] and "没有录入" in page.content.decode()
    bad = officer.post(reverse("workday-notice") + "?year=2028", {"text": "国庆放假", "basis": "通知"})
    assert "没有读出日期" in bad.content.decode()
    done = officer.post(
        reverse("workday-notice"),
        {"text": "2028-10-01 至 2028-10-07 国庆节 放假", "basis": "通知"},
        follow=True,
    )
    assert done.context["year"] == 2028 and not done.context["unknown"]
    assert CalendarDay.objects.count() == 7
    for year in ("", "x", "1", "９９９９", "99999"):
        assert officer.get(reverse("workday-calendar"), {"year": year}).context["year"] == 2026
    assert enter(Role.CLINICIAN).get(reverse("workday-calendar")).context["form"] is None


def cost(client, url) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(url).status_code == 200
    return len(seen)


def costs(enter, pages) -> dict:
    return {(role, url): cost(enter(role), url) for role, urls in pages.items() for url in urls}


def test_pages_cost_the_same_whatever_their_length(world, enter):
    def more():
        for _ in range(3):
            posting = build.posting(world.agreement)
            build.leave(posting, date(2026, 3, 24))
            build.leave(posting, date(2026, 5, 4), approved=False)

    def other_unit():
        for _ in range(2):
            clinic = build.organisation("township_clinic")
            agreement = build.agreement_in_force(world.hospital, clinic, within=world.cycle)
            build.posting(agreement)
            build.month_sheet(clinic, MARCH)

    more()
    other_unit()
    march = build.month_sheet(world.clinic, MARCH)
    april = build.month_sheet(world.clinic, date(2026, 4, 1), locked=False)
    query = "?month=2026-03"
    pages = {
        Role.RECIPIENT_COORDINATOR: [
            reverse("sheet-detail", args=[april.pk]), reverse("attendance-today"), reverse("attendance-list"),
            reverse("leave-list"), reverse("workspace"),
        ],
        Role.BUREAU_OFFICER: [
            reverse("attendance-list"), reverse("attendance-missing"), reverse("attendance-return") + query,
            reverse("attendance-return-excel") + query, reverse("leave-list"), reverse("leave-list") + "?waiting=on",
            reverse("correction-list"), reverse("admin:staffing_leave_changelist"),
            reverse("admin:staffing_monthsheet_changelist"), reverse("admin:index"),
        ],
        Role.HOSPITAL_COORDINATOR: [reverse("sheet-detail", args=[march.pk]), reverse("attendance-return") + query],
    }  # fmt: skip
    before = costs(enter, pages)
    more()
    other_unit()
    after = costs(enter, pages)
    assert {key: (before[key], after[key]) for key in after if after[key] != before[key]} == {}
