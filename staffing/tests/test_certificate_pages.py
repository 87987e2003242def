"""Pages and desk of certificates, and the whole way through a real worker."""

from datetime import date
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.models import AuditEvent, Job
from core.services.jobs import job_run
from core.tests.processes import background
from staffing.models import Posting, ServiceCertificate
from staffing.services.certificates import certificate_issue
from testing import builders as build
from testing.scene import scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return scene()


def signed_in(client, user):
    client.force_login(user)
    return client


def test_the_hospital_asks_from_the_persons_page(client, world):
    build.proved(world.posting)
    signed_in(client, world.people["hospital_coordinator"])
    page = client.get(reverse("person-detail", args=[world.clinician.pk])).content.decode()
    address = f"{reverse('certificate-new')}?person={world.clinician.pk}"
    assert address in page
    form = client.get(address)
    assert "考勤已锁定到" in form.content.decode() and "2026-08-31" in form.content.decode()
    response = client.post(address, {"kind": "certificate", "postings": [world.posting.pk]}, follow=True)
    made = ServiceCertificate.objects.get()
    assert response.redirect_chain[-1][0] == reverse("certificate-detail", args=[made.pk])
    assert f"等待{world.bureau}出具" in response.content.decode()


def test_problems_stand_on_the_form_all_at_once(client, world):
    signed_in(client, world.people["hospital_coordinator"])
    address = f"{reverse('certificate-new')}?person={world.clinician.pk}"
    data = {"kind": "certificate", "postings": [world.posting.pk], "until": "2026-08-31"}
    response = client.post(address, data)
    assert response.status_code == 400 and not ServiceCertificate.objects.exists()
    text = response.content.decode()
    assert [
        f"2026-0{month} {world.clinic.display_name} 的考勤月表还没有建立。" in text for month in range(3, 9)
    ] == [True] * 6


def test_without_a_person_the_page_asks_for_whom_and_a_clinician_means_oneself(client, world):
    own = signed_in(client, world.people["clinician"]).get(reverse("certificate-new"))
    assert f"为{world.clinician.name}申请证明" in own.content.decode()
    signed_in(client, world.people["recipient_coordinator"])
    people = client.get(reverse("certificate-new")).context["form"].fields["person"].queryset
    assert list(people) == [world.clinician]
    assert client.get(reverse("certificate-new"), {"person": "x"}).status_code == 404


def test_a_recipient_asks_only_about_stays_with_itself(client, world):
    other = build.organisation("central_clinic")
    agreement = build.agreement_in_force(world.hospital, other, within=world.cycle)
    elsewhere = build.posting(agreement, world.clinician, date(2026, 9, 1), date(2026, 9, 30))
    signed_in(client, world.people["recipient_coordinator"])
    page = client.get(reverse("certificate-new"), {"person": world.clinician.pk})
    assert list(page.context["form"].fields["postings"].queryset) == [world.posting]
    data = {"kind": "certificate", "postings": [elsewhere.pk]}
    response = client.post(f"{reverse('certificate-new')}?person={world.clinician.pk}", data)
    assert response.status_code == 400 and not ServiceCertificate.objects.exists()


def test_the_desk_issues_declines_revokes(client, world):
    build.proved(world.posting)
    made = build.certificate(world.posting, status="requested")
    signed_in(client, world.people["bureau_officer"])
    assert "份证明待出具" in client.get(reverse("admin:index")).content.decode()

    def do(verb, **data):
        return client.post(
            reverse("admin:staffing_servicecertificate_verb", args=[made.pk, verb]), data, follow=True
        )

    assert "同意出具" in do("issue").content.decode()
    job = Job.objects.get()
    job_run(job_id=job.pk)
    made.refresh_from_db()
    assert made.status == "issued" and made.file
    do("revoke", reason="")
    made.refresh_from_db()
    assert made.status == "issued", "a reason is needed"
    do("revoke", reason="考勤更正")
    made.refresh_from_db()
    assert made.status == "revoked"
    assert "现在不能办理" in do("issue").content.decode()


def test_the_desk_shows_why_it_cannot_be_issued(client, world):
    build.proved(world.posting)
    made = build.certificate(world.posting, status="requested")
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = 'replica'")
        cursor.execute(
            "update staffing_monthsheet set status = 'open', locked_at = null, locked_by_id = null"
        )
        cursor.execute("SET session_replication_role = 'origin'")
    signed_in(client, world.people["bureau_officer"])
    text = client.post(
        reverse("admin:staffing_servicecertificate_verb", args=[made.pk, "issue"])
    ).content.decode()
    assert text.count("还没有提交锁定") == 6 and not Job.objects.exists()


def test_download_is_logged_and_a_file_that_changed_on_the_disk_is_not_given_out(client, world):
    build.proved(world.posting)
    made = build.certificate(world.posting, drawn=True)
    signed_in(client, world.people["clinician"])
    response = client.get(reverse("certificate-download", args=[made.pk]))
    content = response.content
    assert content == Path(made.file.path).read_bytes() and response["Content-Type"] == "application/pdf"
    assert AuditEvent.objects.filter(verb="download", subject_label=made.number).count() == 1
    check = client.post(reverse("verify-file"), {"file": SimpleUploadedFile("a.pdf", content)})
    assert check.status_code == 200
    Path(made.file.path).write_bytes(content + b"x")
    response = client.get(reverse("certificate-download", args=[made.pk]), follow=True)
    assert "与出具时不一致" in response.content.decode()
    assert AuditEvent.objects.filter(verb="download").count() == 1
    Path(made.file.path).unlink()
    assert client.get(reverse("certificate-download", args=[made.pk])).status_code == 404


def test_everybody_concerned_follows_the_progress(client, world):
    build.proved(world.posting)
    made = build.certificate(world.posting, status="approved")
    for role in ("bureau_officer", "hospital_coordinator", "recipient_coordinator", "clinician"):
        signed_in(client, world.people[role])
        page = client.get(reverse("certificate-detail", args=[made.pk]))
        assert f'id="job-{made.job_id}"' in page.content.decode()
        assert page.context["poll_url"] == ("" if role == "bureau_officer" else page.request["PATH_INFO"])
    Job.objects.filter(pk=made.job_id).update(state="failed", error="缺考勤")
    assert "缺考勤" in client.get(reverse("certificate-detail", args=[made.pk])).content.decode()


def test_lists_are_found_and_cost_the_same_however_long(client, world):
    stays = [world.posting, *(build.posting(world.agreement) for _ in range(5))]
    build.proved(*stays)
    signed_in(client, world.people["hospital_coordinator"])

    def cost():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("certificate-list")).status_code == 200
        return len(captured)

    for stay in stays[:3]:
        build.certificate(stay)
    cost()  # the first request also notes that the session is in use
    before = cost()
    for stay in stays[3:]:
        build.certificate(stay)
    assert cost() == before
    number = ServiceCertificate.objects.order_by("pk").first().number
    for query, count in (
        ({"q": number}, 1),
        ({"q": world.clinician.name_key[:6]}, None),
        ({"status": "issued"}, 6),
        ({"status": "revoked"}, 0),
        ({"kind": "appraisal"}, 0),
        ({"q": "没有这个"}, 0),
    ):
        page = client.get(reverse("certificate-list"), query).context["page"]
        assert page.paginator.count == count if count is not None else page.paginator.count >= 1


@pytest.mark.worker
@pytest.mark.django_db(transaction=True)
def test_through_a_real_worker(tmp_path, settings):
    with background(tmp_path) as (_broker, services):
        settings.MEDIA_ROOT = services.media
        world = scene()
        build.proved(world.posting)
        Posting.objects.filter(pk=world.posting.pk).update(status="ended")
        made = build.certificate(
            Posting.objects.get(pk=world.posting.pk), kind="appraisal", status="requested"
        )
        services.start_worker()
        job = certificate_issue(certificate=made, by=world.people["bureau_officer"])
        services.wait_for(job, "done", "failed")
        assert job.state == "done", job.error
        made.refresh_from_db()
        assert made.status == "issued" and Path(made.file.path).read_bytes().startswith(b"%PDF-")
