"""The summary pages: works / other member / stranger / read-only / bad id / wrong method, and what lies behind a number."""

import pytest
from django.urls import reverse

from core.services.jobs import job_run
from reports.models import Summary
from reports.services.summaries import summary_draft, summary_issue
from testing import builders as build
from testing.scene import scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return scene()


@pytest.fixture
def frozen(world):
    build.outcome_value(world.clinic, "570", 2023, baseline=True)
    build.outcome_value(world.clinic, "745.7", 2026)
    summary = summary_draft(organisation=world.bureau, cycle=world.cycle, by=None)
    job_run(job_id=summary_issue(summary=summary, by=None).pk)
    summary.refresh_from_db()
    return summary


def enter(client, world, role):
    client.force_login(world.people[role])
    return client


def test_leadership_asks_and_gets_a_job(client, world, django_capture_on_commit_callbacks):
    enter(client, world, "leadership")
    data = {"organisation": world.bureau.pk, "cycle": world.cycle.pk, "issue": "1"}
    response = client.post(reverse("summary-new"), data)
    summary = Summary.objects.get()
    assert response.url == reverse("summary-detail", args=[summary.pk])
    assert summary.job.is_open
    assert summary.job.label in client.get(response.url).content.decode()


def test_a_reader_cannot_write_words(client, world):
    summary = summary_draft(organisation=world.bureau, cycle=world.cycle, by=None)
    enter(client, world, "leadership")
    assert client.post(reverse("summary-save", args=[summary.pk]), {"text-next": "改"}).status_code == 403
    enter(client, world, "bureau_officer")
    assert (
        client.post(reverse("summary-save", args=[summary.pk]), {"text-next": "另有安排。"}).status_code
        == 302
    )
    summary.refresh_from_db()
    assert next(row for row in summary.narrative if row["key"] == "next")["text"] == "另有安排。"


def test_mistakes_on_the_form_are_named_and_what_was_typed_is_kept(client, world):
    enter(client, world, "bureau_officer")
    data = {"organisation": world.bureau.pk, "cycle": world.cycle.pk, "year": "2031", "issue": "1"}
    page = client.post(reverse("summary-new"), data)
    text = page.content.decode()
    assert "2031 年不在周期" in text and 'value="2031"' in text
    assert not Summary.objects.exists()


def test_every_number_on_the_page_leads_to_as_many_records(client, world, frozen):
    """Follows each figure link; for counts the list is as long as the number says."""
    enter(client, world, "leadership")
    page = client.get(reverse("summary-detail", args=[frozen.pk]))
    links = [figure for _, figures in page.context["groups"] for figure in figures]
    assert {"batches", "person_times", "lectures"} <= {figure["code"] for figure in links}
    for figure in links:
        opened = client.get(figure["url"])
        assert opened.status_code == 200
        assert f"{figure['label']} " in opened.content.decode()
        if figure["code"] in ("person_times", "lectures", "agreements"):
            assert opened.context["page"].paginator.count == int(float(figure["value"]))


def test_one_units_share_leads_to_its_own_records(client, world, frozen):
    enter(client, world, "leadership")
    address = reverse("figure-records", args=["lectures"])
    opened = client.get(f"{address}?summary={frozen.pk}&recipient={world.clinic.pk}")
    assert [row.pk for row in opened.context["page"]] == [world.activity.pk]
    for nobody in (world.strangers["recipient_coordinator"].organisation_id, 999999, "x"):
        assert client.get(f"{address}?summary={frozen.pk}&recipient={nobody}").status_code == 404


def test_growth_leads_to_the_values_it_compares(client, world, frozen):
    enter(client, world, "leadership")
    page = client.get(reverse("growth-records", args=[frozen.pk, 0]))
    assert [(value.year, value.is_baseline) for value in page.context["values"]] == [
        (2023, True),
        (2026, False),
    ]
    assert "30.8%" in page.content.decode() and "745.7" in page.content.decode()
    assert client.get(reverse("growth-records", args=[frozen.pk, 9])).status_code == 404


def test_a_frozen_number_shows_what_was_counted_then(client, world, frozen):
    build.activity(world.agreement)
    enter(client, world, "leadership")
    opened = client.get(f"{reverse('figure-records', args=['lectures'])}?summary={frozen.pk}")
    assert [row.pk for row in opened.context["page"]] == [world.activity.pk]


@pytest.mark.parametrize("who", ["strangers", "people"])
def test_strangers_find_nothing(client, world, frozen, who):
    client.force_login(getattr(world, who)["leadership" if who == "strangers" else "hospital_coordinator"])
    for name in ("summary-detail", "summary-download"):
        assert client.get(reverse(name, args=[frozen.pk])).status_code == 404
    assert (
        client.get(f"{reverse('figure-records', args=['lectures'])}?summary={frozen.pk}").status_code == 404
    )


def test_the_download_is_the_frozen_file(client, world, frozen):
    enter(client, world, "leadership")
    response = client.get(reverse("summary-download", args=[frozen.pk]))
    assert b"".join(response.streaming_content) == frozen.file.read()
    assert response["Content-Type"] == "application/pdf" and "no-store" in response["Cache-Control"]


def test_readiness_follows_the_day_in_the_address(client, world):
    build.deadline(world.cycle, due=world.posting.start_on)
    other = build.agreement_in_force(
        world.hospital, build.organisation("township_clinic"), within=world.cycle
    )
    enter(client, world, "bureau_officer")
    address = reverse("cycle-readiness", args=[world.cycle.pk])
    before = client.get(address, {"on": "2026-02-01"}).context
    after = client.get(address, {"on": "2026-06-01"}).context
    assert {row.agreement for row in before["missing"]} == {world.agreement, other}
    assert [row.agreement for row in after["missing"]] == [other]
    assert client.get(address, {"on": "2026-02-31"}).status_code == 200


def test_a_colleague_follows_the_job_on_the_summarys_own_page(client, world):
    summary = summary_draft(organisation=world.bureau, cycle=world.cycle, by=None)
    job = summary_issue(summary=summary, by=world.people["bureau_officer"])
    address = reverse("summary-detail", args=[summary.pk])
    own, other = reverse("job-progress", args=[job.pk]), f'hx-get="{address}"'
    enter(client, world, "bureau_officer")
    assert own in client.get(address).content.decode()
    enter(client, world, "leadership")
    page = client.get(address, headers={"HX-Request": "true"})
    assert other in page.content.decode() and own not in page.content.decode()
    assert "HX-Refresh" not in page
    job_run(job_id=job.pk)
    assert client.get(address, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
