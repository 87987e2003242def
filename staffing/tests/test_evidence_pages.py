"""Evidence over HTTP: who gets what, under which headers, and how a form without a script hands files in."""

import uuid

import pytest
from django.contrib.messages import get_messages
from django.contrib.messages.storage.fallback import FallbackStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template import Context, Template
from django.test import RequestFactory
from django.urls import reverse

from core.models import AuditEvent
from staffing.models import ActivityEvidence
from staffing.services.activities import activity_save
from support.services.records import record_delete
from support.views.evidence import evidence_from_request
from testing import builders as build
from testing.files import PDF, jpeg, png
from testing.scene import scene

pytestmark = pytest.mark.django_db
JSON = {"accept": "application/json"}


@pytest.fixture
def world(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    made = scene()
    made.draft = build.activity(made.agreement, status="draft", by=made.people["hospital_coordinator"])
    return made


def address(name, row, kind="activity"):
    return reverse(f"evidence-{name}", args=[kind, row.pk])


def body(response) -> bytes:
    return b"".join(response.streaming_content)


def test_a_photo_is_shown_in_the_page_and_nothing_in_it_can_run(client, world):
    row = build.evidence(world.draft, content=jpeg())
    client.force_login(world.people["hospital_coordinator"])
    for name, content in (("file", row.file), ("thumbnail", row.thumbnail)):
        response = client.get(address(name, row))
        assert response["Content-Type"] == "image/jpeg" and body(response) == content.open().read()
        assert response["Content-Disposition"].startswith("inline")
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Cache-Control"] == "private, no-cache"
        policy = response["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "sandbox" in policy and "unsafe" not in policy
        again = client.get(address(name, row), headers={"if-none-match": response["ETag"]})
        assert again.status_code == 304 and again["Content-Security-Policy"] == policy
    assert AuditEvent.objects.filter(verb=AuditEvent.Verb.DOWNLOAD, note="查看佐证材料").count() == 1


def test_a_paper_is_only_ever_a_download(client, world):
    row = build.evidence(world.draft, content=PDF, kind="sheet")
    client.force_login(world.people["recipient_coordinator"])
    response = client.get(address("file", row))
    assert response["Content-Type"] == "application/pdf"
    assert (
        response["Content-Disposition"].startswith("attachment")
        and "sandbox" in response["Content-Security-Policy"]
    )
    assert client.get(address("thumbnail", row)).status_code == 404


def test_a_file_that_is_gone_from_the_disk_is_not_found(client, world):
    row = build.evidence(world.draft)
    row.file.storage.delete(row.file.name)
    client.force_login(world.people["hospital_coordinator"])
    assert client.get(address("file", row)).status_code == 404


def test_what_waits_is_its_senders_alone(client, world):
    person = world.people["hospital_coordinator"]
    client.force_login(person)
    entry = uuid.uuid4()
    sent = client.post(
        reverse("evidence-upload", args=["activity"]),
        {"upload_key": uuid.uuid4(), "entry_key": entry, "file": SimpleUploadedFile("a.png", png())},
    )
    row = ActivityEvidence.objects.get(pk=sent.json()["id"])
    listing = f"{reverse('evidence-upload', args=['activity'])}?entry_key={entry}"
    assert address("thumbnail", row) in client.get(listing).content.decode()
    for role in ("recipient_coordinator", "bureau_officer", "clinician"):
        client.force_login(world.people[role])
        assert client.get(address("file", row)).status_code == 404
        assert not client.get(listing).content.strip()


def test_the_form_is_the_key_of_its_record_once_it_is_saved(client, world):
    """A photo that was still on its way when the form was saved belongs to the saved record."""
    draft = world.draft
    client.force_login(draft.entered_by)
    late = client.post(
        reverse("evidence-upload", args=["activity"]),
        {
            "upload_key": uuid.uuid4(),
            "entry_key": draft.client_key,
            "file": SimpleUploadedFile("a.png", png()),
        },
    )
    assert list(draft.evidence.values_list("pk", flat=True)) == [late.json()["id"]]


def test_readers_may_look_and_change_nothing(client, world):
    row = build.evidence(world.draft)
    client.force_login(world.people["recipient_coordinator"])
    assert client.get(address("file", row)).status_code == 200
    for name in ("remove", "change"):
        assert client.post(address(name, row), {"caption": "x"}).status_code == 403
    sent = {"upload_key": uuid.uuid4(), "entry_key": uuid.uuid4(), "record": world.draft.pk}
    sent["file"] = SimpleUploadedFile("a.png", png())
    assert client.post(reverse("evidence-upload", args=["activity"]), sent).status_code == 403


def test_removing_and_changing_answer_a_script_and_a_plain_form(client, world):
    row, other = build.evidence(world.draft), build.evidence(world.draft)
    client.force_login(world.draft.entered_by)
    answer = client.post(address("change", row), {"caption": "现场"}, headers=JSON)
    assert "现场" in answer.json()["html"]
    back = reverse("activity-detail", args=[world.draft.pk])
    for data in ({"rotate": "1"}, {"kind": "sheet"}):
        assert client.post(address("change", row), data | {"next": back}).url == back
    assert client.post(address("remove", row), {"next": "https://elsewhere.example/"}).url == reverse("home")
    assert client.post(address("remove", other), headers=JSON).status_code == 200
    assert not world.draft.evidence.exists()
    refused = client.post(address("change", build.evidence(world.draft)), {"kind": "x"}, headers=JSON)
    assert refused.status_code == 422 and refused.json()["errors"]


def test_a_submitted_record_keeps_its_files(client, world):
    row = build.evidence(world.draft)
    build.settle(world.draft, "submitted", entered_by=world.draft.entered_by, other=None)
    client.force_login(world.draft.entered_by)
    assert client.post(address("remove", row), headers=JSON).status_code == 422
    assert client.post(address("remove", row)).status_code == 302
    assert world.draft.evidence.count() == 1


def test_a_deleted_draft_takes_rows_and_files(world, django_capture_on_commit_callbacks):
    row = build.evidence(world.draft)
    with django_capture_on_commit_callbacks(execute=True):
        record_delete(record=world.draft, by=world.draft.entered_by)
    assert not ActivityEvidence.objects.exists() and not row.file.storage.exists(row.file.name)


def plain_request(user, *files):
    request = RequestFactory().post("/", {"evidence_files": files})
    request.user, request.session = user, {}
    request._messages = FallbackStorage(request)
    return request


def test_a_form_without_a_script_hands_its_files_in_once(world):
    person, entry = world.people["hospital_coordinator"], uuid.uuid4()
    for _ in range(2):  # sent again after an error on the form
        files = (
            SimpleUploadedFile("一.png", png()),
            SimpleUploadedFile("二.jpg", jpeg()),
            SimpleUploadedFile("三.svg", b"<svg onload='x'/>"),
        )
        request = plain_request(person, *files)
        made = evidence_from_request(request, kind="activity", entry_key=entry)
        assert len(made) == 2
        (told,) = [str(message) for message in get_messages(request)]
        assert told.startswith("三.svg：") and "SVG" in told
    assert ActivityEvidence.objects.filter(entry_key=entry).count() == 2


def test_the_form_part_and_the_gallery(client, world, django_assert_num_queries):
    person = world.draft.entered_by
    shown = {}
    for number in (1, 8):
        while world.draft.evidence.count() < number:
            build.evidence(world.draft, caption=f"照片{number}")
        for name in ("upload", "list"):
            request = RequestFactory().get("/")
            request.user = person
            page = Template('{% include "components/evidence_' + name + '.html" %}')
            context = {
                "kind": "activity",
                "record": world.draft,
                "entry_key": world.draft.client_key,
                "evidence_rule": "required",
                "request": request,
                "user": person,
            }
            with django_assert_num_queries(1):
                shown[name, number] = page.render(Context(context))
    assert shown["upload", 8].count('evidence-item"') == 8 == shown["list", 8].count('evidence-item"')
    assert "必须上传" in shown["upload", 8] and "data-evidence-do" not in shown["list", 8]
    assert 'name="evidence_files"' in shown["upload", 1]


def test_an_activity_can_still_be_saved_under_its_key(world):
    """Files first, record second: the usual way of a new form."""
    entry, person = uuid.uuid4(), world.people["hospital_coordinator"]
    request = plain_request(person, SimpleUploadedFile("一.png", png()))
    evidence_from_request(request, kind="activity", entry_key=entry)
    made = activity_save(
        agreement=world.agreement,
        activity_type=world.draft.activity_type,
        start_on=world.draft.start_on,
        by=person,
        measures=build.quantities({"lectures": 1, "lecture_audience": 30}),
        client_key=entry,
    )
    assert made.evidence.count() == 1
