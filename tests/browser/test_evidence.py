"""Uploading in a real browser: many photos, a network that goes away, a reload, a form that waits."""

import uuid
from types import ModuleType

import pytest
from django.core.files.storage import default_storage
from django.http import HttpResponse
from django.template import RequestContext, Template
from django.urls import path
from playwright.sync_api import expect

from core.access import SIGNED_IN, access
from staffing.models import ActivityEvidence
from testing import builders as build
from testing.files import PDF, jpeg, png

ENTRY = uuid.UUID("6f8a2c1e-0000-4000-8000-00000000abcd")
PAGE = """{% extends "page.html" %}{% block heading %}登记活动{% endblock %}{% block content %}
<form method="post" class="panel form-narrow" enctype="multipart/form-data">{% csrf_token %}
<input type="hidden" name="client_key" value="{{ entry_key }}">
<div class="fields">{% include "components/evidence_upload.html" with kind="activity" %}</div>
<div class="actions actions-end"><button class="button button-primary" type="submit" name="send" value="1">保存并提交</button></div>
</form>{% endblock %}"""
posted = []


@access(SIGNED_IN)
def form_page(request):
    if request.method == "POST":
        posted.append(sorted(request.POST))
        return HttpResponse("saved", content_type="text/plain")
    context = {"entry_key": ENTRY, "record": None, "evidence_rule": "required", "user": request.user}
    return HttpResponse(Template(PAGE).render(RequestContext(request, context)))


@access(SIGNED_IN)
def gallery_page(request, pk):
    from staffing.models import Activity

    source = """{% extends "page.html" %}{% block content %}{% include "components/evidence_list.html" with kind="activity" %}{% endblock %}"""
    context = {"record": Activity.objects.get(pk=pk), "user": request.user}
    return HttpResponse(Template(source).render(RequestContext(request, context)))


@pytest.fixture
def pages(settings):
    from config.urls import urlpatterns

    module = ModuleType("urls_with_a_form")
    module.urlpatterns = [*urlpatterns, path("try/", form_page), path("look/<int:pk>/", gallery_page)]
    settings.ROOT_URLCONF = module
    posted.clear()


def files(*names) -> list[dict]:
    return [
        {"name": name, "mimeType": "image/jpeg", "buffer": jpeg((900 + 10 * number, 700), "teal", quality=95)}
        for number, name in enumerate(names)
    ]


@pytest.mark.parametrize("width", [390, 1280])
def test_many_photos_captions_turning_and_removing(world, visit, pages, width):
    visitor = visit(width)
    visitor.sign_in(world.people["hospital_coordinator"])
    page = visitor.open("/try/")
    chosen = [
        *files("一.jpg", "二.jpg"),
        {"name": "签到表.pdf", "mimeType": "application/pdf", "buffer": PDF},
        {"name": "坏的.jpg", "mimeType": "image/jpeg", "buffer": b"\xff\xd8\xff broken"},
        {"name": "IMG_0001.HEIC", "mimeType": "image/heic", "buffer": b"\0\0\0\x18ftypheic" + b"\0" * 40},
    ]
    page.set_input_files("#evidence-files", chosen)
    page.wait_for_selector(".evidence-item:nth-child(3)")
    page.wait_for_selector(".evidence-refused:nth-child(2)")
    refused = page.locator(".evidence-refused").all_inner_texts()
    assert any("损坏" in text for text in refused) and any("HEIC" in text for text in refused)
    page.fill(".evidence-item:nth-child(1) input[type=text]", "授课现场")
    page.keyboard.press("Tab")
    expect(page.locator("[data-evidence-status]")).to_contain_text("说明已保存")
    page.click(".evidence-item:nth-child(1) [data-evidence-do=rotate]")
    expect(page.locator("[data-evidence-status]")).to_contain_text("已旋转")
    page.click(".evidence-item:nth-child(2) [data-evidence-do=remove]")
    expect(page.locator(".evidence-item")).to_have_count(2)
    first, paper = ActivityEvidence.objects.order_by("pk")
    assert {first.caption, paper.caption} == {"授课现场", ""} and {first.kind, paper.kind} == {
        "photo",
        "paper",
    }
    assert visitor.overflow() <= 0 and visitor.complaints == []


def test_the_network_goes_away_and_comes_back_after_a_reload(world, visit, pages):
    visitor = visit(390)
    visitor.sign_in(world.people["hospital_coordinator"])
    page = visitor.open("/try/")
    page.set_input_files("#evidence-files", files("一.jpg"))
    page.wait_for_selector(".evidence-item")
    visitor.context.set_offline(True)
    page.set_input_files("#evidence-files", files("二.jpg", "三.jpg"))
    page.wait_for_selector(".evidence-waiting:nth-child(2)")
    expect(page.locator("[data-evidence-status]")).to_contain_text("2 个等待网络恢复")
    # the form asks before it leaves them behind
    page.click("button[name=send]")
    page.wait_for_selector("#confirm-dialog[open]")
    expect(page.locator("#confirm-text")).to_contain_text("还有 2 个文件没有传完")
    page.click("#confirm-dialog button[value=no]")
    visitor.context.set_offline(False)
    page = visitor.open("/try/")
    page.wait_for_selector(".evidence-item:nth-child(3)")
    assert ActivityEvidence.objects.filter(entry_key=ENTRY).count() == 3
    page.reload()
    page.wait_for_load_state("networkidle")
    assert page.locator(".evidence-item").count() == 3 and page.locator(".evidence-going").count() == 0
    assert [text for text in visitor.complaints if "ERR_INTERNET_DISCONNECTED" not in text] == []


def test_an_answer_that_got_lost_makes_no_second_file(world, visit, pages):
    visitor = visit(1280)
    visitor.sign_in(world.people["hospital_coordinator"])
    page = visitor.open("/try/")
    lost = []

    def lose_the_answer(route):
        if lost:
            route.continue_()
            return
        lost.append(route.fetch().status)  # the server has it, the browser never hears of it
        route.abort()

    page.route("**/evidence/activity/", lose_the_answer)
    page.set_input_files("#evidence-files", files("一.jpg"))
    page.wait_for_selector(".evidence-waiting")
    page.get_by_role("button", name="重试").click()
    page.wait_for_selector(".evidence-item")
    assert lost == [201] and ActivityEvidence.objects.count() == 1
    assert len(default_storage.listdir("evidence")[1]) == 2


def test_the_form_waits_for_what_is_under_way(world, visit, pages):
    visitor = visit(1280)
    visitor.sign_in(world.people["hospital_coordinator"])
    page = visitor.open("/try/")
    held = []
    page.route("**/evidence/activity/", lambda route: held.append(route))
    page.set_input_files("#evidence-files", files("一.jpg", "二.jpg"))
    expect(page.locator(".evidence-going")).to_have_count(2)
    page.click("button[name=send]")
    expect(page.locator("[data-evidence-status]")).to_contain_text("传完自动提交")
    page.wait_for_timeout(300)
    assert posted == []
    for route in held:
        route.continue_()
    expect(page.locator("body")).to_have_text("saved")
    assert len(posted) == 1 and "send" in posted[0]
    assert ActivityEvidence.objects.count() == 2


def test_large_photos_shrink_before_they_travel(world, visit, pages):
    visitor = visit(390)
    visitor.sign_in(world.people["hospital_coordinator"])
    page = visitor.open("/try/")
    sizes = []
    page.on("request", lambda request: sizes.append(len(request.post_data_buffer or b"")))
    noisy = jpeg((4000, 3000), "red", quality=98)
    page.set_input_files("#evidence-files", {"name": "大.jpg", "mimeType": "image/jpeg", "buffer": noisy})
    page.wait_for_selector(".evidence-item")
    row = ActivityEvidence.objects.get()
    assert (row.width, row.height) == (2400, 1800)


def test_somebody_else_at_the_same_browser_does_not_send_it(world, visit, pages):
    visitor = visit(1280)
    visitor.sign_in(world.people["hospital_coordinator"])
    page = visitor.open("/try/")
    page.route("**/evidence/activity/", lambda route: route.abort())
    page.set_input_files("#evidence-files", files("一.jpg"))
    page.wait_for_selector(".evidence-waiting")
    visitor.context.clear_cookies()
    visitor.open("/sign-in/")
    page.unroute("**/evidence/activity/")
    visitor.sign_in(world.people["clinician"])
    page = visitor.open("/try/")
    page.wait_for_timeout(500)
    assert page.locator(".evidence-going").count() == 0 and not ActivityEvidence.objects.exists()
    # its owner comes back
    visitor.context.clear_cookies()
    visitor.sign_in(world.people["hospital_coordinator"])
    visitor.open("/try/").wait_for_selector(".evidence-item")
    assert ActivityEvidence.objects.get().uploaded_by == world.people["hospital_coordinator"]


def test_the_gallery_opens_large_and_steps(world, visit, pages):
    record = build.activity(world.agreement, status="draft", by=world.people["hospital_coordinator"])
    for number in range(2):
        build.evidence(record, content=png((400, 300 + number)), caption=f"照片{number}")
    visitor = visit(390)
    visitor.sign_in(world.people["recipient_coordinator"])
    page = visitor.open(f"/look/{record.pk}/")
    page.click(".evidence-item:nth-child(1) a")
    page.wait_for_selector("[data-evidence-large][open]")
    expect(page.locator("[data-evidence-large-text]")).to_contain_text("照片0（1 / 2）")
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-evidence-large-text]")).to_contain_text("照片1（2 / 2）")
    expect(page.locator("[data-evidence-large-image]")).to_have_js_property("naturalWidth", 400)
    assert visitor.overflow() <= 0 and visitor.complaints == []
