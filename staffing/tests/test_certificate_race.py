"""Two people at the same moment: numbers without holes, and no paper over a month that is being changed."""

import threading
from datetime import date

import pytest
from django.db import connection, transaction

from core.errors import RuleBroken
from core.tests.together import somebody_waits_for_a_lock, split, together
from staffing.models import CertificateSeries, MonthSheet, Posting, ServiceCertificate
from staffing.services.certificate_freezing import certificate_freeze
from staffing.services.certificates import certificate_request
from testing import builders as build
from testing.scene import scene

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return scene()


def test_papers_issued_together_have_numbers_without_holes(world):
    stays = [world.posting, *(build.posting(world.agreement) for _ in range(4))]
    build.proved(*stays)
    waiting = [build.certificate(stay, status="approved") for stay in stays]
    came, raised = split(
        together(*[lambda pk=row.pk: certificate_freeze(certificate_id=pk) for row in waiting])
    )
    assert not raised
    assert sorted(row.serial for row in came) == [1, 2, 3, 4, 5]
    assert CertificateSeries.objects.get().last == 5
    assert len(set(ServiceCertificate.objects.values_list("code", flat=True))) == 5


def test_two_runs_over_one_request_give_one_number(world):
    build.proved(world.posting)
    row = build.certificate(world.posting, status="approved")
    came, raised = split(together(*[lambda: certificate_freeze(certificate_id=row.pk)] * 3))
    assert not raised and len({(made.number, made.code) for made in came}) == 1
    assert CertificateSeries.objects.get().last == 1


def test_asking_twice_at_once_gives_one_request(world):
    build.proved(world.posting)

    def ask():
        return certificate_request(
            kind="certificate",
            clinician=world.clinician,
            postings=[Posting.objects.select_related("agreement__cycle__programme").get(pk=world.posting.pk)],
            by=world.people["hospital_coordinator"],
        )

    came, raised = split(together(ask, ask))
    assert len(came) == 1 and len(raised) == 1
    assert isinstance(raised[0], RuleBroken) and "等待出具" in str(raised[0])


def test_a_month_that_is_being_opened_gives_no_paper(world):
    """The freeze waits for the writer and then sees what was written."""
    build.proved(world.posting)
    row = build.certificate(world.posting, status="approved")
    outcome = []

    def freeze():
        try:
            outcome.append(certificate_freeze(certificate_id=row.pk))
        except Exception as error:
            outcome.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=freeze, daemon=True)
    with transaction.atomic():
        with connection.cursor() as cursor:  # past whatever keeps locked sheets locked
            cursor.execute("SET LOCAL session_replication_role = 'replica'")
        MonthSheet.objects.filter(month=date(2026, 5, 1)).update(
            status="open", locked_at=None, locked_by=None
        )
        thread.start()
        assert somebody_waits_for_a_lock(), "the freeze did not wait"
    thread.join(20)
    assert isinstance(outcome[0], RuleBroken)
    assert outcome[0].messages == [f"2026-05 {world.clinic.display_name} 的考勤月表还没有提交锁定。"]
    assert not CertificateSeries.objects.exists()
