"""Every declared list: sorted both ways without losing a row, exported exactly as shown, harmless to hostile text."""

import io
from datetime import date, timedelta
from urllib.parse import quote

import openpyxl
import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice, Role
from core import list_export
from core.lists import _listings, listing_of
from core.models import AuditEvent, Job
from core.paging import CappedPaginator
from core.services.jobs import job_run
from reports.services.summaries import summary_draft
from staffing.marks import Cell
from staffing.models import Activity, Clinician, MonthSheet
from staffing.services.corrections import correction_request
from staffing.tests.honest_texts import COPIED, WRITTEN
from support.services.disputes import record_dispute
from testing import builders as build
from testing.scene import scene

pytestmark = pytest.mark.django_db
HC, OFFICER = Role.HOSPITAL_COORDINATOR.value, Role.BUREAU_OFFICER.value
RC = Role.RECIPIENT_COORDINATOR.value
NAMES = sorted(_listings)
ROWS = 30


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """Built once; each test's changes are rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        made = scene()
        on = timezone.localdate() - timedelta(3)
        for number in range(ROWS):
            build.activity(
                made.agreement,
                on=on - timedelta(number // 4),  # days with several, so that the order needs its last word
                participants=[made.clinician],
                status="submitted" if number % 3 else "confirmed",
            )
        for _ in range(4):
            clinic = build.organisation("township_clinic")
            agreement = build.agreement_in_force(made.hospital, clinic, within=made.cycle)
            build.posting(agreement, start=on, end=on + timedelta(30))
            build.study(agreement, start=on, end=on)
            build.donation(agreement, on=on)
            build.outcome_value(clinic, 100, 2025)
        build.mentorship(made.agreement)
        _rows_of_every_list(made, on)
        yield made
        transaction.set_rollback(True)


def _rows_of_every_list(made, on) -> None:
    """At least one for the officer in each, or the comparison with the sheet would compare nothing."""
    officer, keeper, stay = made.people[OFFICER], made.people[RC], made.posting
    march = date(2026, 3, 2)
    build.deadline(made.cycle)
    build.inspection(made.clinic)
    build.leave(stay, date(2026, 8, 3), approved=False)
    build.recognised(made.clinician)
    build.batch(made.agreement)
    build.lock_months(stay)
    build.certificate(stay, status="requested")
    correction_request(
        sheet=MonthSheet.objects.get(recipient=made.clinic, month=march.replace(day=1)),
        posting=stay,
        cells=[Cell(stay.pk, march, "am", "A")],
        reason="漏记",
        by=keeper,
    )
    summary_draft(organisation=made.bureau, cycle=made.cycle, by=officer)
    build.monthly_return("clinic", made.clinic, date(2026, 4, 1))
    record_dispute(
        record=build.donation(made.agreement, on=on, status="submitted"), by=keeper, reason="实收有出入"
    )
    Notice.objects.create(user=officer, kind="plan", text="有一份方案", url="/todo/", key="k")
    for text in (WRITTEN, COPIED):
        units = build.organisation("hospital"), build.organisation("township_clinic")
        between = build.agreement_in_force(*units, within=made.cycle)
        build.activity(between, on=on, note=text, status="submitted")


def sheet_of(response) -> list[list]:
    book = openpyxl.load_workbook(io.BytesIO(response.getvalue()), read_only=True)
    return [list(row) for row in book.active.iter_rows(values_only=True)]


def export(name: str) -> str:
    return reverse("list-export", args=[name])


def test_all_list_pages_of_the_workspace_are_declared():
    assert set(NAMES) == {
        "activity-list", "agreement-list", "posting-list", "batch-list", "clinician-list", "study-list",
        "mentorship-list", "donation-list", "outcome-list", "inspection-list", "leave-list",
        "attendance-list", "correction-list", "certificate-list", "recognised-list", "summary-list",
        "outcome-value-list", "notice-list", "dispute-list", "similar-texts", "return-list", "cycle-list",
        "deadlines",
    }  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_every_order_works_both_ways(client, world, name):
    client.force_login(world.people[OFFICER])
    kind = listing_of(name)
    plain = client.get(reverse(name))
    assert plain.status_code == 200
    for order in kind.orders:
        for sort, told in ((order.name, "ascending"), (f"-{order.name}", "descending")):
            page = client.get(reverse(name), {"sort": sort})
            assert page.status_code == 200
            headed = any(f"sort={way}{order.name}" in plain.content.decode() for way in ("", "-"))
            if page.context["page"].object_list and headed:
                assert f'aria-sort="{told}"' in page.content.decode(), sort


@pytest.mark.parametrize("name", NAMES)
def test_the_sheet_has_the_rows_of_the_page(client, world, name):
    client.force_login(world.people[OFFICER])
    shown = client.get(reverse(name), {"size": 100}).context["page"]
    rows = sheet_of(client.get(export(name)))
    assert len(rows) > 1
    assert rows[0] == [column.heading for column in _columns(world, name)]
    if name != "outcome-list":
        assert len(rows) - 1 == shown.paginator.count
    event = AuditEvent.objects.filter(verb=AuditEvent.Verb.EXPORT).latest("pk")
    assert event.user == world.people[OFFICER] and f"{len(rows) - 1} 行" in event.note


def _columns(world, name: str):
    from django.http import QueryDict

    return listing_of(name)(world.people[OFFICER], QueryDict("")).sheet_columns()


def test_the_sheet_is_filtered_and_in_the_order_of_the_address(client, world):
    client.force_login(world.people[HC])
    address = {"status": "submitted", "sort": "date", "size": "100"}
    page = client.get(reverse("activity-list"), address).context["page"]
    rows = sheet_of(client.get(export("activity-list"), address))[1:]
    assert [row[0].date() for row in rows] == [activity.start_on for activity in page]
    assert {row[14] for row in rows} == {"待确认"} and len(rows) == 20
    note = AuditEvent.objects.filter(verb=AuditEvent.Verb.EXPORT).latest("pk").note
    assert "状态=待确认" in note and "排序=日期" in note


def test_pages_neither_lose_nor_repeat_a_row(client, world):
    client.force_login(world.people[HC])
    for sort in ("", "type", "-agreement", "status"):
        pages = [
            client.get(reverse("activity-list"), {"sort": sort, "page": number}).context["page"]
            for number in (1, 2)
        ]
        keys = [row.pk for page in pages for row in page]
        assert len(keys) == len(set(keys)) == Activity.objects.filter(agreement=world.agreement).count()


def test_size_and_filters_stay_in_the_links(client, world):
    client.force_login(world.people[HC])
    text = client.get(reverse("activity-list"), {"status": "submitted", "size": "50"}).content.decode()
    assert "?status=submitted&amp;size=50&amp;sort=type" in text
    assert 'href="?size=50"' in text  # each way to be rid of the filter keeps the size
    assert "状态：待确认" in text


def test_nothing_yet_is_not_nothing_found(client, world):
    client.force_login(world.strangers[HC])
    assert "还没有登记活动" in client.get(reverse("activity-list")).content.decode()
    client.force_login(world.people[HC])
    text = client.get(reverse("activity-list"), {"q": "没有这样的词"}).content.decode()
    assert "没有符合条件的活动" in text and "清除全部筛选" in text


# ---- sheets
def test_strangers_get_their_own_rows_only(client, world):
    client.force_login(world.strangers[HC])
    assert len(sheet_of(client.get(export("activity-list")))) == 1


def test_without_the_right_to_the_list_no_sheet(client, world):
    client.force_login(world.people[Role.CLINICIAN])
    assert client.get(export("summary-list")).status_code == 403
    assert client.get(export("nothing")).status_code == 404


def test_many_rows_are_written_by_a_worker(client, world, monkeypatch, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(list_export, "AT_ONCE", 5)
    monkeypatch.setattr(list_export, "STEP", 7)
    client.force_login(world.people[HC])
    url = export("activity-list") + "?status=submitted&sort=date"
    asked = client.get(url)
    assert "在后台生成" in asked.content.decode() and asked["Content-Type"].startswith("text/html")
    there = client.post(url)
    job = Job.objects.get(kind=list_export.KIND)
    assert there.url == reverse("export-job", args=[job.pk])
    assert client.post(url).url == there.url  # a second click is the same job
    assert client.get(reverse("export-file", args=[job.pk])).status_code == 404
    job_run(job_id=job.pk)
    assert "下载 Excel" in client.get(there.url).content.decode()
    response = client.get(reverse("export-file", args=[job.pk]))
    content = b"".join(response.streaming_content)
    rows = list(openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True))[1:]
    wanted = Activity.objects.filter(agreement=world.agreement, status="submitted").order_by("start_on", "pk")
    assert [row[0].date() for row in rows] == [row.start_on for row in wanted]
    client.force_login(world.people[OFFICER])
    assert client.get(reverse("export-file", args=[job.pk])).status_code == 404
    assert client.get(there.url).status_code == 404


def test_a_worker_asks_again_who_it_is_for(client, world, monkeypatch):
    monkeypatch.setattr(list_export, "AT_ONCE", 0)
    user = world.people[HC]
    client.force_login(user)
    client.post(export("activity-list"))
    job = Job.objects.get(kind=list_export.KIND)
    type(user).objects.filter(pk=user.pk).update(is_active=False)
    job_run(job_id=job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.FAILED and "没有查看" in job.error and not job.result_file


# ---- counting
def test_a_count_that_stops_says_so(client, world, monkeypatch):
    monkeypatch.setattr("core.lists.COUNTED", 20)
    client.force_login(world.people[HC])
    page = client.get(reverse("activity-list"))
    text = page.content.decode()
    assert "20 条以上" in text and "共 " not in text.split('id="results"')[1]
    assert page.context["totals"] == [] and "totals=1" in text
    whole = client.get(reverse("activity-list"), {"totals": "1"})
    count = Activity.objects.filter(agreement=world.agreement).count()
    assert f"共 <b>{count}</b> 条" in whole.content.decode() and whole.context["totals"]


def test_pages_beyond_the_count_can_be_opened(world):
    rows = Activity.objects.filter(agreement=world.agreement).order_by("pk")
    total = rows.count()
    pages = CappedPaginator(rows, 8, limit=10)
    assert (pages.count, pages.is_capped) == (10, True)
    found, number = [], 1
    while True:
        page = pages.get_page(number)
        found += [row.pk for row in page]
        if not page.has_next():
            break
        number = page.next_page_number()
    assert found == list(rows.values_list("pk", flat=True)) and len(found) == total
    assert pages.get_page("９９９x").number == 1 and list(pages.get_page(10**30))
    exact = CappedPaginator(rows, 8, limit=total)
    assert (exact.count, exact.is_capped) == (total, False)


# ---- hostile text
HOSTILE = (
    "<script>alert(1)</script>",
    "\u202egnp.exe",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "@SUM(A1)",
    "🏥🩺",
    "a' OR 1=1 --",
    "%_\\",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_topics_are_shown_found_and_exported_harmlessly(client, world, text):
    made = build.activity(world.agreement, on=timezone.localdate() - timedelta(1), status="submitted")
    Activity.objects.filter(pk=made.pk).update(topic=text)
    client.force_login(world.people[HC])
    page = client.get(reverse("activity-list"), {"q": text})
    assert [row.pk for row in page.context["page"]] == [made.pk]
    assert "<script>alert(1)" not in page.content.decode()
    found = client.get(reverse("search"), {"q": text})
    assert "<script>alert(1)" not in found.content.decode()
    hits = [hit for group in found.context["groups"] for hit in group.hits]
    assert any(text in hit.title for hit in hits)
    cell = sheet_of(client.get(export("activity-list"), {"q": text}))[1][3]
    assert not cell.startswith(("=", "+", "-", "@")) and cell.lstrip("'") == text.lstrip("'")


@pytest.mark.parametrize(
    "text", ["\0", "查\0房", "长" * 10_000, "\ud800".encode("utf-8", "replace").decode()]
)
def test_texts_that_cannot_be_looked_for_never_break(client, world, text):
    client.force_login(world.people[OFFICER])
    for name in (*NAMES, "search", "candidate-list", "coverage-list"):
        answer = client.get(f"{reverse(name)}?q={quote(text)}&sort={quote(text)}&size=x&page={quote(text)}")
        assert answer.status_code == 200, name
        assert client.get(f"{reverse(name)}?page=-1&size=50").status_code == 200


def test_people_are_found_by_name_pinyin_initials_and_number(client, world):
    person = build.clinician(world.hospital)
    person.name = "覃远单"
    person.save()
    client.force_login(world.people[HC])
    for text in ("覃远", "qinyuan", "Qin Yuan", "qyd", "QY", person.staff_no):
        page = client.get(reverse("clinician-list"), {"q": text}).context["page"]
        assert person in list(page), text
    assert Clinician.objects.get(pk=person.pk).name_initials == "qyd"
