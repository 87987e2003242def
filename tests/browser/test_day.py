"""A day's work across three desks: log, confirm, summarise, look behind the number."""

import threading
import time

import pytest
from django.db import connection

from core.models import Job
from core.services.jobs import job_run
from reports.models import Summary
from staffing.models import Activity, Measure

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def background():
    """Works off queued jobs as a worker would, in this process: the page polls while it runs."""
    stop = threading.Event()

    def work():
        try:
            while not stop.is_set():
                for pk in Job.objects.filter(state=Job.State.QUEUED).values_list("pk", flat=True):
                    job_run(job_id=pk)
                time.sleep(0.2)
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    yield thread.start
    stop.set()
    if thread.is_alive():
        thread.join()


def test_from_a_lecture_on_the_phone_to_the_downloaded_summary(world, visit, background):
    sender = visit(390)
    page = sender.sign_in(world.people["hospital_coordinator"])
    sender.open("/activities/new/?type=lecture")
    page.fill("[name=start_on]", "2026-04-20")
    for code, number in (("lectures", "1"), ("lecture_audience", "45")):
        page.fill(f"[name=measure_{Measure.objects.get(code=code).pk}]", number)
    page.click("button:has-text('保存并提交')")
    # a lecture should come with a photo: asked about once
    page.wait_for_selector(".advice")
    page.check("[name=acknowledged]")
    page.click("button:has-text('保存并提交')")
    page.wait_for_selector(".message-success")
    made = Activity.objects.get(start_on="2026-04-20")
    assert made.status == "submitted" and made.entered_for == world.hospital

    receiver = visit(390)
    page = receiver.sign_in(world.people["recipient_coordinator"])
    receiver.open(f"/activities/{made.pk}/")
    page.click("button:has-text('确认属实')")
    page.click("#confirm-dialog [data-confirm-yes]")
    page.wait_for_selector(".message-success")
    page.wait_for_load_state("networkidle")
    made.refresh_from_db()
    assert made.status == "confirmed" and made.confirmed_for == world.clinic

    leader = visit(1280)
    page = leader.sign_in(world.people["leadership"])
    leader.open("/summaries/new/")
    page.select_option("select[name=cycle]", label=str(world.cycle))
    page.click("button:has-text('直接生成')")
    page.wait_for_load_state("networkidle")
    assert page.locator(".job").count() == 1
    background()
    page.wait_for_selector("a:has-text('下载 PDF')", timeout=60_000)
    summary = Summary.objects.get()
    assert summary.figures["figures"]["lecture_audience"]["value"] == "75.00"
    with page.expect_download() as download:
        page.click("a:has-text('下载 PDF')")
    assert download.value.suggested_filename == f"{summary.title}（第1版）.pdf"

    page.click("a.figure-link:has-text('学术讲座')")
    page.wait_for_load_state("networkidle")
    assert page.locator("tbody tr").count() == 2
    assert "2026-04-20" in page.inner_text("table")
    assert sender.complaints + receiver.complaints + leader.complaints == []
