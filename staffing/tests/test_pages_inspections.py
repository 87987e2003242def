"""The inspection pages: on site, read by those concerned, rates; what is asked costs the same for more rows."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core.models import AuditEvent
from staffing.models import Inspection, InspectionFinding
from staffing.services.inspections import photo_add
from testing import builders as build
from testing.files import png
from testing.scene import scene

pytestmark = pytest.mark.django_db
DAY = date(2026, 4, 15)
PNG = png()


@pytest.fixture
def world():
    return scene()


@pytest.fixture
def officer(world, client):
    client.force_login(world.people["bureau_officer"])
    return client


def begin(client, world) -> Inspection:
    data = {"recipient": world.clinic.pk, "inspected_on": DAY, "half": "am", "inspectors": "梁某"}
    assert client.post(reverse("inspection-new"), data).status_code == 302
    return Inspection.objects.get()


def answers(inspection, result: str, **more) -> dict:
    rows = inspection.findings.all()
    return {"inspectors": "梁某", "note": ""} | {f"result_{row.pk}": result for row in rows} | more


def test_from_the_list_of_people_to_the_conclusion(world, officer):
    made = begin(officer, world)
    page = reverse("inspection-edit", args=[made.pk])
    assert world.clinician.name in officer.get(page).content.decode()
    # too early: what was typed is kept, what is missing is told
    told = officer.post(page, answers(made, "", note="下雨", conclude="1"), follow=True)
    assert f"{world.clinician.name}还没有核对结果。" in told.content.decode()
    made.refresh_from_db()
    assert made.note == "下雨" and made.is_draft
    done = officer.post(page, answers(made, "absent", conclude="1"), follow=True)
    assert done.redirect_chain[-1][0] == reverse("inspection-detail", args=[made.pk])
    assert "脱岗 1 人" in done.content.decode()
    assert officer.get(page).status_code == 302


def test_somebody_is_added_and_somebody_taken_out(world, officer):
    made = begin(officer, world)
    circuit = build.posting(world.agreement, kind="circuit")
    row = made.findings.get()
    data = answers(made, "present", added=circuit.pk) | {f"drop_{row.pk}": "on"}
    officer.post(reverse("inspection-edit", args=[made.pk]), data)
    assert made.findings.get().posting == circuit


def test_a_day_to_come_is_told_beside_its_field(world, officer):
    tomorrow = date.today() + timedelta(days=2)
    data = {"recipient": world.clinic.pk, "inspected_on": tomorrow, "half": "am", "inspectors": "梁某"}
    page = officer.post(reverse("inspection-new"), data)
    assert "在今天之后" in str(page.context["form"].errors["inspected_on"])


def test_the_person_and_both_sides_read_it_on_their_pages(world, client):
    build.inspection(world.clinic, DAY, {world.posting: "absent"}, by=world.people["bureau_officer"])
    for role in ("clinician", "hospital_coordinator", "recipient_coordinator"):
        client.force_login(world.people[role])
        for page in (
            reverse("posting-detail", args=[world.posting.pk]),
            reverse("person-detail", args=[world.clinician.pk]),
        ):
            assert "无故不在岗" in client.get(page).content.decode()


def test_measures_are_for_the_bureau_to_propose(world, client):
    build.discipline_rule(world.cycle.programme)
    build.inspection(world.clinic, DAY, {world.posting: "absent"}, by=world.people["bureau_officer"])
    page = reverse("person-detail", args=[world.clinician.pk])
    client.force_login(world.people["bureau_officer"])
    assert "扣发本人全部下乡补助" in client.get(page).content.decode()
    client.force_login(world.people["hospital_coordinator"])
    assert "扣发本人全部下乡补助" not in client.get(page).content.decode()


def test_photos_come_as_downloads_that_no_browser_runs(world, client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    user = world.people["bureau_officer"]
    draft = build.inspection(world.clinic, DAY, by=user, concluded=False)
    client.force_login(user)
    file = SimpleUploadedFile("a.png", PNG)
    client.post(reverse("inspection-photo-add", args=[draft.pk]), {"file": file, "caption": "大门"})
    photo = draft.photos.get()
    answer = client.get(reverse("inspection-photo", args=[photo.pk]))
    assert answer["X-Content-Type-Options"] == "nosniff" and "sandbox" in answer["Content-Security-Policy"]
    assert answer["Content-Type"] == "image/png" and "attachment" in answer["Content-Disposition"]
    assert b"".join(answer.streaming_content).startswith(PNG[:8])
    assert AuditEvent.objects.filter(verb="download", subject_id=str(photo.pk)).exists()
    fake = SimpleUploadedFile("b.png", b"MZ" + b"0" * 40)
    told = client.post(reverse("inspection-photo-add", args=[draft.pk]), {"file": fake}, follow=True)
    assert "只接受 JPG 或 PNG 照片" in told.content.decode() and draft.photos.count() == 1
    # not yet concluded: the clinic does not know of it
    client.force_login(world.people["recipient_coordinator"])
    assert client.get(reverse("inspection-photo", args=[photo.pk])).status_code == 404


def test_a_missing_file_is_not_an_error_page(world, client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    user = world.people["bureau_officer"]
    draft = build.inspection(world.clinic, DAY, by=user, concluded=False)
    photo = photo_add(inspection=draft, by=user, file=SimpleUploadedFile("a.png", PNG))
    (tmp_path / photo.file.name).unlink()
    client.force_login(user)
    assert client.get(reverse("inspection-photo", args=[photo.pk])).status_code == 404


def test_rates_on_the_page(world, officer):
    build.posting(world.agreement)
    by = world.people["bureau_officer"]
    build.inspection(world.clinic, DAY, {world.posting: "absent"}, by=by)
    build.inspection(world.clinic, DAY + timedelta(days=7), {world.posting: "absent"}, by=by)
    page = officer.get(reverse("off-post"), {"by": "recipient", "start": "2026-01-01", "end": "2026-12-31"})
    assert str(page.context["table"].total.rate) == "50.00"
    assert [offender.clinician for offender in page.context["offenders"]] == [world.clinician]
    none = officer.get(reverse("off-post"), {"start": "2026-04-16", "end": "2026-04-17"})
    assert none.context["table"].rows == [] and "没有办结的抽查" in none.content.decode()
    # nonsense in the address filters nothing and breaks nothing
    assert officer.get(reverse("off-post"), {"by": "x", "start": "y", "end": "2020-01-01"}).status_code == 200


def test_filters_of_the_list(world, officer):
    by = world.people["bureau_officer"]
    clean = build.inspection(world.clinic, DAY, by=by)
    bad = build.inspection(world.clinic, DAY + timedelta(days=1), {world.posting: "irregular"}, by=by)

    def listed(**query):
        return list(officer.get(reverse("inspection-list"), query).context["page"].object_list)

    assert listed() == [bad, clean]
    assert listed(found="on") == [bad]
    assert listed(end=DAY) == [clean]
    assert listed(status="draft") == []
    assert listed(q=world.clinic.name) == [bad, clean] and listed(q="没有这家") == []
    assert (bad.findings.count(), listed()[0].checked, listed()[0].off_post) == (1, 1, 1)


@pytest.mark.parametrize("role", ["bureau_officer", "hospital_coordinator"])
@pytest.mark.parametrize("page", ["inspection-list", "person-detail", "inspection-detail"])
def test_twice_the_rows_cost_the_same(world, client, role, page, django_assert_max_num_queries):
    by = world.people["bureau_officer"]

    def more(first: date):
        for offset in range(3):
            build.inspection(world.clinic, first + timedelta(days=offset), {world.posting: "absent"}, by=by)
            build.posting(world.agreement)

    more(DAY)
    client.force_login(world.people[role])
    rows = {"person-detail": [world.clinician.pk], "inspection-detail": [Inspection.objects.last().pk]}
    address = reverse(page, args=rows.get(page, []))
    client.get(address)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as before:
        client.get(address)
    more(DAY + timedelta(days=30))
    assert InspectionFinding.objects.count() > 10
    with django_assert_max_num_queries(len(before)):
        client.get(address)
